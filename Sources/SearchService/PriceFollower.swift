import Catalog
import Ports
import Threading

/// Reads all prices once, and then those of products that changed. One task at a time calls it.
final class PriceFollower: Sendable {
  /// What one look found.
  struct Changes: Sendable {
    var ids: Set<ProductID> = []
    var prices: CurrentPrices.Prices = [:]
    /// Whether no change is left.
    var isEnd = true
  }

  private struct Position {
    /// All changes up to here are taken up, and none can come before it.
    var cursor = OutboxCursor.start
    /// Taken up behind the cursor, which waits for an older transaction.
    var ahead: Set<OutboxCursor> = []
  }

  private let source: any PriceSource
  private let mostChanges: Int
  /// Changes that may wait for an open transaction; beyond it nothing newer is seen.
  private let mostWaiting: Int
  private let batchSize: Int
  private let position = Guarded(Position())

  init(source: any PriceSource, mostChanges: Int, mostWaiting: Int, batchSize: Int) {
    self.source = source
    self.mostWaiting = mostWaiting
    self.mostChanges = mostChanges
    self.batchSize = batchSize
  }

  /// All prices; changes that are committed meanwhile come with the next look.
  func load() async throws -> PriceTable {
    let cursor = try await source.captureCursor()
    var table = PriceTable()
    var last: ProductID?
    while true {
      let ids = try await source.productIDs(after: last, limit: batchSize)
      guard let end = ids.last else { break }
      table.put(try await source.prices(of: ids), of: ids)
      last = end
    }
    position.withLock { $0 = Position(cursor: cursor) }
    return table
  }

  /// The prices of products that changed since the last look.
  func changes() async throws -> Changes {
    let before = position.withLock { $0 }
    // The waiting ones are read again, and must leave room for new ones.
    let limit = min(mostChanges + before.ahead.count, mostWaiting)
    let entries = try await source.changes(after: before.cursor, limit: limit)
    var found = Changes()
    found.ids = Set(entries.filter { !before.ahead.contains($0.cursor) }.map(\.product))
    found.isEnd = entries.count < limit
    let ids = found.ids.sorted()
    for start in stride(from: 0, to: ids.count, by: batchSize) {
      let batch = Array(ids[start..<min(start + batchSize, ids.count)])
      found.prices.merge(try await source.prices(of: batch)) { $1 }
    }
    let settled = entries.prefix(while: \.isSettled)
    position.withLock { position in
      if let last = settled.last { position.cursor = last.cursor }
      position.ahead = Set(entries.dropFirst(settled.count).map(\.cursor))
    }
    return found
  }
}
