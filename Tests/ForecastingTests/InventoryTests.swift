// Stock policies. Properties proved here:
// 1. EOQ, newsvendor, (r, Q) and Wagner-Whitin give stockpyl's figures.
// 2. The exact (r, Q) is not dearer than its neighbours and the approximations; Wagner-Whitin not than any plan there is.
// 3. Safety stock, reorder point and fill rate are their formulae, and undo each other.
// 4. In a simulation with a printed seed, the promised service is reached.
// 5. ABC classes by value, with ties in the order of codes.
// 6. Proposals: packs, minimum, position, reason in words; no cost, a mistake or no forecast orders nothing.
// 7. Stock-out day and overstock are those of the demand.
// 8. Packs are shared out so that the variants' stock becomes equal, and their sum is the order.
// 9. One day far beyond all others, or beyond the limit, is suspicious; a promotion is not.

import Catalog
import Forecasting
import Numbers
import Statistics
import Testing

@Suite struct InventoryTests {
  @Test("1: known answers")
  func known() throws {
    let plain = try #require(EconomicOrderQuantity(fixedCost: 8, holdingCost: 0.225, demand: 1300))
    #expect(abs(plain.quantity - 304.0467800) < 1e-6 && abs(plain.cost - 68.4105255) < 1e-6)
    let waiting = try #require(
      EconomicOrderQuantity(fixedCost: 8, holdingCost: 0.225, demand: 1300, backorderCost: 5))
    #expect(abs(waiting.quantity - 310.8125552) < 1e-6 && abs(waiting.cost - 66.9213636) < 1e-6)
    let vendor = try #require(Newsvendor(overage: 0.18, underage: 0.7, mean: 50, deviation: 8))
    #expect(abs(vendor.quantity - 56.6039559) < 1e-6 && abs(vendor.cost - 1.9976052) < 1e-6)
    let problem = try #require(Self.problem)
    #expect(abs(problem.cost(reorderPoint: 126.8, quantity: 328.5) - 78.0711625) < 1e-5)
    let level = try #require(ReorderPolicy.expectedInventoryLevel(problem))
    #expect(abs(level.reorderPoint - 213.9704) < 1e-3 && abs(level.quantity - 318.5902) < 1e-3)
    #expect(abs(level.cost - 95.4511) < 1e-3)
    let plan = try #require(WagnerWhitin(fixedCost: 500, holdingCost: 2, demand: [90, 120, 80, 70]))
    #expect(plan.orders == [210, 0, 150, 0] && plan.cost == 1380)
  }

  private static let problem = ReorderPolicy.Problem(
    holdingCost: 0.225, stockoutCost: 7.5, fixedCost: 8, demandMean: 1300, demandDeviation: 150, leadTime: 1.0 / 12)

  @Test("2: the best policies", arguments: [UInt64(21)])
  func best(seed: UInt64) throws {
    let problem = try #require(Self.problem)
    let exact = ReorderPolicy.exact(problem)
    #expect(exact.cost < 78.07117 && abs(exact.reorderPoint - 126.8) < 1 && abs(exact.quantity - 328.5) < 1)
    let other = try #require(ReorderPolicy.economicQuantity(problem))
    #expect(exact.cost <= other.cost)
    for (dr, dq) in [(1.0, 0.0), (-1, 0), (0, 5), (0, -5)] {
      #expect(problem.cost(reorderPoint: exact.reorderPoint + dr, quantity: exact.quantity + dq) >= exact.cost)
    }
    // Every plan of five periods: an order in a period or not.
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let demand = (0..<5).map { _ in Double(random.below(100)) }
      let found = try #require(WagnerWhitin(fixedCost: 60, holdingCost: 1, demand: demand))
      var least = Double.infinity
      for mask in 0..<32 where mask & 1 == 1 {
        var (cost, last) = (0.0, 0)
        for period in 0..<5 {
          if mask >> period & 1 == 1 {
            cost += 60
            last = period
          }
          cost += Double(period - last) * demand[period]
        }
        least = min(least, cost)
      }
      #expect(abs(found.cost - least) < 1e-9, "seed \(seed): \(demand)")
      #expect(found.orders.reduce(0, +) == demand.reduce(0, +))
    }
    #expect(WagnerWhitin(fixedCost: 1, holdingCost: 1, demand: [-1]) == nil)
  }

  @Test("3: safety stock")
  func safetyStock() throws {
    let demand = try #require(LeadTimeDemand(mean: 20, deviation: 5, leadTime: 9, leadTimeDeviation: 2))
    // z = 1.644854; √(9 · 25 + 400 · 4) = 42.72.
    #expect(abs(demand.safetyStock(service: 0.95) - 1.6448536 * 42.7200187) < 1e-5)
    #expect(abs(demand.reorderPoint(service: 0.95) - 180 - 1.6448536 * 42.7200187) < 1e-5)
    let r = demand.reorderPoint(fillRate: 0.98, quantity: 100)
    #expect(abs(demand.fillRate(reorderPoint: r, quantity: 100) - 0.98) < 1e-9)
    #expect(LeadTimeDemand(mean: -1, deviation: 1, leadTime: 1) == nil)
    #expect(LeadTimeDemand(mean: .nan, deviation: 1, leadTime: 1) == nil)
  }

  @Test("4: the promise is kept", arguments: [(UInt64(31), 0.9), (31, 0.95), (31, 0.98)])
  func promise(seed: UInt64, service: Double) throws {
    var random = SplitMix64(seed: seed)
    let demand = (0..<100_000).map { _ in max(0, 50 + 12 * random.normal()) }
    let lead = 6
    // The stock is looked at once a day, so that the review of a day counts to the lead time.
    let spread = try #require(LeadTimeDemand(mean: 50, deviation: 12, leadTime: Double(lead + 1)))
    let policy = InventorySimulation.Policy(reorderPoint: spread.reorderPoint(service: service), quantity: 400)
    let outcome = InventorySimulation(policy: policy, leadTimeDays: lead).outcome(of: demand)
    print("simulated stock, seed \(seed): promised \(service), kept \(outcome.cycleService), fill \(outcome.fillRate)")
    #expect(outcome.cycleService >= service - 0.005 && outcome.orders > 10_000, "seed \(seed): \(outcome)")
    #expect(outcome.fillRate > 0.99)
    #expect(
      InventorySimulation(policy: .init(reorderPoint: 0, quantity: 400), leadTimeDays: lead).outcome(of: demand)
        .cycleService < 0.1)
  }

  @Test("5: ABC")
  func abc() {
    let classes = ABCClass.classes(["a": 70, "b": 15, "c": 11, "d": 2, "e": 2])
    #expect(classes == ["a": .a, "b": .a, "c": .b, "d": .c, "e": .c])
    #expect(ABCClass.classes(["a": 0]) == ["a": .c] && ABCClass.classes([:]).isEmpty)
  }

  private func forecast(_ product: String, daily: Double, half: Double? = nil) throws -> ProductForecast {
    let first = try #require(CalendarDay("2026-06-01"))
    return ProductForecast(
      product: product, demandClass: .smooth, days: (0..<28).map { first.advanced(by: $0) },
      mean: Array(repeating: daily, count: 28), halfWidth: half)
  }

  @Test("6: proposals")
  func proposals() throws {
    let supplier = try #require(
      Supplier(id: "S", leadTimeDays: 10, minimumOrderMinorUnits: 1_000_000, reviewDays: 4))
    let forecasts = [
      "a": try forecast("a", daily: 10, half: 1.2815515655446004 * 5), "b": try forecast("b", daily: 1),
      "c": try forecast("c", daily: 1e6), "e": try forecast("e", daily: 1),
    ]
    let proposal = ReplenishmentPlanner().proposal(
      for: supplier,
      [
        StockPosition(
          product: "a", onHand: 40, onOrder: 20, backordered: 5, costMinorUnits: 250, packSize: 12, abc: .b),
        StockPosition(product: "b", onHand: 500, costMinorUnits: 100),
        StockPosition(product: "c", onHand: 0, costMinorUnits: 1),
        StockPosition(product: "d", onHand: 0, costMinorUnits: 1),
        StockPosition(product: "e", onHand: 0, costMinorUnits: nil),
      ], forecasts: forecasts)
    // 14 days of 10, and 1.645 · 5 · √14 = 30.77 of safety, without 55: 115.77 → ten packs.
    #expect(proposal.lines.map(\.product) == ["a"] && proposal.lines[0].units == 120)
    #expect(abs(proposal.lines[0].safetyStock - 1.6448536 * 5 * 14.0.squareRoot()) < 1e-4)
    #expect(proposal.totalMinorUnits == 30_000 && proposal.note?.contains("970000 minor units below") == true)
    let reason = proposal.lines[0].reason
    for part in ["14 days", "about 140", "Another 31", "95 of 100", "40 on hand", "20 on order", "packs of 12"] {
      #expect(reason.contains(part), "\(reason)")
    }
    #expect(Set(proposal.refused.keys) == ["c", "d", "e"])
    #expect(proposal.refused["c"]?.contains("a person must look") == true)
    #expect(proposal.refused["d"] == "it has no forecast" && proposal.refused["e"] == "it has no cost")
    #expect(Supplier(id: "S", leadTimeDays: -1) == nil)
  }

  @Test("7: risk")
  func risk() throws {
    let forecast = try forecast("a", daily: 10, half: 4)
    let stock = StockPosition(product: "a", onHand: 95, costMinorUnits: 200)
    let risk = StockRisk(stock, forecast, leadTimeDays: 14)
    // Ten a day: nine whole days, and the tenth runs out.
    #expect(risk.stockoutDay?.description == "2026-06-10" && risk.probability > 0.99 && risk.overstockUnits == 0)
    #expect(try #require(risk.earliestStockoutDay) <= (try #require(risk.stockoutDay)))
    let much = StockRisk(
      StockPosition(product: "a", onHand: 4_000, costMinorUnits: 200), forecast, leadTimeDays: 14)
    #expect(much.overstockUnits == 3_100 && much.overstockMinorUnits == 620_000 && much.isMarkdownCandidate)
    #expect(much.stockoutDay == nil && much.probability < 1e-6)
  }

  @Test("8: packs by variant")
  func split() {
    #expect(PackSplit.units(24, packSize: 6, positions: [10, 0, 4]) == [6, 12, 6])
    #expect(PackSplit.units(7, packSize: 6, positions: [0, 0]) == [6, 1])
    #expect(
      PackSplit.units(0, packSize: 6, positions: [1]) == [0] && PackSplit.units(5, packSize: 1, positions: []) == [])
    var draws = SplitMix64(seed: 5)
    for _ in 0..<200 {
      let positions = (0..<(1 + Int(saturating: draws.uniform() * 6))).map { _ in (draws.uniform() * 50).rounded() }
      let packs = Int(saturating: draws.uniform() * 100)
      let split = PackSplit.units(packs * 4, packSize: 4, positions: positions)
      #expect(split.reduce(0, +) == packs * 4 && split.allSatisfy { $0.isMultiple(of: 4) })
      let ends = zip(positions, split).filter { $1 > 0 }.map { $0 + Double($1) }
      // No variant that was served stands a pack above the least of all.
      let least = zip(positions, split).map { $0 + Double($1) }.min() ?? 0
      #expect(ends.allSatisfy { $0 <= least + 4 })
    }
    #expect(PackSplit.units(100_000, packSize: 1, positions: [0, 0]).reduce(0, +) == 100_000)
  }

  @Test("9: slips of the keyboard")
  func slips() throws {
    func reason(_ units: [Double]) -> String? {
      SuspiciousSales.reason(
        DemandSeries(product: "P", first: CalendarDay(daysSinceEpoch: 20_000), units: units))
    }
    #expect(reason([2, 0, 3, 1_000_000, 1])?.contains("a person must look at it") == true)
    #expect(reason([2, 0, 3, 5_000, 1])?.contains("never more than 3") == true)
    #expect(reason([2, 0, 3, 140, 1]) == nil && reason([200, 300, 9_000, 250]) == nil && reason([]) == nil)
  }
}
