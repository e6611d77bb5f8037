internal import Glibc
internal import Statistics

/// The beta-geometric/NBD model of buying and leaving (Fader, Hardie and Lee 2005).
///
/// A customer buys at a rate λ ~ gamma(r, α), and leaves after a purchase with the probability p ~ beta(a, b).
public struct BGNBD: Sendable, Equatable {
  public let r, alpha, a, b: Double

  /// nil unless all are above zero.
  public init?(r: Double, alpha: Double, a: Double, b: Double) {
    guard [r, alpha, a, b].allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    self.r = r
    self.alpha = alpha
    self.a = a
    self.b = b
  }

  /// A customer in the model's unit of time: x repeat purchases, the last at t_x, observed for T.
  public struct History: Sendable, Hashable {
    public let x, tx, age: Double

    public init(x: Double, tx: Double, age: Double) {
      self.x = x
      self.tx = tx
      self.age = age
    }

    /// In weeks, the unit of the published figures.
    public init(weeks summary: PurchaseSummary) {
      self.init(x: Double(summary.repeats), tx: summary.recencyDays / 7, age: summary.ageDays / 7)
    }
  }

  /// Maximum likelihood by the simplex, over the logarithms of the parameters. Throws where no customer came back, or
  /// there are fewer than `fewestCustomers`.
  public static func fitted(_ histories: [History]) throws(UnusableHistory) -> (model: BGNBD, logLikelihood: Double) {
    guard histories.count >= UnusableHistory.fewestCustomers, histories.contains(where: { $0.x > 0 }) else {
      throw UnusableHistory(customers: histories.count, repeaters: histories.count { $0.x > 0 })
    }
    // Customers with equal histories are counted once.
    let counted = Dictionary(histories.map { ($0, 1.0) }, uniquingKeysWith: +)
      .sorted { ($0.key.x, $0.key.tx, $0.key.age) < ($1.key.x, $1.key.tx, $1.key.age) }
    let scale = max(1e-9, histories.map(\.age).max() ?? 1)
    func cost(_ logarithms: [Double]) -> Double {
      guard logarithms.allSatisfy({ abs($0) < 20 }), let model = BGNBD(logarithms.map { exp($0) }) else {
        return .infinity
      }
      return -counted.reduce(0) { $0 + $1.value * model.logLikelihood($1.key) }
    }
    // From two starts, because a simplex may stop on the way.
    var best = NelderMead.precise.minimum(from: [0, log(scale / 10), 0, 0.5], of: cost)
    let again = NelderMead.precise.minimum(from: best.point.map { $0 + 0.1 }, of: cost)
    if again.value < best.value { best = again }
    guard let model = BGNBD(best.point.map { exp($0) }) else {
      throw UnusableHistory(customers: histories.count, repeaters: histories.count { $0.x > 0 })
    }
    return (model, -best.value)
  }

  private init?(_ parameters: [Double]) {
    self.init(r: parameters[0], alpha: parameters[1], a: parameters[2], b: parameters[3])
  }

  /// ln L of one history (equation 6).
  public func logLikelihood(_ history: History) -> Double {
    let (x, tx, age) = (history.x, history.tx, history.age)
    let first = logGamma(r + x) - logGamma(r) + r * log(alpha)
    let second = logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x)
    let alive = -(r + x) * log(alpha + age)
    guard x > 0 else { return first + second + alive }
    let gone = log(a) - log(b + x - 1) - (r + x) * log(alpha + tx)
    let most = max(alive, gone)
    return first + second + most + log(exp(alive - most) + exp(gone - most))
  }

  /// E[X(t)]: the purchases of a new customer in time t (equation 9).
  public func expectedPurchases(newFor t: Double) -> Double {
    guard t > 0 else { return 0 }
    // a = 1 is a removable gap of the formula.
    let a = abs(self.a - 1) < 1e-9 ? self.a + 1e-7 : self.a
    let f = hypergeometric(r, b, a + b - 1, t / (alpha + t))
    return (a + b - 1) / (a - 1) * (1 - exp(r * log(alpha / (alpha + t))) * f)
  }

  /// E[Y(t) | x, t_x, T]: the purchases in the next t of a customer with that history (equation 10).
  public func expectedPurchases(next t: Double, _ history: History) -> Double {
    guard t > 0 else { return 0 }
    let (x, tx, age) = (history.x, history.tx, history.age)
    let a = abs(self.a - 1) < 1e-9 ? self.a + 1e-7 : self.a
    let f = hypergeometric(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    let head = (a + b + x - 1) / (a - 1) * (1 - exp((r + x) * log((alpha + age) / (alpha + age + t))) * f)
    guard x > 0 else { return head }
    return head / (1 + a / (b + x - 1) * exp((r + x) * log((alpha + age) / (alpha + tx))))
  }

  /// P(alive | x, t_x, T); a customer without a repeat purchase cannot have left in this model.
  public func probabilityAlive(_ history: History) -> Double {
    guard history.x > 0 else { return 1 }
    return 1
      / (1 + a / (b + history.x - 1) * exp((r + history.x) * log((alpha + history.age) / (alpha + history.tx))))
  }

  /// P(X(t) = x) of a new customer (equation 8).
  public func probability(of x: Int, newFor t: Double) -> Double {
    let n = Double(x)
    let first = exp(
      logBeta(a, b + n) - logBeta(a, b) + logGamma(r + n) - logGamma(r) - logGamma(n + 1)
        + r * log(alpha / (alpha + t)) + n * log(t / (alpha + t)))
    guard x > 0 else { return first }
    var sum = 0.0
    for j in 0..<x {
      let k = Double(j)
      sum += exp(logGamma(r + k) - logGamma(r) - logGamma(k + 1) + k * log(t / (alpha + t)))
    }
    let left = 1 - exp(r * log(alpha / (alpha + t))) * sum
    return first + exp(logBeta(a + 1, b + n - 1) - logBeta(a, b)) * left
  }
}

/// Too few purchases to learn a model of customers from.
public struct UnusableHistory: Error, Equatable, CustomStringConvertible {
  public static let fewestCustomers = 20
  public let customers: Int
  public let repeaters: Int

  public var description: String {
    "\(repeaters) of \(customers) customers bought again: at least \(Self.fewestCustomers) customers, and some who did, "
      + "are needed"
  }
}
