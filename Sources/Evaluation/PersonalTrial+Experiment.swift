import Catalog
import Experiments
import Ports
import Ranking
import RankingTraining
import Seeding

extension PersonalTrial {
  /// Queries that each judging shopper's visitors search for.
  private static let queriesOfJudge = 3

  /// A product as one shopper decides on it.
  private typealias Offer = DemoTruth.Chances

  /// The deeds of a visitor.
  private struct Deeds {
    var hasClicked = false
    var hasBought = false
    var revenue = 0.0
  }

  /// The experiment of the engine's order against a ranking, and one with the engine's order in both arms. Each visitor
  /// makes two searches in the weeks before, in the engine's order, and two in the arm's.
  func experiments(
    of judges: [Int], by ranking: LearnedRanking, seed: UInt64
  ) async throws -> (experiment: ExperimentReport, placebo: ExperimentReport) {
    let plan = try ExperimentPlan(
      name: "personal", question: "Do visitors buy more with the personal order?",
      arms: [
        .init(name: "engine", value: ArmValue(ranking: .off)),
        .init(name: "personal", value: ArmValue(ranking: .model(1))),
      ])
    let placebo = try ExperimentPlan(
      name: "placebo", question: "Do visitors buy more with the same order?", arms: plan.arms)
    var (seen, same) = (Tally(arms: 2), Tally(arms: 2))
    var random = SplitMix64(seed: seed)
    for judge in judges {
      var pages: [(engine: [Offer], personal: [Offer])] = []
      for _ in 0..<Self.queriesOfJudge {
        pages.append(try await orders(of: queries[random.below(queries.count)], for: judge, by: ranking))
      }
      for number in 0..<options.visitorsOfJudge {
        let visitor = "\(seed)/\(judge)/\(number)"
        var own = SplitMix64(seed: seed ^ UInt64(fnv1aOf: visitor.utf8))
        let before = Self.visit([0, 1].map { _ in pages[own.below(pages.count)].engine }, &own)
        for (plan, isPlacebo) in [(plan, false), (placebo, true)] {
          guard let arm = plan.assignment.arm(of: visitor) else { continue }
          let isPersonal = arm == 1 && !isPlacebo
          let deeds = Self.visit(
            [0, 1].map { _ in
              let page = pages[own.below(pages.count)]
              return isPersonal ? page.personal : page.engine
            }, &own)
          if isPlacebo { same.add(deeds, before, to: arm) } else { seen.add(deeds, before, to: arm) }
        }
      }
    }
    return (ExperimentReport(plan, seen.outcomes), ExperimentReport(placebo, same.outcomes))
  }

  private func orders(
    of query: Query, for shopper: Int, by ranking: LearnedRanking
  ) async throws -> (engine: [Offer], personal: [Offer]) {
    let table = FeatureTable(try await window(of: query, for: shopper))
    let chances = truth.chances(ofShopper: shopper)
    let offers = query.candidates.map { candidate in
      skus[candidate.product].flatMap { chances[$0] } ?? Offer()
    }
    let order = GuardRails.order(scores: ranking.scores(of: table), standings: offers.map { _ in .init() })
    return (
      Array(offers.prefix(options.pageSize)), order.prefix(options.pageSize).map { offers[$0] }
    )
  }

  private static func visit(_ pages: [[Offer]], _ random: inout SplitMix64) -> Deeds {
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    var deeds = Deeds()
    for page in pages {
      for (place, offer) in page.enumerated() {
        guard unit() < DemoTruth.chanceOfLook(atPlace: place + 1), unit() < offer.click else { continue }
        deeds.hasClicked = true
        guard unit() < offer.purchase else { continue }
        deeds.hasBought = true
        deeds.revenue += Double(offer.price)
      }
    }
    return deeds
  }

  /// Visitors' figures by arm.
  private struct Tally {
    private var visits: [[(deeds: Deeds, before: Deeds)]]

    init(arms: Int) { visits = Array(repeating: [], count: arms) }

    mutating func add(_ deeds: Deeds, _ before: Deeds, to arm: Int) { visits[arm].append((deeds, before)) }

    var outcomes: ExperimentOutcomes {
      let all = visits.flatMap { $0 }
      let percentile = ExperimentMetric.revenue.winsorizedAt ?? 1
      let bound = Winsorizing(percentile: percentile, of: all.map(\.deeds.revenue))
      let earlier = Winsorizing(percentile: percentile, of: all.map(\.before.revenue))
      return ExperimentOutcomes(
        arms: visits.map { visits in
          var metrics: [ExperimentMetric: AdjustedStatistics] = [:]
          for (deeds, before) in visits {
            metrics[.clickThrough, default: .init()].add(
              outcome: deeds.hasClicked ? 1 : 0, before: before.hasClicked ? 1 : 0)
            metrics[.conversion, default: .init()].add(
              outcome: deeds.hasBought ? 1 : 0, before: before.hasBought ? 1 : 0)
            metrics[.revenue, default: .init()].add(
              outcome: bound?(deeds.revenue) ?? 0, before: earlier?(before.revenue) ?? 0)
          }
          return .init(visitors: visits.count, metrics: metrics)
        })
    }
  }
}
