internal import Statistics

/// A supplier's terms.
public struct Supplier: Sendable, Equatable {
  public let id: String
  public let leadTimeDays: Double
  public let leadTimeDeviationDays: Double
  /// The least value of an order, in minor units.
  public let minimumOrderMinorUnits: Int64
  /// Costs of an order, whatever is in it, in minor units.
  public let orderCostMinorUnits: Int64
  /// The days between two orders to this supplier.
  public let reviewDays: Int

  /// nil where a number is below zero, or a lead time or review longer than two years.
  public init?(
    id: String, leadTimeDays: Double, leadTimeDeviationDays: Double = 0, minimumOrderMinorUnits: Int64 = 0,
    orderCostMinorUnits: Int64 = 0, reviewDays: Int = 7
  ) {
    guard (0...730).contains(leadTimeDays), (0...730).contains(leadTimeDeviationDays), minimumOrderMinorUnits >= 0,
      orderCostMinorUnits >= 0, (1...730).contains(reviewDays)
    else { return nil }
    self.id = id
    self.leadTimeDays = leadTimeDays
    self.leadTimeDeviationDays = leadTimeDeviationDays
    self.minimumOrderMinorUnits = minimumOrderMinorUnits
    self.orderCostMinorUnits = orderCostMinorUnits
    self.reviewDays = reviewDays
  }
}

/// A product's stock and terms as the buyer knows them.
public struct StockPosition: Sendable, Equatable {
  public let product: String
  public let onHand: Double
  public let onOrder: Double
  /// Sold, but not delivered.
  public let backordered: Double
  /// nil where nobody entered it: nothing is proposed then.
  public let costMinorUnits: Int64?
  /// Units are ordered in whole packs.
  public let packSize: Int
  public let minimumUnits: Int
  public let abc: ABCClass
  /// The buyer's own, in place of the class's.
  public let serviceLevel: Double?

  public init(
    product: String, onHand: Double, onOrder: Double = 0, backordered: Double = 0, costMinorUnits: Int64?,
    packSize: Int = 1, minimumUnits: Int = 0, abc: ABCClass = .b, serviceLevel: Double? = nil
  ) {
    self.product = product
    self.onHand = onHand
    self.onOrder = onOrder
    self.backordered = backordered
    self.costMinorUnits = costMinorUnits
    self.packSize = packSize
    self.minimumUnits = minimumUnits
    self.abc = abc
    self.serviceLevel = serviceLevel
  }

  /// The stock that the demand ahead can count on.
  public var position: Double { onHand + onOrder - backordered }
}

/// One product's line of an order, with its reason in numbers.
public struct ProposalLine: Sendable, Equatable {
  public let product: String
  public let units: Int
  public let costMinorUnits: Int64
  /// Demand from now until the order after this one would arrive.
  public let demandAhead: Double
  public let safetyStock: Double
  public let reorderPoint: Double
  public let position: Double
  public let service: Double
  /// "Why so many?", for the buyer.
  public let reason: String
}

/// The order to one supplier.
public struct SupplierProposal: Sendable, Equatable {
  public let supplier: String
  public let lines: [ProposalLine]
  /// Products that could not be proposed, each with the reason.
  public let refused: [String: String]
  public let totalMinorUnits: Int64
  /// Said where the order is below the supplier's minimum.
  public let note: String?
}

/// Proposes orders from forecasts: by periodic review up to a level (R, s, S).
///
/// The level covers the mean demand of lead time + review, and a safety stock for its uncertainty; it is reached when the
/// position is below the reorder point of the lead time + review. Packs and minimums round up.
public struct ReplenishmentPlanner: Sendable {
  /// An order of more units of one product is a mistake, or a matter for a person.
  public static let maxUnits = 100_000
  /// The longest lead time and review together that a forecast is stretched over.
  private static let maxDays = 366

  public init() {}

  /// `forecasts` are by day. A product without a forecast, cost or plausible number is refused with its reason.
  public func proposal(
    for supplier: Supplier, _ stocks: [StockPosition], forecasts: [String: ProductForecast], coverage: Double = 0.8
  ) -> SupplierProposal {
    var lines: [ProposalLine] = []
    var refused: [String: String] = [:]
    for stock in stocks {
      switch line(for: stock, supplier, forecasts[stock.product], coverage: coverage) {
      case .success(let line?): lines.append(line)
      case .success(nil): break
      case .failure(let refusal): refused[stock.product] = refusal.reason
      }
    }
    lines.sort { ($1.costMinorUnits, $0.product) < ($0.costMinorUnits, $1.product) }
    let total = lines.reduce(Int64(0)) { $0.adding(saturating: $1.costMinorUnits) }
    let missing = supplier.minimumOrderMinorUnits - total
    return SupplierProposal(
      supplier: supplier.id, lines: lines, refused: refused, totalMinorUnits: total,
      note: lines.isEmpty || missing <= 0
        ? nil : "The order is \(missing) minor units below the supplier's minimum: add to it, or wait.")
  }

