import Catalog
public import Edge
import HTTPServer
import Ports
public import Reporting
import Web

/// The five reports as pages to be printed.
public struct ReportPages: Sendable {
  private static let usualDays = 28
  private static let periods = [28, 91, 364]

  let writer: ReportWriter
  let reporting: Reporting
  let shopName: String

  public init(writer: ReportWriter, reporting: Reporting, shopName: String) {
    self.writer = writer
    self.reporting = reporting
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.reports.path, ConsolePage.reports.access)
    func route(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, deadline: .seconds(60))
    }
    routes.get(path, route("reports page"), list)
    routes.get(path + "/{name}", route("report page"), report)
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let rows = ShopReport.Kind.allCases.map { kind -> HTML in
      let links = Self.periods.map { days -> HTML in
        "<a href=\"\(ConsolePage.reports.path)/\(kind.rawValue)?days=\(days)\">\(days) days<span class=\"hidden\">: \(kind.title)</span></a> "
      }
      return "<tr><th scope=\"row\">\(kind.title)</th><td>\(links)</td></tr>"
    }
    return ConsoleFrame(shopName: shopName, request, .reports).response(
      title: "Reports",
      body:
        "<div class=\"heading\"><h1>Reports</h1></div><table class=\"report\"><thead><tr><th scope=\"col\">Report</th><th scope=\"col\">The last</th></tr></thead><tbody>\(rows)</tbody></table><p class=\"note\">Each opens as a page for paper; <code>vitrine report</code> prints the same.</p>"
    )
  }

  @Sendable private func report(_ request: HTTPRequest) async throws -> HTTPResponse {
    let days = try request.query { $0 == "days" }["days"].flatMap { Int($0) } ?? Self.usualDays
    guard let kind = ShopReport.Kind(rawValue: request.pathParameters["name"] ?? "") else {
      throw Problem(APIProblem.metricNotFound, detail: "There is no such report.")
    }
    guard let period = reporting.last(days: days) else {
      throw Problem(APIProblem.invalidParameter, detail: "days is from 1 to \(ReportPeriod.maxDays).")
    }
    let report = try await writer.report(kind, in: period)
    return ConsoleFrame(shopName: shopName, request, .reports).printed(
      title: kind.title, body: ReportView(report: report, shopName: shopName).body)
  }
}

/// A report as HTML.
struct ReportView {
  let report: ShopReport
  let shopName: String

  var body: HTML {
    """
    <div class="heading"><h1>\(report.kind.title)</h1><p class="count">\(shopName), \(ShopWords.date(report.period.first.description)) to \(ShopWords.date(report.period.last.description))</p></div>
    \(report.sections.map(section))
    <p class="note">Counted: sums of what happened. Forecast: by a model that a backtest judged. Assumed: it rests on the assumption that it names.</p>
    """
  }

  private func section(_ section: ShopReport.Section) -> HTML {
    let sentences = section.sentences.map { sentence -> HTML in
      "<li>\(sentence.text) <span class=\"note\">(\(sentence.certainty.rawValue))</span></li>"
    }
    let table: HTML? = section.table.flatMap { table in
      table.rows.isEmpty ? nil : Self.table(table)
    }
    return "<section class=\"row\"><h2>\(section.title)</h2><ul class=\"sentences\">\(sentences)</ul>\(table)</section>"
  }

  private static func table(_ table: ShopReport.Table) -> HTML {
    let heads = table.heading.enumerated().map { index, text -> HTML in
      index == 0 ? "<th scope=\"col\">\(text)</th>" : "<th scope=\"col\" class=\"number\">\(text)</th>"
    }
    let rows = table.rows.map { row -> HTML in
      let cells = row.enumerated().map { index, text -> HTML in
        index == 0
          ? "<th scope=\"row\">\(text)</th>"
          : "<td class=\"number\" data-label=\"\(table.heading.indices.contains(index) ? table.heading[index] : "")\">\(text)</td>"
      }
      return "<tr>\(cells)</tr>"
    }
    return "<table class=\"report\"><thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table>"
  }
}
