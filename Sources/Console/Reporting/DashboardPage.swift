import Catalog
public import Edge
import HTTPServer
import Ports
public import Reporting
import Statistics
import Web

/// The director's figures: tiles with the days before and the year before, one figure's course and parts, and its CSV.
public struct DashboardPage: Sendable {
  private static let periods = [7, 28, 91, 364]
  private static let usualDays = 28
  private static let shownParts = 100
  /// By trade, as the page groups them.
  private static let groups: [(title: String, codes: [String])] = [
    (
      "Sales",
      ["net_sales", "orders", "order_value", "gross_margin", "margin_rate", "returns", "return_rate", "units_sold"]
    ),
    ("Visitors", ["visits", "cart_rate", "conversion", "returning_rate"]),
    (
      "Search and recommendations",
      [
        "searches", "zero_result_rate", "search_click_rate", "search_sales", "recommended_sales",
      ]
    ),
    ("Stock", ["stock_value", "stockout_rate", "stock_cover", "sell_through", "gmroi"]),
  ]

  let reporting: Reporting
  let shopName: String

  public init(reporting: Reporting, shopName: String) {
    self.reporting = reporting
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.dashboard.path, ConsolePage.dashboard.access)
    func route(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, deadline: .seconds(60))
    }
    routes.get(path, route("dashboard page"), page)
    routes.get(path + "/{code}", route("metric page"), metric)
    routes.get(path + "/{code}/csv", route("metric file"), file)
  }

  private var words: FigureWords { FigureWords(currency: reporting.currency) }

  private func period(_ request: HTTPRequest) throws -> (days: Int, period: ReportPeriod) {
    let text = try request.query { $0 == "days" }["days"]
    let days = text.flatMap { Int($0) }.flatMap { Self.periods.contains($0) ? $0 : nil } ?? Self.usualDays
    guard let period = reporting.last(days: days) else {
      throw Problem(APIProblem.invalidParameter, detail: "There is no such period.")
    }
    return (days, period)
  }

  private func periods(_ path: String, _ days: Int, more: String = "") -> HTML {
    let entries = Self.periods.map { entry -> HTML in
      let current: HTML = entry == days ? " aria-current=\"true\"" : ""
      return "<li><a href=\"\(path)?days=\(entry)\(more)\"\(current)>\(entry) days</a></li>"
    }
    return "<nav class=\"periods\" aria-label=\"Period\"><span>The last</span><ul>\(entries)</ul></nav>"
  }

  // MARK: Tiles

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (days, period) = try period(request)
    let frame = ConsoleFrame(shopName: shopName, request, .dashboard)
    guard let counted = try await reporting.countedAt() else {
      return frame.response(
        title: "Dashboard",
        body:
          "<div class=\"heading\"><h1>Dashboard</h1></div><p class=\"notice\">Nothing is counted yet. The job <code>count-trade</code> counts every 15 minutes.</p>"
      )
    }
    let tiles = try await reporting.tiles(Self.groups.flatMap(\.codes), in: period)
    let byCode = Dictionary(uniqueKeysWithValues: tiles.map { ($0.metric.code, $0) })
    let course = try await reporting.parts(of: "net_sales", by: .day, in: period)
    let sections = Self.groups.map { title, codes -> HTML in
      "<section class=\"row\"><h2>\(title)</h2><ul class=\"tiles\">\(codes.compactMap { byCode[$0] }.map { tile($0, days, counted) })</ul></section>"
    }
    let body: HTML = """
      <div class="heading"><h1>Dashboard</h1>\(periods(ConsolePage.dashboard.path, days))</div>
      <p class="note">\(ShopWords.date(period.first.description)) to \(ShopWords.date(period.last.description)), counted on \(ShopWords.time(counted)).</p>
      <section class="row"><h2>Net sales by day</h2>\(plot(course, .money))</section>\(sections)
      """
    return frame.response(title: "Dashboard", body: body)
  }

  private func tile(_ tile: Reporting.Tile, _ days: Int, _ counted: Timestamp) -> HTML {
    let metric = tile.metric
    let isGood = (tile.change ?? 0) >= 0 ? metric.isBetterHigher : metric.isBetterHigher.map { !$0 }
    let mark: HTML = isGood == true ? " good" : isGood == false ? " bad" : ""
    let change: HTML? = words.change(tile.change).map { text in
      "<p class=\"note\"><span class=\"outcome\(text == "unchanged" ? "" : mark)\">\(text)</span> from \(words.text(tile.previous, metric.unit))</p>"
    }
    let year: HTML? = tile.yearBefore.map { "<p class=\"note\">a year before: \(words.text($0, metric.unit))</p>" }
    return """
      <li title="\(metric.formula); counted on \(ShopWords.time(counted))"><h3><a href="\(ConsolePage.dashboard.path)/\(metric.code)?days=\(days)">\(metric.title)</a></h3><p class="figure\(tile.value == nil ? " absent" : "")">\(words.text(tile.value, metric.unit))</p>\(change)\(year)</li>
      """
  }

  /// Bars by day. The table of the same figures stands below it.
  private func plot(_ parts: [MetricPart], _ unit: Metric.Unit) -> HTML {
    let most = parts.compactMap(\.value).max() ?? 0
    guard most > 0, let first = parts.first, let last = parts.last else {
      return "<p class=\"notice\">Nothing in these days.</p>"
    }
    let (width, height) = (720.0, 160.0)
    let step = width / Double(parts.count)
    func digits(_ value: Double) -> String { ((value * 10).rounded() / 10).shortText }
    let bars = parts.enumerated().map { index, part -> HTML in
      let size = max(0, part.value ?? 0) / most * height
      return """
        <g><title>\(ShopWords.date(part.name)): \(words.text(part.value, unit))</title><rect class="all" x="\(digits(Double(index) * step))" y="\(digits(height - size))" width="\(digits(max(step - 1, 0.5)))" height="\(digits(size))"/></g>
        """
    }
    let rows = parts.reversed().map { part -> HTML in
      "<tr><th scope=\"row\">\(ShopWords.date(part.name))</th><td class=\"number\" data-label=\"Figure\">\(words.text(part.value, unit))</td></tr>"
    }
    return """
      <p class="axis"><span>\(words.text(most, unit))</span></p>
      <svg class="plot" viewBox="0 0 720 160" preserveAspectRatio="none" role="img" aria-label="By day; the table below has the same figures">\(bars)</svg>
      <p class="axis"><span>\(ShopWords.date(first.name))</span><span>\(ShopWords.date(last.name))</span></p>
      <details><summary>As a table</summary><table class="report"><thead><tr><th scope="col">Day</th><th scope="col" class="number">Figure</th></tr></thead><tbody>\(rows)</tbody></table></details>
      """
  }

  // MARK: One figure

  private func dimension(_ request: HTTPRequest, of metric: Metric) throws -> Metric.Dimension {
    let text = try request.query { $0 == "by" }["by"]
    let asked = text.flatMap { Metric.Dimension(rawValue: $0) }
    return asked.flatMap { metric.dimensions.contains($0) ? $0 : nil } ?? metric.dimensions.first ?? .day
  }

  private func metric(of request: HTTPRequest) throws -> Metric {
    try reporting.metric(request.pathParameters["code"] ?? "")
  }

  @Sendable private func metric(_ request: HTTPRequest) async throws -> HTTPResponse {
    let metric = try metric(of: request)
    let (days, period) = try period(request)
    let dimension = try dimension(request, of: metric)
    let path = "\(ConsolePage.dashboard.path)/\(metric.code)"
    guard let tile = try await reporting.tiles([metric.code], in: period).first else { throw Problem.metricNotFound }
    let parts = try await reporting.parts(
      of: metric.code, by: dimension, in: period, limit: dimension == .day ? 1_000 : Self.shownParts)
    let dimensions = metric.dimensions.map { entry -> HTML in
      let current: HTML = entry == dimension ? " aria-current=\"true\"" : ""
      return "<li><a href=\"\(path)?days=\(days)&amp;by=\(entry.rawValue)\"\(current)>\(entry.rawValue)</a></li>"
    }
    let change = words.change(tile.change).map {
      ", \($0) from \(words.text(tile.previous, metric.unit)) in the \(days) days before"
    }
    let body: HTML = """
      <div class="heading"><h1>\(metric.title)</h1>\(metric.isOfPeriod ? periods(path, days, more: "&by=\(dimension.rawValue)") : nil)</div>
      <p><strong>\(words.text(tile.value, metric.unit))</strong>\(change ?? "").</p><p class="note">\(metric.formula).</p>
      <div class="heading"><nav class="periods" aria-label="Parts"><span>By</span><ul>\(dimensions)</ul></nav><a href="\(path)/csv?days=\(days)&amp;by=\(dimension.rawValue)" download>CSV</a></div>
      \(dimension == .day ? plot(parts, metric.unit) : table(parts, metric, dimension, days))
      <p class="note"><a href="\(ConsolePage.dashboard.path)?days=\(days)">Back to the dashboard</a></p>
      """
    return ConsoleFrame(shopName: shopName, request, .dashboard).response(title: metric.title, body: body)
  }

  private func table(
    _ parts: [MetricPart], _ metric: Metric, _ dimension: Metric.Dimension, _ days: Int
  ) -> HTML {
    guard !parts.isEmpty else { return "<p class=\"notice\">Nothing in these days.</p>" }
    let rows = parts.map { part -> HTML in
      let name = part.name.isEmpty ? (part.key.isEmpty ? "without" : "gone: \(part.key)") : part.name
      let shown: HTML =
        dimension == .product && !part.name.isEmpty ? "<a href=\"/products/\(part.key)\">\(name)</a>" : "\(name)"
      return
        "<tr><th scope=\"row\">\(shown)</th><td class=\"number\" data-label=\"\(metric.title)\">\(words.text(part.value, metric.unit))</td></tr>"
    }
    return """
      <table class="report"><thead><tr><th scope="col">\(dimension == .product ? "Product" : "Category")</th><th scope="col" class="number">\(metric.title)</th></tr></thead><tbody>\(rows)</tbody></table>
      """
  }

  @Sendable private func file(_ request: HTTPRequest) async throws -> HTTPResponse {
    let metric = try metric(of: request)
    let (_, period) = try period(request)
    let dimension = try dimension(request, of: metric)
    let parts = try await reporting.parts(of: metric.code, by: dimension, in: period)
    return .csv(MetricFile.text(metric, dimension, parts), named: "\(metric.code)-by-\(dimension.rawValue).csv")
  }
}

extension Problem {
  static let metricNotFound = Problem(APIProblem.metricNotFound, detail: "There is no such metric.")
}
