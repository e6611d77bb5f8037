import Bootstrap
import Catalog
import Configuration
import Customers
import Evaluation
import Importing
import JSON

/// `vitrine customers`
struct CustomersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "customers", abstract: "Segments and values the customers of a file of orders.",
    subcommands: [CustomerSegmentsCommand.self, CustomerValueCommand.self])
}

/// A file of orders as both commands read it.
private enum OrderFile {
  /// A file of the most orders.
  private static let maxBytes = 4 << 30

  static func summaries(
    _ path: String, until: String?, _ context: CommandContext
  ) throws -> (summaries: [PurchaseSummary], end: CalendarDay) {
    let read = try OrderReader.read(try WholeFile.bytes(path: path, atMost: maxBytes), days: days)
    for refusal in read.refusals { context.terminal.printError("vitrine: \(path), \(refusal)") }
    if read.refusedCount > 0 {
      context.terminal.printError("vitrine: \(read.refusedCount) lines could not be read and are left out")
    }
    let last = read.orders.map(\.day).max() ?? CalendarDay(daysSinceEpoch: 0)
    let end = until.flatMap { CalendarDay($0) } ?? last
    return (PurchaseSummary.summaries(read.orders, end: end), end)
  }

  private static var days: ClosedRange<CalendarDay> { CalendarDay.ofRecords(now: SystemClock().now()) }

  static func validate(until: String?) throws {
    guard let until else { return }
    guard let day = CalendarDay(until) else {
      throw ValidationError("--until \(until) is not a day such as 2026-03-31")
    }
    guard days.contains(day) else {
      throw ValidationError("--until \(until) is not from \(days.lowerBound) to \(days.upperBound)")
    }
  }
}

/// `vitrine customers segments`
struct CustomerSegmentsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "segments", abstract: "Groups customers by recency, frequency and value.",
    discussion: """
      The orders are a file with the columns customer, date and value (29.33), gzip or not; orders of one day are one
      purchase, and a value below zero is a return. Scores are fifths by rank; equal values have equal scores. Beside the
      segments by rule stand groups by k-means, whose number has the greatest silhouette.
      """)

  @Option(help: "The orders' file; - is standard input.") var orders: String
  @Option(help: "The last day that counts; else the last in the file.") var until: String?
  @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
  @Flag(help: "Prints one JSON object.") var json = false

  func validate() throws { try OrderFile.validate(until: until) }

  func run(_ context: CommandContext) async throws {
    let (summaries, end) = try OrderFile.summaries(orders, until: until, context)
    let report = SegmentReport(summaries, end: end, seed: seed)
    context.terminal.print(json ? Self.json(report).text : Self.text(report))
  }

  private static func text(_ report: SegmentReport) -> String {
    var lines = ["\(report.customers) customers up to \(report.end); seed \(report.seed)", ""]
    func add(_ title: String, _ segments: [SegmentReport.Segment]) {
      var table = FigureTable(heading: [title, "customers", "share", "revenue", "purchases", "days since last"])
      for segment in segments {
        table.add([
          segment.name, "\(segment.customers)",
          decimal(100 * Double(segment.customers) / Double(max(1, report.customers)), 1) + " %",
          decimal(Double(segment.revenueMinorUnits) / 100, 2), decimal(segment.meanRepeats + 1, 2),
          decimal(segment.meanDaysSinceLast, 0),
        ])
      }
      lines += table.lines + [""]
    }
    add("segment", report.segments)
    add("group", report.clusters)
    lines.append("silhouette of the groups: \(decimal(report.silhouette, 3))")
    return lines.joined(separator: "\n")
  }

  private static func json(_ report: SegmentReport) -> JSONValue {
    func list(_ segments: [SegmentReport.Segment]) -> JSONValue {
      .array(
        segments.map { segment in
          .object(
            JSONObject([
              .init("name", .string(segment.name)), .init("customers", .int(Int64(segment.customers))),
              .init("revenue_minor_units", .int(segment.revenueMinorUnits)),
              .init("mean_purchases", .double(segment.meanRepeats + 1)),
              .init("mean_days_since_last", .double(segment.meanDaysSinceLast)),
            ]))
        })
    }
    return .object(
      JSONObject([
        .init("until", .string(report.end.description)), .init("customers", .int(Int64(report.customers))),
        .init("segments", list(report.segments)), .init("groups", list(report.clusters)),
        .init("silhouette", report.silhouette.map { .double($0) } ?? .null),
      ]))
  }
}

