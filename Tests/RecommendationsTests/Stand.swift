import Catalog
import Ports
import Recommendations
import Recommending
import Telemetry
import TestSupport
import Threading

let testNow = Timestamp("2026-11-30T12:00:00Z")!

struct SetClock: WallClock {
  func now() -> Timestamp { testNow }
}

extension Timestamp {
  func earlier(days: Double) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: microsecondsSinceEpoch - Int64(days * 86_400_000_000))
  }
}

/// Interactions in memory, given in batches.
struct MemoryHistory: InteractionHistory {
  var deeds: [Interaction]

  func forEachBatch(
    since: Timestamp, until: Timestamp, _ body: @Sendable ([Interaction]) async throws -> Void
  ) async throws {
    let found = deeds.filter { $0.at >= since && $0.at < until }
    for start in stride(from: 0, to: found.count, by: 1_000) {
      try await body(Array(found[start..<min(found.count, start + 1_000)]))
    }
  }
}

/// A catalog in memory, with the part of the ports that recommendations read.
final class MemoryCatalog: ProductSource, AuditSource, ProductCosts {
  private let products: Guarded<[ProductID: ProductSnapshot]>

  init(_ list: [ProductSnapshot]) {
    products = Guarded(Dictionary(list.map { ($0.id, $0) }, uniquingKeysWith: { $1 }))
  }

  func put(_ product: ProductSnapshot) {
    products.withLock { products in
      var product = product
      product.documentVersion = (products[product.id]?.documentVersion ?? 0) + 1
      products[product.id] = product
    }
  }

  func change(_ id: Int64, _ body: (inout ProductSnapshot) -> Void) {
    var product = products.withLock { $0[ProductID(id)]! }
    body(&product)
    put(product)
  }

  private var all: [ProductSnapshot] { products.withLock { $0.values.sorted { $0.id < $1.id } } }

  func catalogMark() async throws -> CatalogMark {
    let all = all
    let versions = all.reduce(0) { $0 + $1.documentVersion }
    return CatalogMark(
      position: OutboxCursor(transactionID: UInt64(all.count), id: versions), lastProduct: all.last?.id.rawValue ?? 0)
  }

  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws {
    try await body(all)
  }

  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] {
    products.withLock { products in ids.compactMap { products[$0] } }
  }

  func auditVersions(inBuckets buckets: [Int]) async throws -> [ProductID: Int64] {
    Dictionary(uniqueKeysWithValues: all.filter(\.isSearchable).map { ($0.id, $0.documentVersion) })
  }

  func costs(of products: [ProductID]) async throws -> [VariantID: Money] { [:] }

  // The rest of the ports is the indexer's.
  func productCount() async throws -> Int { all.count }
  func captureCursor() async throws -> OutboxCursor { .start }
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] { [] }
  func outboxEnd() async throws -> OutboxCursor { .start }
  func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag {
    OutboxLag(entries: 0, oldest: nil)
  }
  func pruneOutbox(through cursor: OutboxCursor) async throws {}
  func compactOutbox(through cursor: OutboxCursor) async throws {}
  func fanOut(limit: Int, at moment: Timestamp) async throws -> Int { 0 }
  func auditBuckets() async throws -> [Int: AuditBucket] { [:] }
  func auditStates(of ids: [ProductID], after cursor: OutboxCursor) async throws -> [ProductID: AuditState] { [:] }
  func raiseVersions(_ floors: [ProductID: Int64]) async throws {}
}

/// The ledger of models in memory.
final class MemoryLedger: ModelLedger {
  private let entries = Guarded<[ModelEntry]>([])

  func add(_ entry: ModelEntry) async throws -> Int64 {
    entries.withLock { entries in
      var entry = entry
      entry.number = Int64(entries.count + 1)
      entries.append(entry)
      return entry.number
    }
  }

  func models(kind: String?, limit: Int) async throws -> [ModelEntry] {
    entries.withLock { Array($0.reversed().prefix(limit)) }
  }

  func model(_ number: Int64) async throws -> ModelEntry? { entries.withLock { $0.first { $0.number == number } } }

  func serving(kind: String) async throws -> ModelEntry? { entries.withLock { $0.first { $0.state == .serving } } }

  func promote(_ number: Int64, by promoter: ModelPromoter, now: Timestamp) async throws -> Bool {
    entries.withLock { entries in
      guard promoter == .person || !entries.contains(where: { $0.state == .serving && $0.isHeld }) else { return false }
      return Self.serve(number, in: &entries, isHeld: false, before: .retired, now: now)
    }
  }

