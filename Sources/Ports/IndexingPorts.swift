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

/// How much of the outbox is still to be read.
public struct OutboxLag: Sendable, Hashable {
  /// Counted up to the limit that was asked for.
  public var entries: Int
  /// When the oldest of them was written; nil where there is none.
  public var oldest: Timestamp?

  public init(entries: Int, oldest: Timestamp?) {
    self.entries = entries
    self.oldest = oldest
  }
}

/// A catalog's state in three numbers: a product that comes, changes or goes changes one of them.
public struct CatalogMark: Sendable, Hashable {
  public var products: Int64
  /// Of all products' versions.
  public var versions: Int64
  public var lastProduct: Int64

  public init(products: Int64, versions: Int64, lastProduct: Int64) {
    self.products = products
    self.versions = versions
    self.lastProduct = lastProduct
  }
}

/// The truth that the indexer carries over.
public protocol ProductSource: Sendable {
  /// A cursor before everything that is not yet visible: what a full run replays from.
  func captureCursor() async throws -> OutboxCursor
  /// Entries after the cursor that every transaction before them has ended, oldest first.
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry]
  /// The last entry that is committed; the start where there is none.
  func outboxEnd() async throws -> OutboxCursor
  /// What tells whether any product changed between two looks, however much of the outbox was removed meanwhile.
  func catalogMark() async throws -> CatalogMark
  /// What is after the cursor, held back by open transactions or not; at most `limit` entries are counted.
  func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag
  /// The products after this one in id order, in batches, from one server-side cursor.
  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void) async throws
  /// As they are now, each with its version from the same snapshot; a deleted one is left out.
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot]
  /// How many products belong in the index: those that are searchable.
  func productCount() async throws -> Int
  /// Removes entries that every generation has read.
  func pruneOutbox(through cursor: OutboxCursor) async throws
  /// Removes of the entries up to the cursor all but each product's last, so that an old generation that is kept does
  /// not keep every change since.
  func compactOutbox(through cursor: OutboxCursor) async throws
  /// Hands on the next products of changes that touch many (a category's name, a price's validity that began or ended
  /// by `moment`), at most `limit`, as outbox entries; gives how many, 0 when none waits.
  func fanOut(limit: Int, at moment: Timestamp) async throws -> Int
}

/// A bucket of documents, as both sides count it.
public struct AuditBucket: Sendable, Hashable {
  public var count: Int
  public var versionSum: Int64
  /// Sum of `checksum(of:version:)`: what one document lacks another does not make up for, as it may in the other two.
  public var checksumSum: Int64

  public init(count: Int, versionSum: Int64, checksumSum: Int64) {
    self.count = count
    self.versionSum = versionSum
    self.checksumSum = checksumSum
  }

  /// What a document of the product adds to its bucket's sum: 32 bits that look random and change with either.
  ///
  ///     x = (id mod 2³¹) · 2654435761 ⊕ (version mod 2³¹) · 2246822507
  ///     y = ((x ⊕ ⌊x / 2²⁹⌋) mod 2³¹) · 3266489909
  ///     checksum = (y ⊕ ⌊y / 2³¹⌋) mod 2³²
  ///
  /// No step leaves the 63 bits of a number that is not negative, so that SQL computes the same. 32 bits, because a
  /// search engine adds in doubles: sums of two million documents a bucket are exact.
  public static func checksum(of product: ProductID, version: Int64) -> Int64 {
    let x = (product.rawValue & 0x7FFF_FFFF) * 2_654_435_761 ^ (version & 0x7FFF_FFFF) * 2_246_822_507
    let y = ((x ^ x >> 29) & 0x7FFF_FFFF) * 3_266_489_909
    return (y ^ y >> 31) & 0xFFFF_FFFF
  }
}

/// What Postgres says of a product that may have drifted.
public struct AuditState: Sendable, Hashable {
  /// nil: the product is gone or not searchable, and has no document.
  public var documentVersion: Int64?
  /// Whether the outbox holds an entry of it that the index has still to read.
  public var isPending: Bool

  public init(documentVersion: Int64?, isPending: Bool) {
    self.documentVersion = documentVersion
    self.isPending = isPending
  }
}

/// What `verify` asks of Postgres.
public protocol AuditSource: Sendable {
  /// The searchable products of each bucket (`id % buckets`): how many, and the sums of their versions and checksums.
  func auditBuckets() async throws -> [Int: AuditBucket]
  /// The versions of the searchable products in these buckets.
  func auditVersions(inBuckets buckets: [Int]) async throws -> [ProductID: Int64]
  /// Of each of these products, from one snapshot; pending is what the outbox holds after the cursor.
  func auditStates(of ids: [ProductID], after cursor: OutboxCursor) async throws -> [ProductID: AuditState]
  /// Makes these products' versions larger than the ones given, and puts them in the outbox.
  func raiseVersions(_ floors: [ProductID: Int64]) async throws
}

/// A row of `indexing.generation`: an index that was built.
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
  /// All products up to this id were loaded; `allLoaded` when none is left.
  public var loadedThrough: ProductID
  /// What the gate saw.
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

/// A document that the engine refused, and why.
public struct DeadLetter: Sendable, Hashable {
  public var product: ProductID
  public var documentVersion: Int64
  public var reason: String
  /// The JSON that was refused; nil for a delete.
  public var document: String?
  /// nil before it is kept.
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

/// Remembers what the indexer built and how far it read.
public protocol IndexingLedger: Sendable {
  func beginGeneration(alias: String, mappingHash: String, mapping: String, cursor: OutboxCursor) async throws
    -> IndexGeneration
  /// All products up to this one are in the generation's index.
  func noteLoaded(through product: ProductID, generation number: Int64) async throws
  /// Moves the cursor; the dead letters of `settled` products are done with.
  func advance(generation number: Int64, to cursor: OutboxCursor, settled: [ProductID]) async throws
  /// Makes the generation the alias's live one; the one that was is retired.
  func putInUse(generation number: Int64, checks: String) async throws
  func setFailed(generation number: Int64) async throws
  func removeGeneration(_ number: Int64) async throws
  /// Newest first; nil: of all aliases, for they share the outbox.
  func generations(alias: String?) async throws -> [IndexGeneration]

  func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws
  func deadLetterCount(generation number: Int64) async throws -> Int
  /// Oldest first; nil: of all products.
  func deadLetters(generation number: Int64, of products: [ProductID]?, limit: Int) async throws -> [DeadLetter]
  /// Puts the products of these letters into the outbox with a new version; gives how many.
  func retryDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int
  /// Forgets these letters; gives how many.
  func discardDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int
}

/// Somebody else holds the lease.
public struct LeaseHeld: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  /// Who and since when, as the holder wrote it.
  public var holder: String

  public init(name: String, holder: String) {
    self.name = name
    self.holder = holder
  }

  public var description: String { "\(name) is held by \(holder)" }
}

/// The lease's connection broke, and somebody else may hold it now.
public struct LeaseLost: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  public init(name: String) { self.name = name }
  public var description: String { "the lease '\(name)' was lost with its connection to Postgres" }
}

/// Lets one process at a time do something. What the holder does must be harmless all the same when the lease is lost
/// unnoticed, for a moment.
public protocol Leases: Sendable {
  /// Runs `body` as the holder; throws `LeaseHeld` at once where another is, and `LeaseLost`, with `body` cancelled,
  /// when the lease is lost meanwhile.
  func withLease<Value: Sendable>(
    _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value
  /// Who holds the lease now.
  func leaseHolder(_ name: String) async throws -> String?
}
