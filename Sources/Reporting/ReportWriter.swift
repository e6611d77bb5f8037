import Catalog
import Forecasting
public import Ports

/// Writes the five reports from the catalogue's figures, the forecast and the plan.
public struct ReportWriter: Sendable {
  private static let shownRows = 10
  /// The part of the sales after a click that shoppers would have bought without it: an assumption, because no group of
  /// shoppers went without.
  public static let boughtAnyway = 0.7

  let reporting: Reporting
  let forecasts: any ForecastStore
  let purchasing: any PurchasingStore

  public init(reporting: Reporting, forecasts: any ForecastStore, purchasing: any PurchasingStore) {
    self.reporting = reporting
    self.forecasts = forecasts
    self.purchasing = purchasing
  }

  private var words: FigureWords { FigureWords(currency: reporting.currency) }

  public func report(_ kind: ShopReport.Kind, in period: ReportPeriod) async throws -> ShopReport {
    let sections =
      switch kind {
      case .performance: try await performance(period)
      case .customers: try await customers(period)
      case .inventory: try await inventory(period)
      case .roi: try await returnOnInvestment(period)
      case .growth: try await growth(period)
      }
    return ShopReport(kind: kind, period: period, sections: sections)
  }

  // MARK: Parts of sentences

  private func counted(_ text: String) -> ShopReport.Sentence { .init(text: text, certainty: .counted) }

  /// "Net sales were £12,300, +4 % from the 28 days before."
  private func sentence(_ tile: Reporting.Tile, _ period: ReportPeriod) -> ShopReport.Sentence {
    let value = words.text(tile.value, tile.metric.unit)
    guard tile.metric.isOfPeriod else { return counted("\(tile.metric.title): \(value) now.") }
    guard let change = words.change(tile.change) else {
      return counted("\(tile.metric.title): \(value); there is no figure of the \(period.days) days before.")
    }
    return counted("\(tile.metric.title): \(value), \(change) from the \(period.days) days before.")
  }

  private func section(
    _ title: String, _ codes: [String], _ period: ReportPeriod
  ) async throws -> (ShopReport.Section, [String: Reporting.Tile]) {
    let tiles = try await reporting.tiles(codes, in: period)
    return (
      ShopReport.Section(title: title, sentences: tiles.map { sentence($0, period) }),
      Dictionary(uniqueKeysWithValues: tiles.map { ($0.metric.code, $0) })
    )
  }

  private func table(
    _ name: String, of code: String, by dimension: Metric.Dimension, _ period: ReportPeriod
  ) async throws -> ShopReport.Table {
    let metric = try reporting.metric(code)
    let parts = try await reporting.parts(of: code, by: dimension, in: period, limit: Self.shownRows)
    return ShopReport.Table(
      heading: [name, metric.title],
      rows: parts.map { [$0.name.isEmpty ? "without" : $0.name, words.text($0.value, metric.unit)] })
  }

  // MARK: The reports

  private func performance(_ period: ReportPeriod) async throws -> [ShopReport.Section] {
    var (sales, _) = try await section(
      "Sales",
      ["net_sales", "gross_sales", "returns", "return_rate", "orders", "order_value", "gross_margin", "margin_rate"],
      period)
    sales.table = try await table("Category", of: "net_sales", by: .category, period)
    let (visits, _) = try await section("Visits", ["visits", "cart_rate", "conversion"], period)
    let (search, _) = try await section("Search", ["searches", "zero_result_rate", "search_click_rate"], period)
    return [sales, visits, search]
  }

  private func customers(_ period: ReportPeriod) async throws -> [ShopReport.Section] {
    var (people, tiles) = try await section(
      "Who orders", ["orders", "returning_rate", "order_value", "return_rate"], period)
    if let rate = tiles["returning_rate"]?.value, let orders = tiles["orders"]?.value {
      people.sentences.append(
        counted(
          "About \(words.text(rate * orders, .count)) orders came from people who had ordered before, and \(words.text((1 - rate) * orders, .count)) from new ones."
        ))
    }
    let (funnel, _) = try await section("From visit to order", ["visits", "cart_rate", "conversion"], period)
    return [people, funnel]
  }

