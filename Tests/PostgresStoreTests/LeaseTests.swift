// Against a real Postgres:
// 1. One holder at a time; a second caller is told the holder's name; the lease is free again when the first is done or
//    fails.
// 2. A holder whose session ends is told so, its work is cancelled, and the next holds the lease within 5 s.
// 3. Leases with different names, and in different databases, are independent.
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Synchronization
import Testing

@Suite struct LeaseTests {
  private static func makeLeases() async throws -> (PostgresPool, PostgresLeases) {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    return (pool, PostgresLeases(pool))
  }

  private struct Failed: Error {}

  /// Holds the lease until told to release it.
  private static func hold(_ leases: PostgresLeases, _ name: String, holder: String) async -> (
    task: Task<Void, any Error>, release: AsyncStream<Void>.Continuation
  ) {
    let (releases, release) = AsyncStream<Void>.makeStream()
    let (starts, started) = AsyncStream<Void>.makeStream()
    let task = Task {
      defer { started.finish() }
      try await leases.withLease(name, holder: holder) {
        started.yield()
        for await _ in releases { return }
        try Task.checkCancellation()
      }
    }
    for await _ in starts { break }
    return (task, release)
  }

  /// Takes the lease as soon as its holder releases it.
  private static func whenFree(
    _ leases: PostgresLeases, _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Int
  ) async throws -> Int {
    while true {
      do { return try await leases.withLease(name, holder: holder, body) } catch is LeaseHeld {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  @Test("1: one at a time", .timeLimit(.minutes(2)))
  func oneAtATime() async throws {
    let (pool, leases) = try await Self.makeLeases()
    #expect(try await leases.leaseHolder("index") == nil)
    let first = await Self.hold(leases, "index", holder: "the first")
    await #expect {
      try await leases.withLease("index", holder: "the second") {}
    } throws: {
      ($0 as? LeaseHeld)?.holder.hasPrefix("the first, since 2") == true
    }
    #expect(try await leases.leaseHolder("index")?.hasPrefix("the first") == true)
    first.release.yield()
    try await first.task.value
    #expect(try await leases.leaseHolder("index") == nil)
    await #expect(throws: Failed.self) { try await leases.withLease("index", holder: "the third") { throw Failed() } }
    #expect(try await leases.withLease("index", holder: "the fourth") { 4 } == 4)
    await pool.close()
  }

  @Test("2: a session that ends", .timeLimit(.minutes(2)))
  func sessionEnds() async throws {
    let (pool, leases) = try await Self.makeLeases()
    let first = await Self.hold(leases, "index", holder: "the first")
    try await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    let start = ContinuousClock.now
    // The server has been told to end the session, and frees the lock when it does.
    let second = try await Self.whenFree(leases, "index", holder: "the second") { 2 }
    #expect(second == 2)
    await #expect(throws: LeaseLost.self) { try await first.task.value }
    #expect(ContinuousClock.now - start < .seconds(5))
    await pool.close()
  }

  @Test("3: other names, other databases", .timeLimit(.minutes(2)))
  func others() async throws {
    let (pool, leases) = try await Self.makeLeases()
    let (otherPool, other) = try await Self.makeLeases()
    let first = await Self.hold(leases, "index", holder: "the first")
    #expect(try await leases.withLease("another index", holder: "the second") { 2 } == 2)
    #expect(try await other.leaseHolder("index") == nil)
    #expect(try await other.withLease("index", holder: "the third") { 3 } == 3)
    first.release.yield()
    try await first.task.value
    await pool.close()
    await otherPool.close()
  }
}
