public import Catalog

/// A place in the outbox: everything up to and with it was read.
public struct OutboxCursor: Sendable, Hashable, Comparable {
  public var transactionID: UInt64
  public var id: Int64

  public init(transactionID: UInt64, id: Int64) {
    self.transactionID = transactionID
    self.id = id
  }

  public static let start = OutboxCursor(transactionID: 0, id: 0)

  public static func < (left: OutboxCursor, right: OutboxCursor) -> Bool {
    (left.transactionID, left.id) < (right.transactionID, right.id)
  }
}

/// A row of the outbox: this product changed.
public struct OutboxEntry: Sendable, Hashable {
  public var cursor: OutboxCursor
  public var product: ProductID
  public var committedAt: Timestamp?

  public init(cursor: OutboxCursor, product: ProductID, committedAt: Timestamp? = nil) {
    self.cursor = cursor
    self.product = product
    self.committedAt = committedAt
  }
}

/// The truth that the indexer carries over.
public protocol ProductSource: Sendable {
  /// A cursor before everything that is not yet visible: what a full run replays from.
  func captureCursor() async throws -> OutboxCursor
  /// Entries after the cursor that every transaction before them has ended, oldest first.
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry]
  /// All products in id order, in batches, as they are at one moment; after an id, only those above it.
  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws
  /// As they are now, each with its version from the same snapshot; a deleted one is left out.
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot]
  /// How many products belong in the index: those that are searchable.
  func productCount() async throws -> Int
  /// Ends when something was committed to the outbox, or after the time given, whichever is first.
  func waitForChange(atMost duration: Duration) async throws
  /// Removes entries that every generation has read.
  func pruneOutbox(through cursor: OutboxCursor) async throws
}

/// A row of `indexing.generation`: an index that was built.
public struct IndexGeneration: Sendable, Hashable {
  public enum State: String, Sendable { case building, live, retired, failed }

  public var number: Int64
  public var indexName: String
  public var mappingHash: String
  public var cursor: OutboxCursor
  public var state: State
  public var createdAt: Timestamp
  public var swappedInAt: Timestamp?

  public init(
    number: Int64, indexName: String, mappingHash: String, cursor: OutboxCursor, state: State, createdAt: Timestamp,
    swappedInAt: Timestamp? = nil
  ) {
    self.number = number
    self.indexName = indexName
    self.mappingHash = mappingHash
    self.cursor = cursor
    self.state = state
    self.createdAt = createdAt
    self.swappedInAt = swappedInAt
  }
}

public struct DeadLetter: Sendable, Hashable {
  public var product: ProductID
  public var documentVersion: Int64
  public var reason: String

  public init(product: ProductID, documentVersion: Int64, reason: String) {
    self.product = product
    self.documentVersion = documentVersion
    self.reason = reason
  }
}

/// Remembers what the indexer built and how far it read.
public protocol IndexingLedger: Sendable {
  func beginGeneration(alias: String, mappingHash: String, cursor: OutboxCursor) async throws -> IndexGeneration
  func advance(generation number: Int64, to cursor: OutboxCursor) async throws
  func setState(_ state: IndexGeneration.State, ofGeneration number: Int64) async throws
  /// Newest first.
  func generations(alias: String) async throws -> [IndexGeneration]
  func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws
  func deadLetterCount(generation number: Int64) async throws -> Int
}
