import Catalog
import Forecasting
import Ports
import Threading

extension Replenishment {
  /// Tells how far a job is; throws when it must end.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int, _ note: String) throws -> Void

  /// There is nothing to forecast; a success all the same, because another try would find the same.
  static let noSales = "no sale is in the history"

  /// Forecasts every product that was sold, and keeps the result with its backtest. Returns the figures for the ledger.
  ///
  /// A run that ends early leaves nothing behind; another run makes the same forecast from the same history.
  public func makeForecast(progress: @escaping Progress) async throws -> [String: Double] {
    let now = clock.now()
    try await sales.noteStock(on: now.day)
    // Today has not ended.
    let last = now.day.advanced(by: -1)
    let first = last.advanced(by: 1 - options.historyDays)
    try progress(0, 1, "reading the history")
    let history = try await history(from: first, through: last)
    guard !history.lines.isEmpty else {
      try progress(1, 1, Self.noSales)
      return ["products": 0]
    }
    let builder = SeriesBuilder(
      period: .day, last: last, categories: history.categories, stockouts: history.stockouts)
    let made = try await computed(builder, history.lines, progress: progress)
    let gate = made.report?.backtest.gate ?? .refused(reason: "no product has a plausible history")
    var refusal: String?
    if case .refused(let reason) = gate { refusal = reason }
    let run = ForecastRun(
      madeAt: now, dataThrough: last, dataDigest: history.digest, codeVersion: codeVersion, seed: options.seed,
      horizon: options.horizon, coverage: options.coverage, products: made.rows.count, refusal: refusal,
      figures: made.report.map(Self.figures) ?? [])
    let number = try await forecasts.add(run, made.rows, keeping: options.keptRuns)
    try progress(1, 1, refusal.map { "the gate refused the forecast: \($0)" } ?? "forecast \(number) is in use")
    return figures(run, made.report, refused: made.rows.count { $0.refusal != nil })
  }

  private struct History: Sendable {
    var lines: [SalesLine] = []
    var categories: [String: String] = [:]
    var stockouts: [String: Set<CalendarDay>] = [:]
    var digest = ""
  }

  private func history(from first: CalendarDay, through last: CalendarDay) async throws -> History {
    let scale = (0..<currency.minorUnitDigits).reduce(1.0) { scale, _ in scale * 10 }
    let collected = Guarded((lines: [SalesLine](), hash: UInt64(0xcbf2_9ce4_8422_2325)))
    try await sales.forEachBatch(from: first, through: last) { days in
      try Task.checkCancellation()
      try collected.withLock { state in
        for day in days {
          guard state.lines.count < ForecastLimits.lines else {
            throw Refusal(.invalid, "the history has more than \(ForecastLimits.lines) days of sales of a product")
          }
          state.hash = StableHash.of("\(day.product) \(day.day.daysSinceEpoch) \(day.units)", basis: state.hash)
          state.lines.append(
            SalesLine(
              product: day.product.description, day: day.day, units: Double(day.units),
              price: day.unitMinorUnits.map { $0 / scale }))
        }
      }
    }
    var history = History()
    (history.lines, history.digest) = collected.withLock { ($0.lines, String($0.hash, radix: 16)) }
    history.categories = try await sales.categories().reduce(into: [:]) {
      $0[$1.key.description] = $1.value.description
    }
    history.stockouts = try await sales.stockouts(from: first, through: last).reduce(into: [:]) {
      $0[$1.key.description] = $1.value
    }
    return history
  }

  /// On a thread of its own, because it only computes; its thread belongs to no task, so it is told of a cancellation.
  private func computed(
    _ builder: SeriesBuilder, _ lines: [SalesLine], progress: @escaping Progress
  ) async throws -> (rows: [StoredForecast], report: ForecastReport?) {
    let cancelled = Guarded(false)
    let (settings, last) = (options, clock.now().day)
    return try await withTaskCancellationHandler {
      try await onOwnThread {
        let all = builder.series(from: lines)
        let reasons = all.map { SuspiciousSales.reason($0) }
        let series = zip(all, reasons).filter { $1 == nil }.map(\.0)
        var rows = zip(all, reasons).compactMap { series, reason in
          reason.flatMap { Self.refused(series, $0, first: last) }
        }
        guard !series.isEmpty else { return (rows, nil) }
        var forecasting = Forecaster.Options(horizon: settings.horizon, origins: settings.origins)
        forecasting.coverage = settings.coverage
        forecasting.seed = settings.seed
        let steps = settings.origins + 1
        let report = try Forecaster(forecasting).run(series, isCancelled: { cancelled.withLock { $0 } }) { done in
          try progress(done, steps, "origins of \(series.count) products are forecast")
        }
        rows += report.forecasts.compactMap { forecast in
          ProductID(forecast.product).map { StoredForecast(product: $0, forecast: forecast) }
        }
        return (rows.sorted { $0.product < $1.product }, report)
      }
    } onCancel: {
      cancelled.withLock { $0 = true }
    }
  }

  private static func refused(_ series: DemandSeries, _ reason: String, first: CalendarDay) -> StoredForecast? {
    ProductID(series.product).map { product in
      StoredForecast(
        product: product,
        forecast: ProductForecast(
          product: series.product, demandClass: DemandClass(series), days: [first], mean: [0]),
        refusal: reason)
    }
  }

  private static func figures(_ report: ForecastReport) -> [ForecastRun.Figures] {
    ([nil] + DemandClass.allCases.map(Optional.some)).flatMap { group -> [ForecastRun.Figures] in
      (report.backtest.byClass[group] ?? [:]).sorted { $0.key < $1.key }.map { model, figures in
        ForecastRun.Figures(group: group?.rawValue ?? "all", model: model, figures: figures)
      }
    }
  }

  private func figures(_ run: ForecastRun, _ report: ForecastReport?, refused: Int) -> [String: Double] {
    var figures: [String: Double] = [
      "products": Double(run.products), "products_refused": Double(refused),
      "is_refused": run.refusal == nil ? 0 : 1,
    ]
    let all = report?.backtest.byClass[nil]
    figures["mase"] = all?["ensemble"]?.mase
    figures["mase_seasonal_naive"] = all?["seasonal-naive"]?.mase
    figures["bias"] = all?["ensemble"]?.bias
    figures["within_interval"] = all?["ensemble"]?.coverage
    return figures
  }
}
