import Catalog
import Glibc
internal import Statistics

/// Knowledge of a product's demand: a curve, and how sure its elasticity is.
public struct DemandEstimate: Hashable, Sendable {
  /// Units of a mean day at the reference price, in minor units.
  public var referencePrice: Double
  public var referenceUnits: Double
  /// Relative standard error of the reference units.
  public var unitsError: Double
  public var elasticity: ShrunkElasticity

  public init(
    referencePrice: Double, referenceUnits: Double, unitsError: Double = 0, elasticity: ShrunkElasticity
  ) {
    self.referencePrice = referencePrice
    self.referenceUnits = referenceUnits
    self.unitsError = unitsError
    self.elasticity = elasticity
  }

  public func curve(elasticity: Double) -> DemandCurve {
    .constantElasticity(price: referencePrice, units: referenceUnits, elasticity: elasticity)
  }
}

/// A number with the interval that holds it 95 % of the time.
public struct Expected: Hashable, Sendable {
  public var value: Double
  public var low: Double
  public var high: Double
}

/// A day's sales at a price, as expected.
public struct ExpectedSales: Hashable, Sendable {
  public var price: Int64
  public var units: Expected
  public var revenue: Expected
  /// nil without a cost.
  public var margin: Expected?
}

/// A new price for a product, or the reason why there is none, with the evidence for it.
public struct PriceProposal: Hashable, Sendable {
  public enum Decision: Hashable, Sendable {
    case change
    /// The price is right, or a better one is not worth a change.
    case keep(String)
    case refused(String)
  }

  public var product: String
  public var decision: Decision
  public var currentPrice: Int64
  /// The price to have from now on: the current one unless the decision is a change.
  public var price: Int64
  /// The best price before the rails.
  public var wish: Double?
  public var bound: [RailEffect] = []
  public var gaveWay: [RailEffect] = []
  public var now: ExpectedSales?
  public var then: ExpectedSales?
  public var elasticity: ShrunkElasticity?
  /// Points of the curve, for a picture.
  public var curve: [ExpectedSales] = []
  public var evidence: [String] = []

  /// The growth a day that is expected, in minor units: of margin, or of revenue where no cost is known.
  public var gain: Double {
    guard let now, let then else { return 0 }
    if let before = now.margin, let after = then.margin { return after.value - before.value }
    return then.revenue.value - now.revenue.value
  }
}

/// Proposes prices. Nothing about shoppers goes in: sales, costs, stock, competitors and limits alone.
public struct PriceProposer: Sendable {
  public var objective: PricingObjective
  public var rails: GuardRails
  /// The share by which the objective must grow, for a change to be worth its trouble.
  public var leastGain: Double

  public init(objective: PricingObjective = .margin, rails: GuardRails, leastGain: Double = 0.005) {
    self.objective = objective
    self.rails = rails
    self.leastGain = leastGain
  }

  public func propose(_ situation: PricingSituation, demand: DemandEstimate) -> PriceProposal {
    propose(situation, demand: demand, elasticity: demand.elasticity.value, isExploring: false)
  }

  /// Thompson sampling: the best price for an elasticity drawn from what is known, so that uncertain products are tried
  /// at other prices and sure ones are not. A draw that is expected to cost more than `budget` a day (in the objective's
  /// minor units, by the mean elasticity) is not taken.
  public func explore(
    _ situation: PricingSituation, demand: DemandEstimate, budget: Double, random: inout SplitMix64
  ) -> PriceProposal {
    let best = propose(situation, demand: demand)
    if case .refused = best.decision { return best }
    let drawn = demand.elasticity.value + demand.elasticity.deviation * random.normal()
    var explored = propose(situation, demand: demand, elasticity: min(drawn, -0.05), isExploring: true)
    guard explored.decision == .change else { return best }
    let curve = demand.curve(elasticity: demand.elasticity.value)
    let loss = value(best.price, curve, situation) - value(explored.price, curve, situation)
    guard loss <= budget else { return best }
    explored.evidence.append("exploring: drawn elasticity \(rounded(drawn)), expected cost \(rounded(loss)) a day")
    return explored
  }

