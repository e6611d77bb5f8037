import Catalog
import Forecasting
import Ports

extension Replenishment {
  /// Plans every listed product by the forecast in use, and replaces the proposals that no buyer has changed. Returns the
  /// figures for the ledger. The same forecast, stock and orders give the same plan.
  public func makePlan(progress: @escaping Progress) async throws -> [String: Double] {
    let now = clock.now()
    guard let run = try await usableRun(now) else {
      _ = try await store.replacePlan([], [], run: 0, since: try await store.orderCounts(), now: now)
      try progress(
        1, 1, "nothing is proposed: no forecast of the last \(options.maxForecastAgeDays) days passed its gate")
      return ["lines": 0]
    }
    try progress(0, 3, "reading forecasts and stock")
    let orders = try await store.orderCounts()
    let known = try await allForecasts(of: run)
    let suppliers = Dictionary(uniqueKeysWithValues: try await store.suppliers().map { ($0.id, $0) })
    let products = try await store.stock(of: nil, in: currency, now: now)
    try progress(1, 3, "planning \(products.count) products")
    let classes = Self.classes(products, known)
    var rows: [PlanRow] = []
    rows.reserveCapacity(products.count)
    for product in products {
      try Task.checkCancellation()
      rows.append(
        planned(
          product, known[product.id], product.supplier.flatMap { suppliers[$0] }, classes[product.id] ?? .c, run))
    }
    let proposals = self.proposals(rows, suppliers, run, now)
    try progress(2, 3, "storing the plan")
    let kept = try await store.replacePlan(rows, proposals, run: run.number, since: orders, now: now)
    let lines = rows.count { $0.units > 0 }
    try progress(3, 3, "\(lines) lines for \(proposals.count) suppliers")
    return [
      "products": Double(rows.count), "lines": Double(lines), "proposals": Double(proposals.count),
      "proposals_kept_of_buyers": Double(kept), "products_refused": Double(rows.count { $0.refusal != nil }),
      "forecast": Double(run.number),
    ]
  }

  /// The forecast that may be acted upon; nil where the last one is too old.
  func usableRun(_ now: Timestamp) async throws -> ForecastRun? {
    guard let run = try await forecasts.passedRun(),
      run.dataThrough >= now.day.advanced(by: -options.maxForecastAgeDays)
    else { return nil }
    return run
  }

  private func allForecasts(of run: ForecastRun) async throws -> [ProductID: StoredForecast] {
    var result: [ProductID: StoredForecast] = [:]
    var after: ProductID?
    while true {
      let page = try await forecasts.forecasts(run: run.number, after: after, limit: Self.batch)
      for forecast in page { result[forecast.product] = forecast }
      guard page.count == Self.batch else { return result }
      after = page.last?.product
    }
  }

  /// By the value of the demand ahead.
  private static func classes(
    _ products: [StockedProduct], _ known: [ProductID: StoredForecast]
  ) -> [ProductID: ABCClass] {
    var values: [String: Double] = [:]
    for product in products {
      let demand = known[product.id].map { $0.refusal == nil ? $0.forecast.total : 0 } ?? 0
      values[product.id.description] = demand * Double(product.priceMinorUnits ?? 0)
    }
    let classes = ABCClass.classes(values)
    return products.reduce(into: [:]) { $0[$1.id] = classes[$1.id.description] }
  }

  // MARK: One product

