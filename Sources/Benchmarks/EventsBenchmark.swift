import Behaviour
package import Bootstrap
import Catalog
import LocalServices
import Ports
package import PostgresClient
import PostgresStore
import RedisStore
import Telemetry
import Threading

/// `vitrine bench events`: how many events a second are stored, each before its sender goes on.
///
/// The peer is the same store without the intake: each request is a transaction of its own.
package struct EventsBenchmark {
  private static let products = 10_000
  private static let visitors = 20_000

  let pool: PostgresPool
  let requestSize: Int
  let senders: Int
  let seconds: Int
  let terminal: Terminal

  package init(
    pool: PostgresPool, requestSize: Int, senders: Int, seconds: Int, terminal: Terminal
  ) {
    self.pool = pool
    self.requestSize = requestSize
    self.senders = senders
    self.seconds = seconds
    self.terminal = terminal
  }

  package func run() async throws {
    try await pool.execute(
      """
      INSERT INTO catalog.product (source, code, title, lifecycle)
      SELECT 'bench', n::text, 'Product ' || n, 'listed' FROM generate_series(1, \(Self.products)) AS n
      """)
    let store = PostgresBehaviour(pool)
    terminal.print("\(senders) senders, \(requestSize) events a request, \(seconds) s each")
    let redis = try await LocalRedis.startTemporary()
    do {
      let client = try RedisClient(redis.settings)
      try await measureIntake("intake, and Redis told before the answer", store, RedisBehaviour(client))
      await client.close()
    } catch {
      await redis.stop()
      throw error
    }
    await redis.stop()
    try await measureIntake("intake without Redis", store, nil)
    try await measure("a transaction a request") { _ = try await store.write($0) }
  }

  private func measureIntake(_ name: String, _ store: PostgresBehaviour, _ cache: RedisBehaviour?) async throws {
    let behaviour = Behaviour(
      store: store, cache: cache, catalog: PostgresCatalog(pool), clock: SystemClock(), metrics: MetricsRegistry())
    let logger = Logger(label: "bench", sink: NullSink())
    let loop = Task { await behaviour.run(logger: logger) }
    try await measure(name) { _ = try await behaviour.intake.submit($0) }
    loop.cancel()
    await loop.value
  }

  private func measure(_ name: String, _ submit: @escaping @Sendable ([ShopEvent]) async throws -> Void) async throws {
    let visitors = (0..<Self.visitors).map { _ in VisitorID.random() }
    let latencies = Guarded<[Double]>([])
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    try await withThrowingTaskGroup { group in
      for _ in 0..<senders {
        group.addTask {
          while ContinuousClock.now < end {
            let events = request(visitors)
            let before = ContinuousClock.now
            try await submit(events)
            let milliseconds = (ContinuousClock.now - before) / .milliseconds(1)
            latencies.withLock { $0.append(milliseconds) }
          }
        }
      }
      try await group.waitForAll()
    }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let sorted = latencies.withLock { $0 }.sorted()
    guard !sorted.isEmpty else { return }
    func percentile(_ share: Double) -> String {
      "\(SearchBenchmark.rounded(sorted[min(sorted.count - 1, Int(saturating: share * Double(sorted.count)))]))"
    }
    let rate = Int(saturating: Double(sorted.count * requestSize) / elapsed)
    terminal.print("  \(name): \(rate) events/s, p50 \(percentile(0.5)) ms, p99 \(percentile(0.99)) ms")
  }

  private func request(_ visitors: [VisitorID]) -> [ShopEvent] {
    let now = SystemClock().now()
    return (0..<requestSize).map { _ in
      let product = ProductID(rawValue: .random(in: 1...Int64(Self.products)))
      let visitor = visitors[Int.random(in: 0..<visitors.count)]
      return ShopEvent(
        id: .random(), at: now, actor: .person(.visitor(visitor)),
        content: .deed(ProductDeed(.view, .id(product), placement: "product")))
    }
  }
}
