public import Catalog

/// A place in the outbox: all entries up to and including it were read.
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

/// The unread part of the outbox.
public struct OutboxLag: Sendable, Hashable {
  /// Counted up to the requested limit.
  public var entries: Int
  /// The time when the oldest of them was written; nil if there is none.
  public var oldest: Timestamp?

  public init(entries: Int, oldest: Timestamp?) {
    self.entries = entries
    self.oldest = oldest
  }
}

/// A catalog's state as a place among its changes: each new, changed or deleted product moves it, also where its outbox
/// entry was removed meanwhile.
public struct CatalogMark: Sendable, Hashable {
  /// The last change before the oldest open transaction.
  public var position: OutboxCursor
  public var lastProduct: Int64

  public init(position: OutboxCursor, lastProduct: Int64) {
    self.position = position
    self.lastProduct = lastProduct
  }
}

/// The catalog's rows, which the indexer carries into the search engine.
public protocol ProductSource: Sendable {
  /// A cursor before all entries that are not visible yet; a full run replays from it.
  func captureCursor() async throws -> OutboxCursor
  /// Entries after the cursor, oldest first, up to the first transaction that has not ended.
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry]
  /// The last committed entry; the start if there is none.
  func outboxEnd() async throws -> OutboxCursor
  /// Tells whether any product changed between two looks, even if the outbox was emptied meanwhile. A change counts when
  /// every older transaction has ended.
  func catalogMark() async throws -> CatalogMark
  /// The entries after the cursor, including those that open transactions hold back; counts at most `limit` of them.
  func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag
  /// The products after this one in the order of their IDs, in batches, from one server-side cursor.
  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void) async throws
  /// The products as they are now, each with its version from the same snapshot; leaves out deleted ones.
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot]
  /// The number of searchable products, which are the ones that belong in the index.
  func productCount() async throws -> Int
  /// Deletes the entries that every generation has read.
  func pruneOutbox(through cursor: OutboxCursor) async throws
  /// Deletes the entries up to the cursor except each product's last one, so that a kept old generation does not keep
  /// every change since.
  func compactOutbox(through cursor: OutboxCursor) async throws
  /// Adds outbox entries for at most `limit` products of changes that touch many products (a category's new name, a
  /// price's validity that began or ended by `moment`). Returns their number; 0 if none is left.
  func fanOut(limit: Int, at moment: Timestamp) async throws -> Int
}

/// A bucket of documents, counted in the same way by Postgres and by the search engine.
public struct AuditBucket: Sendable, Hashable {
  public var count: Int
  public var versionSum: Int64
  /// Sum of `checksum(of:version:)`. Two drifts that cancel out in the count and in the version sum still show here.
  public var checksumSum: Int64

  public init(count: Int, versionSum: Int64, checksumSum: Int64) {
    self.count = count
    self.versionSum = versionSum
    self.checksumSum = checksumSum
  }

  /// The number that a product's document adds to its bucket's sum: 32 bits that look random and change with the ID
  /// and with the version.
  ///
  ///     x = (id mod 2³¹) · 2654435761 ⊕ (version mod 2³¹) · 2246822507
  ///     y = ((x ⊕ ⌊x / 2²⁹⌋) mod 2³¹) · 3266489909
  ///     checksum = (y ⊕ ⌊y / 2³¹⌋) mod 2³²
  ///
  /// Every step fits in 63 bits without a sign, so that SQL computes the same number. 32 bits suffice, and a search
  /// engine adds in doubles: the sums of two million documents in a bucket are exact.
  public static func checksum(of product: ProductID, version: Int64) -> Int64 {
    let x = (product.rawValue & 0x7FFF_FFFF) * 2_654_435_761 ^ (version & 0x7FFF_FFFF) * 2_246_822_507
    let y = ((x ^ x >> 29) & 0x7FFF_FFFF) * 3_266_489_909
    return (y ^ y >> 31) & 0xFFFF_FFFF
  }
}

/// Postgres's state of a product that may have drifted.
public struct AuditState: Sendable, Hashable {
  /// nil if the product is gone or not searchable, so that it must have no document.
  public var documentVersion: Int64?
  /// Whether the outbox holds an entry of the product that the index has not read yet.
  public var isPending: Bool