/// `vitrine customers value`
struct CustomerValueCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "value", abstract: "Estimates what each customer will spend in the months ahead.",
    discussion: """
      The orders are read as by `customers segments`. BG/NBD says how often a customer will buy and whether the customer
      is still there, gamma-gamma what a purchase is worth; both are fitted to the file by maximum likelihood.
      """)

  @Option(help: "The orders' file; - is standard input.") var orders: String
  @Option(help: "The last day that counts; else the last in the file.") var until: String?
  @Option(help: "The months ahead.") var months = 12
  @Option(help: "The customers shown, the most valuable first.") var top = 20
  @Flag(help: "Prints one JSON object.") var json = false

  private static let maxMonths = 120
  private static let maxShown = 1_000_000

  func validate() throws {
    try OrderFile.validate(until: until)
    guard (1...Self.maxMonths).contains(months) else {
      throw ValidationError("--months \(months) is out of range: 1 to \(Self.maxMonths)")
    }
    guard (0...Self.maxShown).contains(top) else {
      throw ValidationError("--top \(top) is out of range: 0 to \(Self.maxShown)")
    }
  }

  private struct Row {
    let summary: PurchaseSummary
    let alive: Double
    let purchases: Double
    let value: Double
  }

  func run(_ context: CommandContext) async throws {
    let (summaries, end) = try OrderFile.summaries(orders, until: until, context)
    let model = try CustomerValue(summaries)
    let rows = summaries.map { summary in
      let history = BGNBD.History(weeks: summary)
      return Row(
        summary: summary, alive: model.buying.probabilityAlive(history),
        purchases: model.buying.expectedPurchases(next: 52.0 * Double(months) / 12, history),
        value: model.value(history, meanRepeat: summary.meanRepeatMinorUnits, months: months))
    }
    let best = rows.sorted { ($1.value, $0.summary.customer) < ($0.value, $1.summary.customer) }.prefix(top)
    let total = rows.reduce(0) { $0 + $1.value }
    context.terminal.print(
      json ? json(model, best, total, end).text : text(model, best, total, rows.count, end))
  }

  private func text(
    _ model: CustomerValue, _ best: ArraySlice<Row>, _ total: Double, _ count: Int, _ end: CalendarDay
  ) -> String {
    let (buying, spending) = (model.buying, model.spending)
    var lines = [
      "\(count) customers up to \(end); value over \(months) months at 1 % a month: \(decimal(total / 100, 2))",
      "BG/NBD r \(decimal(buying.r, 5)), alpha \(decimal(buying.alpha, 5)) weeks, a \(decimal(buying.a, 5)), "
        + "b \(decimal(buying.b, 5))",
      "gamma-gamma p \(decimal(spending.p, 4)), q \(decimal(spending.q, 4)), v \(decimal(spending.v / 100, 4)); "
        + "mean purchase \(decimal(spending.populationMean.map { $0 / 100 }, 2))", "",
    ]
    var table = FigureTable(heading: ["customer", "purchases", "alive", "purchases ahead", "mean repeat", "value"])
    for row in best {
      table.add([
        row.summary.customer, "\(row.summary.repeats + 1)", decimal(100 * row.alive, 1) + " %",
        decimal(row.purchases, 2), decimal(row.summary.meanRepeatMinorUnits / 100, 2), decimal(row.value / 100, 2),
      ])
    }
    lines += table.lines
    return lines.joined(separator: "\n")
  }

  private func json(_ model: CustomerValue, _ best: ArraySlice<Row>, _ total: Double, _ end: CalendarDay) -> JSONValue {
    .object(
      JSONObject([
        .init("until", .string(end.description)), .init("months", .int(Int64(months))),
        .init("value_minor_units", .int(Int64(saturating: total.rounded()))),
        .init(
          "bg_nbd",
          .array([model.buying.r, model.buying.alpha, model.buying.a, model.buying.b].map { .double($0) })),
        .init("gamma_gamma", .array([model.spending.p, model.spending.q, model.spending.v].map { .double($0) })),
        .init(
          "customers",
          .array(
            best.map { row in
              .object(
                JSONObject([
                  .init("customer", .string(row.summary.customer)), .init("alive", .double(row.alive)),
                  .init("purchases_ahead", .double(row.purchases)),
                  .init("value_minor_units", .int(Int64(saturating: row.value.rounded()))),
                ]))
            })),
      ]))
  }
}