  func rollBack(to number: Int64, now: Timestamp) async throws -> Bool {
    entries.withLock { Self.serve(number, in: &$0, isHeld: true, before: .refused, now: now) }
  }

  private static func serve(
    _ number: Int64, in entries: inout [ModelEntry], isHeld: Bool, before: ModelEntry.State, now: Timestamp
  ) -> Bool {
    guard entries.contains(where: { $0.number == number }) else { return false }
    for place in entries.indices where entries[place].state == .serving { entries[place].state = before }
    for place in entries.indices where entries[place].number == number {
      entries[place].state = .serving
      entries[place].isHeld = isHeld
      entries[place].promotedAt = now
    }
    return true
  }

  func prune(kind: String, keeping count: Int) async throws -> [String] { [] }
}

/// A product of a small shop: `leaf` is one of a department's categories.
func product(
  _ id: Int64, leaf: Int64 = 10, department: Int64 = 1, brand: String? = nil, words: String = "", price: Int64 = 5_000,
  stock: Int64 = 10, rating: Double = 4, listedDaysAgo: Double = 400
) -> ProductSnapshot {
  let listed = testNow.earlier(days: listedDaysAgo)
  return ProductSnapshot(
    id: ProductID(id), code: "P-\(id)", source: "test", documentVersion: 1, title: "Product \(id)", summary: words,
    brandName: brand ?? "brand \(id % 7)",
    categories: [
      CategoryPath(steps: [
        .init(id: CategoryID(department), slug: "d\(department)", name: "Department \(department)"),
        .init(id: CategoryID(leaf), slug: "c\(leaf)", name: "Category \(leaf)"),
      ])
    ],
    variants: [
      .init(
        id: VariantID(id * 10), sku: SKU("P-\(id)"), prices: [Price(amount: Money(minorUnits: price, currency: .gbp))],
        availableQuantity: stock)
    ], ratingAverage: rating, ratingCount: 5, createdAt: listed, updatedAt: listed)
}

func deed(
  _ shopper: Int64, _ id: Int64, _ kind: InteractionKind = .view, daysAgo: Double
) -> Interaction {
  Interaction(
    shopper: ShopperID(rawValue: shopper), product: ProductID(id), kind: kind, weight: kind.weight,
    at: testNow.earlier(days: daysAgo))
}

/// Shoppers of two tastes: each chooses among the products of one half of the catalog, with some noise.
func tasteful(shoppers: Int, products: ClosedRange<Int64>, deeds: Int, seed: UInt64) -> [Interaction] {
  var random = SeededGenerator(seed: seed)
  let middle = (products.lowerBound + products.upperBound) / 2
  return (0..<shoppers).flatMap { shopper in
    let own = shopper % 2 == 0 ? products.lowerBound...middle : (middle + 1)...products.upperBound
    return (0..<deeds).map { number in
      let isNoise = Double.random(in: 0..<1, using: &random) < 0.1
      let id = Int64.random(in: isNoise ? products : own, using: &random)
      return deed(
        Int64(shopper), id, number % 4 == 3 ? .purchase : .view,
        daysAgo: 60 * (1 - Double(number) / Double(deeds)) + Double.random(in: 0..<1, using: &random))
    }
  }
}

struct Stand {
  let catalog: MemoryCatalog
  let ledger = MemoryLedger()
  let desk: ModelDesk
  let service: RecommendationService
  let follower: ShelfFollower
  let deeds = Guarded<[Interaction]>([])

  /// `deeds`: of the one shopper who asks, newest first.
  init(
    _ products: [ProductSnapshot], folder: String, options: RecommendationService.Options = .init(),
    affinity: (any ProductAffinity)? = nil
  ) {
    catalog = MemoryCatalog(products)
    desk = ModelDesk(ledger: ledger, folder: ModelFolder(folder), clock: SetClock(), codeVersion: "test")
    let remembered = deeds
    service = RecommendationService(
      memory: { _, limit in Array(remembered.withLock { $0 }.prefix(limit)) }, clock: SetClock(),
      options: options, metrics: MetricsRegistry())
    var following = ShelfFollower.Options()
    following.listPause = .zero
    follower = ShelfFollower(
      service: service, products: catalog, costs: catalog, affinity: affinity, desk: desk, rules: nil,
      clock: SetClock(), options: following)
  }

  @discardableResult
  func train(_ history: [Interaction], promotes: Bool = true) async throws -> ModelDesk.Report {
    try await desk.train(products: catalog, history: MemoryHistory(deeds: history), promotes: promotes)
  }
}
