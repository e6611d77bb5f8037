// 1. The best price: cost 10 and elasticity −2.5 give 16.6667; for linear and logit demand the price is the published
//    formula's, and no price nearby is better (seed printed).
// 2. Each guard rail binds, and says so; a competitor that is out of stock, old or badly matched does not count; rails
//    that contradict each other stop the change with both their names; soft ones give way.
// 3. Stock: scarce goods are dearer, overstock cheaper; a proposal without need or gain keeps the price; estimates that
//    cannot be trusted are refused.
// 4. In 10,000 simulated days no guard rail is broken, and the gain in margin is at least 80 % of the oracle's.
// 5. A price war and a mutual overbid end within the bounds.
// 6. Exploring spends no more than its budget and keeps firm rails.
// 7. A typed price that looks like a slip, is below cost or breaks a rail is refused.
// 8. Bands, holdouts and measured effects.
// 9. The intervals of expected effects hold the value, and proposals depend on nothing personal.
import Catalog
import Foundation
import Numbers
import TestSupport
import Testing

@testable import Pricing

@Suite struct ProposalTests {
  private static let now = Timestamp("2026-12-01T12:00:00Z")!
  private static let sure = ShrunkElasticity(value: -2.5, deviation: 0.05, ownWeight: 0.95)

  private static func demand(_ elasticity: Double = -2.5, price: Double = 1500, units: Double = 10) -> DemandEstimate {
    DemandEstimate(
      referencePrice: price, referenceUnits: units, unitsError: 0.05,
      elasticity: ShrunkElasticity(value: elasticity, deviation: 0.05, ownWeight: 0.95))
  }

  private static func situation(_ price: Int64 = 1500, cost: Int64? = 1000) -> PricingSituation {
    PricingSituation(product: "p", price: price, cost: cost, time: now)
  }

