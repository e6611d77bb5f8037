import Bootstrap
import Catalog
import Evaluation
import Forecasting
import JSON
import Statistics

/// The text, CSV and JSON of a report of forecasts.
struct ForecastPrint {
  let report: ForecastReport
  let products: Int
  let refused: Int

  /// The products that the text shows; all are in the CSV and the JSON.
  private static let shownProducts = 20

  private var groups: [(name: String, figures: [(model: String, figures: BacktestFigures)])] {
    ([nil] + DemandClass.allCases.map(Optional.some)).compactMap { demandClass in
      guard let figures = report.backtest.byClass[demandClass] else { return nil }
      let rows = figures.map { (model: $0.key, figures: $0.value) }
        .sorted { ($0.figures.mase ?? .infinity, $0.model) < ($1.figures.mase ?? .infinity, $1.model) }
      return (demandClass?.rawValue ?? "all", rows)
    }
  }

  var text: String {
    var lines = [
      "Forecasts of \(products) products, \(report.horizon) \(report.period.rawValue)s ahead; seed \(report.seed)", "",
    ]
    var table = FigureTable(heading: ["backtest", "windows", "MASE", "sMAPE", "bias", "within interval"])
    for group in groups {
      for row in group.figures {
        table.add([
          "\(group.name): \(row.model)", "\(row.figures.windows)", decimal(row.figures.mase, 3),
          decimal(row.figures.smape, 1), row.figures.bias.map { signed(100 * $0, 1) + " %" } ?? "-",
          row.figures.coverage.map { decimal(100 * $0, 1) + " %" } ?? "-",
        ])
      }
    }
    lines += groups.isEmpty ? ["No product has history enough for a backtest."] : table.lines
    lines += ["", "gate: \(report.backtest.gate)", ""]
    var forecasts = FigureTable(heading: ["product", "class", "total", "first", "low", "high", "models"])
    for forecast in report.forecasts.sorted(by: { ($1.total, $0.product) < ($0.total, $1.product) })
      .prefix(Self.shownProducts)
    {
      forecasts.add([
        forecast.product, forecast.demandClass.rawValue, decimal(forecast.total, 1), decimal(forecast.mean.first, 2),
        decimal(forecast.lower.first ?? nil, 2), decimal(forecast.upper.first ?? nil, 2), models(forecast),
      ])
    }
    lines += forecasts.lines
    if report.forecasts.count > Self.shownProducts {
      lines.append("… and \(report.forecasts.count - Self.shownProducts) more: --format csv has all")
    }
    return lines.joined(separator: "\n")
  }

  private func models(_ forecast: ProductForecast) -> String {
    forecast.weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \(decimal(100 * $0.value, 0)) %" }.joined(separator: ", ")
  }

  /// One line a step, to be read by a spreadsheet.
  var csv: String {
    var lines = ["product,date,mean,low,high,class"]
    for forecast in report.forecasts {
      for (step, day) in forecast.days.enumerated() {
        lines.append(
          [
            DelimitedText.field(forecast.product), day.description, decimal(forecast.mean[step], 4),
            forecast.lower[step].map { decimal($0, 4) } ?? "", forecast.upper[step].map { decimal($0, 4) } ?? "",
            forecast.demandClass.rawValue,
          ].joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    .object(
      JSONObject([
        .init("period", .string(report.period.rawValue)), .init("horizon", .int(Int64(report.horizon))),
        .init("seed", .string(String(report.seed))), .init("coverage", .double(report.coverage)),
        .init("refused_lines", .int(Int64(refused))), .init("gate", .string(report.backtest.gate.description)),
        .init(
          "backtest",
          .array(groups.flatMap { group in group.figures.map { Self.json(group.name, $0.model, $0.figures) } })),
        .init("forecasts", .array(report.forecasts.map(Self.json))),
      ]))
  }

  private static func json(_ group: String, _ model: String, _ figures: BacktestFigures) -> JSONValue {
    .object(
      JSONObject([
        .init("class", .string(group)), .init("model", .string(model)), .init("windows", .int(Int64(figures.windows))),
        .init("mase", number(figures.mase)), .init("smape", .double(figures.smape)),
        .init("bias", number(figures.bias)), .init("coverage", number(figures.coverage)),
      ]))
  }

  private static func json(_ forecast: ProductForecast) -> JSONValue {
    .object(
      JSONObject([
        .init("product", .string(forecast.product)), .init("class", .string(forecast.demandClass.rawValue)),
        .init("dates", .array(forecast.days.map { .string($0.description) })),
        .init("mean", .array(forecast.mean.map { .double($0) })), .init("low", .array(forecast.lower.map(number))),
        .init("high", .array(forecast.upper.map(number))),
        .init(
          "weights",
          .object(
            JSONObject(forecast.weights.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) }))),
        .init("note", forecast.note.map { .string($0) } ?? .null),
      ]))
  }

  private static func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
}
