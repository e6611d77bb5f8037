public import Catalog
import Customers
public import Ports
import Threading

/// The shop's customers as a marketer sees them: segments, value and churn, and lists for campaigns with a holdout.
///
/// People stand here as pseudonyms. Those who want no record are not among them; those who are forgotten leave all lists.
public struct CustomerInsight: Sendable {
  /// A question that cannot be answered, with what can be asked.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
  }

  public struct Options: Sendable {
    public var historyDays = 1_095
    /// The share of customers that campaigns leave out, in percent.
    public var holdoutPercent: UInt64 = 10
    public var months = 12
    /// A churn model that tells customers apart worse than this is not used.
    public var leastAreaUnderCurve = 0.6
    public var maxCalibrationError = 0.1

    public init() {}
  }

  public typealias Progress = @Sendable (_ done: Int, _ total: Int, _ note: String) throws -> Void
  public static let maxListed = 10_000
  /// Lines of one file.
  public static let maxExported = 1_000_000

  let store: any CustomerStore
  let clock: any WallClock
  public let currency: Currency
  let codeVersion: String
  let options: Options

  public init(
    store: any CustomerStore, clock: any WallClock, currency: Currency, codeVersion: String,
    options: Options = Options()
  ) {
    self.store = store
    self.clock = clock
    self.currency = currency
    self.codeVersion = codeVersion
    self.options = options
  }

  // MARK: Reading

  public func run() async throws -> CustomerRun? { try await store.run() }
  public func segments() async throws -> [SegmentSize] { try await store.segments() }

  /// `Potential loyalists` → `potential-loyalists`
  public static func slug(_ name: String) -> String { name.lowercased().replacing(" ", with: "-") }

  /// The segment's name of a slug.
  public func segment(_ slug: String) throws(Refusal) -> String {
    let names = SegmentRule.standard.map(\.name) + ["Others"]
    guard let name = names.first(where: { Self.slug($0) == slug }) else {
      throw Refusal(
        description:
          "there is no segment '\(slug.prefix(60))': there are \(names.map(Self.slug).joined(separator: ", "))")
    }
    return name
  }

  public func members(
    of segment: String, includesHoldout: Bool = false, after: ShopperID? = nil, limit: Int
  ) async throws -> [CustomerStanding] {
    try await store.members(
      of: segment, includesHoldout: includesHoldout, after: after, limit: min(max(1, limit), Self.maxListed))
  }

  // MARK: The job

  /// Counts all customers anew. A run that ends early leaves the former standings; the same history gives the same.
  public func count(progress: @escaping Progress) async throws -> [String: Double] {
    let now = clock.now()
    let last = now.day.advanced(by: -1)
    try progress(0, 3, "reading orders")
    let collected = Guarded((orders: [CustomerOrder](), hash: UInt64(0xcbf2_9ce4_8422_2325)))
    try await store.forEachBatch(
      from: last.advanced(by: 1 - options.historyDays), through: last, in: currency
    ) { orders in
      try Task.checkCancellation()
      collected.withLock { state in
        for order in orders {
          state.hash = StableHash.of(
            "\(order.customer) \(order.day.daysSinceEpoch) \(order.valueMinorUnits)", basis: state.hash)
        }
        state.orders += orders
      }
    }
    let (orders, digest) = collected.withLock { ($0.orders, String($0.hash, radix: 16)) }
    try progress(1, 3, "learning from \(orders.count) days with orders")
    let options = options
    let counted = await onOwnThread { Standings(orders, end: last, options) }
    let run = CustomerRun(
      madeAt: now, dataThrough: last, dataDigest: digest, codeVersion: codeVersion,
      customers: counted.standings.count, figures: counted.figures, notes: counted.notes)
    try progress(2, 3, "storing \(counted.standings.count) standings")
    _ = try await store.replace(counted.standings, run)
    try progress(3, 3, counted.notes.joined(separator: "; "))
    return counted.figures.merging(["customers": Double(counted.standings.count)]) { $1 }
  }
}
