import Catalog
public import Ports
public import SearchDSL

/// Compares an index with Postgres: buckets first, then the IDs in the buckets that differ.
///
/// A document whose change is still in progress is not drift. For the other documents, the audit first asks Postgres
/// (for the version, and whether the outbox has an entry that the index has not read), then refreshes and asks the
/// index, which must hold that version or a newer one.
public struct DriftAudit: Sendable {
  /// A document that differs from Postgres.
  public struct Drift: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
      /// In Postgres, but not in the index.
      case missing
      /// Another version than in Postgres.
      case stale
      /// In the index, but not in Postgres.
      case extra
    }

    public var kind: Kind
    /// The document's ID: a product's, unless another program wrote the document.
    public var id: String
    /// The version that the engine counts; nil if it has none.
    public var engineVersion: Int64?
    public var documentVersion: Int64?
    /// Whether the index has a newer version than Postgres: because of a change between the two looks, or a database
    /// restored from a backup.
    var isAhead = false

    var product: ProductID? { ProductID(id) }
  }

  /// A document in the index.
  private struct Indexed {
    var engineVersion: Int64
    /// nil: it has no version, or its bucket or checksum is that of another document.
    var documentVersion: Int64?
  }

  /// Buckets whose IDs are read at a time: about 8,000 of a million documents, one page of the engine.
  private static let bucketsAtOnce = 8
  private static let pageSize = 10_000
  private static let idsAtOnce = 1000
  /// A document that is ahead of Postgres may have changed between the two looks; after this many looks it has not.
  private static let looks = 3
  private static let deadline = Duration.seconds(60)

  let source: any AuditSource
  let ledger: any IndexingLedger
  let engine: any SearchEngine

  public init(source: any AuditSource, ledger: any IndexingLedger, engine: any SearchEngine) {
    self.source = source
    self.ledger = ledger
    self.engine = engine
  }

  private var deadline: ContinuousClock.Instant { .now + Self.deadline }

  /// Finds all drift of a generation's index.
  public func find(in generation: IndexGeneration) async throws -> [Drift] {
    // In parallel, because each takes seconds for a million documents; changes between the two looks are examined
    // again.
    async let counted = source.auditBuckets()
    try await engine.refresh(generation.indexName, deadline: deadline)
    let (indexed, isForeign) = try await indexedBuckets(of: generation.indexName)
    let expected = try await counted
    let differing = Set(indexed.keys).union(expected.keys).filter { indexed[$0] != expected[$0] }.sorted()
    var candidates: Set<String> = []
    for start in stride(from: 0, to: differing.count, by: Self.bucketsAtOnce) {
      let buckets = Array(differing[start..<min(start + Self.bucketsAtOnce, differing.count)])
      candidates.formUnion(try await difference(of: buckets, index: generation.indexName))
    }
    if isForeign { candidates.formUnion(try await foreignDocuments(of: generation.indexName)) }
    return try await confirm(candidates.sorted(), in: generation)
  }

  /// The documents among these that are drift now.
  public func confirm(_ ids: [String], in generation: IndexGeneration) async throws -> [Drift] {
    var confirmed: [Drift] = []
    for start in stride(from: 0, to: ids.count, by: Self.idsAtOnce) {
      var open = Array(ids[start..<min(start + Self.idsAtOnce, ids.count)])
      for number in 1...Self.looks where !open.isEmpty {
        let drift = try await look(at: open, in: generation)
        let isLast = number == Self.looks
        confirmed += drift.filter { isLast || !$0.isAhead }
        open = isLast ? [] : drift.filter(\.isAhead).map(\.id)
      }
    }
    return confirmed
  }

  private func look(at ids: [String], in generation: IndexGeneration) async throws -> [Drift] {
    let products = ids.compactMap { ProductID($0) }
    // Read the cursor before the states: an entry that was read in between then only looks pending.
    let cursor = try await cursor(of: generation)
    let states = try await source.auditStates(of: products, after: cursor)
    let letters = try await ledger.deadLetters(generation: generation.number, of: products, limit: products.count)
    let refused = Set(letters.map(\.product.description))
    try await engine.refresh(generation.indexName, deadline: deadline)
    let indexed = try await documents(.ids(ids), index: generation.indexName)
    return ids.compactMap { id in
      let state = ProductID(id).flatMap { states[$0] } ?? AuditState(documentVersion: nil, isPending: false)
      guard !state.isPending, !refused.contains(id) else { return nil }
      var drift = Drift(
        kind: .missing, id: id, engineVersion: indexed[id]?.engineVersion, documentVersion: state.documentVersion)
      switch (state.documentVersion, indexed[id]) {
      case (nil, nil): return nil
      case (.some, nil): drift.kind = .missing
      case (nil, .some): drift.kind = .extra
      case (let expected?, let found?):
        guard found.documentVersion != expected else { return nil }
        drift.kind = .stale
        drift.isAhead = found.documentVersion.map { $0 > expected } ?? false
      }
      return drift
    }
  }

  private func cursor(of generation: IndexGeneration) async throws -> OutboxCursor {
    let known = try await ledger.generations(alias: generation.alias)
    return known.first { $0.number == generation.number }?.cursor ?? generation.cursor
  }

  // MARK: The index's side

  private func indexedBuckets(of index: String) async throws -> (buckets: [Int: AuditBucket], isForeign: Bool) {
    let terms = TermsAggregation(
      field: "audit_bucket", size: Int(ProductDocument.auditBuckets) + 1, order: .keyAscending, missing: .int(-1))
    let sums = [
      NamedAggregation("versions", Aggregation(.sum(field: "document_version"))),
      NamedAggregation("checksums", Aggregation(.sum(field: "audit_checksum"))),
    ]
    let request = SearchRequest(
      size: 0, aggregations: [NamedAggregation("buckets", Aggregation(.terms(terms), aggregations: sums))])
    let response = try await engine.search(request, in: index, deadline: deadline)
    guard case .buckets(let result)? = response.aggregations["buckets"] else {
      throw SearchEngineError.malformedAnswer(reason: "the audit's buckets are missing")
    }
    var buckets: [Int: AuditBucket] = [:]
    for bucket in result.buckets {
      guard let key = bucket.key.wholeNumber, case .metric(let versions)? = bucket.aggregations["versions"],
        case .metric(let checksums)? = bucket.aggregations["checksums"]
      else { continue }
      buckets[key] = AuditBucket(
        count: bucket.documentCount, versionSum: Self.wholeNumber(versions), checksumSum: Self.wholeNumber(checksums))
    }
    let isForeign = buckets.removeValue(forKey: -1) != nil
    return (buckets, isForeign)
  }

  /// A sum over another program's documents may not be a whole number; then return one that no sum of ours can have.
  private static func wholeNumber(_ sum: Double?) -> Int64 { Int64(exactly: sum ?? 0) ?? -1 }

  /// The IDs that only one side has, or that have different versions.
  private func difference(of buckets: [Int], index: String) async throws -> Set<String> {
    async let versions = source.auditVersions(inBuckets: buckets)
    let query = Query.terms(field: "audit_bucket", values: buckets.map { .int(Int64($0)) })
    var indexed = try await documents(query, index: index)
    var differing: Set<String> = []
    for (product, version) in try await versions {
      let id = product.description
      if indexed.removeValue(forKey: id)?.documentVersion != version { differing.insert(id) }
    }
    return differing.union(indexed.keys)
  }

  /// Documents without a bucket, which are not ours.
  private func foreignDocuments(of index: String) async throws -> Set<String> {
    let query = Query.bool(BoolQuery(mustNot: [.exists(field: "audit_bucket")]))
    return Set(try await documents(query, index: index).keys)
  }

  /// All documents that a query matches, page by page, without their source: versions come as sort values.
  private func documents(_ query: Query, index: String) async throws -> [String: Indexed] {
    var found: [String: Indexed] = [:]
    var after: [SortValue]?
    while true {
      let request = SearchRequest(
        query: query, size: Self.pageSize,
        sort: Self.sortedFields.map { SortKey(.field($0), .ascending) },
        searchAfter: after, source: .none, trackTotalHits: .never, includesVersion: true)
      let hits = try await engine.search(request, in: index, deadline: deadline).hits
      for hit in hits {
        found[hit.id] = Indexed(engineVersion: hit.version ?? 0, documentVersion: Self.documentVersion(of: hit))
      }
      guard hits.count == Self.pageSize, let last = hits.last else { return found }
      after = last.sort
    }
  }

  private static let sortedFields = ["product_id", "document_version", "audit_bucket", "audit_checksum"]

  /// nil if the fields that make up the buckets do not belong to the document's product.
  private static func documentVersion(of hit: Hit) -> Int64? {
    guard hit.sort.count == sortedFields.count, let product = ProductID(hit.id), let version = hit.sort[1].wholeNumber,
      hit.sort[2].wholeNumber == product.rawValue % ProductDocument.auditBuckets,
      hit.sort[3].wholeNumber == AuditBucket.checksum(of: product, version: version)
    else { return nil }
    return version
  }
}

extension FieldValue {
  fileprivate var wholeNumber: Int? {
    switch self {
    case .int(let number): Int(number)
    case .double(let number): Int(exactly: number)
    case .string(let text): Int(text)
    case .bool: nil
    }
  }
}

extension SortValue {
  /// A document without the field sorts with the largest number, which is not a valid version.
  fileprivate var wholeNumber: Int64? {
    switch self {
    case .int(let number): number == .max ? nil : number
    case .double(let number): Int64(exactly: number)
    case .null, .string: nil
    }
  }
}
