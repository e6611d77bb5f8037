import Catalog
import Ports

/// One step of the update flow, shared by `full` (replay) and `sync`: outbox → rows as they are now → bulk → cursor.
struct OutboxReplay: Sendable {
  /// Products fetched and written at a time; at 4 KB a document this is under one bulk request.
  static let mostEntries = 1000

  let source: any ProductSource
  let ledger: any IndexingLedger
  let writer: BulkWriter

  struct Step: Sendable {
    var cursor: OutboxCursor
    var entries: [OutboxEntry]
    var result: BulkWriter.Result
  }

  /// Carries the next entries over; nil when there is none. The cursor moves only after all of them are in the index
  /// or among the dead letters.
  func step(from cursor: OutboxCursor, generation: IndexGeneration, refresh: Bool) async throws -> Step? {
    let entries = try await source.outbox(after: cursor, limit: Self.mostEntries)
    guard let last = entries.last else { return nil }
    let ids = entries.map(\.product).uniqued()
    let products = try await source.products(ids)
    let found = Set(products.map(\.id))
    let deleted = ids.filter { !found.contains($0) }
    let result = try await writer.write(products, deleted: deleted, to: generation.indexName, refresh: refresh)
    if !result.deadLetters.isEmpty {
      try await ledger.addDeadLetters(result.deadLetters, generation: generation.number)
    }
    try await ledger.advance(generation: generation.number, to: last.cursor)
    return Step(cursor: last.cursor, entries: entries, result: result)
  }
}
