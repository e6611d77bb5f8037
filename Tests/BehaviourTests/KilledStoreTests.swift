// The store dies at any step of a commit:
// 1. Whatever moment Postgres ends the sessions, each event that was answered is stored once, and none is stored twice
//    (random moments, seed printed). Events that nobody waits for are stored too, once Postgres answers again.
// 2. The same where Postgres itself is killed and started again.
import Behaviour
import Catalog
import Foundation
import Glibc
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Telemetry
import TestSupport
import Testing
import Threading

@Suite(.serialized) struct KilledStoreTests {
  private struct Answered {
    var events: Set<EventID> = []
    var refusals = 0
  }

  /// Sends from several tasks until `kills` has killed as often as it wants, and returns what was answered.
  private func send(
    _ behaviour: Behaviour, _ products: [ProductID], until isOver: Guarded<Bool>, kill: () async throws -> Void
  ) async throws -> Answered {
    let answered = Guarded(Answered())
    let loop = Task { await behaviour.run(logger: Logger(label: "test", sink: NullSink())) }
    try await withThrowingTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          while !isOver.withLock({ $0 }) {
            let events = products.map { EventStoreTests.event(.view, $0, by: .person(.visitor(.random()))) }
            do {
              let outcomes = try await behaviour.intake.submit(events)
              #expect(outcomes.allSatisfy { $0 == .stored })
              answered.withLock { $0.events.formUnion(events.map(\.id)) }
            } catch {
              answered.withLock { $0.refusals += 1 }
              try await Task.sleep(for: .milliseconds(2))
            }
          }
        }
      }
      try await kill()
      isOver.withLock { $0 = true }
      try await group.waitForAll()
    }
    loop.cancel()
    await loop.value
    return answered.withLock { $0 }
  }

  private func stored(_ pool: PostgresPool) async throws -> [String] {
    try await pool.query("SELECT id::text FROM behaviour.event").map { try $0.decode(at: 0) }
  }

  private func behaviour(_ pool: PostgresPool, _ store: PostgresBehaviour) -> Behaviour {
    var options = Behaviour.Options()
    options.intake.retryPause = .milliseconds(20)
    return Behaviour(
      store: store, cache: nil, catalog: PostgresCatalog(pool), clock: MomentClock(), options: options,
      metrics: MetricsRegistry())
  }

  private struct MomentClock: WallClock {
    func now() -> Timestamp { EventStoreTests.now }
  }

  @Test("1: sessions ended", .timeLimit(.minutes(5)))
  func sessions() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("KilledStoreTests.sessions seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let shop = try await EventStoreTests.Shop()
    let killer = PostgresPool(shop.pool.settings)
    let behaviour = behaviour(shop.pool, shop.store)
    let noted = (0..<50).map { _ in EventStoreTests.event(.click, shop.products[0]) }
    let answered = try await send(behaviour, shop.products, until: Guarded(false)) {
      for round in 0..<50 {
        behaviour.intake.note([noted[round]], from: [])
        try await Task.sleep(for: .microseconds(Int.random(in: 0...20_000, using: &random)))
        try await killer.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      // Events that nobody waits for are tried again until they are stored.
      try await until("noted events are stored") {
        Set(try await stored(killer)).isSuperset(of: noted.map { $0.id.description })
      }
    }
    let kept = try await stored(killer)
    #expect(kept.count == Set(kept).count)
    #expect(Set(kept).isSuperset(of: answered.events.map(\.description)))
    #expect(answered.refusals > 0 && answered.events.count > 0)
  }

  @Test("2: the server killed", .timeLimit(.minutes(5)))
  func server() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("KilledStoreTests.server seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let folder = "/tmp/vitrine-killed-\(UInt32.random(in: 0...UInt32.max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }  // Only the machine's own room is lost.
    let server = try await LocalPostgres.start(in: folder)
    let pool = PostgresPool(try await server.makeDatabase(named: "killed"))
    _ = try await Migrator.shop.migrate(pool)
    let shop = try await EventStoreTests.Shop(pool: pool)
    let answered = try await send(behaviour(pool, shop.store), shop.products, until: Guarded(false)) {
      for _ in 0..<3 {
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...400, using: &random)))
        let processID = try #require(server.processID)
        #expect(kill(processID, SIGKILL) == 0)
        try await server.startAgain()
      }
    }
    let kept = try await stored(pool)
    #expect(kept.count == Set(kept).count)
    #expect(Set(kept).isSuperset(of: answered.events.map(\.description)))
    #expect(answered.refusals > 0 && answered.events.count > 0)
    await pool.close()
    await server.stop()
  }
}
