import Bootstrap
import Catalog
public import Configuration
import Evaluation
import Ports
public import Reporting

extension ShopReport.Kind: ExpressibleByArgument {}

/// `vitrine report shop`
struct ReportShopCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "shop", abstract: "Prints one of the five reports on the shop, in sentences with their figures.",
    discussion: """
      performance, customers, inventory, roi or growth. The console has the same under Reports, as pages for paper. The
      figures are those of the last counting, which the job 'count-trade' does every 15 minutes; --count counts first.
      """)

  @Argument(help: "performance, customers, inventory, roi or growth.") var report: ShopReport.Kind
  @Option(help: "Days, yesterday the last, 1 to 3660.") var days = 28
  @Flag(help: "Counts the whole history first.") var count = false

  func validate() throws {
    guard (1...ReportPeriod.maxDays).contains(days) else {
      throw ValidationError("--days \(days) is out of range: 1 to \(ReportPeriod.maxDays)")
    }
  }

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      if count { try await shop.reporting.count(wholeHistory: true) }
      guard let period = shop.reporting.last(days: days) else { return }
      context.terminal.print(Self.text(try await shop.reportWriter.report(report, in: period)))
    }
  }

  private static func text(_ report: ShopReport) -> String {
    var lines = ["\(report.kind.title), \(report.period.first) to \(report.period.last)"]
    for section in report.sections {
      lines += ["", section.title]
      lines += section.sentences.map { "- \($0.text) (\($0.certainty.rawValue))" }
      guard let table = section.table, !table.rows.isEmpty else { continue }
      var figures = FigureTable(heading: table.heading)
      for row in table.rows { figures.add(row) }
      lines += [""] + figures.lines
    }
    return lines.joined(separator: "\n")
  }
}
