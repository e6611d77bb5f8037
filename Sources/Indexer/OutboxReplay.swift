import Catalog
import Ports

/// One step of the update flow, shared by `full` (replay), `rollback` and `sync`: outbox → rows as they are now → bulk
/// → cursor.
struct OutboxReplay: Sendable {
  let source: any ProductSource
  let ledger: any IndexingLedger
  let writer: BulkWriter
  /// Products fetched and written at a time.
  var batchDocuments = 1000

  struct Step: Sendable {
    var cursor: OutboxCursor
    var entries: [OutboxEntry]
    /// As they were read for this step; those that are gone are not among them.
    var products: [ProductSnapshot]
    var result: BulkWriter.Result
  }

  /// Carries the next entries over; nil when there is none. The cursor moves only after all of them are in the index
  /// or among the dead letters.
  func step(from cursor: OutboxCursor, generation: IndexGeneration, refresh: Bool) async throws -> Step? {
    let entries = try await source.outbox(after: cursor, limit: batchDocuments)
    guard let last = entries.last else { return nil }
    let ids = entries.map(\.product).uniqued()
    let products = try await source.products(ids)
    let found = Set(products.map(\.id))
    let deleted = ids.filter { !found.contains($0) }
    let result = try await writer.write(products, deleted: deleted, to: generation.indexName, refresh: refresh)
    if !result.deadLetters.isEmpty {
      try await ledger.addDeadLetters(result.deadLetters, generation: generation.number)
    }
    let refused = Set(result.deadLetters.map(\.product))
    try await ledger.advance(
      generation: generation.number, to: last.cursor, settled: ids.filter { !refused.contains($0) })
    return Step(cursor: last.cursor, entries: entries, products: products, result: result)
  }

  /// Replays until what is left is less than a batch, changes that fan out included; gives where it stopped and how
  /// many entries it read. A source that never rests does not keep it for ever.
  func drain(from cursor: OutboxCursor, generation: IndexGeneration) async throws -> (OutboxCursor, replayed: Int) {
    var (cursor, replayed) = (cursor, 0)
    while true {
      let fannedOut = try await source.fanOut(limit: batchDocuments, at: writer.clock.now())
      let step = try await step(from: cursor, generation: generation, refresh: false)
      if let step {
        cursor = step.cursor
        replayed += step.entries.count
      }
      if fannedOut == 0, (step?.entries.count ?? 0) < batchDocuments { return (cursor, replayed) }
    }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of first appearance.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