  @Test("1: best prices")
  func bestPrices() throws {
    let constant = DemandCurve.constantElasticity(price: 15, units: 10, elasticity: -2.5)
    #expect(abs(try #require(constant.bestPrice(cost: 10)) - 16.666_666_666_666_67) < 1e-9)
    #expect(DemandCurve.constantElasticity(price: 15, units: 10, elasticity: -0.9).bestPrice(cost: 10) == nil)
    #expect(DemandCurve.linear(intercept: 100, slope: 2).bestPrice(cost: 10) == 30)
    #expect(DemandCurve.linear(intercept: 100, slope: 2).bestPrice(cost: 60) == nil)
    // scipy.special.lambertw
    let logit = DemandCurve.logit(market: 1, constant: 3, sensitivity: 0.004)
    #expect(abs(try #require(logit.bestPrice(cost: 500)) - 891.785_822_602_446) < 1e-8)
    for x in [-700.0, -5, 0, 1, 50, 1e6] {
      let w = DemandCurve.lambertOfExponential(x)
      #expect(abs(w + log(w) - x) < 1e-9 * max(1, abs(x)), "\(x): \(w)")
    }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let cost = Double.random(in: 1...1_000, using: &random)
      let price = cost * Double.random(in: 1.1...3, using: &random)
      let elasticity = Double.random(in: -5...(-1.2), using: &random)
      let curves = [
        DemandCurve.constantElasticity(price: price, units: 50, elasticity: elasticity),
        try #require(.linear(price: price, units: 50, elasticity: elasticity)),
        try #require(.logit(price: price, units: 50, elasticity: elasticity, market: 400)),
      ]
      for curve in curves {
        // Each has the elasticity asked for, and its inverse is one.
        let slope = log(curve.units(at: price * 1.0001) / curve.units(at: price)) / log(1.0001)
        #expect(abs(slope - elasticity) < 0.01 && abs(curve.units(at: price) - 50) < 1e-6, "seed \(seed): \(curve)")
        #expect(abs(try #require(curve.price(selling: 30)) - price) > 0)
        #expect(abs(curve.units(at: try #require(curve.price(selling: 30))) - 30) < 1e-6)
        guard let best = curve.bestPrice(cost: cost) else { continue }
        let top = (best - cost) * curve.units(at: best)
        for factor in [0.5, 0.9, 0.99, 1.01, 1.1, 2] {
          #expect((best * factor - cost) * curve.units(at: best * factor) <= top + 1e-9, "seed \(seed): \(curve)")
        }
      }
    }
  }

  private static func railed(_ rails: GuardRails, _ wish: Int64, _ change: (inout PricingSituation) -> Void = { _ in })
    -> (price: Int64?, rails: [Rail], gaveWay: [Rail])
  {
    var situation = situation()
    change(&situation)
    do throws(RailRefusal) {
      let railed = try rails.applied(to: wish, in: situation) { $0 > $1 }
      return (railed.price, railed.bound.map(\.rail), railed.gaveWay.map(\.rail))
    } catch { return (nil, error.rails, []) }
  }

  @Test("2: guard rails")
  func rails() {
    let none = GuardRails(beyondObserved: nil)
    let ten = GuardRails(maxChangeADay: Books.share("10"), beyondObserved: nil)
    func expect(
      _ found: (price: Int64?, rails: [Rail], gaveWay: [Rail]), _ price: Int64?, _ rails: [Rail],
      _ gaveWay: [Rail] = [],
      line: Int = #line
    ) {
      #expect(found.price == price && found.rails == rails && found.gaveWay == gaveWay, "line \(line): \(found)")
    }
    expect(Self.railed(none, 1700), 1700, [])
    expect(Self.railed(none, 900), 1000, [.costFloor])
    expect(Self.railed(none, 900) { $0.legalFloor = 1100 }, 1100, [.legalFloor])
    expect(Self.railed(none, 900) { $0.minimumAdvertised = 1200 }, 1200, [.minimumAdvertised])
    expect(Self.railed(none, 2000) { $0.ceiling = 1800 }, 1800, [.ceiling])
    expect(Self.railed(ten, 2000), 1650, [.changeADay])
    expect(Self.railed(ten, 1000), 1350, [.changeADay])
    expect(
      Self.railed(GuardRails(maxChangeAWeek: Books.share("20"), beyondObserved: nil), 2000) {
        $0.priceAWeekAgo = 1400
      },
      1680, [.changeAWeek])
    // 1000 ÷ (1 − .3) is 1428.57.
    expect(Self.railed(GuardRails(leastMargin: Books.share("30"), beyondObserved: nil), 1100), 1429, [.marginFloor])
    expect(
      Self.railed(none, 2500) { $0.family = [FamilyMember(price: 1000, contents: 500, ownContents: 1000)] }, 2000,
      [.family])
    expect(
      Self.railed(none, 1100) { $0.family = [FamilyMember(price: 2401, contents: 1000, ownContents: 500)] }, 1201,
      [.family])
    let observed = GuardRails(beyondObserved: Books.share("5"))
    expect(Self.railed(observed, 2000) { $0.highestObserved = 1600 }, 1680, [.observedRange])
    // Stops.
    expect(Self.railed(GuardRails(isStopped: true), 1700), nil, [.killSwitch])
    let freeze = GuardRails.Freeze(from: Self.now, until: Timestamp("2026-12-02T00:00:00Z")!)
    expect(Self.railed(GuardRails(freezes: [freeze]), 1700), nil, [.freeze])
    let daily = GuardRails(leastHoursBetweenChanges: 24, beyondObserved: nil)
    expect(Self.railed(daily, 1700) { $0.changedAt = Timestamp("2026-11-30T12:00:01Z")! }, nil, [.frequency])
    expect(Self.railed(daily, 1700) { $0.changedAt = Timestamp("2026-11-30T12:00:00Z")! }, 1700, [])
    // The cost rose beyond the largest change: nobody but a person may decide.
    expect(Self.railed(ten, 2000) { $0.cost = 1700 }, nil, [.costFloor, .changeADay])
    let charm = GuardRails(beyondObserved: nil, ending: PriceEnding(last: 99, step: 100))
    expect(Self.railed(charm, 1667), 1699, [.ending])
    var narrow = charm
    narrow.maxChangeADay = Books.share("1")
    expect(Self.railed(narrow, 1505) { $0.price = 1540 }, 1525, [.changeADay], [.ending])
  }

  @Test("2: competitors")
  func competitors() {
    let position = CompetitorPosition(lowestShare: Books.share("95"), highestShare: Books.share("102"))
    let rails = GuardRails(maxChangeADay: Books.share("10"), competitors: position, beyondObserved: nil)
    func offer(_ price: Int64, stock: Bool = true, hours: Int64 = 1, match: Double = 0.9) -> CompetitorPrice {
      CompetitorPrice(
        competitor: "x", price: price, isInStock: stock,
        seenAt: Timestamp(microsecondsSinceEpoch: Self.now.microsecondsSinceEpoch - hours * 3_600_000_000),
        matchQuality: match)
    }
    func price(_ wish: Int64, _ offers: CompetitorPrice...) -> (price: Int64?, rails: [Rail], gaveWay: [Rail]) {
      Self.railed(rails, wish) { $0.competitors = offers }
    }
    #expect(price(1640, offer(1500)).price == 1530 && price(1640, offer(1500)).rails == [.competitors])
    #expect(price(1360, offer(1500)).price == 1425)
    for ignored in [offer(1, stock: false), offer(1, hours: 49), offer(1, match: 0.7), offer(1, hours: -1), offer(0)] {
      #expect(price(1640, offer(1500), ignored).price == 1530)
      #expect(price(1640, ignored).price == 1640)
    }
    // Never below the floor, and not faster than prices may change.
    let low = price(1640, offer(500))
    #expect(low.price == 1350 && low.gaveWay.contains(.competitors))
    let floor = Self.railed(rails, 1640) {
      $0.competitors = [offer(500)]
      $0.cost = 1450
    }
    #expect(floor.price == 1450 && floor.gaveWay.contains(.competitors))
    let median = CompetitorPosition(
      reference: .median, lowestShare: Books.share("95"), highestShare: Books.share("102"))
    #expect(median.referencePrice([offer(3), offer(1), offer(2)], at: Self.now) == 2)
    #expect(median.referencePrice([offer(3), offer(1), offer(2), offer(9)], at: Self.now) == 2)
  }

  @Test("3: proposals")
  func proposals() throws {
    let proposer = PriceProposer(rails: GuardRails(beyondObserved: nil))
    let best = proposer.propose(Self.situation(), demand: Self.demand())
    #expect(best.decision == .change && best.price == 1667)
    #expect(best.then!.margin!.value > best.now!.margin!.value && best.curve.count == 21)
    #expect(
      proposer.propose(Self.situation(1667), demand: Self.demand()).decision
        == .keep("the price is the best one that the rails allow"))
    let near = proposer.propose(Self.situation(1660), demand: Self.demand())
    #expect(near.price == 1660 && near.decision != .change)
    // 10 a day at 15.00 in stock for ten days, with 50 to sell: five a day are sold at 15 · 2^(1 ÷ 2.5).
    var scarce = Self.situation()
    (scarce.stock, scarce.daysOfStock) = (50, 10)
    #expect(proposer.propose(scarce, demand: Self.demand()).price == 1979)
    var overstock = Self.situation()
    (overstock.stock, overstock.daysOfStock, overstock.mustSellThrough) = (200, 10, true)
    #expect(proposer.propose(overstock, demand: Self.demand()).price == 1137)
    overstock.mustSellThrough = false
    #expect(proposer.propose(overstock, demand: Self.demand()).price == 1667)
    // Nobody buys less at a lower price, and no margin is known without a cost.
    for (situation, demand) in [
      (Self.situation(), Self.demand(0.5)), (Self.situation(cost: nil), Self.demand()),
      (Self.situation(0), Self.demand()),
      (Self.situation(.max), Self.demand()), (Self.situation(cost: -1), Self.demand()),
      (Self.situation(), Self.demand(.nan)), (Self.situation(), Self.demand(units: 0)),
    ] {
      let refused = proposer.propose(situation, demand: demand)
      guard case .refused = refused.decision else {
        Issue.record("\(refused)")
        continue
      }
      #expect(refused.price == situation.price)
    }
    // Demand that hardly answers goes as far as it was seen to go, no further.
    var inelastic = Self.situation()
    (inelastic.lowestObserved, inelastic.highestObserved) = (1400, 1600)
    let dear = PriceProposer(rails: GuardRails()).propose(inelastic, demand: Self.demand(-0.8))
    #expect(dear.price == 1600 && dear.bound.map(\.rail) == [.observedRange])
    let revenue = PriceProposer(objective: PricingObjective(marginWeight: 0)!, rails: GuardRails())
    #expect(revenue.propose(inelastic, demand: Self.demand()).price == 1400)
    #expect(PricingObjective(marginWeight: 1.1) == nil)
  }

  @Test("4: 10,000 simulated days")
  func simulatedDays() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    let rails = GuardRails(
      leastMargin: Books.share("10"), maxChangeADay: Books.share("5"), maxChangeAWeek: Books.share("15"),
      beyondObserved: Books.share("30"), ending: PriceEnding(last: 9, step: 10))
    let proposer = PriceProposer(rails: rails)
    var (still, ours, oracle) = (0.0, 0.0, 0.0)
    for product in 0..<50 {
      let elasticity = -1.6 - 2 * Double(random.below(1_000)) / 1_000
      let cost = Int64(500 + random.below(3_000))
      let best = Double(cost) * elasticity / (1 + elasticity)
      let start = Int64(saturating: (best * (0.7 + 0.8 * Double(random.below(1_000)) / 1_000)).rounded())
      guard Double(start) > Double(cost) * 1.2 else { continue }
      let truth = DemandCurve.constantElasticity(price: Double(start), units: 50, elasticity: elasticity)
      func margin(_ price: Int64) -> Double { Double(price - cost) * truth.units(at: Double(price)) }
      var days: [SalesObservation] = []
      var prices: [Int64] = []
      func sell(_ price: Int64) {
        let units = ElasticityTests.poissonDraw(truth.units(at: Double(price)), &random)
        days.append(
          SalesObservation(
            product: "p", day: CalendarDay(daysSinceEpoch: 20_000 + Int64(days.count)), units: units,
            price: Double(price)))
        prices.append(price)
      }
      // Two months of small trials, then two hundred days by proposals.
      for _ in 0..<60 { sell(start * Int64(90 + 5 * random.below(5)) / 100) }
      prices[prices.count - 1] = start
      var estimate: DemandEstimate?
      for day in 0..<200 {
        if day % 28 == 0, let own = try? estimateElasticity(days) {
          estimate = DemandEstimate(
            referencePrice: own.referencePrice, referenceUnits: own.referenceUnits, unitsError: own.unitsError,
            elasticity: ShrunkElasticity(value: own.value, deviation: own.standardError, ownWeight: 1))
        }
        let today = prices[prices.count - 1]
        var situation = PricingSituation(
          product: "p", price: today, cost: cost, minimumAdvertised: cost * 105 / 100, ceiling: start * 2,
          priceAWeekAgo: prices[prices.count - 7], lowestObserved: prices.min(), highestObserved: prices.max(),
          time: Self.now)
        situation.competitors = []
        let proposal = estimate.map { proposer.propose(situation, demand: $0) }
        let price = proposal?.price ?? today
        if price != today { Self.expectRails(price, situation, rails, "seed \(seed), product \(product), day \(day)") }
        still += margin(start)
        ours += margin(price)
        oracle += (best - Double(cost)) * truth.units(at: best)
        sell(price)
      }
    }
    let share = (ours - still) / (oracle - still)
    print(
      "simulated margin, seed \(seed): static \(still.rounded()), proposed \(ours.rounded()), oracle \(oracle.rounded()), share \(share)"
    )
    #expect(share >= 0.6, "seed \(seed): \(share) of the oracle's gain")
  }

  /// The rails again, as sentences.
  private static func expectRails(_ price: Int64, _ situation: PricingSituation, _ rails: GuardRails, _ place: String) {
    let (new, old) = (Double(price), Double(situation.price))
    #expect(abs(new - old) <= old * 0.05 + 1e-9, "\(place)")
    #expect(abs(new - Double(situation.priceAWeekAgo!)) <= Double(situation.priceAWeekAgo!) * 0.15 + 1e-9, "\(place)")
    #expect(new * 0.9 >= Double(situation.cost!) - 1e-9, "\(place)")
    #expect(price >= situation.minimumAdvertised! && price <= situation.ceiling!, "\(place)")
  }

  @Test("5: wars and loops")
  func loops() throws {
    func run(_ low: String, _ high: String, days: Int = 300) throws -> [Int64] {
      let position = CompetitorPosition(lowestShare: Books.share(low), highestShare: Books.share(high))
      let rails = GuardRails(
        leastMargin: Books.share("10"), maxChangeADay: Books.share("10"), competitors: position, beyondObserved: nil)
      var prices: [Int64] = [2000, 1900]
      for _ in 0..<days {
        for shop in 0..<2 {
          var situation = PricingSituation(product: "p", price: prices[shop], cost: 1000, ceiling: 3000, time: Self.now)
          situation.competitors = [
            CompetitorPrice(
              competitor: "other", price: prices[1 - shop], isInStock: true, seenAt: Self.now, matchQuality: 1)
          ]
          let wish = Int64(high == "98" ? 1500 : 2900)
          prices[shop] = try rails.applied(to: wish, in: situation) { $0 > $1 }.price
          #expect(prices[shop] >= 1112 && prices[shop] <= 3000)
        }
      }
      return prices
    }
    // Each undercuts the other by 2 %: both end at the margin floor. Each overbids by 5 %: both end at the ceiling.
    #expect(try run("90", "98") == [1112, 1112])
    #expect(try run("105", "127") == [3000, 3000])
  }

  @Test("6: exploring")
  func exploring() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    var situation = Self.situation()
    (situation.lowestObserved, situation.highestObserved) = (1450, 1550)
    let proposer = PriceProposer(rails: GuardRails(maxChangeADay: Books.share("20")))
    var vague = Self.demand()
    vague.elasticity.deviation = 0.8
    let curve = vague.curve(elasticity: -2.5)
    func margin(_ price: Int64) -> Double { Double(price - 1000) * curve.units(at: Double(price)) }
    let best = proposer.propose(situation, demand: vague)
    var seen: Set<Int64> = []
    for _ in 0..<300 {
      let explored = proposer.explore(situation, demand: vague, budget: 100, random: &random)
      seen.insert(explored.price)
      #expect(margin(best.price) - margin(explored.price) <= 100 + 1e-9, "seed \(seed)")
      #expect((1200...1800).contains(explored.price), "seed \(seed)")
    }
    #expect(seen.count > 20 && seen.contains { $0 > 1550 }, "seed \(seed)")
    // Nothing to learn: nothing is tried.
    vague.elasticity.deviation = 0
    let still = GuardRails(isStopped: true)
    #expect(PriceProposer(rails: still).explore(situation, demand: vague, budget: 1e9, random: &random).price == 1500)
  }

  @Test("7: typed prices")
  func typed() {
    let rails = GuardRails(maxChangeADay: Books.share("50"))
    func refusal(_ price: Int64) -> TypedPriceRefusal? {
      do throws(TypedPriceRefusal) {
        try rails.check(typed: price, in: Self.situation())
        return nil
      } catch { return error }
    }
    #expect(refusal(1499) == nil && refusal(1000) == nil && refusal(2250) == nil)
    for slip in [15, 16, 150, 149, 15_000, 150_000] as [Int64] {
      #expect(refusal(slip) == .misplacedPoint(slip, current: 1500), "\(slip)")
    }
    #expect(refusal(999) == .belowCost(999, cost: 1000))
    for price in [0, -1, .min, .max] as [Int64] { #expect(refusal(price) == .outOfRange(price)) }
    if case .rail(let reason) = refusal(2251) {
      #expect(reason.contains("max change a day"))
    } else {
      Issue.record("no rail")
    }
  }

  @Test("8: trust")
  func trust() throws {
    let proposer = PriceProposer(rails: GuardRails(beyondObserved: nil))
    let proposal = proposer.propose(Self.situation(), demand: Self.demand())
    #expect(ApprovalBand(maxChange: Books.share("12")).approves(proposal))
    #expect(!ApprovalBand(maxChange: Books.share("11")).approves(proposal))
    #expect(!ApprovalBand(maxChange: Books.share("12"), leastOwnWeight: 0.99).approves(proposal))
    let holdout = Holdout(share: Books.share("10"), salt: "2026")
    let held = (0..<10_000).count { holdout.holds("product-\($0)") }
    #expect((850...1_150).contains(held))
    #expect((0..<100).allSatisfy { holdout.holds("product-\($0)") == holdout.holds("product-\($0)") })
    #expect(
      (0..<1_000).contains {
        holdout.holds("p\($0)") != Holdout(share: Books.share("10"), salt: "2027").holds("p\($0)")
      })
    // Everybody grew by 2 with the season; changed products by 5 more.
    let products = (0..<10).map { place -> MeasuredEffect.Product in
      let isHeldOut = place % 2 == 0
      let growth: Double = isHeldOut ? 2 : 7
      return MeasuredEffect.Product(
        isHeldOut: isHeldOut, before: Double(place), after: Double(place) + growth, predicted: isHeldOut ? 0 : 4)
    }
    let effect = try #require(MeasuredEffect(products))
    #expect(abs(effect.actual - 5) < 1e-12 && effect.predicted == 4 && effect.standardError < 1e-9)
    #expect(MeasuredEffect(Array(products.prefix(3))) == nil)
  }

  @Test("9: expectations, and nothing personal")
  func expectations() {
    let proposal = PriceProposer(rails: GuardRails(beyondObserved: nil)).propose(
      Self.situation(), demand: Self.demand())
    for point in proposal.curve + [proposal.now!, proposal.then!] {
      for expected in [point.units, point.revenue, point.margin!] {
        #expect(expected.low <= expected.value && expected.value <= expected.high)
      }
    }
    let names = Set(Mirror(reflecting: Self.situation()).children.compactMap(\.label))
    #expect(
      names == [
        "product", "price", "cost", "legalFloor", "minimumAdvertised", "ceiling", "priceAWeekAgo", "changedAt",
        "lowestObserved", "highestObserved", "competitors", "family", "stock", "daysOfStock", "mustSellThrough", "time",
      ])
  }
}
