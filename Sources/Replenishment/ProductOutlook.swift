public import Catalog
import Forecasting
public import Ports

/// A product as the buyer looks into it: its history, its forecast, its stock, and the plan under other terms.
public struct ProductOutlook: Sendable {
  public let product: StockedProduct
  public let run: ForecastRun
  public let forecast: StoredForecast?
  /// The plan's row; nil for a product that came after the plan.
  public let plan: PlanRow?
  public let supplier: SupplierEntry?
  /// Days of history up to the run's last one.
  public let days: [CalendarDay]
  public let units: [Double]
  public let stockouts: Set<CalendarDay>
  public let whatIf: WhatIf
  /// The plan by the terms of `whatIf`.
  public let answer: PlanRow

  /// The terms that a buyer tries.
  public struct WhatIf: Sendable, Equatable {
    /// The probability that no stock-out comes before the next order.
    public var serviceLevel: Double
    public var leadTimeDays: Double

    public init(serviceLevel: Double, leadTimeDays: Double) {
      self.serviceLevel = serviceLevel
      self.leadTimeDays = leadTimeDays
    }
  }
}

extension Replenishment {
  public static let serviceLevels = 0.5...0.999
  public static let leadTimes = 0.0...365.0
  /// Days of history that are shown.
  private static let shownDays = 180

  /// `serviceLevel` and `leadTimeDays` nil: those of the plan.
  public func outlook(
    of id: ProductID, serviceLevel: Double? = nil, leadTimeDays: Double? = nil
  ) async throws -> ProductOutlook {
    if let serviceLevel, !Self.serviceLevels.contains(serviceLevel) {
      throw Refusal(.invalid, "the service level is from 50 to 99.9 percent")
    }
    if let leadTimeDays, !Self.leadTimes.contains(leadTimeDays) {
      throw Refusal(.invalid, "the lead time is from 0 to 365 days")
    }
    let now = clock.now()
    guard let product = try await store.stock(of: [id], in: currency, now: now).first else {
      throw Refusal(.missing, "there is no listed product \(id)")
    }
    guard let run = try await forecasts.passedRun() else {
      throw Refusal(.missing, "there is no forecast yet: the job 'forecast' makes it")
    }
    let stored = try await forecasts.forecast(run: run.number, of: id)
    let plan = try await store.planRow(of: id)
    let supplier = try await store.suppliers().first { $0.id == product.supplier }
    let (first, last) = (run.dataThrough.advanced(by: 1 - Self.shownDays), run.dataThrough)
    let sold = Dictionary(
      try await sales.sold(id, from: first, through: last).map { ($0.day, Double($0.units)) }, uniquingKeysWith: +)
    let days = (0..<Self.shownDays).map { first.advanced(by: $0) }
    let abc = plan?.abc ?? .c
    let whatIf = ProductOutlook.WhatIf(
      serviceLevel: serviceLevel ?? abc.serviceLevel,
      leadTimeDays: leadTimeDays ?? supplier?.terms.leadTimeDays ?? 14)
    return ProductOutlook(
      product: product, run: run, forecast: stored, plan: plan, supplier: supplier, days: days,
      units: days.map { sold[$0] ?? 0 },
      stockouts: try await sales.stockouts(of: id, from: first, through: last), whatIf: whatIf,
      answer: answer(product, stored, supplier, abc, run, whatIf))
  }

  /// The plan's row by other terms.
  private func answer(
    _ product: StockedProduct, _ stored: StoredForecast?, _ supplier: SupplierEntry?, _ abc: ABCClass,
    _ run: ForecastRun, _ whatIf: ProductOutlook.WhatIf
  ) -> PlanRow {
    var row = planned(product, stored, supplier.flatMap { $0.delivering(in: whatIf.leadTimeDays) }, abc, run)
    guard row.refusal == nil, let stored, let supplier = supplier?.delivering(in: whatIf.leadTimeDays) else {
      return row
    }
    let position = product.position(
      packSize: supplier.packSize, minimumUnits: supplier.minimumUnits, abc: abc, serviceLevel: whatIf.serviceLevel)
    let line = ReplenishmentPlanner().proposal(
      for: supplier.terms, [position], forecasts: [position.product: stored.forecast], coverage: run.coverage
    ).lines.first
    row.units = line?.units ?? 0
    row.proposedUnits = row.units
    if let line { row.reason = line.reason }
    return row
  }
}

extension SalesHistory {
  func stockouts(of product: ProductID, from: CalendarDay, through: CalendarDay) async throws -> Set<CalendarDay> {
    try await stockouts(from: from, through: through)[product] ?? []
  }
}

extension SupplierEntry {
  /// The same supplier with another lead time.
  func delivering(in days: Double) -> SupplierEntry? {
    guard
      let terms = Supplier(
        id: terms.id, leadTimeDays: days, leadTimeDeviationDays: terms.leadTimeDeviationDays,
        minimumOrderMinorUnits: terms.minimumOrderMinorUnits, orderCostMinorUnits: terms.orderCostMinorUnits,
        reviewDays: terms.reviewDays)
    else { return nil }
    var entry = self
    entry.terms = terms
    return entry
  }
}
