import Catalog
import Ports
import SearchDSL

/// One step of the update flow, shared by `full` (replay), `rollback` and `sync`: outbox → current rows → bulk →
/// cursor.
///
/// A step has two halves, `read` and `write`; nothing is recorded between them, so that the next batch may be read
/// while one is written.
struct OutboxReplay: Sendable {
  let source: any ProductSource
  let ledger: any IndexingLedger
  let writer: BulkWriter
  /// Products fetched and written at a time.
  var batchDocuments = 1000

  /// Entries of the outbox, and the requests that bring the index in step with them.
  struct Batch: Sendable {
    var entryCount: Int
    /// The products of the entries, without duplicates.
    var ids: [ProductID]
    /// A change that searches find once the batch is written.
    var newest: FreshnessProbe.Change?
    /// The operations of each request, in order.
    var bulks: [[BulkOperation]]
    /// The last of the entries.
    var cursor: OutboxCursor
  }

  /// Reads the next entries and their products, and renders these; nil if there are none.
  func read(after cursor: OutboxCursor) async throws -> Batch? {
    let entries = try await source.outbox(after: cursor, limit: batchDocuments)
    guard let last = entries.last else { return nil }
    let ids = entries.map(\.product).uniqued()
    let products = try await source.products(ids)
    let found = Set(products.map(\.id))
    let bulks = writer.bulks(of: products, deleted: ids.filter { !found.contains($0) })
    return Batch(
      entryCount: entries.count, ids: ids, newest: FreshnessProbe.Change(newestOf: products, entries), bulks: bulks,
      cursor: last.cursor)
  }

  /// Writes a batch. The cursor moves only after every product is in the index or among the dead letters.
  func write(_ batch: Batch, generation: IndexGeneration, refresh: Bool) async throws -> BulkWriter.Result {
    let result = try await writer.send(batch.bulks, to: generation.indexName, refresh: refresh)
    if !result.deadLetters.isEmpty {
      try await ledger.addDeadLetters(result.deadLetters, generation: generation.number)
    }
    let refused = Set(result.deadLetters.map(\.product))
    try await ledger.advance(
      generation: generation.number, to: batch.cursor, settled: batch.ids.filter { !refused.contains($0) })
    return result
  }

  /// Replays, including changes that fan out, until less than a batch is left; returns the cursor and the number of
  /// entries read. A source that never rests does not hold it for ever.
  func drain(from cursor: OutboxCursor, generation: IndexGeneration) async throws -> (OutboxCursor, replayed: Int) {
    var (cursor, replayed) = (cursor, 0)
    while true {
      let fannedOut = try await source.fanOut(limit: batchDocuments, at: writer.clock.now())
      let batch = try await read(after: cursor)
      if let batch {
        _ = try await write(batch, generation: generation, refresh: false)
        cursor = batch.cursor
        replayed += batch.entryCount
      }
      if fannedOut == 0, (batch?.entryCount ?? 0) < batchDocuments { return (cursor, replayed) }
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
