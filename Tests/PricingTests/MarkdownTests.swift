// 1. For small problems (seed printed) the plan's revenue equals that of trying every policy by enumeration.
// 2. No plan beats the deterministic bound (Gallego and van Ryzin 1994); with much stock and demand it comes near it.
// 3. Prices never rise; more weeks or more salvage are never worth less; a plan sells at least the stock that the highest
//    price sells.
// 4. Large stocks are planned in lots; bad problems are refused.
import Foundation
import Numbers
import TestSupport
import Testing

@testable import Pricing

@Suite struct MarkdownTests {
  private static func poisson(_ mean: Double, _ count: Int) -> Double {
    exp(-mean) * pow(mean, Double(count)) / (1...max(1, count)).reduce(1.0) { $0 * Double($1) }
  }

  /// The worth of the best policy, by recursion over every state, price and sale.
  private static func best(_ problem: MarkdownProblem, _ week: Int, _ level: Int, _ stock: Int) -> Double {
    guard week < problem.demand.count else { return Double(problem.salvage) * Double(stock) }
    if stock == 0 { return 0 }
    return (level..<problem.prices.count).map { choice in
      var sum = 0.0
      var rest = 1.0
      for sold in 0..<stock {
        let mass = poisson(problem.demand[week][choice], sold)
        rest -= mass
        sum +=
          mass
          * (Double(problem.prices[choice]) * Double(sold) + best(problem, week + 1, choice, stock - sold))
      }
      return sum + rest * Double(problem.prices[choice]) * Double(stock)
    }.max()!
  }

  @Test("1: small problems")
  func small() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let demand = (0..<3).map { _ in
        (0..<3).map { Double($0 + 1) * Double.random(in: 0...1.5, using: &random) }
      }
      let problem = try #require(
        MarkdownProblem(
          prices: [1000, 800, 500], stock: Int.random(in: 1...4, using: &random), demand: demand,
          salvage: Int64.random(in: 0...300, using: &random)))
      let plan = MarkdownPlan(problem)
      let expected = Self.best(problem, 0, 0, problem.stock)
      #expect(abs(plan.expectedRevenue - expected) < 1e-6 * max(1, expected), "seed \(seed)")
    }
  }

  @Test("2: the deterministic bound")
  func bound() throws {
    // q = 40 · (p ÷ 20)^-2 a week: 120 units in 4 weeks clear at 20 · √(4 · 40 ÷ 120).
    let ladder = stride(from: Int64(4000), to: 1400, by: -100).map { $0 }
    let demand = (0..<4).map { _ in ladder.map { 40 * pow(Double($0) / 2000, -2) } }
    let plan = MarkdownPlan(try #require(MarkdownProblem(prices: ladder, stock: 120, demand: demand)))
    let clearing = 2000 * (4.0 * 40 / 120).squareRoot()
    let deterministic = clearing * 120
    #expect(plan.expectedRevenue <= deterministic)
    #expect(plan.expectedRevenue >= 0.94 * deterministic)
    #expect(plan.expectedSellThrough > 0.9)
  }

  @Test("3: order")
  func order() throws {
    let ladder: [Int64] = [2000, 1700, 1400, 1000]
    func plan(weeks: Int = 6, salvage: Int64 = 0, stock: Int = 60) throws -> MarkdownPlan {
      let demand = (0..<weeks).map { week in ladder.map { 6 * pow(Double($0) / 2000, -2.5) * pow(0.9, Double(week)) } }
      return MarkdownPlan(try #require(MarkdownProblem(prices: ladder, stock: stock, demand: demand, salvage: salvage)))
    }
    let usual = try plan()
    #expect(zip(usual.expectedPrices, usual.expectedPrices.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(try plan(weeks: 7).expectedRevenue >= usual.expectedRevenue)
    #expect(try plan(salvage: 100).expectedRevenue > usual.expectedRevenue)
    for week in 0..<6 {
      for stock in stride(from: 1, through: 60, by: 7) {
        for previous in ladder {
          let price = try #require(usual.price(week: week, previousPrice: previous, stock: stock))
          #expect(price <= previous && ladder.contains(price))
          // Fewer pieces left are never cheaper.
          if stock > 7 { #expect(price <= usual.price(week: week, previousPrice: previous, stock: stock - 7)!) }
        }
      }
    }
    #expect(usual.price(week: 6, previousPrice: nil, stock: 1) == nil)
    #expect(usual.price(week: 0, previousPrice: nil, stock: 0) == nil)
  }

  @Test("4: lots and limits")
  func lots() throws {
    let demand = [[300.0, 500, 900], [300, 500, 900]]
    let large = try #require(MarkdownProblem(prices: [1000, 800, 500], stock: 1_200, demand: demand))
    let plan = MarkdownPlan(large)
    #expect(plan.lot == 3 && plan.expectedRevenue > 0 && plan.expectedRevenue <= 1_200 * 1000)
    #expect(plan.price(week: 0, previousPrice: nil, stock: 1_200) != nil)
    let bad: [MarkdownProblem?] = [
      MarkdownProblem(prices: [], stock: 1, demand: [[]]),
      MarkdownProblem(prices: [5, 5], stock: 1, demand: [[1, 1]]),
      MarkdownProblem(prices: [5, 0], stock: 1, demand: [[1, 1]]),
      MarkdownProblem(prices: [5], stock: 0, demand: [[1]]), MarkdownProblem(prices: [5], stock: 1, demand: []),
      MarkdownProblem(prices: [5], stock: 1, demand: [[1, 2]]),
      MarkdownProblem(prices: [5], stock: 1, demand: [[.nan]]),
      MarkdownProblem(prices: [5], stock: 1, demand: [[-1]]),
      MarkdownProblem(prices: [5], stock: 1, demand: [[1]], salvage: -1),
    ]
    #expect(bad.allSatisfy { $0 == nil })
  }
}
