import Bootstrap
import Catalog
public import Configuration
public import Forecasting
import Importing
import JSON
import Statistics

extension Period: ExpressibleByArgument {}

/// `vitrine forecast`
struct ForecastCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "forecast", abstract: "Forecasts the demand of a file of sales, and judges the forecasts.",
    discussion: """
      The sales are a file with the columns product, date and units, and, where they are known, price, promotion (0 or 1)
      and category; gzip or not. A day without a line is a day without demand. Lines that cannot be read are told and left
      out. Where all days are the first of a month, or the same weekday, the steps are months or weeks.

      The backtest moves the origin through the history; its figures are of forecasts, not of fits. MASE below 1 is better
      than the seasonal naive forecast was in the history.

      Exit code 3: with --gate, where the forecasts are not better than the seasonal naive one, or too biased.
      """)

  /// How the forecasts are printed.
  enum Format: String, CaseIterable, ExpressibleByArgument, Sendable { case table, csv }

  @Option(help: "The sales' file; - is standard input.") var sales: String
  @Option(help: "The steps ahead: days, weeks or months.") var horizon = 28
  @Option(help: "The origins of the backtest.") var origins = 4
  @Option(help: "day, week or month; else told from the dates.") var period: Period?
  @Option(help: "The share of demand that the interval holds.") var coverage = 0.8
  @Option(help: "table or csv: the forecasts with the report, or alone, one line a step.") var format = Format.table
  @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
  @Flag(help: "Takes New Year, Easter, Black Friday and Christmas as days of their own.") var holidays = false
  @Flag(help: "Refuses forecasts that are not better than the seasonal naive one.") var gate = false
  @Flag(help: "Prints one JSON object.") var json = false

  /// A file of the most lines of sales.
  private static let maxBytes = 2 << 30

  func validate() throws {
    do {
      _ = try Forecaster(options)
    } catch { throw ValidationError("\(error)") }
    guard !(json && format == .csv) else { throw ValidationError("--json and --format csv exclude one another") }
  }

  private var options: Forecaster.Options {
    var options = Forecaster.Options(horizon: horizon, origins: origins)
    options.coverage = coverage
    options.seed = seed
    return options
  }

  func run(_ context: CommandContext) async throws {
    let read = try SalesReader.read(try WholeFile.bytes(path: sales, atMost: Self.maxBytes))
    for refusal in read.refusals { context.terminal.printError("vitrine: \(sales), \(refusal)") }
    if read.refusedCount > 0 {
      context.terminal.printError("vitrine: \(read.refusedCount) lines could not be read and are left out")
    }
    let builder = SeriesBuilder(
      period: period ?? SalesReader.period(of: read.lines), categories: read.categories)
    let series = builder.series(from: read.lines)
    var options = options
    if holidays, let first = series.map(\.first).min(), let last = series.map({ $0.day(at: $0.count + horizon) }).max()
    {
      options.holidays = Holiday.retail(first.civil.year...last.civil.year)
    }
    let report = try Forecaster(options).run(series)
    let printed = ForecastPrint(report: report, products: series.count, refused: read.refusedCount)
    context.terminal.print(json ? printed.json.text : format == .csv ? printed.csv : printed.text)
    guard gate, case .refused(let reason) = report.backtest.gate else { return }
    context.terminal.printError("vitrine: the gate refused: \(reason)")
    throw ExitCode.gateRefused
  }
}
