import Catalog
import ElasticsearchClient
import Indexer
import LocalServices
import Ports
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import Threading

/// `vitrine bench freshness`: how long after its commit a change is found by a search, under steady changes.
///
/// Sessions change titles, prices, stock and popularity, each in a transaction of one product, while sync runs. Of a
/// sample the version is noted, and searches are made through the alias until one finds it: what is measured ends where
/// a shopper's search would have found the change. In the end every product's version in the index is compared.
struct FreshnessBenchmark {
  private static let sessions = 8
  /// Changes that are probed each second: enough for a p99 over a minute, few enough not to be the load themselves.
  private static let samplesASecond = 10
  private static let pollPause = Duration.milliseconds(15)
  /// A change that is not found by then counts as this late.
  private static let patience = Duration.seconds(60)
  private static let deadline = Duration.seconds(60)
  private static let alias = "bench-freshness"

  let catalog: GeneratedCatalog
  let mapping: IndexMapping
  let changesASecond: Int
  let seconds: Int
  let terminal: Terminal

  /// What the sessions and probes saw.
  private struct Seen: Sendable {
    var changes = 0
    var lateness: [Double] = []
  }

  func run(_ kind: LocalSearchServer.Kind?, heapMegabytes: Int) async throws {
    guard let kind else { return try await measure(SearchNode(), refreshesEachBatch: true) }
    guard let server = try await LocalSearchServer.start(kind, heapMegabytes: heapMegabytes) else {
      return terminal.printError(LocalSearchServer.absence ?? "no search server could be started")
    }
    defer { server.stopAndWait() }
    let engine = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let information = try await engine.information(deadline: .now + Self.deadline)
    terminal.print("\(information.distribution) \(information.version), heap \(heapMegabytes) MB")
    try await measure(engine, refreshesEachBatch: false)
  }

  private func measure(_ engine: any SearchEngine, refreshesEachBatch: Bool) async throws {
    let store = PostgresCatalog(catalog.pool)
    let clock = SystemClock()
    var full = FullIndex.Options(alias: Self.alias)
    full.startsOver = true
    let built = try await FullIndex(
      source: store, ledger: store, leases: store, engine: engine, mapping: mapping, clock: clock
    ).run(full)
    terminal.print("\(built.documents) products are indexed; \(changesASecond) changes a second for \(seconds) s")
    var options = IndexSync.Options(alias: Self.alias)
    options.refreshesEachBatch = refreshesEachBatch
    let terminal = terminal
    let sync = IndexSync(
      source: store, ledger: store, leases: store, engine: engine, clock: clock, options: options,
      metrics: IndexSyncMetrics(registry: MetricsRegistry()), log: { terminal.printError("sync: \($0)") })
    let syncing = Task { await sync.run() }
    let outcome: Result<Seen, any Error>
    do { outcome = .success(try await change(engine)) } catch { outcome = .failure(error) }
    let drift = try await driftAfterward(store, engine)
    syncing.cancel()
    await syncing.value
    report(try outcome.get(), drift: drift)
  }

  // MARK: Changes and probes

  private func change(_ engine: any SearchEngine) async throws -> Seen {
    let ids: [Int64] = try await catalog.pool.query(
      "SELECT id FROM indexing.searchable_product ORDER BY random() LIMIT 100000"
    ).map { try $0.decode(at: 0) }
    let seen = Guarded(Seen())
    let end = ContinuousClock.now + .seconds(seconds)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in 0..<Self.sessions {
        group.addTask { try await changeSteadily(session, ids, until: end, seen, engine) }
      }
      try await group.waitForAll()
    }
    return seen.withLock { $0 }
  }

  /// One session: its share of the changes, evenly in time, and its share of the probes beside them.
  private func changeSteadily(
    _ session: Int, _ ids: [Int64], until end: ContinuousClock.Instant, _ seen: Guarded<Seen>,
    _ engine: any SearchEngine
  ) async throws {
    let interval = Duration.seconds(1) * Self.sessions / changesASecond
    let sampleEach = max(1, changesASecond / Self.samplesASecond)
    var next = ContinuousClock.now
    var number = session
    try await withThrowingDiscardingTaskGroup { probes in
      while ContinuousClock.now < end {
        let product = ids[Int.random(in: ids.indices)]
        let isProbed = number % sampleEach < Self.sessions && number / sampleEach % Self.sessions == session
        let version = try await change(product, number: number, isProbed: isProbed)
        if let version {
          let committed = ContinuousClock.now
          probes.addTask {
            let late = try await lateness(of: product, version: version, since: committed, engine)
            seen.withLock { $0.lateness.append(late) }
          }
        }
        seen.withLock { $0.changes += 1 }
        number += Self.sessions
        next += interval
        // Where the database is slower than the rate, the next change follows at once.
        try await Task.sleep(until: next, clock: .continuous)
      }
    }
  }

  /// Changes a product in a transaction of its own; gives its new version where it is asked for.
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

  private func lateness(
    of product: Int64, version: Int64, since committed: ContinuousClock.Instant, _ engine: any SearchEngine
  ) async throws -> Double {
    let query = Query.bool(
      BoolQuery(filter: [
        .term(field: "product_id", value: .int(product)),
        .range(RangeQuery(field: "document_version", lower: .inclusive(.int(version)))),
      ]))
    while ContinuousClock.now - committed < Self.patience {
      if try await engine.count(query, in: Self.alias, deadline: .now + Self.deadline) > 0 { break }
      try await Task.sleep(for: Self.pollPause)
    }
    return (ContinuousClock.now - committed) / .seconds(1)
  }

  // MARK: Afterwards

  /// Waits until sync has read all, and compares every document's version.
  private func driftAfterward(_ store: PostgresCatalog, _ engine: any SearchEngine) async throws -> Int {
    let end = try await store.outboxEnd()
    let giveUp = ContinuousClock.now + Self.patience
    while ContinuousClock.now < giveUp {
      let live = try await store.liveGeneration(of: Self.alias)
      if live.cursor >= end {
        let verification = IndexVerification(source: store, ledger: store, engine: engine)
        return try await verification.run(live, catchUp: nil).found.count
      }
      try await Task.sleep(for: Self.pollPause)
    }
    throw IndexingError.gateRefused("sync has not caught up within \(Self.patience)")
  }

  private func report(_ seen: Seen, drift: Int) {
    let sorted = seen.lateness.sorted()
    func quantile(_ part: Double) -> String {
      guard !sorted.isEmpty else { return "-" }
      return "\((sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] * 1000).rounded() / 1000) s"
    }
    let late = sorted.count { $0 >= Self.patience / .seconds(1) }
    terminal.print(
      """
      \(seen.changes) changes, \(seen.changes / max(1, seconds)) a second; of \(sorted.count) probed: p50 \
      \(quantile(0.5)), p99 \(quantile(0.99)), max \(quantile(1)); \(late) not found within 60 s
      lost: \(drift) of all documents have another version than Postgres
      """)
  }
}