  private func value(_ price: Int64, _ curve: DemandCurve, _ situation: PricingSituation) -> Double {
    let units = min(curve.units(at: Double(price)), situation.maxUnitsADay)
    return objective.value(price: Double(price), units: units, cost: Double(situation.cost ?? 0))
  }

  private func propose(
    _ situation: PricingSituation, demand: DemandEstimate, elasticity: Double, isExploring: Bool
  ) -> PriceProposal {
    var proposal = PriceProposal(
      product: situation.product, decision: .refused(""), currentPrice: situation.price, price: situation.price)
    proposal.elasticity = demand.elasticity
    if let reason = Self.fault(situation, demand, objective) {
      proposal.decision = .refused(reason)
      return proposal
    }
    let curve = demand.curve(elasticity: elasticity)
    var wish = self.wish(situation, curve, &proposal.evidence)
    wish = stockPrice(wish, situation, curve, &proposal.evidence)
    proposal.wish = wish
    proposal.now = sales(at: situation.price, situation, demand)
    var rails = rails
    // Exploring is what leaves the observed range: the other rails stay.
    if isExploring { rails.beyondObserved = nil }
    do throws(RailRefusal) {
      let railed = try rails.applied(to: Int64(saturating: wish.rounded()), in: situation) { left, right in
        value(left, curve, situation) > value(right, curve, situation)
      }
      proposal.bound = railed.bound
      proposal.gaveWay = railed.gaveWay
      decide(&proposal, railed.price, situation, curve, isExploring)
    } catch {
      proposal.decision = .refused(error.description)
    }
    proposal.then = sales(at: proposal.price, situation, demand)
    proposal.curve = points(situation, demand, around: proposal.price)
    return proposal
  }

  private static func fault(
    _ situation: PricingSituation, _ demand: DemandEstimate, _ objective: PricingObjective
  ) -> String? {
    let limits = 1...CatalogLimits.moneyMinorUnits.upperBound
    guard limits.contains(situation.price) else { return "the current price \(situation.price) is out of range" }
    if let cost = situation.cost, !CatalogLimits.moneyMinorUnits.contains(cost) {
      return "the cost \(cost) is out of range"
    }
    guard objective.marginWeight == 0 || situation.cost != nil else { return "no cost is known, which margin needs" }
    guard demand.referencePrice > 0, demand.referenceUnits > 0, demand.referencePrice.isFinite,
      demand.referenceUnits.isFinite, demand.elasticity.value.isFinite, demand.elasticity.deviation.isFinite
    else { return "the demand is not known" }
    guard demand.elasticity.value < 0 else {
      return "units seem to rise with the price (elasticity \(rounded(demand.elasticity.value))), "
        + "so the estimate cannot be trusted"
    }
    return nil
  }

  /// The best price by the curve alone.
  private func wish(_ situation: PricingSituation, _ curve: DemandCurve, _ evidence: inout [String]) -> Double {
    let cost = objective.marginWeight * Double(situation.cost ?? 0)
    if let best = curve.bestPrice(cost: cost), best > 0 {
      evidence.append("best price by the curve: \(text(best))")
      return best
    }
    if case .constantElasticity(_, _, let elasticity) = curve, elasticity >= -1 {
      evidence.append("demand hardly answers the price: each higher price earns more, as far as the rails go")
      return Double(CatalogLimits.moneyMinorUnits.upperBound)
    }
    evidence.append("each lower price earns more, as far as the rails go")
    return 1
  }

