// The built executable against a real Postgres and a real search server, killed without warning:
// 1. `index sync` and `index full`, killed again and again at random moments while products change: the index in use
//    comes to equal Postgres, document by document, and verify finds no drift. The seed is printed.
// 2. Of two `index sync` one writes; when it is killed the other takes over within 5 s.
// A short form always runs; VITRINE_SOAK=1 (`make soak`) runs 200 kills.
import Catalog
import ElasticsearchClient
import Foundation
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import TestSupport
import Testing

@Suite(
  .enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"),
  .enabled(if: LocalSearchServer.absence == nil, "no search server to kill beside"))
struct IndexKillTests {
  private static let products = 300
  private static let changesASecond = 500
  private static let kills = isSoak ? 200 : 6

  @Test("1: killed at random moments", .timeLimit(.minutes(isSoak ? 60 : 10)))
  func killed() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("IndexKillTests: seed \(seed), \(Self.kills) kills")
    var random = SeededGenerator(seed: seed)
    let stand = try await IndexStand(products: Self.products)
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let changes = Task { [seed] in try await stand.change(Self.changesASecond, seed: seed &+ 1) }
    for number in 1...Self.kills {
      let sync = try stand.run(["index", "sync"])
      let full = number.isMultiple(of: 2) ? try stand.run(["index", "full"]) : nil
      // The moment is random; the minimum lets a process reach its work at all.
      try await Task.sleep(for: .milliseconds(Int.random(in: 200...2_500, using: &random)))
      for process in [sync, full].compactMap({ $0 }).shuffled(using: &random) { process.kill() }
      _ = try await sync.exitStatus()
      // A run that ended by itself before claims success only if it succeeded.
      if let full, try await full.exitStatus() == 0 { #expect(try full.standardOutput().contains("is in use")) }
    }
    changes.cancel()
    _ = await changes.result
    let last = try stand.run(["index", "sync"])
    defer { last.kill() }
    try await until("the index equals Postgres") { try await stand.isIndexEqual() }
    let verify = try stand.run(["index", "verify", "--json"])
    let verdict = try await verify.exitStatus()
    let report = try verify.standardOutput()
    #expect(verdict == 0, "\(report)")
    last.interrupt()
    #expect(try await last.exitStatus() == 0)
    try await stand.end()
  }

  @Test("2: a second sync takes over", .timeLimit(.minutes(10)))
  func takesOver() async throws {
    let stand = try await IndexStand(products: 20)
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let first = try stand.run(["index", "sync"])
    defer { first.kill() }
    let lease = IndexSync.lease(of: stand.alias)
    func isHolder(_ process: VitrineProcess) async throws -> Bool {
      try await stand.leases.leaseHolder(lease)?.contains("process \(process.id),") == true
    }
    try await until("the first holds the lease") { try await isHolder(first) }
    let second = try stand.run(["index", "sync"])
    defer { second.kill() }
    try await until("the second stands by") { try second.standardError().contains("stands by") }
    #expect(try second.standardError().contains("process \(first.id)"), "it says who holds the lease")
    first.kill()
    let start = ContinuousClock.now
    try await until("the second holds the lease") { try await isHolder(second) }
    #expect(ContinuousClock.now - start < .seconds(5))
    try await stand.pool.execute("UPDATE catalog.product SET title = 'After the takeover'")
    try await until("the index equals Postgres") { try await stand.isIndexEqual() }
    second.interrupt()
    #expect(try await second.exitStatus() == 0)
    try await stand.end()
  }
}