  private func inventory(_ period: ReportPeriod) async throws -> [ShopReport.Section] {
    let (stock, _) = try await section(
      "Stock", ["stock_value", "stockout_rate", "stock_cover", "sell_through", "gmroi"], period)
    let urgent = try await purchasing.plan(in: .money, limit: Self.shownRows)
    let slow = try await purchasing.plan(in: .overstock, limit: Self.shownRows)
    let proposals = try await purchasing.proposals()
    var risk = ShopReport.Section(title: "Stock that runs out", sentences: [])
    let missed = urgent.reduce(Int64(0)) { $0.adding(saturating: $1.shortageMinorUnits) }
    risk.sentences.append(
      .init(
        text: urgent.isEmpty
          ? "No product is likely to run out before an order of today arrives."
          : "The \(urgent.count) products with the most at risk will likely miss \(words.text(Double(missed), .money)) of sales before an order of today arrives.",
        certainty: .forecast))
    let total = proposals.reduce(Int64(0)) { $0.adding(saturating: $1.totalMinorUnits) }
    risk.sentences.append(
      .init(
        text: "Proposed orders: \(words.text(Double(total), .money)) to \(proposals.count) suppliers.",
        certainty: .forecast))
    risk.table = ShopReport.Table(
      heading: ["Product", "On hand", "Runs out", "Sales at risk"],
      rows: urgent.map {
        [
          $0.title, words.text(Double($0.onHand), .count), $0.stockoutDay?.description ?? "–",
          words.text(Double($0.shortageMinorUnits), .money),
        ]
      })
    var excess = ShopReport.Section(title: "Stock that lies too long", sentences: [])
    let bound = slow.reduce(Int64(0)) { $0.adding(saturating: $1.overstockMinorUnits) }
    excess.sentences.append(
      .init(
        text: slow.isEmpty
          ? "No product has more stock than its demand needs."
          : "\(words.text(Double(bound), .money)) at cost lies in the \(slow.count) products with the most beyond their demand; \(slow.count(where: \.isMarkdownCandidate)) of them should be marked down.",
        certainty: .forecast))
    excess.table = ShopReport.Table(
      heading: ["Product", "Too many", "At cost"],
      rows: slow.map {
        [$0.title, words.text(Double($0.overstockUnits), .count), words.text(Double($0.overstockMinorUnits), .money)]
      })
    return [stock, risk, excess] + [try await accuracy()]
  }

  private func accuracy() async throws -> ShopReport.Section {
    var section = ShopReport.Section(title: "How sure the forecast is", sentences: [])
    guard let run = try await forecasts.passedRun(),
      let ensemble = run.figures.first(where: { $0.group == "all" && $0.model == "ensemble" })?.figures,
      let mase = ensemble.mase
    else {
      section.sentences.append(counted("No forecast is in use."))
      return section
    }
    let naive = run.figures.first { $0.group == "all" && $0.model == "seasonal-naive" }?.figures.mase
    let beside = naive.map { ", beside \(words.text($0, .ratio)) of the same weekday before" } ?? ""
    section.sentences.append(
      .init(
        text:
          "In the backtest the forecast's scaled error (MASE) was \(words.text(mase, .ratio))\(beside); its bias was \(words.text(ensemble.bias, .share)), and its band held \(words.text(ensemble.coverage, .share)) of days.",
        certainty: .forecast))
    return section
  }

  private func returnOnInvestment(_ period: ReportPeriod) async throws -> [ShopReport.Section] {
    let codes = ["search_sales", "recommended_sales", "net_sales", "margin_rate"]
    var (sales, tiles) = try await section("Sales after a click", codes, period)
    let margin = tiles["margin_rate"]?.value
    for (code, name) in [("search_sales", "search"), ("recommended_sales", "recommendations")] {
      guard let value = tiles[code]?.value, let margin else { continue }
      let added = value * (1 - Self.boughtAnyway) * margin
      sales.sentences.append(
        .init(
          text:
            "Counterfactual: without \(name), \(words.text(Self.boughtAnyway, .share)) of these sales are assumed to happen all the same. Then \(name) added \(words.text(added, .money)) of margin. An experiment with a group that goes without would replace the assumption.",
          certainty: .assumed))
    }
    let (stock, _) = try await section("Return on stock", ["gmroi", "stock_value", "gross_margin"], period)
    return [sales, stock]
  }

  private func growth(_ period: ReportPeriod) async throws -> [ShopReport.Section] {
    let tiles = try await reporting.tiles(
      ["net_sales", "visits", "conversion", "order_value", "returning_rate", "zero_result_rate", "return_rate"],
      in: period)
    var levers: [(gain: Double, text: String)] = []
    let value = Dictionary(uniqueKeysWithValues: tiles.map { ($0.metric.code, $0.value) })
    if let visits = value["visits"] ?? nil, let mean = value["order_value"] ?? nil {
      levers.append(
        (
          visits * 0.001 * mean,
          "One more order in 1,000 visits at today's mean order"
        ))
      if let conversion = value["conversion"] ?? nil {
        levers.append((visits * conversion * mean * 0.05, "A mean order that is 5 % larger at today's conversion"))
      }
    }
    if let rate = value["return_rate"] ?? nil, let net = value["net_sales"] ?? nil, rate < 1 {
      levers.append((net / (1 - rate) * rate * 0.1, "A tenth fewer returns"))
    }
    levers.sort { $0.gain > $1.gain }
    var strategy = ShopReport.Section(title: "Levers, the largest first", sentences: [])
    strategy.sentences = levers.map { lever in
      .init(
        text: "\(lever.text) would bring \(words.text(lever.gain, .money)) in \(period.days) days, all else as it was.",
        certainty: .assumed)
    }
    if levers.isEmpty { strategy.sentences = [counted("There are no orders to reason from.")] }
    var trends = ShopReport.Section(title: "Where the shop goes", sentences: tiles.map { sentence($0, period) })
    trends.table = try await table("Category", of: "net_sales", by: .category, period)
    return [trends, strategy]
  }
}