  /// Raises the price of scarce goods to the one at which they last; lowers that of goods that must be sold in time.
  private func stockPrice(
    _ wish: Double, _ situation: PricingSituation, _ curve: DemandCurve, _ evidence: inout [String]
  ) -> Double {
    guard let stock = situation.stock, let days = situation.daysOfStock, stock > 0, days > 0,
      let clearing = curve.price(selling: Double(stock) / Double(days))
    else { return wish }
    // The best fixed price is the higher one of the two (Gallego and van Ryzin 1994, proposition 3).
    if clearing > wish {
      evidence.append("scarce: \(stock) units last \(days) days at \(text(clearing))")
      return clearing
    }
    if situation.mustSellThrough, clearing < wish {
      evidence.append("overstock: \(stock) units are sold in \(days) days at \(text(clearing))")
      return clearing
    }
    return wish
  }

  private func decide(
    _ proposal: inout PriceProposal, _ price: Int64, _ situation: PricingSituation, _ curve: DemandCurve,
    _ isExploring: Bool
  ) {
    guard price != situation.price else {
      proposal.decision = .keep("the price is the best one that the rails allow")
      return
    }
    let now = value(situation.price, curve, situation)
    let gain = value(price, curve, situation) - now
    // Below a floor or above a ceiling a price must move whatever it earns; for stock it moves for the stock's sake.
    let isForced = !rails.keeps(situation.price, in: situation) || situation.mustSellThrough
    guard isForced || isExploring || gain > leastGain * abs(now) else {
      proposal.decision = .keep("a change to \(rails.text(price)) would add \(text(gain)) a day: not worth it")
      proposal.bound = []
      return
    }
    proposal.price = price
    proposal.decision = .change
  }

  /// An amount of minor units as texts show it.
  private func text(_ amount: Double) -> String {
    rails.currency == nil ? rounded(amount) : rails.text(Int64(saturating: amount.rounded()))
  }

  /// Sales at a price, with the interval of elasticity and level.
  private func sales(at price: Int64, _ situation: PricingSituation, _ demand: DemandEstimate) -> ExpectedSales {
    let distance = log(Double(price) / demand.referencePrice)
    let mean = demand.referenceUnits * exp(demand.elasticity.value * distance)
    let spread = demand.elasticity.deviation * distance
    let error = 1.96 * (spread * spread + demand.unitsError * demand.unitsError).squareRoot()
    let most = situation.maxUnitsADay
    let units = Expected(value: min(mean, most), low: min(mean * exp(-error), most), high: min(mean * exp(error), most))
    func times(_ factor: Double) -> Expected {
      let ends = [units.low * factor, units.high * factor]
      return Expected(value: units.value * factor, low: min(ends[0], ends[1]), high: max(ends[0], ends[1]))
    }
    return ExpectedSales(
      price: price, units: units, revenue: times(Double(price)),
      margin: situation.cost.map { times(Double(price - $0)) })
  }

  private func points(
    _ situation: PricingSituation, _ demand: DemandEstimate, around price: Int64
  ) -> [ExpectedSales] {
    let ends = [situation.price, price, situation.lowestObserved ?? price, situation.highestObserved ?? price]
    let low = Double(ends.min() ?? price) * 0.9
    let high = Double(ends.max() ?? price) * 1.1
    return (0...20).map { step in
      sales(at: max(1, Int64(saturating: (low + (high - low) * Double(step) / 20).rounded())), situation, demand)
    }
  }
}

extension PricingSituation {
  /// Goods that are not there cannot be sold.
  fileprivate var maxUnitsADay: Double {
    guard let stock, let daysOfStock, stock >= 0, daysOfStock > 0 else { return .infinity }
    return Double(stock) / Double(daysOfStock)
  }
}

private func rounded(_ number: Double) -> String { ((number * 100).rounded() / 100).shortText }

extension GuardRails {
  /// Whether a price lies within the rails that do not give way, those of change left out.
  func keeps(_ price: Int64, in situation: PricingSituation) -> Bool {
    var still = self
    still.maxChangeADay = nil
    still.maxChangeAWeek = nil
    still.leastHoursBetweenChanges = 0
    still.isStopped = false
    still.freezes = []
    still.ending = nil
    still.competitors = nil
    still.beyondObserved = nil
    return (try? still.applied(to: price, in: situation) { _, _ in false })?.price == price
  }
}
