public import Ports
public import SearchDSL

/// `vitrine index status`: the generations, the one in use, their lag, and advice.
public struct IndexStatus: Sendable {
  public struct Row: Sendable {
    public var generation: IndexGeneration
    /// nil: the engine has no such index.
    public var documents: Int?
    public var deadLetters: Int
    /// Entries of the outbox that the generation has not read yet.
    public var lag: OutboxLag
  }

  /// Most changes that a lag counts.
  private static let maxLagCounted = 100_000
  private static let deadline = Duration.seconds(30)

  public var alias: String
  public var engine: EngineInformation
  /// The indices that the alias points to.
  public var aliased: [String]
  /// Searchable products in Postgres.
  public var products: Int
  /// Newest first.
  public var rows: [Row]
  /// Differences between the mapping's file and the mapping that the index in use was built with.
  public var mappingDifferences: [String]
  /// The processes that carry changes and that build; nil: none.
  public var syncHolder: String?
  public var lifecycleHolder: String?

  public init(
    alias: String, source: any ProductSource, ledger: any IndexingLedger, leases: any Leases,
    engine: any SearchEngine, mapping: IndexMapping
  ) async throws {
    self.alias = alias
    self.engine = try await engine.information(deadline: .now + Self.deadline)
    let indices = try await engine.indices(matching: alias + "-*", deadline: .now + Self.deadline)
    aliased = indices.filter { $0.aliases.contains(alias) }.map(\.name)
    products = try await source.productCount()
    rows = []
    for generation in try await ledger.generations(alias: alias) {
      rows.append(
        Row(
          generation: generation, documents: indices.first { $0.name == generation.indexName }?.documentCount,
          deadLetters: try await ledger.deadLetterCount(generation: generation.number),
          lag: try await source.outboxLag(after: generation.cursor, limit: Self.maxLagCounted)))
    }
    mappingDifferences =
      try rows.first { $0.generation.state == .live }
      .map { try mapping.differences(from: $0.generation.mapping) } ?? []
    syncHolder = try await leases.leaseHolder(IndexLease.sync(of: alias))
    lifecycleHolder = try await leases.leaseHolder(IndexLease.lifecycle(of: alias))
  }

  /// Everything that needs attention, each with the command that corrects it; empty if all is well.
  public var advice: [String] {
    var advice: [String] = []
    guard let live = rows.first(where: { $0.generation.state == .live }) else {
      return ["no index is in use: run `vitrine index full`"]
    }
    if live.documents == nil {
      advice.append("\(live.generation.indexName) is in use but not in the engine: run `vitrine index full`")
    }
    if aliased != [live.generation.indexName] {
      advice.append(
        "the alias \(alias) points to \(aliased.isEmpty ? "nothing" : aliased.joined(separator: ", ")), not to \(live.generation.indexName): `vitrine index sync` puts that right when it starts"
      )
    }
    if !mappingDifferences.isEmpty {
      advice.append("the mapping has changed since \(live.generation.indexName) was built: run `vitrine index full`")
    }
    if live.deadLetters > 0 {
      advice.append("\(live.deadLetters) documents were refused: see `vitrine index dead-letters list`")
    }
    if syncHolder == nil { advice.append("nobody carries changes: run `vitrine index sync`") }
    if let stopped = rows.first(where: { $0.generation.state == .building }), lifecycleHolder == nil {
      advice.append("\(stopped.generation.indexName) was not finished: `vitrine index full` goes on with it")
    }
    return advice
  }
}
