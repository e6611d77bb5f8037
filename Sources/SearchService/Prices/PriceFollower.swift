import Catalog
import Ports
import Threading

/// Reads all prices once, and from then on those of products that changed. One task at a time calls it.
///
/// The index takes changes in the order of transactions, and waits for the oldest that is open. Prices do not wait: a
/// change behind an open transaction is taken up at once, and remembered until the cursor has passed it. The cursor passes
/// settled changes alone, so that a slow transaction is never skipped.
final class PriceFollower: Sendable {
  /// The changes that one look found.
  struct Look: Sendable {
    var ids: [ProductID] = []
    /// By product.
    var prices: [VariantPrice] = []
    /// Whether no change is left.
    var isEnd = true
  }

  private struct Position {
    /// All changes up to here are taken up, and none can come before it.
    var cursor = OutboxCursor.start
    /// Taken up behind the cursor, which waits for an older transaction.
    var ahead: Set<OutboxCursor> = []
    /// Products that changed while all prices were read, for the next look.
    var owed: Set<ProductID> = []
  }

  /// The changes that come while all prices are read.
  private struct Meanwhile {
    var position: Position
    /// The beginning of the last look.
    var lookedAt: ContinuousClock.Instant
    /// Products that must be read again.
    var products: Set<ProductID> = []
  }

  /// The outbox may have lost changes while all prices were read: they must be read anew.
  struct Lapse: Error, CustomStringConvertible {
    let description = "a page of prices took so long that the outbox may have lost changes: all are read again"
  }

  /// Changes of one look.
  private static let maxChanges = 10_000
  /// Changes that may wait for an open transaction; beyond them nothing newer is seen.
  private static let maxWaiting = 200_000
  /// Products of one statement.
  private static let batchSize = 1_000
  /// A look that takes longer may miss what the outbox no longer keeps.
  private static let lookDeadline = Duration.seconds(3)
  /// Between two looks while all prices are read.
  private static let loadingPause = Duration.seconds(1)
  /// The outbox keeps each entry for ten seconds at least (`IndexSync`). Half of them leaves time for the look itself.
  private static let maxSilence = Duration.seconds(5)

  private let source: any PriceSource
  private let position = Guarded(Position())

  init(source: any PriceSource) { self.source = source }

  /// All prices. Reading them may take longer than the outbox keeps an entry, so changes are looked for between pages:
  /// the products that they name are read again at the end, or come with the next look. Throws `Lapse` where two looks
  /// were too far apart.
  func load() async throws -> PriceTable {
    let start = ContinuousClock.now
    var meanwhile = Meanwhile(position: Position(cursor: try await source.captureCursor()), lookedAt: start)
    var table = PriceTable()
    var last: ProductID?
    while true {
      let ids = try await source.productIDs(after: last, limit: Self.batchSize)
      guard let end = ids.last else { break }
      table.put(try await source.prices(of: ids), of: ids)
      last = end
      try await look(for: &meanwhile)
    }
    while meanwhile.products.count > Self.batchSize {
      let ids = meanwhile.products.prefix(Self.batchSize).sorted()
      table.put(try await source.prices(of: ids), of: ids)
      meanwhile.products.subtract(ids)
      try await look(for: &meanwhile)
    }
    table.compact()
    try await look(for: &meanwhile)
    var end = meanwhile.position
    end.owed = meanwhile.products
    let reached = end
    position.withLock { $0 = reached }
    return table
  }

  /// Notes the products that changed since the last look, if that was a while ago.
  private func look(for meanwhile: inout Meanwhile) async throws {
    var start = ContinuousClock.now
    guard start - meanwhile.lookedAt > Self.loadingPause else { return }
    while true {
      guard start - meanwhile.lookedAt < Self.maxSilence else { throw Lapse() }
      let found = try await changes(since: meanwhile.position)
      meanwhile.position = found.position
      meanwhile.products.formUnion(found.products)
      meanwhile.lookedAt = start
      if found.isEnd || found.products.isEmpty { return }
      start = ContinuousClock.now
    }
  }

  /// The prices of products that changed since the last look.
  func look() async throws -> Look {
    let before = position.withLock { $0 }
    let found = try await changes(since: before)
    var look = Look()
    look.ids = found.products.union(before.owed).sorted()
    look.isEnd = found.isEnd
    for start in stride(from: 0, to: look.ids.count, by: Self.batchSize) {
      look.prices += try await source.prices(of: Array(look.ids[start..<min(start + Self.batchSize, look.ids.count)]))
    }
    // A look that failed before here is taken again.
    position.withLock { $0 = found.position }
    return look
  }

  /// The products that changed, and the position behind these changes.
  private func changes(
    since before: Position
  ) async throws -> (products: Set<ProductID>, isEnd: Bool, position: Position) {
    // Those that wait are read again, and must leave room for new ones.
    let limit = min(Self.maxChanges + before.ahead.count, Self.maxWaiting)
    let changes = try await withDeadline(Self.lookDeadline) { [source] in
      try await source.changes(after: before.cursor, limit: limit)
    }
    let products = Set(changes.filter { !before.ahead.contains($0.cursor) }.map(\.product))
    let settled = changes.prefix(while: \.isSettled)
    let position = Position(
      cursor: settled.last?.cursor ?? before.cursor, ahead: Set(changes.dropFirst(settled.count).map(\.cursor)))
    return (products: products, isEnd: changes.count < limit, position: position)
  }
}
