package import Bootstrap
import Catalog
import ElasticsearchClient
package import Indexer
package import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import Threading

/// `vitrine bench freshness`: the time from a change's commit until a search finds it, under steady changes.
///
/// Sessions change titles, prices, stock and popularity, each in a transaction of one product, while sync runs. The
/// versions of a sample are recorded, and searches through the alias repeat until one finds the version: the
/// measurement ends when a shopper's search would have found the change. At the end every product's version in the
/// index is compared. The same load first runs for a while without measurement, because Java compiles frequent code.
package struct FreshnessBenchmark {
  private static let sessions = 8
  /// Changes per second that are searched for: enough for a p99 over a minute.
  private static let samplesASecond = 10
  private static let cursorPause = Duration.milliseconds(15)
  private static let catchUpPatience = Duration.seconds(60)
  private static let deadline = Duration.seconds(60)
  private static let alias = "bench-freshness"

  let catalog: GeneratedCatalog
  let mapping: IndexMapping
  let changesASecond: Int
  let seconds: Int
  let warmUpSeconds: Int
  /// Products of a brand that is renamed meanwhile; 0: none is.
  let renamed: Int
  let terminal: Terminal

  package init(
    catalog: GeneratedCatalog, mapping: IndexMapping, changesASecond: Int, seconds: Int, warmUpSeconds: Int,
    renamed: Int, terminal: Terminal
  ) {
    self.catalog = catalog
    self.mapping = mapping
    self.changesASecond = changesASecond
    self.seconds = seconds
    self.warmUpSeconds = warmUpSeconds
    self.renamed = renamed
    self.terminal = terminal
  }

  /// The observations of the sessions and probes.
  private struct Seen: Sendable {
    var changes = 0
    var lateness: [Double] = []
  }

  package func run(_ kind: LocalSearchServer.Kind?, heapMegabytes: Int) async throws {
    guard let kind else { return try await measure(SearchNode(), refreshesEachBatch: true, engineProcess: nil) }
    guard let server = try await LocalSearchServer.start(kind, heapMegabytes: heapMegabytes) else {
      return terminal.printError(LocalSearchServer.absence ?? "no search server could be started")
    }
    defer { server.stopAndWait() }
    let engine = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let information = try await engine.information(deadline: .now + Self.deadline)
    terminal.print("\(information.distribution) \(information.version), heap \(heapMegabytes) MB")
    try await measure(engine, refreshesEachBatch: false, engineProcess: server.processID)
  }

  private func measure(_ engine: any SearchEngine, refreshesEachBatch: Bool, engineProcess: Int32?) async throws {
    let store = PostgresCatalog(catalog.pool)
    let ledger = PostgresIndexingLedger(catalog.pool)
    let clock = SystemClock()
    let rename = renamed > 0 ? try await Rename.prepare(products: renamed, catalog.pool) : nil
    var full = FullIndex.Options(alias: Self.alias)
    full.startsOver = true
    let built = try await FullIndex(
      source: store, ledger: ledger, leases: PostgresLeases(catalog.pool), engine: engine, mapping: mapping,
      clock: clock
    ).run(full)
    terminal.print("\(built.documents) products are indexed; \(changesASecond) changes a second for \(seconds) s")
    var options = IndexSync.Options(alias: Self.alias)
    options.refreshesEachBatch = refreshesEachBatch
    let terminal = terminal
    let sync = IndexSync(
      source: store, ledger: ledger, leases: PostgresLeases(catalog.pool), engine: engine, clock: clock,
      options: options,
      metrics: IndexSyncMetrics(registry: MetricsRegistry()), log: { terminal.printError("sync: \($0)") })
    let syncing = Task { await sync.run() }
    let outcome: Result<Seen, any Error>
    do {
      if warmUpSeconds > 0 {
        _ = try await change(engine, for: .seconds(warmUpSeconds), nil)
        _ = try await caughtUp(store, ledger)
      }
      let usage = ProcessorUsage(postgres: catalog.server.processID, engine: engineProcess)
      outcome = .success(try await change(engine, for: .seconds(seconds), rename))
      terminal.print(usage.description)
    } catch { outcome = .failure(error) }
    let drift = try await driftAfterward(store, ledger, engine)
    syncing.cancel()
    await syncing.value
    report(try outcome.get(), drift: drift)
  }

  // MARK: Changes and probes

  private func change(_ engine: any SearchEngine, for duration: Duration, _ rename: Rename?) async throws -> Seen {
    let ids: [Int64] = try await catalog.pool.query(
      "SELECT id FROM indexing.searchable_product ORDER BY random() LIMIT 100000"
    ).map { try $0.decode(at: 0) }
    let changes = Guarded(0)
    let pending = PendingChanges()
    let end = ContinuousClock.now + duration
    async let lateness = pending.look(engine, in: Self.alias)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in 0..<Self.sessions {
        group.addTask { try await changeSteadily(session, ids, until: end, changes, pending) }
      }
      if let rename { group.addTask { try await renameMeanwhile(rename, engine) } }
      try await group.waitForAll()
    }
    pending.close()
    return Seen(changes: changes.withLock { $0 }, lateness: try await lateness)
  }

  /// One session: its share of the changes, evenly spaced and interleaved with those of the other sessions; some are
  /// searched for.
  private func changeSteadily(
    _ session: Int, _ ids: [Int64], until end: ContinuousClock.Instant, _ changes: Guarded<Int>,
    _ pending: PendingChanges
  ) async throws {
    let interval = Duration.seconds(1) * Self.sessions / changesASecond
    let sampleEach = max(1, changesASecond / Self.samplesASecond)
    var next = ContinuousClock.now + interval * session / Self.sessions
    var number = session
    try await Task.sleep(until: next, clock: .continuous)
    while ContinuousClock.now < end {
      let product = ids[Int.random(in: ids.indices)]
      let isProbed = number % sampleEach < Self.sessions && number / sampleEach % Self.sessions == session
      if let version = try await change(product, number: number, isProbed: isProbed) {
        pending.add(product: product, version: version)
      }
      changes.withLock { $0 += 1 }
      number += Self.sessions
      next += interval
      // If the database is slower than the rate, the next change follows at once.
      try await Task.sleep(until: next, clock: .continuous)
    }
  }

  /// Renames the brand after the load has been steady for a while.
  private func renameMeanwhile(_ rename: Rename, _ engine: any SearchEngine) async throws {
    try await Task.sleep(for: .seconds(seconds) / 6)
    let watch = Task { try await rename.longestTransaction() }
    let outcome: Result<Duration, any Error>
    do { outcome = .success(try await rename.run(engine, in: Self.alias)) } catch { outcome = .failure(error) }
    watch.cancel()
    let (took, longest) = (try outcome.get(), try await watch.value)
    terminal.print(
      "\(rename.products) products of a renamed brand were found after \(took); the longest transaction: \(longest)")
  }

  /// Changes a product in its own transaction; returns its new version if it is probed.
  private func change(_ product: Int64, number: Int, isProbed: Bool) async throws -> Int64? {
    let statement: SQL =
      switch number / Self.sessions % 4 {
      case 0:
        "UPDATE catalog.product SET title = regexp_replace(title, ' *[0-9]*$', ' ' || \(String(number))) WHERE id = \(product)"
      case 1: "UPDATE catalog.product SET popularity = \(Double(number)) WHERE id = \(product)"
      case 2:
        """
        UPDATE inventory.stock SET on_hand = reserved + 1 + \(Int64(number % 90)) WHERE variant_id IN (
          SELECT id FROM catalog.variant WHERE product_id = \(product))
        """
      default:
        """
        UPDATE pricing.price SET amount_minor_units = amount_minor_units + 1, was_minor_units = was_minor_units + 1
        WHERE variant_id IN (SELECT id FROM catalog.variant WHERE product_id = \(product))
        """
      }
    guard isProbed else {
      try await catalog.pool.execute(statement)
      return nil
    }
    return try await catalog.pool.withTransaction { connection in
      try await connection.execute(statement)
      return try await connection.query("SELECT document_version FROM catalog.product WHERE id = \(product)")[0]
        .decode(at: 0)
    }
  }

  // MARK: Afterwards

  /// Waits until sync has carried every committed change; returns the generation in use.
  private func caughtUp(_ store: PostgresCatalog, _ ledger: PostgresIndexingLedger) async throws -> IndexGeneration {
    let end = try await store.outboxEnd()
    let giveUp = ContinuousClock.now + Self.catchUpPatience
    while ContinuousClock.now < giveUp {
      let live = try await ledger.liveGeneration(of: Self.alias)
      if live.cursor >= end { return live }
      try await Task.sleep(for: Self.cursorPause)
    }
    throw IndexingError.gateRefused("sync has not caught up within \(Self.catchUpPatience)")
  }

  /// Compares every document's version after sync has read everything.
  private func driftAfterward(
    _ store: PostgresCatalog, _ ledger: PostgresIndexingLedger, _ engine: any SearchEngine
  ) async throws -> Int {
    let live = try await caughtUp(store, ledger)
    return try await IndexVerification(source: store, ledger: ledger, engine: engine).run(live, catchUp: nil).found
      .count
  }

  private func report(_ seen: Seen, drift: Int) {
    let sorted = seen.lateness.sorted()
    func quantile(_ part: Double) -> String {
      guard !sorted.isEmpty else { return "-" }
      return
        "\((sorted[min(sorted.count - 1, Int(saturating: Double(sorted.count) * part))] * 1000).rounded() / 1000) s"
    }
    let late = sorted.count { $0 >= PendingChanges.patience / .seconds(1) }
    terminal.print(
      """
      \(seen.changes) changes, \(seen.changes / max(1, seconds)) a second; of \(sorted.count) probed: p50 \
      \(quantile(0.5)), p99 \(quantile(0.99)), max \(quantile(1)); \(late) not found within 60 s
      lost: \(drift) of all documents have another version than Postgres
      """)
  }
}
