public import Catalog
public import Forecasting

/// The sales of a product on a day, cancellations taken off.
public struct SoldDay: Sendable, Equatable {
  public var product: ProductID
  public var day: CalendarDay
  public var units: Int64
  /// The mean of a unit; nil where no order says it.
  public var unitMinorUnits: Double?

  public init(product: ProductID, day: CalendarDay, units: Int64, unitMinorUnits: Double? = nil) {
    self.product = product
    self.day = day
    self.units = units
    self.unitMinorUnits = unitMinorUnits
  }
}

/// Reads the sales of the shop's history, and notes its stock.
public protocol SalesHistory: Sendable {
  /// In the order of products, then days. A return on the day of its order by the same shopper is a cancellation, because
  /// nothing was sent yet; a later return leaves the demand as it was.
  func forEachBatch(
    from: CalendarDay, through: CalendarDay, _ body: @Sendable ([SoldDay]) async throws -> Void
  ) async throws
  /// The sales of one product, by day.
  func sold(_ product: ProductID, from: CalendarDay, through: CalendarDay) async throws -> [SoldDay]
  /// Notes the stock of each product at the end of a day; a later note of the same day replaces it.
  func noteStock(on day: CalendarDay) async throws
  /// The days on which a product was out of stock, as far as they were noted.
  func stockouts(
    from: CalendarDay, through: CalendarDay
  ) async throws -> [ProductID: Set<CalendarDay>]
  /// The first category of each product.
  func categories() async throws -> [ProductID: CategoryID]
}

/// A forecast of all products: its provenance and the figures of its backtest.
public struct ForecastRun: Sendable, Equatable {
  /// A line of the backtest.
  public struct Figures: Sendable, Equatable {
    /// `all`, or a class of demand.
    public var group: String
    public var model: String
    public var figures: BacktestFigures

    public init(group: String, model: String, figures: BacktestFigures) {
      self.group = group
      self.model = model
      self.figures = figures
    }
  }

  public var number: Int64
  public var madeAt: Timestamp
  /// The last day of the history.
  public var dataThrough: CalendarDay
  /// A digest of the sales: the same sales, code and seed give the same forecast.
  public var dataDigest: String
  public var codeVersion: String
  public var seed: UInt64
  public var horizon: Int
  public var coverage: Double
  public var products: Int
  /// The gate's reason; nil: passed.
  public var refusal: String?
  public var figures: [Figures]

  public init(
    number: Int64 = 0, madeAt: Timestamp, dataThrough: CalendarDay, dataDigest: String, codeVersion: String,
    seed: UInt64, horizon: Int, coverage: Double, products: Int, refusal: String?, figures: [Figures]
  ) {
    self.number = number
    self.madeAt = madeAt
    self.dataThrough = dataThrough
    self.dataDigest = dataDigest
    self.codeVersion = codeVersion
    self.seed = seed
    self.horizon = horizon
    self.coverage = coverage
    self.products = products
    self.refusal = refusal
    self.figures = figures
  }
}

/// A product's forecast within a run, or the reason why there is none.
public struct StoredForecast: Sendable, Equatable {
  public var product: ProductID
  public var forecast: ProductForecast
  /// A day of its history is not plausible: nothing is ordered by it.
  public var refusal: String?

  public init(product: ProductID, forecast: ProductForecast, refusal: String? = nil) {
    self.product = product
    self.forecast = forecast
    self.refusal = refusal
  }
}

/// Keeps forecasts.
public protocol ForecastStore: Sendable {
  /// Adds a run whole, and deletes all but the newest `keeping`; returns its number.
  func add(_ run: ForecastRun, _ forecasts: [StoredForecast], keeping: Int) async throws -> Int64
  /// Newest first.
  func runs(limit: Int) async throws -> [ForecastRun]
  /// The newest run that the gate passed.
  func passedRun() async throws -> ForecastRun?
  /// In the order of the products' ids, of those after `after`.
  func forecasts(run: Int64, after: ProductID?, limit: Int) async throws -> [StoredForecast]
  func forecast(run: Int64, of product: ProductID) async throws -> StoredForecast?
}
