import Catalog
import Configuration
import Glibc
package import Indexer
package import Ports
import PostgresStore
package import Ranking
import SearchNode
import SearchService
import Telemetry

extension Capability {
  /// Carries changes into the embedded engine, which lives in this process; an outside engine has `vitrine index sync`.
  @Sendable static func indexing(_ shop: Shop) -> Capability {
    Capability("indexing", services: { shop.isEmbedded ? [shop.syncService()] : [] })
  }
}

/// The indexer's sync until the shop is told to stop.
struct SyncService: Service {
  let sync: IndexSync

  func run() async throws { await untilShutdown { await sync.run() } }
}

extension Shop {
  /// Instances of the embedded engine that ended silently are forgotten after this time.
  private static let forgottenAfter = Duration.seconds(300)

  package var fullIndexOptions: FullIndex.Options {
    var options = FullIndex.Options(alias: indexAlias)
    options.generationsKept = settings.indexer.keptGenerations
    if !isEmbedded {
      let service = searchService()
      options.beforeUse = { _ = await service.warmUp(index: $0) }
    }
    return options
  }

  /// Builds a new index and puts it in use.
  package func indexFull(
    _ options: FullIndex.Options? = nil, onProgress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> FullIndex.Report {
    if isEmbedded { try await forgetEndedInstances() }
    let full = FullIndex(
      source: catalog, ledger: ledger, leases: leases, engine: engine, mapping: mapping, clock: clock,
      onRetry: waiting("index full waits"))
    return try await full.run(options ?? fullIndexOptions, onProgress: onProgress)
  }

  /// Carries every committed change into the index in use.
  package func indexSync() -> IndexSync {
    var options = IndexSync.Options(alias: indexAlias)
    options.holder = Self.holder(of: "index sync")
    options.batchDocuments = settings.indexer.batchDocuments
    options.batchBytes = settings.indexer.batchBytes
    options.pollPause = .milliseconds(settings.indexer.pollMilliseconds)
    options.probeInterval = .seconds(settings.indexer.probeSeconds)
    options.auditInterval = .seconds(settings.indexer.verifySeconds)
    options.refreshesEachBatch = isEmbedded
    return IndexSync(
      source: catalog, ledger: ledger, leases: leases, engine: engine, clock: clock, options: options,
      metrics: IndexSyncMetrics(registry: metrics), log: waiting("index sync"))
  }

  package func indexStatus() async throws -> IndexStatus {
    try await IndexStatus(
      alias: indexAlias, source: catalog, ledger: ledger, leases: leases, engine: engine, mapping: mapping)
  }

  package func verifyIndex(repairs: Bool) async throws -> IndexVerification.Report {
    let generation = try await liveGeneration()
    let verification = IndexVerification(source: catalog, ledger: ledger, engine: engine)
    guard repairs else { return try await verification.run(generation, catchUp: nil) }
    let replay = IndexCatchUp(
      source: catalog, ledger: ledger, engine: engine, clock: clock, onRetry: waiting("index verify waits"))
    return try await verification.run(generation) { try await replay.run(generation) }
  }

  package func rollBackIndex(to number: Int64?, gate: IndexGate.Options) async throws -> IndexRollback.Report {
    try await IndexRollback(
      source: catalog, ledger: ledger, leases: leases, engine: engine, clock: clock,
      onRetry: waiting("index rollback waits")
    ).run(alias: indexAlias, to: number, holder: Self.holder(of: "index rollback"), gate: gate)
  }

  package func pruneIndices(keeping count: Int) async throws -> [String] {
    try await IndexPruning.run(
      alias: indexAlias, keeping: count, holder: Self.holder(of: "index prune"), ledger: ledger, leases: leases,
      engine: engine)
  }

  package func liveGeneration() async throws -> IndexGeneration { try await ledger.liveGeneration(of: indexAlias) }

  /// Warns if the index in use was built with another mapping than the file's.
  package func warnOfChangedMapping() async {
    // The first user of an unavailable engine or database reports it.
    guard let status = try? await indexStatus(), !status.mappingDifferences.isEmpty else { return }
    logger.warning(
      "the mapping has changed since the index in use was built: run `vitrine index full`",
      metadata: ["differences": .string(status.mappingDifferences.joined(separator: "; "))])
  }

  /// The quality of the shop's own search on judged queries, in an index: nDCG@10 as in `vitrine evaluate relevance`.
  package func nDCG(of judgments: Judgments, in index: String) async throws -> Double {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    let service = SearchService(
      engine: engine, index: index, catalog: catalog, clock: clock, retrieval: Retrieval(weights: weights.weights),
      deadlines: deadlines)
    let run = try await JudgedRun(name: index, judgments: judgments) { text in
      try await service.search(SearchInput(text: text, pageSize: 10)).products.map(\.code)
    }
    return run.mean(.ndcg10) ?? 0
  }

  /// An embedded engine's index ends with its process, but its entry in the ledger keeps the outbox from being pruned.
  private func forgetEndedInstances() async throws {
    let now = clock.now().microsecondsSinceEpoch
    for generation in try await ledger.generations(alias: nil)
    where generation.alias.hasPrefix(Self.embeddedPrefix(settings.search.indexAlias)) && generation.alias != indexAlias
    {
      let age = now.subtracting(saturating: (generation.swappedInAt ?? generation.createdAt).microsecondsSinceEpoch)
      guard age > Self.forgottenAfter.components.seconds * 1_000_000,
        try await leases.leaseHolder(IndexSync.lease(of: generation.alias)) == nil
      else { continue }
      try await ledger.removeGeneration(generation.number)
    }
  }

  private func waiting(_ message: String) -> @Sendable (String) -> Void {
    let logger = logger
    return { logger.warning(message, metadata: ["reason": .string($0)]) }
  }

  func syncService() -> ServiceConfiguration {
    ServiceConfiguration(name: "index sync", service: SyncService(sync: indexSync()))
  }

  /// The name of a lease's holder, for a person who finds the lease held.
  package static func holder(of command: String) -> String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "'vitrine \(command)' on \(host), process \(getpid())"
  }
}
