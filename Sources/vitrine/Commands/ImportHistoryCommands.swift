import Bootstrap
import Configuration
import Importing
import Ports
import PostgresClient
import PostgresStore
import Threading

/// `vitrine import orders`
struct ImportOrdersCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "orders", abstract: "Reads the order lines of a shop that exists already; repeatable.",
    discussion: """
      A line is one product of an order: order, at, sku, quantity, price, currency, customer (docs/reference/import-format.md).
      A negative quantity is a return. A line about an unknown SKU is kept aside until the catalog has it.
      """)

  @Option(help: "The form of the file; here csv or ndjson.") var format: ImportFormat
  @Option(help: "A file that maps the retailer's own headings to ours.") var mapping: String?
  @Option(help: "The shop that the orders come from: tells its lines from another's.") var source: String?
  @Option(help: "A file for the refused lines, with numbers and reasons; the first are printed in any case.")
  var refusals: String?
  @Option(help: "Refused lines that are allowed: a number, or a share as 0.5%. With more the exit code is 3.")
  var tolerate = RefusalTolerance.lines(0)
  @Flag(help: "Makes products of the lines' titles and prices first, one for each SKU.") var makeCatalog = false
  @Argument(help: "The file, plain or gzip; - for standard input.") var file: String

  func run(_ context: CommandContext) async throws {
    try await importHistory(
      .orders, context, format: format, mapping: mapping, source: source ?? "orders", file: file,
      refusals: refusals, tolerance: tolerate, makesCatalog: makeCatalog)
  }
}

/// `vitrine import events`
struct ImportEventsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Reads the views, carts, purchases and ratings of a shop that exists already; repeatable.",
    discussion: """
      A line is one deed: type, at, sku or product_id, customer or visitor, and what the type needs
      (docs/reference/import-format.md).
      """)

  @Option(help: "The form of the file; here csv or ndjson.") var format: ImportFormat
  @Option(help: "A file that maps the retailer's own headings to ours.") var mapping: String?
  @Option(help: "The shop that the events come from: tells its lines from another's.") var source: String?
  @Option(help: "A file for the refused lines, with numbers and reasons; the first are printed in any case.")
  var refusals: String?
  @Option(help: "Refused lines that are allowed: a number, or a share as 0.5%. With more the exit code is 3.")
  var tolerate = RefusalTolerance.lines(0)
  @Argument(help: "The file, plain or gzip; - for standard input.") var file: String

  func run(_ context: CommandContext) async throws {
    try await importHistory(
      .events, context, format: format, mapping: mapping, source: source ?? "events", file: file,
      refusals: refusals, tolerance: tolerate, makesCatalog: false)
  }
}

private func importHistory(
  _ kind: HistoryKind, _ context: CommandContext, format: ImportFormat, mapping: String?, source: String, file: String,
  refusals: String?, tolerance: RefusalTolerance, makesCatalog: Bool
) async throws {
  try await Database.with(context, statementTimeout: .seconds(300)) { pool in
    let start = ContinuousClock.now
    let history = HistoryImport(
      kind, format: format, path: file, mapping: try mapping.map { try HistoryMapping(path: $0) }, source: source,
      now: SystemClock().now(), retention: BehaviourRetention(context.settings.behaviour))
    if makesCatalog {
      let made = try await history.makeCatalog(in: PostgresCatalog(pool))
      context.terminal.print("\(made) new products made of the lines")
    }
    let meter = context.terminal.progress("import \(kind.rawValue)", unit: "lines")
    let done = Guarded(0)
    let report = try await history.run(into: PostgresBehaviour(pool)) { report in
      meter.advance(
        by: done.withLock { done in
          defer { done = report.total }
          return report.total - done
        })
    }
    meter.finish()
    try await PostgresJobs(pool).announce(Shop.historyImport, now: SystemClock().now())
    ImportCommand.print(report.refusals, of: report.refused, on: context.terminal, file: refusals)
    try refusals.map { try ImportCommand.write(report.refusals, to: $0) }
    let seconds = ((ContinuousClock.now - start) / .milliseconds(10)).rounded() / 100
    context.terminal.print("\(report.summary), in \(seconds) s")
    try tolerance.check(report.refused, of: report.total, on: context.terminal)
  }
}
