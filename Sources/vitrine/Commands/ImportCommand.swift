import Bootstrap
import Configuration
import Foundation
import Importing
import PostgresClient
import PostgresStore
import Threading

/// `vitrine import`
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Reads a retailer's products, orders or events; repeatable.",
    discussion: """
      Without another word it reads products. Exit code 3: lines were refused, more than --tolerate allows; the others are
      stored.
      """,
    subcommands: [ImportProductsCommand.self, ImportOrdersCommand.self, ImportEventsCommand.self],
    defaultSubcommand: ImportProductsCommand.self)

  /// Most refused lines that are printed; the count includes all.
  static let maxPrinted = 20

  /// As csv, with a line each.
  static func write(_ refusals: [ImportReport.Refusal], to path: String) throws {
    let lines = refusals.map { "\($0.line),\"\($0.reason.replacing("\"", with: "\"\""))\"\n" }
    try Data(("line,reason\n" + lines.joined()).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// `file`: where all of them are written.
  static func print(_ refusals: [ImportReport.Refusal], of count: Int, on terminal: Terminal, file: String? = nil) {
    for refusal in refusals.prefix(maxPrinted) {
      terminal.printError("line \(refusal.line) was refused: \(refusal.reason)")
    }
    if count > maxPrinted {
      let advice = file.map { ", in \($0)" } ?? ""
      terminal.printError("… and \(count - maxPrinted) more\(advice)")
    }
  }
}

/// `vitrine import products`
struct ImportProductsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "products", abstract: "Reads products into the catalog; repeatable.",
    discussion: """
      Formats: icecat, ndjson and csv (docs/reference/import-format.md). A line that cannot be read is reported with its
      number and reason and does not stop the rest. A shop that runs finds what was imported within a second.
      """)

  @Option(help: "The form of the file.") var format: ImportFormat
  @Option(help: "A file that maps the retailer's own headings to ours.") var mapping: String?
  @Option(help: "Where the products come from; else the format's name.") var source: String?
  @Option(help: "A file for the refused lines, with numbers and reasons; the first are printed in any case.")
  var refusals: String?
  @Option(help: "Refused lines that are allowed: a number, or a share as 0.5%. With more the exit code is 3.")
  var tolerate = RefusalTolerance.lines(0)
  @Argument(help: "The file, plain or gzip; - for standard input.") var file: String

  /// A batch waits for its triggers.
  private static let statementTimeout = Duration.seconds(300)

  func run(_ context: CommandContext) async throws {
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let start = ContinuousClock.now
      let meter = context.terminal.progress("import", unit: "products")
      let done = Guarded(0)
      let report = try await runImport(
        format: format, path: file, mapping: mapping.map { try ColumnMapping(path: $0) }, source: source,
        writer: PostgresCatalog(pool)
      ) { report in
        let advance = done.withLock { done in
          defer { done = report.total }
          return report.total - done
        }
        meter.advance(by: advance)
      }
      meter.finish()
      ImportCommand.print(report.refusals, of: report.refused, on: context.terminal, file: refusals)
      try refusals.map { try ImportCommand.write(report.refusals, to: $0) }
      let seconds = ((ContinuousClock.now - start) / .milliseconds(10)).rounded() / 100
      context.terminal.print("\(report.summary), in \(seconds) s")
      if let advice = report.stockAdvice { context.terminal.print(advice) }
      try tolerate.check(report.refused, of: report.total, on: context.terminal)
    }
  }
}
