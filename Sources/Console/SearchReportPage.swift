import Catalog
public import Edge
import HTTPServer
import Ports
public import SearchService
import Web

/// The staff's page on what shoppers searched for.
public struct SearchesPage: Sendable {
  /// A report counts the last minutes first, and may read a year of queries.
  private static let deadline = Duration.seconds(60)

  let log: SearchLog?
  let shopName: String

  public init(log: SearchLog?, shopName: String) {
    self.log = log
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    routes.get(
      ConsolePage.searches.path,
      Route(
        access: .staff(.merchandiser, .approver, .analyst), name: "search report page", isPage: true,
        deadline: Self.deadline), page)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let log else { throw Problem.logIsOff }
    var input = try InputReading.lenient.reportInput(of: request)
    input.limit = min(input.limit, SearchReportPage.maxQueries)
    let page = SearchReportPage(report: try await log.report(days: input.days, limit: input.limit))
    return ConsoleFrame(shopName: shopName, request, .searches).response(title: "Searches", body: page.body)
  }
}

/// The staff's page on what shoppers searched for: figures, a bar for each day, and the queries to look at.
struct SearchReportPage {
  static let maxQueries = 100
  private static let periods = [7, 30, 90, 365]

  let report: SearchReport

  var body: HTML {
    let periods = Self.periods.map { days -> HTML in
      let current: HTML = days == report.days ? " aria-current=\"true\"" : ""
      return "<li><a href=\"/console/searches?days=\(days)\"\(current)>\(days) days</a></li>"
    }
    return """
      <div class="heading"><h1>Searches</h1><nav class="periods" aria-label="Period"><span>The last</span><ul>\(periods)</ul></nav></div>
      \(figures)\(chart)
      \(table("Most searched", report.popular, note: nil, columns: [.searches, .clickThrough, .rank, .unanswered]))
      \(table("No full match", report.unanswered, note: "No product had every word. A search that the same shoppers tried next with success is a synonym to consider, or a product to stock.", columns: [.unanswered, .searches, .next]))
      \(table("Seldom clicked", report.seldomClicked, note: "These searches find products, but shoppers click on them clearly less often than elsewhere: look at the first results.", columns: [.searches, .clickThrough, .rank]))
      """
  }

  // MARK: Figures

  private var figures: HTML {
    let (now, before) = (report.totals, report.before)
    let rows: [(String, String, String)] = [
      ("Searches", ShopWords.number(now.searches), ShopWords.number(before.searches)),
      ("Found nothing", percent(now.foundNothingShare), percent(before.foundNothingShare)),
      ("Partial matches only", percent(now.relaxedShare), percent(before.relaxedShare)),
      ("Led to a click", percent(now.clickThrough), percent(before.clickThrough)),
      ("Click rank (1 is best)", decimal(now.meanReciprocalRank), decimal(before.meanReciprocalRank)),
    ]
    let tiles = rows.map { name, value, before -> HTML in
      let kind: HTML = value == Self.absent ? "figure absent" : "figure"
      let was: HTML? = report.before.searches == 0 ? nil : "<p class=\"note\">\(report.days) days before: \(before)</p>"
      return "<li><h2>\(name)</h2><p class=\"\(kind)\">\(value)</p>\(was)</li>"
    }
    return "<section class=\"row\" aria-label=\"Figures\"><ul class=\"tiles\">\(tiles)</ul></section>"
  }

  private var counted: String { report.countedAt.map { " Counted until \(ShopWords.time($0))." } ?? "" }

  /// In place of a share of nothing.
  private static let absent = "–"
  private static let chartWidth = 720.0
  private static let chartHeight = 140.0

  /// A bar for each day; its red part are the searches that nothing had every word of.
  private var chart: HTML? {
    guard let most = report.byDay.map(\.figures.searches).max(), most > 0, let first = report.byDay.first,
      let last = report.byDay.last
    else { return "<p class=\"notice\">Nobody searched in these days.</p>" }
    let step = Self.chartWidth / Double(report.byDay.count)
    let bars = report.byDay.enumerated().map { index, day -> HTML in
      func bar(_ count: Int, _ kind: HTML) -> HTML {
        let height = Double(count) / Double(most) * Self.chartHeight
        return """
          <rect class="\(kind)" x="\(decimal(Double(index) * step, 1))" y="\(decimal(Self.chartHeight - height, 1))" width="\(decimal(max(step - 1, 0.5), 1))" height="\(decimal(height, 1))"/>
          """
      }
      let unanswered = day.figures.unanswered
      return """
        <g><title>\(ShopWords.date(day.day.description)): \(day.figures.searches) searches, \(unanswered) without a full match</title>\(bar(day.figures.searches, "all"))\(bar(unanswered, "unanswered"))</g>
        """
    }
    return """
      <section class="row" aria-labelledby="by-day"><h2 id="by-day">By day</h2>
      <p class="axis"><span>\(ShopWords.number(most)) searches</span></p>
      <svg class="days" viewBox="0 0 \(Self.chartWidth.shortText) \(Self.chartHeight.shortText)" preserveAspectRatio="none" role="img" aria-label="Searches by day">\(bars)</svg>
      <p class="axis"><span>\(ShopWords.date(first.day.description))</span><span>\(ShopWords.date(last.day.description))</span></p>
      <p class="note">Days in UTC. Red: searches without a full match.\(counted)</p></section>
      """
  }

  // MARK: Queries

  private enum Column: String {
    case searches = "Searches"
    case clickThrough = "Clicked"
    case rank = "Click rank"
    case unanswered = "No full match"
    case next = "Tried next"
  }

  private func table(_ title: String, _ queries: [SearchReport.Query], note: String?, columns: [Column]) -> HTML {
    let note: HTML? = note.map { "<p class=\"note\">\($0)</p>" }
    guard !queries.isEmpty else {
      return "<section class=\"row\"><h2>\(title)</h2><p class=\"note\">None in these days.</p></section>"
    }
    let heads = columns.map { column -> HTML in
      column == .next
        ? "<th scope=\"col\">\(column.rawValue)</th>" : "<th scope=\"col\" class=\"number\">\(column.rawValue)</th>"
    }
    let rows = queries.map { query -> HTML in
      let address = Address(path: "/search", parameters: [("q", query.text)]).text
      return
        "<tr><th scope=\"row\"><a href=\"\(address)\">\(query.text)</a></th>\(columns.map { cell($0, of: query) })</tr>"
    }
    return """
      <section class="row"><h2>\(title)</h2>\(note)
      <table class="report"><thead><tr><th scope="col">Query</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table></section>
      """
  }

  private func cell(_ column: Column, of query: SearchReport.Query) -> HTML {
    let figures = query.figures
    func number(_ text: String) -> HTML { "<td class=\"number\" data-label=\"\(column.rawValue)\">\(text)</td>" }
    return switch column {
    case .searches: number("\(figures.searches)")
    case .clickThrough: number(percent(figures.clickThrough))
    case .rank: number(decimal(figures.meanReciprocalRank))
    case .unanswered: number("\(figures.unanswered)")
    case .next: "<td data-label=\"\(column.rawValue)\">\(query.thenFound.joined(separator: ", "))</td>"
    }
  }

  // MARK: Numbers

  private func percent(_ share: Double?) -> String { share.map { decimal($0 * 100, 1) + "%" } ?? Self.absent }
  private func decimal(_ value: Double?) -> String { value.map { decimal($0, 2) } ?? Self.absent }

  private func decimal(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let scaled = Int(saturating: (value * Double(scale)).rounded())
    let rest = String(scaled % scale)
    return "\(scaled / scale).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}
