import Catalog
import Forecasting
import JSON
import Ports
import Replenishment

/// Forecasts, plans and orders as JSON.
enum ReplenishmentJSON {
  private static func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
  private static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  private static func day(_ value: CalendarDay?) -> JSONValue { text(value?.description) }
  private static func count(_ value: Int) -> JSONValue { .int(Int64(value)) }

  static func money(_ minorUnits: Int64, _ currency: Currency) -> JSONValue {
    [
      "amount": .string(Money(minorUnits: minorUnits, currency: currency).decimalText),
      "minor_units": .int(minorUnits), "currency": .string(currency.code),
    ]
  }

  static func run(_ run: ForecastRun) -> JSONValue {
    [
      "number": .int(run.number), "made_at": .string(run.madeAt.description),
      "data_through": .string(run.dataThrough.description), "data_digest": .string(run.dataDigest),
      "code_version": .string(run.codeVersion), "seed": .string(String(run.seed)), "horizon": count(run.horizon),
      "coverage": .double(run.coverage), "products": count(run.products),
      "gate": .string(run.refusal.map { "refused: \($0)" } ?? "passed"),
      "backtest": .array(
        run.figures.map { line in
          [
            "class": .string(line.group), "model": .string(line.model), "windows": count(line.figures.windows),
            "mase": number(line.figures.mase), "smape": .double(line.figures.smape),
            "bias": number(line.figures.bias), "coverage": number(line.figures.coverage),
          ]
        }),
    ]
  }

  static func forecast(_ stored: StoredForecast) -> JSONValue {
    let forecast = stored.forecast
    let isRefused = stored.refusal != nil
    return [
      "product": .string(stored.product.description), "class": .string(forecast.demandClass.rawValue),
      "refused": text(stored.refusal), "note": text(forecast.note),
      "first_day": isRefused ? .null : day(forecast.days.first),
      "mean": .array(isRefused ? [] : forecast.mean.map { .double($0) }),
      "low": .array(isRefused ? [] : forecast.lower.map(number)),
      "high": .array(isRefused ? [] : forecast.upper.map(number)),
      "weights": .object(
        JSONObject(forecast.weights.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })),
    ]
  }

  static func row(_ row: PlanRow, _ currency: Currency) -> JSONValue {
    [
      "product": .string(row.product.description), "title": .string(row.title),
      "supplier": text(row.supplier?.description), "class": .string(row.abc.rawValue),
      "on_hand": .int(row.onHand), "on_order": .int(row.onOrder), "daily_demand": .double(row.dailyDemand),
      "cover_days": number(row.coverDays), "stockout_day": day(row.stockoutDay),
      "earliest_stockout_day": day(row.earliestStockoutDay),
      "stockout_probability": .double(row.stockoutProbability),
      "sales_at_risk": money(row.shortageMinorUnits, currency), "overstock_units": .int(row.overstockUnits),
      "overstock_cost": money(row.overstockMinorUnits, currency),
      "is_markdown_candidate": .bool(row.isMarkdownCandidate),
      "proposed_units": count(row.proposedUnits), "units": count(row.units),
      "cost": money(row.costMinorUnits, currency), "reason": .string(row.reason), "refused": text(row.refusal),
    ]
  }

  static func outlook(_ outlook: ProductOutlook, _ currency: Currency) -> JSONValue {
    [
      "product": .string(outlook.product.id.description), "title": .string(outlook.product.title),
      "run": .int(outlook.run.number), "forecast": outlook.forecast.map(forecast) ?? .null,
      "history": .array(
        zip(outlook.days, outlook.units).filter { $1 > 0 || outlook.stockouts.contains($0) }.map { day, units in
          [
            "day": .string(day.description), "units": .double(units),
            "is_out_of_stock": .bool(outlook.stockouts.contains(day)),
          ]
        }),
      "what_if": [
        "service_level": .double(outlook.whatIf.serviceLevel), "lead_time_days": .double(outlook.whatIf.leadTimeDays),
        "plan": row(outlook.answer, currency),
      ],
    ]
  }

  static func supplier(_ supplier: SupplierEntry, _ currency: Currency) -> JSONValue {
    [
      "id": .string(supplier.id.description), "code": .string(supplier.terms.id), "name": .string(supplier.name),
      "lead_time_days": .double(supplier.terms.leadTimeDays),
      "lead_time_deviation_days": .double(supplier.terms.leadTimeDeviationDays),
      "review_days": count(supplier.terms.reviewDays),
      "minimum_order": money(supplier.terms.minimumOrderMinorUnits, currency),
      "pack_size": count(supplier.packSize), "minimum_units": count(supplier.minimumUnits),
      "brands": .array(supplier.brands.map { .string($0) }),
    ]
  }

  /// `lines` nil: without them.
  static func proposal(_ proposal: Proposal, _ lines: [PlanRow]?, _ currency: Currency) -> JSONValue {
    var json: JSONObject = [
      "supplier": supplier(proposal.supplier, currency), "run": .int(proposal.runNumber),
      "made_at": .string(proposal.madeAt.description), "revision": count(proposal.revision),
      "edited_by": text(proposal.editedBy), "note": text(proposal.note), "line_count": count(proposal.lineCount),
      "total": money(proposal.totalMinorUnits, currency), "first_stockout_day": day(proposal.firstStockoutDay),
    ]
    if let lines { json["lines"] = .array(lines.map { row($0, currency) }) }
    return .object(json)
  }

  static func order(_ order: PurchaseOrder) -> JSONValue {
    [
      "number": .string(String(order.number)), "supplier": .string(order.supplierCode),
      "supplier_name": .string(order.supplierName), "state": .string(order.state.rawValue),
      "ordered_at": .string(order.orderedAt.description), "ordered_by": .string(order.orderedBy),
      "expected_on": .string(order.expectedOn.description), "revision": count(order.revision),
      "total": money(order.totalMinorUnits, order.currency),
      "lines": .array(
        order.lines.map { line in
          [
            "sku": .string(line.sku), "product": .string(line.product.description), "title": .string(line.title),
            "units": count(line.units), "received_units": count(line.receivedUnits),
            "unit_cost": money(line.unitCostMinorUnits, order.currency),
            "cost": money(line.costMinorUnits, order.currency),
          ]
        }),
    ]
  }
}
