// The ledger of models in a real Postgres:
// 1. One model of a kind is served; promoting another retires it.
// 2. Pruning keeps the newest models of each state, and the one that is served: refusals take no place of what a rollback
//    may serve.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Testing

@Suite struct PostgresModelsTests {
  private static let now = Timestamp("2026-11-30T12:00:00Z")!

  private static func entry(_ file: String, _ state: ModelEntry.State = .candidate) -> ModelEntry {
    ModelEntry(
      kind: "recommender", state: state, file: file, dataDigest: "d", codeVersion: "test", seed: .max,
      metrics: ["deeds": 7], dataThrough: now, trainedAt: now)
  }

  @Test("1, 2: served, retired and pruned", .timeLimit(.minutes(5)))
  func ledger() async throws {
    let ledger = PostgresModels(PostgresPool(try await TestPostgres.shared.makeDatabase()))
    var served: [Int64] = []
    for number in 1...4 {
      let added = try await ledger.add(Self.entry("served-\(number)"))
      #expect(try await ledger.promote(added, now: Self.now))
      #expect(try await ledger.serving(kind: "recommender")?.number == added)
      served.append(added)
    }
    #expect(try await ledger.model(served[0])?.state == .retired)
    #expect(try await ledger.model(served[0])?.seed == .max)
    for number in 1...5 { _ = try await ledger.add(Self.entry("refused-\(number)", .refused)) }
    let other = try await ledger.add(
      {
        var entry = Self.entry("other"); entry.kind = "ranking"; return entry
      }())
    let gone = try await ledger.prune(kind: "recommender", keeping: 2)
    #expect(Set(gone) == ["served-1", "refused-1", "refused-2", "refused-3"])
    #expect(try await ledger.serving(kind: "recommender")?.file == "served-4")
    #expect(try await ledger.model(other)?.file == "other")
    #expect(try await ledger.prune(kind: "recommender", keeping: 2) == [])
    #expect(try await ledger.promote(served[2], now: Self.now))
    #expect(try await ledger.promote(999, now: Self.now) == false)
  }
}
