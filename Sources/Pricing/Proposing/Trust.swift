public import Catalog

/// Why a price that a person typed is not taken as it is.
public enum TypedPriceRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case outOfRange(Int64)
  case belowCost(Int64, cost: Int64)
  case misplacedPoint(Int64, current: Int64)
  case rail(String)

  public var description: String { text { "\($0)" } }

  /// The reason with amounts of a currency.
  public func description(in currency: Currency) -> String {
    text { Money(minorUnits: $0, currency: currency).displayText }
  }

  private func text(_ amount: (Int64) -> String) -> String {
    switch self {
    case .outOfRange(let price): "\(price) minor units are not a price"
    case .belowCost(let price, let cost): "\(amount(price)) is below the cost of \(amount(cost))"
    case .misplacedPoint(let price, let current):
      "\(amount(price)) is near a tenth, a hundredth, ten or a hundred times of the current \(amount(current)): is the decimal point right?"
    case .rail(let reason): reason
    }
  }
}

extension GuardRails {
  /// Checks a price that a person typed: it must keep every rail as it stands, and must not look like a slip.
  public func check(typed price: Int64, in situation: PricingSituation) throws(TypedPriceRefusal) {
    guard price > 0, CatalogLimits.moneyMinorUnits.contains(price) else { throw .outOfRange(price) }
    let factors: [(Int64, Int64)] = [(1, 100), (1, 10), (10, 1), (100, 1)]
    for (over, under) in factors {
      let slip = situation.price.scaled(by: over, over: under)
      // Within a tenth: 49.99 typed as 499, 4999 typed as 45.
      if slip > 0, (price - slip).magnitude <= (slip / 10).magnitude {
        throw .misplacedPoint(price, current: situation.price)
      }
    }
    if let cost = situation.cost, price < cost { throw .belowCost(price, cost: cost) }
    var rails = self
    rails.ending = nil
    rails.beyondObserved = nil
    do throws(RailRefusal) {
      let railed = try rails.applied(to: price, in: situation) { _, _ in false }
      guard railed.price == price else {
        throw RailRefusal(rails: railed.bound.map(\.rail), description: railed.bound[0].description)
      }
    } catch {
      throw .rail(error.description)
    }
  }
}

/// The proposals that are published without a person, once a pricing manager trusts the estimates.
public struct ApprovalBand: Hashable, Sendable {
  public var maxChange: Share
  /// How much of the elasticity must be the product's own.
  public var leastOwnWeight: Double

  public init(maxChange: Share, leastOwnWeight: Double = 0.5) {
    self.maxChange = maxChange
    self.leastOwnWeight = leastOwnWeight
  }

  public func approves(_ proposal: PriceProposal) -> Bool {
    guard proposal.decision == .change, let elasticity = proposal.elasticity,
      elasticity.ownWeight >= leastOwnWeight, elasticity.interval.upperBound < 0
    else { return false }
    let change = (proposal.price - proposal.currentPrice).magnitude
    return change <= maxChange.of(proposal.currentPrice).magnitude
  }
}

/// Products that keep their prices, to measure against.
public struct Holdout: Hashable, Sendable {
  public var share: Share
  /// Another salt draws other products.
  public var salt: String

  public init(share: Share, salt: String) {
    self.share = share
    self.salt = salt
  }

  /// The same answer for a product on every machine.
  public func holds(_ product: String) -> Bool {
    let hash = SplitMix64.scrambled(UInt64(fnv1aOf: "\(salt)\u{0}\(product)".utf8))
    return Int64(clamping: hash % UInt64(Share.millionth.magnitude)) < share.partsPerMillion
  }
}

/// The true effect of price changes: growth of changed products against that of held ones (difference in differences).
public struct MeasuredEffect: Hashable, Sendable {
  public struct Product: Hashable, Sendable {
    public var isHeldOut: Bool
    /// The objective a day before and after.
    public var before: Double
    public var after: Double
    /// The growth a day that the proposal expected; 0 for held products.
    public var predicted: Double

    public init(isHeldOut: Bool, before: Double, after: Double, predicted: Double = 0) {
      self.isHeldOut = isHeldOut
      self.before = before
      self.after = after
      self.predicted = predicted
    }
  }

  /// Growth a day and product.
  public var actual: Double
  public var predicted: Double
  public var standardError: Double
  public var interval: ClosedRange<Double> { actual - 1.96 * standardError...actual + 1.96 * standardError }

  /// nil unless both groups have at least two products.
  public init?(_ products: [Product]) {
    let groups = [false, true].map { held in products.filter { $0.isHeldOut == held }.map { $0.after - $0.before } }
    guard groups.allSatisfy({ $0.count >= 2 }) else { return nil }
    let means = groups.map { $0.reduce(0, +) / Double($0.count) }
    let variances = zip(groups, means).map { group, mean in
      group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count - 1) / Double(group.count)
    }
    actual = means[0] - means[1]
    standardError = (variances[0] + variances[1]).squareRoot()
    let changed = products.filter { !$0.isHeldOut }
    predicted = changed.reduce(0) { $0 + $1.predicted } / Double(changed.count)
  }
}
