import Glibc

/// The end of a season: prices that only fall, and goods worth little after it.
public struct MarkdownProblem: Hashable, Sendable {
  /// From the highest to the lowest, in minor units.
  public var prices: [Int64]
  public var stock: Int
  /// Mean units of each week at each price: `demand[week][price]`.
  public var demand: [[Double]]
  /// The worth of a unit that is left, in minor units.
  public var salvage: Int64

  public static let maxWeeks = 104
  public static let maxPrices = 50
  public static let maxStock = 1_000_000
  /// A larger stock is planned in lots.
  static let maxLots = 400

  /// nil unless prices fall strictly, each week has a demand of 0 … 1e9 for each price, and all is within the limits.
  public init?(prices: [Int64], stock: Int, demand: [[Double]], salvage: Int64 = 0) {
    guard (1...Self.maxPrices).contains(prices.count), zip(prices, prices.dropFirst()).allSatisfy({ $0 > $1 }),
      prices.allSatisfy({ (1...1_000_000_000_000).contains($0) }), (1...Self.maxStock).contains(stock),
      (1...Self.maxWeeks).contains(demand.count), (0...1_000_000_000_000).contains(salvage),
      demand.allSatisfy({ $0.count == prices.count && $0.allSatisfy((0...1e9).contains) })
    else { return nil }
    self.prices = prices
    self.stock = stock
    self.demand = demand
    self.salvage = salvage
  }
}

/// The best prices by week and stock, found backwards from the last week (a dynamic programme).
///
/// V(t, i, s) = max over j ≥ i of E[p_j · min(D, s) + V(t + 1, j, s − min(D, s))], D Poisson with the week's mean at p_j;
/// V(end, i, s) = salvage · s (Gallego and van Ryzin 1994, in discrete weeks with prices that never rise).
public struct MarkdownPlan: Hashable, Sendable {
  public let problem: MarkdownProblem
  /// Units in one lot of the plan.
  public let lot: Int
  public let expectedRevenue: Double
  /// The share of the stock that is expected to be sold.
  public let expectedSellThrough: Double
  /// The price of each week if sales run as expected.
  public let expectedPrices: [Int64]
  private let choices: [UInt8]
  private let lots: Int

  public init(_ problem: MarkdownProblem) {
    self.problem = problem
    lot = (problem.stock + MarkdownProblem.maxLots - 1) / MarkdownProblem.maxLots
    lots = (problem.stock + lot - 1) / lot
    let solver = MarkdownSolver(problem, lot: lot, lots: lots)
    let solved = solver.solve()
    choices = solved.choices
    expectedRevenue = solved.value * Double(problem.stock) / Double(lots)
    let forward = solver.forward(solved.choices)
    expectedSellThrough = forward.sold / Double(lots)
    expectedPrices = forward.prices.map { problem.prices[$0] }
  }

  /// The price to set in a week, from the price that was set before and the units that are left; nil without any.
  public func price(week: Int, previousPrice: Int64?, stock: Int) -> Int64? {
    guard problem.demand.indices.contains(week), stock > 0 else { return nil }
    let level =
      previousPrice.map { known in
        problem.prices.firstIndex { $0 <= known } ?? problem.prices.count - 1
      } ?? 0
    let left = min(lots, (stock + lot - 1) / lot)
    return problem.prices[Int(choices[MarkdownSolver.place(week, level, left, problem.prices.count, lots)])]
  }
}

private struct MarkdownSolver {
  let problem: MarkdownProblem
  let lots: Int
  /// Revenue of a lot at each price, in minor units of one unit: the whole is scaled at the end.
  let prices: [Double]
  /// Poisson probabilities of lots by week and price, and the probability of at least as many.
  let demand: [[(mass: [Double], atLeast: [Double])]]

  init(_ problem: MarkdownProblem, lot: Int, lots: Int) {
    self.problem = problem
    self.lots = lots
    prices = problem.prices.map { Double($0) }
    demand = problem.demand.map { week in week.map { Self.poisson($0 / Double(lot), upTo: lots) } }
  }

  static func place(_ week: Int, _ level: Int, _ stock: Int, _ levels: Int, _ lots: Int) -> Int {
    (week * levels + level) * (lots + 1) + stock
  }

  /// Probabilities of 0 … most, and of at least each of them.
  private static func poisson(_ mean: Double, upTo most: Int) -> (mass: [Double], atLeast: [Double]) {
    var mass = [Double](repeating: 0, count: most + 1)
    var atLeast = [Double](repeating: 1, count: most + 1)
    var below = 0.0
    for count in 0...most {
      let number = Double(count)
      mass[count] = mean > 0 ? exp(number * log(mean) - mean - lgamma(number + 1)) : (count == 0 ? 1 : 0)
      atLeast[count] = max(0, 1 - below)
      below += mass[count]
    }
    return (mass, atLeast)
  }

  func solve() -> (value: Double, choices: [UInt8]) {
    let levels = prices.count
    let weeks = demand.count
    var choices = [UInt8](repeating: 0, count: weeks * levels * (lots + 1))
    var next = (0..<levels).map { _ in (0...lots).map { Double(problem.salvage) * Double($0) } }
    for week in (0..<weeks).reversed() {
      let worth = (0..<levels).map { level in expected(week, level, next[level]) }
      var now = next
      for stock in 0...lots {
        var best = levels - 1
        for level in (0..<levels).reversed() {
          // The higher price wins among equal ones.
          if worth[level][stock] >= worth[best][stock] { best = level }
          now[level][stock] = worth[best][stock]
          choices[Self.place(week, level, stock, levels, lots)] = UInt8(clamping: best)
        }
      }
      next = now
    }
    return (next[0][lots], choices)
  }

  /// The expected worth of each stock at a price: this week's sales, and what comes after.
  private func expected(_ week: Int, _ level: Int, _ after: [Double]) -> [Double] {
    let (mass, atLeast) = demand[week][level]
    let price = prices[level]
    return (0...lots).map { stock in
      var sum = atLeast[stock] * (price * Double(stock) + after[0])
      for sold in 0..<stock { sum += mass[sold] * (price * Double(sold) + after[stock - sold]) }
      return sum
    }
  }

  /// Runs the chosen prices forwards: the lots that are sold, and the level of each week's most probable state.
  func forward(_ choices: [UInt8]) -> (sold: Double, prices: [Int]) {
    let levels = prices.count
    var states = Array(repeating: [Double](repeating: 0, count: lots + 1), count: levels)
    states[0][lots] = 1
    var path: [Int] = []
    for week in demand.indices {
      var next = Array(repeating: [Double](repeating: 0, count: lots + 1), count: levels)
      var chosen = [Double](repeating: 0, count: levels)
      for level in 0..<levels {
        for stock in 0...lots where states[level][stock] > 1e-15 {
          let choice = Int(choices[Self.place(week, level, stock, levels, lots)])
          let (mass, atLeast) = demand[week][choice]
          let weight = states[level][stock]
          if stock > 0 { chosen[choice] += weight }
          next[choice][0] += weight * atLeast[stock]
          for sold in 0..<stock { next[choice][stock - sold] += weight * mass[sold] }
        }
      }
      path.append(chosen.indices.max { chosen[$0] < chosen[$1] } ?? 0)
      states = next
    }
    let left = states.reduce(0) { sum, level in
      sum + level.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    }
    return (Double(lots) - left, path)
  }
}
