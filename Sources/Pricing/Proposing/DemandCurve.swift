import Glibc

/// Units sold in a day (or a week) at a price. Prices are minor units, as real numbers.
public enum DemandCurve: Hashable, Sendable {
  /// q = units · (p ÷ price)^elasticity
  case constantElasticity(price: Double, units: Double, elasticity: Double)
  /// q = intercept − slope · p, and 0 above the price at which that is 0
  case linear(intercept: Double, slope: Double)
  /// q = market · e^(constant − sensitivity · p) ÷ (1 + e^(constant − sensitivity · p))
  case logit(market: Double, constant: Double, sensitivity: Double)

  /// The straight line that has the elasticity at a price; nil unless all of it is positive and ε below 0.
  public static func linear(price: Double, units: Double, elasticity: Double) -> DemandCurve? {
    guard price > 0, units > 0, elasticity < 0 else { return nil }
    return .linear(intercept: units * (1 - elasticity), slope: -elasticity * units / price)
  }

  /// The logit curve of a market that has the elasticity at a price: ε = −β · p · (1 − q ÷ market).
  public static func logit(price: Double, units: Double, elasticity: Double, market: Double) -> DemandCurve? {
    guard price > 0, units > 0, market > units, elasticity < 0 else { return nil }
    let share = units / market
    let sensitivity = -elasticity / (price * (1 - share))
    return .logit(market: market, constant: log(share / (1 - share)) + sensitivity * price, sensitivity: sensitivity)
  }

  public func units(at price: Double) -> Double {
    switch self {
    case .constantElasticity(let reference, let units, let elasticity): units * pow(price / reference, elasticity)
    case .linear(let intercept, let slope): max(0, intercept - slope * price)
    case .logit(let market, let constant, let sensitivity): market / (1 + exp(sensitivity * price - constant))
    }
  }

  /// The price at which so many units are sold; nil if no price above 0 does.
  public func price(selling units: Double) -> Double? {
    guard units > 0 else { return nil }
    let price: Double
    switch self {
    case .constantElasticity(let reference, let known, let elasticity):
      guard elasticity != 0 else { return nil }
      price = reference * pow(units / known, 1 / elasticity)
    case .linear(let intercept, let slope): price = (intercept - units) / slope
    case .logit(let market, let constant, let sensitivity):
      guard units < market else { return nil }
      price = (constant - log(units / (market - units))) / sensitivity
    }
    return price.isFinite && price > 0 ? price : nil
  }

  /// The price that maximises (p − cost) · q(p); nil where each higher price is better still, or there is no demand.
  ///
  /// Constant elasticity: p* = cost · ε ÷ (1 + ε) for ε < −1 (Lerner 1934): cost 10 and ε = −2.5 give 16.6667. Linear:
  /// p* = (a ÷ b + cost) ÷ 2. Logit: p* = cost + (1 + W(e^(α − β · cost − 1))) ÷ β with Lambert's W.
  public func bestPrice(cost: Double) -> Double? {
    switch self {
    case .constantElasticity(_, _, let elasticity):
      // Without a cost, revenue falls with each higher price.
      return elasticity < -1 ? cost * elasticity / (1 + elasticity) : nil
    case .linear(let intercept, let slope):
      guard slope > 0, intercept > slope * cost else { return nil }
      return (intercept / slope + cost) / 2
    case .logit(_, let constant, let sensitivity):
      guard sensitivity > 0 else { return nil }
      return cost + (1 + Self.lambertOfExponential(constant - sensitivity * cost - 1)) / sensitivity
    }
  }

  /// W(e^x), from w + ln w = x by Newton's method: e^x itself would overflow for dear constants.
  static func lambertOfExponential(_ x: Double) -> Double {
    var w = x > 1 ? x - log(x) : exp(x) / (1 + exp(x))
    for _ in 0..<50 where w > 0 {
      let step = (w + log(w) - x) * w / (w + 1)
      let next = w - step
      // A step below 0 is halved.
      w = next > 0 ? next : w / 2
      if abs(step) <= 1e-15 * w { break }
    }
    return w
  }
}

/// The measure that a price is best for.
public struct PricingObjective: Hashable, Sendable {
  /// 1: margin; 0: revenue; between: a mix of both.
  public let marginWeight: Double

  /// nil outside of 0 … 1.
  public init?(marginWeight: Double) {
    guard (0...1).contains(marginWeight) else { return nil }
    self.marginWeight = marginWeight
  }

  private init() { marginWeight = 1 }
  public static let margin = PricingObjective()

  /// w · (p − c) · q + (1 − w) · p · q = (p − w · c) · q
  public func value(price: Double, units: Double, cost: Double) -> Double { (price - marginWeight * cost) * units }
}
