import Catalog
import Ports
import Synchronization

/// A source of products that counts how often it is looked at and read, can be down, and can be held: then it is seen that
/// products are new, but they cannot be read.
final class CountingSource: ProductSource {
  private struct State {
    var looks = 0
    var builds = 0
    var isDown = false
    var isHeld = false
  }

  private let source: any ProductSource
  private let state = Mutex(State())

  init(_ source: any ProductSource) { self.source = source }

  var looks: Int { state.withLock { $0.looks } }
  var builds: Int { state.withLock { $0.builds } }
  var isDown: Bool {
    get { state.withLock { $0.isDown } }
    set { state.withLock { $0.isDown = newValue } }
  }

  var isHeld: Bool {
    get { state.withLock { $0.isHeld } }
    set { state.withLock { $0.isHeld = newValue } }
  }

  private func answering() throws {
    if isDown { throw DependencyUnavailable(dependency: "the database", reason: "a test") }
  }

  func outboxEnd() async throws -> OutboxCursor { try await source.outboxEnd() }
  func catalogMark() async throws -> CatalogMark {
    state.withLock { $0.looks += 1 }
    try answering()
    return try await source.catalogMark()
  }
  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws {
    state.withLock { $0.builds += 1 }
    try answering()
    if isHeld { throw DependencyUnavailable(dependency: "the database", reason: "a test") }
    try await source.forEachProductBatch(size: size, after: after, body)
  }
  func captureCursor() async throws -> OutboxCursor { try await source.captureCursor() }
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] {
    try await source.outbox(after: cursor, limit: limit)
  }
  func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag {
    try await source.outboxLag(after: cursor, limit: limit)
  }
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] { try await source.products(ids) }
  func productCount() async throws -> Int { try await source.productCount() }
  func pruneOutbox(through cursor: OutboxCursor) async throws { try await source.pruneOutbox(through: cursor) }
  func compactOutbox(through cursor: OutboxCursor) async throws { try await source.compactOutbox(through: cursor) }
  func fanOut(limit: Int, at moment: Timestamp) async throws -> Int {
    try await source.fanOut(limit: limit, at: moment)
  }
}
