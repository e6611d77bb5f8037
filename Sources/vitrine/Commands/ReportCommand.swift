import Bootstrap
import Catalog
import Configuration
import Evaluation
import JSON
import Ports
import PostgresClient
import PostgresStore
import SearchService
import StorefrontAPI

/// `vitrine report`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Prints reports on the shop's records.",
    subcommands: [ReportSearchCommand.self, ReportShopCommand.self])
}

/// `vitrine report search`
struct ReportSearchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Prints the searches of shoppers and their outcomes.",
    discussion: """
      A search is one visitor's query on one day (UTC), however often its pages were looked at. What was searched until
      now is counted first. docs/explain/query-log.md says how, and what is kept for how long.
      """)

  @Option(help: "Days, today among them, 1 to 365.") var days = ReportInput.usualDays
  @Option(help: "Queries in each list at most, 1 to 1000.") var limit = ReportInput.usualLimit
  @Flag(help: "Prints one JSON object, as /v1/admin/search/analytics does.") var json = false

  func run(_ context: CommandContext) async throws {
    let input: ReportInput
    do {
      input = try ReportInput(parameters: [("days", String(days)), ("limit", String(limit))])
    } catch {
      throw UsageError("option '--\(error.parameter)' \(error.reason)", hint: "see 'vitrine report search --help'")
    }
    try await Database.with(context) { pool in
      let store = PostgresSearchLog(pool)
      let now = SystemClock().now()
      _ = try await store.rollUp(now: now)
      let report = try await store.report(days: input.days, now: now, limit: input.limit)
      context.terminal.print(
        json ? String(decoding: SearchJSON.bytes(of: report), as: UTF8.self) : Self.text(of: report))
    }
  }

  private static func text(of report: SearchReport) -> String {
    var totals = FigureTable(heading: ["", "last \(report.days) days", "before"])
    func add(_ name: String, _ figure: (SearchReport.Figures) -> String) {
      totals.add([name, figure(report.totals), figure(report.before)])
    }
    add("searches") { String($0.searches) }
    add("found nothing") { percent($0.foundNothingShare) }
    add("found a part of the words") { percent($0.relaxedShare) }
    add("led to a product") { percent($0.clickThrough) }
    add("MRR of clicks") { decimal($0.meanReciprocalRank, 2) }
    var lines = totals.lines
    lines += list("Most searched", report.popular, ["searches", "clicked", "not in full"]) { query in
      [String(query.figures.searches), percent(query.figures.clickThrough), String(query.figures.unanswered)]
    }
    lines += list("Nothing has every word", report.unanswered, ["not in full", "searches", "then found"]) { query in
      [String(query.figures.unanswered), String(query.figures.searches), query.thenFound.joined(separator: ", ")]
    }
    lines += list("Seldom clicked", report.seldomClicked, ["searches", "clicked", "MRR"]) { query in
      [
        String(query.figures.searches), percent(query.figures.clickThrough),
        decimal(query.figures.meanReciprocalRank, 2),
      ]
    }
    return lines.joined(separator: "\n")
  }

  private static func list(
    _ title: String, _ queries: [SearchReport.Query], _ columns: [String],
    _ cells: (SearchReport.Query) -> [String]
  ) -> [String] {
    guard !queries.isEmpty else { return ["", "\(title): none"] }
    var table = FigureTable(heading: [title] + columns)
    for query in queries { table.add([query.text] + cells(query)) }
    return [""] + table.lines
  }

  private static func percent(_ share: Double?) -> String { share.map { decimal($0 * 100, 1) + " %" } ?? "-" }
}