  func planned(
    _ product: StockedProduct, _ stored: StoredForecast?, _ supplier: SupplierEntry?, _ abc: ABCClass,
    _ run: ForecastRun
  ) -> PlanRow {
    var row = PlanRow(
      product: product.id, title: product.title, supplier: supplier?.id, abc: abc, onHand: product.onHand,
      onOrder: product.onOrder, unitCostMinorUnits: product.unitCostMinorUnits)
    if let reason = stored?.refusal {
      row.refusal = reason
      return row
    }
    guard let stored else {
      row.refusal = "no sale is in the history: a person decides on the first order"
      return row
    }
    let forecast = stored.forecast
    let position = product.position(packSize: supplier?.packSize, minimumUnits: supplier?.minimumUnits, abc: abc)
    let risk = StockRisk(
      position, forecast, leadTimeDays: supplier?.terms.leadTimeDays ?? 0, maxCoverDays: options.maxCoverDays,
      coverage: run.coverage)
    row.dailyDemand = forecast.total / Double(max(1, forecast.mean.count))
    row.coverDays = risk.coverDays
    row.stockoutDay = risk.stockoutDay
    row.earliestStockoutDay = risk.earliestStockoutDay
    row.stockoutProbability = min(max(risk.probability, 0), 1)
    row.shortageMinorUnits = Int64(saturating: (risk.shortageUnits * Double(product.priceMinorUnits ?? 0)).rounded())
    row.overstockUnits = Int64(saturating: risk.overstockUnits.rounded(.down))
    row.overstockMinorUnits = risk.overstockMinorUnits
    row.isMarkdownCandidate = risk.isMarkdownCandidate
    guard let supplier else {
      row.refusal = "its brand has no supplier: enter one under Suppliers"
      return row
    }
    let answer = ReplenishmentPlanner().proposal(
      for: supplier.terms, [position], forecasts: [position.product: forecast], coverage: run.coverage)
    if let reason = answer.refused.values.first {
      row.refusal = reason == "it has no cost" ? "a variant has no cost in \(currency.code): enter it" : reason
    } else if let line = answer.lines.first {
      row.proposedUnits = line.units
      row.units = line.units
      row.reason = line.reason
    } else {
      row.reason =
        "\(product.onHand) on hand and \(product.onOrder) on order cover the demand until the order after next."
    }
    return row
  }

  // MARK: Proposals

  private func proposals(
    _ rows: [PlanRow], _ suppliers: [SupplierID: SupplierEntry], _ run: ForecastRun, _ now: Timestamp
  ) -> [Proposal] {
    var totals: [SupplierID: Int64] = [:]
    for row in rows where row.units > 0 {
      guard let supplier = row.supplier else { continue }
      totals[supplier] = (totals[supplier] ?? 0).adding(saturating: row.costMinorUnits)
    }
    return totals.sorted { $0.key < $1.key }.compactMap { id, total in
      guard let supplier = suppliers[id] else { return nil }
      return Proposal(
        supplier: supplier, runNumber: run.number, madeAt: now,
        note: minimumNote(supplier, total: total), totalMinorUnits: total)
    }
  }

  func minimumNote(_ supplier: SupplierEntry, total: Int64) -> String? {
    let missing = supplier.terms.minimumOrderMinorUnits - total
    guard missing > 0 else { return nil }
    return
      "The order is \(money(missing)) below the supplier's minimum of \(money(supplier.terms.minimumOrderMinorUnits)): add to it, or wait."
  }
}

extension StockedProduct {
  var onHand: Int64 { variants.reduce(0) { $0.adding(saturating: $1.onHand) } }
  var onOrder: Int64 { variants.reduce(0) { $0.adding(saturating: $1.onOrder) } }
  var reserved: Int64 { variants.reduce(0) { $0.adding(saturating: $1.reserved) } }

  /// The mean of the variants, rounded up; nil where one has none.
  var unitCostMinorUnits: Int64? {
    let costs = variants.compactMap(\.costMinorUnits)
    guard !costs.isEmpty, costs.count == variants.count else { return nil }
    let sum = costs.reduce(Int64(0)) { $0.adding(saturating: $1) }
    let count = Int64(costs.count)
    return sum / count + (sum % count == 0 ? 0 : 1)
  }

  func position(
    packSize: Int?, minimumUnits: Int?, abc: ABCClass, serviceLevel: Double? = nil
  ) -> StockPosition {
    StockPosition(
      product: id.description, onHand: Double(onHand), onOrder: Double(onOrder), backordered: Double(reserved),
      costMinorUnits: unitCostMinorUnits, packSize: packSize ?? 1, minimumUnits: minimumUnits ?? 0, abc: abc,
      serviceLevel: serviceLevel)
  }
}