  struct Refusal: Error { let reason: String }

  private func line(
    for stock: StockPosition, _ supplier: Supplier, _ forecast: ProductForecast?, coverage: Double
  ) -> Result<ProposalLine?, Refusal> {
    guard let cost = stock.costMinorUnits, cost >= 0 else { return .failure(Refusal(reason: "it has no cost")) }
    guard stock.packSize >= 1, stock.minimumUnits >= 0, stock.packSize <= Self.maxUnits else {
      return .failure(Refusal(reason: "its pack size or minimum is not valid"))
    }
    guard [stock.onHand, stock.onOrder, stock.backordered].allSatisfy({ $0.isFinite && abs($0) <= 1e9 }) else {
      return .failure(Refusal(reason: "its stock is not a plausible number"))
    }
    guard let forecast, !forecast.mean.isEmpty else { return .failure(Refusal(reason: "it has no forecast")) }
    let days = min(Int(saturating: supplier.leadTimeDays.rounded(.up)) + supplier.reviewDays, Self.maxDays)
    let demand = DemandOverTime(forecast, coverage: coverage)
    let service = min(max(stock.serviceLevel ?? stock.abc.serviceLevel, 0.5), 0.999)
    let ahead = demand.mean(days)
    guard
      let spread = LeadTimeDemand(
        mean: ahead / Double(max(1, days)), deviation: demand.deviation, leadTime: Double(days),
        leadTimeDeviation: supplier.leadTimeDeviationDays)
    else { return .failure(Refusal(reason: "its forecast is not a plausible number")) }
    let safety = spread.safetyStock(service: service)
    let level = ahead + safety
    guard stock.position < level, level > 0 else { return .success(nil) }
    let needed = max(level - stock.position, Double(stock.minimumUnits))
    let packs = Int(saturating: (needed / Double(stock.packSize)).rounded(.up))
    let units = packs.multiplied(saturating: stock.packSize)
    guard units <= Self.maxUnits else {
      return .failure(Refusal(reason: "\(units) units are more than \(Self.maxUnits): a person must look at it"))
    }
    guard units > 0 else { return .success(nil) }
    let line = ProposalLine(
      product: stock.product, units: units, costMinorUnits: cost.multiplied(saturating: Int64(units)),
      demandAhead: ahead, safetyStock: safety, reorderPoint: level, position: stock.position, service: service,
      reason: Self.reason(stock, days: days, supplier, ahead: ahead, safety: safety, service: service, units: units))
    return .success(line)
  }

  private static func reason(
    _ stock: StockPosition, days: Int, _ supplier: Supplier, ahead: Double, safety: Double, service: Double, units: Int
  ) -> String {
    func whole(_ value: Double) -> String { String(Int(saturating: value.rounded())) }
    var text = """
      In the \(days) days until the next order can arrive (\(whole(supplier.leadTimeDays)) of delivery, \
      \(supplier.reviewDays) between orders) about \(whole(ahead)) will be sold. Another \(whole(safety)) cover the \
      uncertainty, so that \(whole(service * 100)) of 100 such periods end without a stock-out (class \
      \(stock.abc.rawValue)). There are \(whole(stock.onHand)) on hand and \(whole(stock.onOrder)) on order
      """
    if stock.backordered > 0 { text += ", and \(whole(stock.backordered)) are already sold" }
    let needed = ahead + safety - stock.position
    text += ": \(whole(needed)) are missing."
    if stock.packSize > 1 || Double(units) > needed + 1 {
      text += " Ordered are \(units), in packs of \(stock.packSize)"
      text += stock.minimumUnits > 0 ? " and at least \(stock.minimumUnits)." : "."
    }
    return text
  }
}

/// A forecast as demand over any number of days; after its end the mean of its last week goes on.
struct DemandOverTime {
  private let daily: [Double]
  private let tail: Double
  /// The deviation of one day, from the interval's width.
  let deviation: Double

  init(_ forecast: ProductForecast, coverage: Double) {
    daily = forecast.mean
    let last = forecast.mean.suffix(7)
    tail = last.reduce(0, +) / Double(max(1, last.count))
    let halves = zip(forecast.mean, forecast.upper).compactMap { mean, upper in upper.map { $0 - mean } }
    let z = NormalDistribution.quantile((1 + coverage) / 2)
    let mean = halves.isEmpty ? 0 : halves.reduce(0, +) / Double(halves.count)
    // Without past errors: as of Poisson demand.
    deviation = halves.isEmpty ? max(0, tail).squareRoot() : mean / z
  }

  func mean(_ days: Int) -> Double {
    daily.prefix(days).reduce(0, +) + tail * Double(max(0, days - daily.count))
  }

  func on(_ day: Int) -> Double { daily.indices.contains(day) ? daily[day] : tail }
}