  public init(documentVersion: Int64?, isPending: Bool) {
    self.documentVersion = documentVersion
    self.isPending = isPending
  }
}

/// Postgres's side of `verify`.
public protocol AuditSource: Sendable {
  /// The searchable products of each bucket (`id % buckets`): their number, and the sums of versions and checksums.
  func auditBuckets() async throws -> [Int: AuditBucket]
  /// The versions of the searchable products in these buckets.
  func auditVersions(inBuckets buckets: [Int]) async throws -> [ProductID: Int64]
  /// The state of each of these products, from one snapshot; an entry after the cursor makes a product pending.
  func auditStates(of ids: [ProductID], after cursor: OutboxCursor) async throws -> [ProductID: AuditState]
  /// Raises these products' versions above the given ones, and adds outbox entries for them.
  func raiseVersions(_ floors: [ProductID: Int64]) async throws
}

/// A row of `indexing.generation`: one built index.
public struct IndexGeneration: Sendable, Hashable {
  public enum State: String, Sendable { case building, live, retired, failed }

  public var number: Int64
  public var alias: String
  public var indexName: String
  public var mappingHash: String
  /// The mapping's JSON.
  public var mapping: String
  public var cursor: OutboxCursor
  public var state: State
  /// All products up to this ID are loaded; `allLoaded` when none is left.
  public var loadedThrough: ProductID
  /// The gate's findings.
  public var checks: String?
  public var createdAt: Timestamp
  public var swappedInAt: Timestamp?

  public static let allLoaded = ProductID(rawValue: .max)

  public init(
    number: Int64, alias: String, indexName: String, mappingHash: String, mapping: String = "{}", cursor: OutboxCursor,
    state: State,
    loadedThrough: ProductID = ProductID(rawValue: 0), checks: String? = nil, createdAt: Timestamp,
    swappedInAt: Timestamp? = nil
  ) {
    self.number = number
    self.alias = alias
    self.indexName = indexName
    self.mappingHash = mappingHash
    self.mapping = mapping
    self.cursor = cursor
    self.state = state
    self.loadedThrough = loadedThrough
    self.checks = checks
    self.createdAt = createdAt
    self.swappedInAt = swappedInAt
  }
}

/// A document that the engine refused, and the reason.
public struct DeadLetter: Sendable, Hashable {
  public var product: ProductID
  public var documentVersion: Int64
  public var reason: String
  /// The refused JSON; nil for a deletion.
  public var document: String?
  /// nil until the letter is stored.
  public var createdAt: Timestamp?

  public init(
    product: ProductID, documentVersion: Int64, reason: String, document: String? = nil, createdAt: Timestamp? = nil
  ) {
    self.product = product
    self.documentVersion = documentVersion
    self.reason = reason
    self.document = document
    self.createdAt = createdAt
  }
}

/// The indexer's ledger: the indexes that it built, and how far each has read the outbox.
public protocol IndexingLedger: Sendable {
  func beginGeneration(alias: String, mappingHash: String, mapping: String, cursor: OutboxCursor) async throws
    -> IndexGeneration
  /// Records that all products up to this one are in the generation's index.
  func noteLoaded(through product: ProductID, generation number: Int64) async throws
  /// Moves the cursor, and deletes the dead letters of the `settled` products.
  func advance(generation number: Int64, to cursor: OutboxCursor, settled: [ProductID]) async throws
  /// Makes the generation the live one of its alias, and retires the previous one.
  func putInUse(generation number: Int64, checks: String) async throws
  func setFailed(generation number: Int64) async throws
  func removeGeneration(_ number: Int64) async throws
  /// Newest first; nil means all aliases, because they share the outbox.
  func generations(alias: String?) async throws -> [IndexGeneration]

  func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws
  func deadLetterCount(generation number: Int64) async throws -> Int
  /// Oldest first; nil means all products.
  func deadLetters(generation number: Int64, of products: [ProductID]?, limit: Int) async throws -> [DeadLetter]
  /// Adds outbox entries with new versions for the products of these letters; returns the number of products.
  func retryDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int
  /// Deletes these letters; returns their number.
  func discardDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int
}
