public import Catalog
public import Ports
public import Recommending
public import Telemetry
import Threading

/// Makes the rows of recommendations of a place: context → candidates → rules → diversity → exploration → reasons.
///
/// An answer reads one value, the shelf, which a follower of the catalog and of the ledger of models swaps as a whole.
/// Nothing is asked of a database but the shopper's memory, which has a deadline: without it the rows are those of a
/// stranger, and the answer says so.
public final class RecommendationService: Sendable {
  public struct Options: Sendable {
    /// Candidates that diversity chooses from.
    public var maxCandidates = 100
    public var diversity = Diversity()
    public var exploration = Exploration()
    /// A new product that fewer shoppers have chosen is explored.
    public var newcomerChoices = 20
    /// How long the shopper's memory may take.
    public var memoryDeadline = Duration.milliseconds(100)
    /// Deeds of the shopper that are read.
    public var maxDeeds = 100
    /// Reads of the memory for rankings that may be under way at once.
    public var maxReads = 200

    public init() {}
  }

  /// Gives what a person did lately, newest first.
  public typealias Memory = @Sendable (_ person: Person, _ limit: Int) async throws -> [Interaction]

  private let memory: Memory?
  private let clock: any WallClock
  private let options: Options
  private let served = Guarded(Served())
  private let reads = Guarded(0)
  private let durations: Histogram
  private let bytesHeld: Gauge
  private let productsKnown: Gauge
  private let model: Gauge

  /// The value that answers are made from; each reads it once.
  private struct Served {
    var shelf: Shelf?
    var rules = BusinessRules.standard
    var usualPrice: Double?
  }

  /// `memory`: nil where shoppers are not remembered.
  public init(memory: Memory?, clock: any WallClock, options: Options = Options(), metrics: MetricsRegistry) {
    self.memory = memory
    self.clock = clock
    self.options = options
    bytesHeld = metrics.gauge(
      "vitrine_recommendations_bytes", help: "Memory of the tables and facts that recommendations read, about.")
    productsKnown = metrics.gauge(
      "vitrine_recommendations_products", help: "Products that recommendations know.")
    model = metrics.gauge(
      "vitrine_recommendations_model", help: "The number of the model in use; 0 before the first training.")
    durations = metrics.histogram(
      "vitrine_recommendations_seconds", help: "How long answers with recommendations took, memory included.")
  }

  /// The rows for a request. Before the catalog was read the answer is empty and degraded.
  public func recommend(_ request: RecommendationRequest) async -> RecommendationAnswer {
    let start = ContinuousClock.now
    defer { durations.observe(.now - start) }
    var degraded: [String] = []
    let deeds = await deeds(of: request.person, degraded: &degraded)
    let served = served.withLock { $0 }
    guard let shelf = served.shelf else { return RecommendationAnswer(degraded: ["recommendations"]) }
    return rows(request, deeds, served, shelf, degraded: degraded)
  }

  private func rows(
    _ request: RecommendationRequest, _ deeds: [Interaction], _ served: Served, _ shelf: Shelf, degraded: [String]
  ) -> RecommendationAnswer {
    var view = ShopperView(deeds, shelf: shelf)
    view.segment = view.segment(usualPrice: served.usualPrice, shelf: shelf)
    var maker = RowMaker(
      shelf: shelf, request: request, view: view, rules: served.rules, options: options, now: clock.now())
    let kinds = request.kinds ?? request.placement.kinds
    let rows = kinds.compactMap { maker.row($0) }
    return RecommendationAnswer(rows: rows, model: shelf.modelNumber, degraded: degraded)
  }

  private func deeds(of person: Person?, degraded: inout [String]) async -> [Interaction] {
    guard let memory, let person else { return [] }
    do {
      return try await withDeadline(options.memoryDeadline, of: "the memory of shoppers") { [options] in
        try await memory(person, options.maxDeeds)
      }
    } catch {
      // The rows of a stranger stand in, and the answer says so.
      degraded.append("profile")
      return []
    }
  }

  /// The person's latest deeds, newest first; throws where the memory does not answer.
  ///
  /// A caller that gives up does not end the read: it brings the shopper's deeds to the cache, from which the next search has
  /// them in time.
  func remembered(_ person: Person?) async throws -> [Interaction] {
    guard let memory, let person else { return [] }
    let isFree = reads.withLock { reads -> Bool in
      guard reads < options.maxReads else { return false }
      reads += 1
      return true
    }
    guard isFree else {
      throw DependencyUnavailable(
        dependency: "the memory of shoppers", reason: "\(options.maxReads) reads are under way already")
    }
    return try await Task { [options, reads] in
      defer { reads.withLock { $0 -= 1 } }
      return try await memory(person, options.maxDeeds)
    }.value
  }

  func now() -> Timestamp { clock.now() }

  /// nil before the catalog was read.
  var shelf: Shelf? { served.withLock { $0.shelf } }

  // MARK: What is served

  func put(_ new: Shelf) {
    let price = Self.usualPrice(of: new)
    served.withLock { served in
      served.shelf = new
      served.usualPrice = price
    }
    bytesHeld.set(Double(new.bytes))
    productsKnown.set(Double(new.facts.count))
    model.set(Double(new.modelNumber ?? 0))
  }

  /// The number of the model in use; nil before the first training.
  public var modelNumber: Int64? { served.withLock { $0.shelf?.modelNumber } }

  /// The memory of the tables and facts, about.
  public var bytes: Int { served.withLock { $0.shelf?.bytes ?? 0 } }

  /// Puts rules in force for the answers from now on.
  public func put(rules new: BusinessRules) { served.withLock { $0.rules = new } }

  /// The names of the products of an answer, for rows that show no cards.
  public func title(of product: ProductID) -> String? {
    served.withLock { served in served.shelf.flatMap { shelf in shelf.place(of: product).map { shelf[$0].title } } }
  }

  /// The median price of what is sold, in minor units.
  private static func usualPrice(of shelf: Shelf) -> Double? {
    let prices = shelf.facts.filter(\.isSearchable).compactMap(\.priceMinorUnits).sorted()
    return prices.isEmpty ? nil : Double(prices[prices.count / 2])
  }
}
