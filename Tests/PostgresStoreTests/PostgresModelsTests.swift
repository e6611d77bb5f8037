// The ledger of models in a real Postgres:
// 1. One model of a kind is served; promoting another retires it.
// 2. Pruning keeps the newest models of each state, and the one that is served: refusals take no place of what a rollback
//    may serve.
// 3. A rollback refuses the model in use and serves a retired one, which training does not replace; a person does.
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
      #expect(try await ledger.promote(added, by: .person, now: Self.now))
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
    #expect(try await ledger.promote(served[2], by: .person, now: Self.now))
    #expect(try await ledger.promote(999, by: .person, now: Self.now) == false)
  }

  @Test("3: rolled back", .timeLimit(.minutes(5)))
  func rolledBack() async throws {
    let ledger = PostgresModels(PostgresPool(try await TestPostgres.shared.makeDatabase()))
    var numbers: [Int64] = []
    for number in 1...4 { numbers.append(try await ledger.add(Self.entry("model-\(number)"))) }
    for number in numbers.prefix(3) { #expect(try await ledger.promote(number, by: .training, now: Self.now)) }
    #expect(try await !ledger.rollBack(to: numbers[3], now: Self.now), "a candidate was never served")
    #expect(try await ledger.rollBack(to: numbers[1], now: Self.now))
    let refused = try #require(try await ledger.model(numbers[2]))
    #expect(refused.state == .refused && refused.findings.hasPrefix("taken out of use by a rollback at 2026-11-30"))
    #expect(try await ledger.serving(kind: "recommender")?.isHeld == true)
    #expect(try await !ledger.promote(numbers[3], by: .training, now: Self.now))
    #expect(try await ledger.serving(kind: "recommender")?.number == numbers[1])
    #expect(try await ledger.promote(numbers[3], by: .person, now: Self.now))
    let serving = try #require(try await ledger.serving(kind: "recommender"))
    #expect(serving.number == numbers[3] && !serving.isHeld)
    #expect(try await ledger.model(numbers[1])?.state == .retired)
    #expect(try await ledger.promote(numbers[0], by: .training, now: Self.now))
  }
}
