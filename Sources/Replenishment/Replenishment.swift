public import Catalog
import Forecasting
public import Ports

/// The buyer's work: forecasts of demand, the plan of what to order, orders to suppliers and the receipt of goods.
///
///     history → series → forecast with backtest and gate → plan and proposals → a buyer's changes → order → receipt → stock
///
/// The first two steps are jobs at night. Nothing is ordered without a person.
public struct Replenishment: Sendable {
  /// A change that cannot be made, with what to do instead.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable { case invalid, conflict, missing }
    public let kind: Kind
    public let description: String

    init(_ kind: Kind, _ description: String) {
      self.kind = kind
      self.description = description
    }
  }

  public struct Options: Sendable {
    /// Days ahead; a longer lead time goes on with the mean of the last week.
    public var horizon = 28
    /// Origins of the backtest.
    public var origins = 4
    public var coverage = 0.8
    public var seed: UInt64 = 1
    /// Days of history that are learnt from.
    public var historyDays = 730
    /// Beyond this cover stock is too much.
    public var maxCoverDays = 90
    /// Nothing is ordered by an older forecast.
    public var maxForecastAgeDays = 14
    /// Forecasts that are kept, for the record of their accuracy.
    public var keptRuns = 14

    public init() {}
  }

  public static let maxListed = 1_000
  static let longestName = 200
  /// A page of forecasts.
  static let batch = 5_000

  let sales: any SalesHistory
  let forecasts: any ForecastStore
  let store: any PurchasingStore
  let clock: any WallClock
  public let currency: Currency
  let codeVersion: String
  let options: Options

  public init(
    sales: any SalesHistory, forecasts: any ForecastStore, store: any PurchasingStore, clock: any WallClock,
    currency: Currency, codeVersion: String, options: Options = Options()
  ) {
    self.sales = sales
    self.forecasts = forecasts
    self.store = store
    self.clock = clock
    self.currency = currency
    self.codeVersion = codeVersion
    self.options = options
  }

  func entry(_ actor: String, _ action: String, _ subject: String, _ detail: String = "") -> AuditEntry {
    AuditEntry(at: clock.now(), actor: actor, action: action, subject: subject, detail: detail)
  }

  func money(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: currency).displayText }

  // MARK: Reading

  /// Newest first.
  public func runs(limit: Int = 1) async throws -> [ForecastRun] { try await forecasts.runs(limit: limit) }

  /// The run that the shop goes by: the newest that the gate passed.
  public func passedRun() async throws -> ForecastRun? { try await forecasts.passedRun() }

  /// Forecasts of the run that the shop goes by, of the products after `after`.
  public func forecasts(
    after: ProductID? = nil, limit: Int
  ) async throws -> (run: ForecastRun, forecasts: [StoredForecast])? {
    guard let run = try await forecasts.passedRun() else { return nil }
    return (run, try await forecasts.forecasts(run: run.number, after: after, limit: min(limit, Self.maxListed)))
  }

  public func plan(in order: PlanOrder, limit: Int) async throws -> [PlanRow] {
    try await store.plan(in: order, limit: min(max(0, limit), Self.maxListed))
  }

  public func proposals() async throws -> [Proposal] { try await store.proposals() }

  public func proposal(of supplier: SupplierID) async throws -> (proposal: Proposal, lines: [PlanRow]) {
    guard let found = try await store.proposal(of: supplier) else {
      throw Refusal(.missing, "there is no open proposal for this supplier: it was ordered, or nothing is missing")
    }
    return found
  }

  public func orders(limit: Int = 100) async throws -> [PurchaseOrder] {
    try await store.orders(limit: min(max(0, limit), Self.maxListed))
  }

  public func order(_ number: Int64) async throws -> PurchaseOrder {
    guard let order = try await store.order(number) else {
      throw Refusal(.missing, "there is no purchase order \(number)")
    }
    return order
  }

  public func suppliers() async throws -> [SupplierEntry] { try await store.suppliers() }
  public func warehouses() async throws -> [String] { try await store.warehouses() }
}
