import Catalog
import Ports

/// The staff's page on what shoppers searched for: figures, a bar for each day, and the queries to look at.
struct SearchReportPage {
  static let mostQueries = 100
  private static let periods = [7, 30, 90, 365]

  let report: SearchReport

  var body: HTML {
    let periods = Self.periods.map { days -> HTML in
      let current: HTML = days == report.days ? " aria-current=\"true\"" : ""
      return "<li><a href=\"/admin/search?days=\(days)\"\(current)>\(days) days</a></li>"
    }
    return """
      <div class="heading"><h1>Searches</h1><nav class="sorting" aria-label="Period"><span>The last</span><ul>\(periods)</ul></nav></div>
      \(figures)\(chart)
      \(table("Most searched", report.popular, note: nil, columns: [.searches, .clickThrough, .rank, .unanswered]))
      \(table("Nothing has every word", report.unanswered, note: "What the same shoppers searched for next and found is a synonym to consider, or a product to buy.", columns: [.unanswered, .searches, .next]))
      \(table("Seldom clicked", report.seldomClicked, note: "Found, but clicked clearly less often than other searches: look at what stands first.", columns: [.searches, .clickThrough, .rank]))
      """
  }

  // MARK: Figures

  private var figures: HTML {
    let (now, before) = (report.totals, report.before)
    let rows: [(String, String, String)] = [
      ("Searches", "\(now.searches)", "\(before.searches)"),
      ("Found nothing", percent(now.foundNothingShare), percent(before.foundNothingShare)),
      ("Found a part of the words", percent(now.relaxedShare), percent(before.relaxedShare)),
      ("Led to a product", percent(now.clickThrough), percent(before.clickThrough)),
      ("MRR of clicks", decimal(now.meanReciprocalRank), decimal(before.meanReciprocalRank)),
    ]
    let tiles = rows.map { name, value, before -> HTML in
      "<li><h2>\(name)</h2><p class=\"figure\">\(value)</p><p class=\"note\">before: \(before)</p></li>"
    }
    return "<section class=\"row\" aria-label=\"Figures\"><ul class=\"tiles\">\(tiles)</ul></section>"
  }

  private var counted: String { report.countedAt.map { " Counted until \($0)." } ?? "" }

  private static let chartWidth = 720.0
  private static let chartHeight = 140.0

  /// A bar for each day; its red part are the searches that nothing had every word of.
  private var chart: HTML? {
    guard let most = report.byDay.map(\.figures.searches).max(), most > 0, let first = report.byDay.first,
      let last = report.byDay.last
    else { return "<p class=\"notice\">Nothing was searched for in these days.</p>" }
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
        <g><title>\(day.day.description): \(day.figures.searches) searches, \(unanswered) not answered in full</title>\(bar(day.figures.searches, "all"))\(bar(unanswered, "unanswered"))</g>
        """
    }
    return """
      <section class="row" aria-labelledby="by-day"><h2 id="by-day">By day</h2>
      <svg class="days" viewBox="0 0 \(Self.chartWidth.shortText) \(Self.chartHeight.shortText)" preserveAspectRatio="none" role="img" aria-label="Searches by day, at most \(most)">\(bars)</svg>
      <p class="note">\(first.day.description) to \(last.day.description), UTC, at most \(most) a day. The red part: nothing had every word.\(counted)</p></section>
      """
  }

  // MARK: Queries

  private enum Column: String {
    case searches = "Searches"
    case clickThrough = "Clicked"
    case rank = "MRR"
    case unanswered = "Not in full"
    case next = "Then found"
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
      <div class="wide"><table class="report"><thead><tr><th scope="col">Query</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div></section>
      """
  }

  private func cell(_ column: Column, of query: SearchReport.Query) -> HTML {
    let figures = query.figures
    return switch column {
    case .searches: "<td class=\"number\">\(figures.searches)</td>"
    case .clickThrough: "<td class=\"number\">\(percent(figures.clickThrough))</td>"
    case .rank: "<td class=\"number\">\(decimal(figures.meanReciprocalRank))</td>"
    case .unanswered: "<td class=\"number\">\(figures.unanswered)</td>"
    case .next: "<td>\(query.thenFound.joined(separator: ", "))</td>"
    }
  }

  // MARK: Numbers

  private func percent(_ share: Double?) -> String { share.map { decimal($0 * 100, 1) + " %" } ?? "–" }
  private func decimal(_ value: Double?) -> String { value.map { decimal($0, 2) } ?? "–" }

  private func decimal(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let scaled = Int(saturating: (value * Double(scale)).rounded())
    let rest = String(scaled % scale)
    return "\(scaled / scale).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}
