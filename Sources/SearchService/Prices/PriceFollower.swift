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
  }

  /// Changes of one look.
  private static let maxChanges = 10_000
  /// Changes that may wait for an open transaction; beyond them nothing newer is seen.
  private static let maxWaiting = 200_000
  /// Products of one statement.
  private static let batchSize = 1_000
  /// A look that takes longer may miss what the outbox no longer keeps.
  private static let lookDeadline = Duration.seconds(3)

  private let source: any PriceSource
  private let position = Guarded(Position())

  init(source: any PriceSource) { self.source = source }

  /// All prices; changes that are committed meanwhile come with the next look.
  func load() async throws -> PriceTable {
    let cursor = try await source.captureCursor()
    var table = PriceTable()
    var last: ProductID?
    while true {
      let ids = try await source.productIDs(after: last, limit: Self.batchSize)
      guard let end = ids.last else { break }
      table.put(try await source.prices(of: ids), of: ids)
      last = end
    }
    table.compact()
    position.withLock { $0 = Position(cursor: cursor) }
    return table
  }

  /// The prices of products that changed since the last look.
  func look() async throws -> Look {
    let before = position.withLock { $0 }
    // Those that wait are read again, and must leave room for new ones.
    let limit = min(Self.maxChanges + before.ahead.count, Self.maxWaiting)
    let changes = try await withDeadline(Self.lookDeadline) { [source] in
      try await source.changes(after: before.cursor, limit: limit)
    }
    var look = Look()
    look.ids = Set(changes.filter { !before.ahead.contains($0.cursor) }.map(\.product)).sorted()
    look.isEnd = changes.count < limit
    for start in stride(from: 0, to: look.ids.count, by: Self.batchSize) {
      look.prices += try await source.prices(of: Array(look.ids[start..<min(start + Self.batchSize, look.ids.count)]))
    }
    let settled = changes.prefix(while: \.isSettled)
    position.withLock { position in
      if let last = settled.last { position.cursor = last.cursor }
      position.ahead = Set(changes.dropFirst(settled.count).map(\.cursor))
    }
    return look
  }
}
