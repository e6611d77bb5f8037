package import Catalog
package import Experiments
import Glibc
package import Ports
package import Ranking
package import RankingTraining
package import Seeding

/// Measures what ranking by products and shoppers is worth, on the demo's shoppers, whose tastes are known.
///
/// Half of the shoppers are shown pages of results and click by their hidden tastes; rankings are learned from that log alone.
/// The other half judge: for each of them and each query, the orders of several rankings are measured by the chance that the
/// shopper clicks on a product that is looked at. An order by that chance itself, the oracle's, has nDCG 1.
package struct PersonalTrial: Sendable {
  /// A query with what the engine found for it, best first.
  package struct Query: Sendable {
    package var text: String
    package var candidates: [(product: ProductID, score: Double)]

    package init(text: String, candidates: [(product: ProductID, score: Double)]) {
      self.text = text
      self.candidates = candidates
    }
  }

  package struct Options: Sendable {
    /// Each sees so many pages.
    package var pagesOfShopper = 4
    package var pageSize = 24
    /// Visitors of the experiment who decide as one judging shopper does; 0: no experiment.
    package var visitorsOfJudge = 20
    package var seed: UInt64 = 1

    package init() {}
  }

  /// The rankings, each with more to go by than the one before it.
  package enum Arm: String, CaseIterable, Sendable {
    case text
    case popularity
    /// The hand-set ranking with all that is known of the shopper.
    case handSet = "hand-set"
    /// Learned without features of the shopper.
    case learned
    case personal
  }

  package struct Report: Sendable {
    package var pages: Int
    package var judged: Int
    /// Mean nDCG@10.
    package var ndcg: [Arm: Double]
    /// Each arm against the one named first.
    package var steps: [(from: Arm, to: Arm, comparison: PairedComparison)]
    package var verdicts: [Arm: String]
    /// Visitors who saw the engine's order beside visitors who saw the personal one; nil: not asked for.
    package var experiment: ExperimentReport?
    /// The same with the engine's order in both arms.
    package var placebo: ExperimentReport?

    /// (personal - text) / (1 - text)
    package var shareOfOracle: Double {
      let text = ndcg[.text] ?? 0
      return text < 1 ? ((ndcg[.personal] ?? 0) - text) / (1 - text) : 0
    }
  }

  let queries: [Query]
  let truth: DemoTruth
  /// By product: the SKU that the truth names it by.
  let skus: [ProductID: String]
  private let knowledge: any RankingKnowledge
  private let now: Timestamp
  let options: Options

  package init(
    queries: [Query], truth: DemoTruth, skus: [ProductID: String], knowledge: any RankingKnowledge, now: Timestamp,
    options: Options = Options()
  ) {
    self.queries = queries.filter { $0.candidates.count > 1 }
    self.truth = truth
    self.skus = skus
    self.knowledge = knowledge
    self.now = now
    self.options = options
  }

  /// Shoppers of even numbers give the log, those of odd numbers judge. `grow` nil: linear models are learned.
  package func run(
    shoppers: [Int], grow: RankingTraining.TreeGrower?, progress: (String) -> Void = { _ in }
  ) async throws -> Report {
    var random = SplitMix64(seed: options.seed)
    let (shown, judges) = (shoppers.filter { $0 % 2 == 0 }, shoppers.filter { $0 % 2 == 1 })
    progress("\(shown.count) shoppers look at pages")
    var pages: [LoggedImpression] = []
    for (place, shopper) in shown.enumerated() {
      for visit in 0..<options.pagesOfShopper {
        let query = queries[random.below(queries.count)]
        let second = Int64(visit * shown.count + place)
        if let page = try await page(of: query, for: shopper, second: second, &random) { pages.append(page) }
      }
    }
    progress("learning from \(pages.count) pages with a click")
    let personal = try RankingTraining(pages).learn(grow: grow, inForce: HandSetRanking())
    let learned = try RankingTraining(pages.map(Self.withoutShopper)).learn(grow: grow, inForce: HandSetRanking())
    let rankings = Rankings(
      learned: try LearnedRanking(version: "learned", model: learned.model),
      personal: try LearnedRanking(version: "personal", model: personal.model))
    progress("\(judges.count) shoppers judge")
    var figures: [Arm: [Double]] = [:]
    for shopper in judges {
      let query = queries[random.below(queries.count)]
      for (arm, value) in try await judge(query, by: shopper, rankings) { figures[arm, default: []].append(value) }
    }
    var shops: (experiment: ExperimentReport?, placebo: ExperimentReport?) = (nil, nil)
    if options.visitorsOfJudge > 0 {
      progress("\(judges.count * options.visitorsOfJudge) visitors buy in an experiment")
      shops = try await experiments(of: judges, by: rankings.personal, seed: random.next())
    }
    let steps: [(Arm, Arm)] = [(.text, .popularity), (.popularity, .learned), (.learned, .personal), (.text, .handSet)]
    return Report(
      pages: pages.count, judged: figures[.text]?.count ?? 0,
      ndcg: figures.compactMapValues { RankingMetrics.mean($0) },
      steps: steps.compactMap { from, to in
        PairedComparison(baseline: figures[from] ?? [], candidate: figures[to] ?? [], seed: 1).map { (from, to, $0) }
      }, verdicts: [.learned: learned.verdict.findings, .personal: personal.verdict.findings],
      experiment: shops.experiment, placebo: shops.placebo)
  }

  private struct Rankings {
    let hand = HandSetRanking()
    let learned: LearnedRanking
    let personal: LearnedRanking
  }

  // MARK: Pages

  /// A page in an order near the engine's, with the shopper's clicks; nil without one.
  private func page(
    of query: Query, for shopper: Int, second: Int64, _ random: inout SplitMix64
  ) async throws -> LoggedImpression? {
    let table = FeatureTable(try await window(of: query, for: shopper))
    let chances = truth.clickChances(ofShopper: shopper)
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    // Some variety, as a living shop has, so that a place is told from the products that stand there.
    let keys = query.candidates.map { log(max($0.score, 1e-9)) + 0.4 * unit() }
    let order = keys.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] > keys[$1] }.prefix(options.pageSize)
    let grades = order.enumerated().map { place, row -> Double in
      let isLooked = unit() < DemoTruth.chanceOfLook(atPlace: place + 1)
      let chance = skus[query.candidates[row].product].flatMap { chances[$0] } ?? 0
      return isLooked && unit() < chance ? LoggedImpression.Grade.click : 0
    }
    guard grades.contains(where: { $0 > 0 }) else { return nil }
    return LoggedImpression(
      at: Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch + second * 1_000_000), query: query.text,
      firstRank: 1, products: order.map { query.candidates[$0].product },
      features: LoggedFeatures(
        schema: RankingFeature.schema, bytes: FeatureCode.bytes(of: order.flatMap { table.row($0) })), grades: grades)
  }

  func window(of query: Query, for shopper: Int) async throws -> RankingWindow {
    let ids = query.candidates.map(\.product)
    let person = CustomerCode(DemoTruth.code(ofShopper: shopper)).map { Person.customer($0) }
    let evidence = try await knowledge.evidence(on: ids, for: person)
    return RankingWindow(
      candidates: query.candidates.enumerated().map { place, candidate in
        .init(
          product: candidate.product, score: candidate.score, signals: evidence.products[place],
          collaborative: evidence.collaborative.isEmpty ? .nan : evidence.collaborative[place],
          likeness: evidence.likeness.isEmpty ? .nan : evidence.likeness[place],
          taste: evidence.taste.isEmpty ? .nan : evidence.taste[place])
      }, query: query.text, averages: evidence.averages, shopper: evidence.shopper, now: now)
  }

  private static let shopperPlaces = RankingFeature.all.indices.filter { RankingFeature.all[$0].group == .shopper }

  private static func withoutShopper(_ values: [Double]) -> [Double] {
    var values = values
    for row in stride(from: 0, to: values.count, by: FeatureTable.width) {
      for place in shopperPlaces { values[row + place] = .nan }
    }
    return values
  }

  private static func withoutShopper(_ page: LoggedImpression) -> LoggedImpression {
    var page = page
    page.features.bytes = FeatureCode.bytes(of: withoutShopper(FeatureCode.values(of: page.features.bytes) ?? []))
    return page
  }

  // MARK: Judging

  /// The nDCG@10 of each arm's order, by the shopper's own chances of a click: the best product has grade 4, the worst 0.
  private func judge(_ query: Query, by shopper: Int, _ rankings: Rankings) async throws -> [Arm: Double] {
    let table = FeatureTable(try await window(of: query, for: shopper))
    let stranger = FeatureTable(values: Self.withoutShopper(table.values))
    let chances = truth.clickChances(ofShopper: shopper)
    let own = query.candidates.map { skus[$0.product].flatMap { chances[$0] } ?? 0 }
    guard let least = own.min(), let most = own.max(), most > least else { return [:] }
    let ratings = Dictionary(
      uniqueKeysWithValues: own.enumerated().map { ($0.offset, 4 * ($0.element - least) / (most - least)) })
    func value(_ scores: [Double]) -> Double? {
      let order = GuardRails.order(scores: scores, standings: scores.map { _ in .init() })
      return RankingMetrics.nDCG(of: order, ratings: ratings, at: 10)
    }
    let all: [Arm: [Double]] = [
      .text: query.candidates.map(\.score), .popularity: rankings.hand.scores(of: stranger),
      .handSet: rankings.hand.scores(of: table), .learned: rankings.learned.scores(of: stranger),
      .personal: rankings.personal.scores(of: table),
    ]
    return all.compactMapValues { value($0) }
  }
}
