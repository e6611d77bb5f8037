// On a real database:
// 1. An empty shop gets the rules of the files as version 1, also when several servers start at once; later ones are followed
//    by every server.
// 2. A draft that does not compile is refused with its line, and the published rules and the draft stay.
// 3. When two people publish one draft at once, one succeeds and the other is told.
// 4. A draft that began before another version was published is refused and shown as such; merged, it has both changes, and
//    cannot be published until a person has settled each entry that both changed.
// 5. A publication that is cut off at any statement leaves a whole version in force, the old or the new one.
// 6. An old version comes back under a new number; published versions cannot be changed; every step is audited.
// 7. Two people who change one draft do not overwrite each other; drafts are published one without the other.
// 8. While versions are published, each set that is in force is one that was published, whole.
// 9. If the shop asks for two people, an approver who did not change the draft at all publishes it, nobody else; the way back to
//    an old version asks for a second person too.
// 10. A product may be named by its code: a code that no product has is refused with its line, and a published set with one
//    stays readable.
// 12. A scheduled draft is published at its moment by one of two servers, on the word of who set it; merged if another version came
//    between, left with a reason in the audit if both changed an entry; a change takes the moment away.
// 11. A draft that the gate holds back is published by an approver who says so, and the audit keeps why it was held.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Telemetry
import TestSupport
import Testing
import Threading
import Understanding

@testable import Merchandising

@Suite(.serialized) struct PublishingTests {
  fileprivate struct Clock: WallClock {
    func now() -> Timestamp { Timestamp("2026-12-01T08:00:00Z")! }
  }

  /// One server of the shop.
  private final class Server: Sendable {
    let merchandising: Merchandising
    private let state: Guarded<[(rules: QueryRules, number: Int64)]>

    init(_ pool: PostgresPool, synonyms: String = "sofa, couch\n") {
      let state = Guarded<[(rules: QueryRules, number: Int64)]>([])
      self.state = state
      merchandising = Merchandising(
        store: PostgresRules(pool), clock: Clock(), currency: .gbp, seeds: RuleTexts([.synonyms: synonyms])
      ) { rules, number in state.withLock { $0.append((rules, number)) } }
    }

    var taken: [(rules: QueryRules, number: Int64)] { state.withLock { $0 } }
  }

  private func database() async throws -> PostgresPool {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    _ = try await Migrator.shop.migrate(pool)
    return pool
  }

  private func refusal(_ work: () async throws -> some Any) async throws -> String? {
    do {
      _ = try await work()
      return nil
    } catch let refusal as Merchandising.Refusal {
      return "\(refusal)"
    }
  }

  @Test("1: seeds", .timeLimit(.minutes(2)))
  func seeds() async throws {
    let pool = try await database()
    let servers = (0..<6).map { Server(pool, synonyms: "sofa, couch\(0)\n# \($0)\n") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for server in servers { group.addTask { try await server.merchandising.follow() } }
      try await group.waitForAll()
    }
    #expect(servers.allSatisfy { $0.taken.map(\.number) == [1] })
    #expect(try await servers[0].merchandising.versions().map(\.number) == [1])
    let desk = servers[0].merchandising
    let id = try await desk.addDraft(named: "one", by: "anna")
    try await desk.addSynonyms("telly => television", to: id, by: "anna")
    #expect(try await desk.publish(id, revision: 2, reason: "more words", by: "anna", isApprover: true) == 2)
    for server in servers {
      try await server.merchandising.follow()
      #expect(server.taken.map(\.number) == [1, 2] && server.taken.last?.rules.synonyms.count == 3)
    }
    await pool.close()
  }

  @Test("2: what does not compile", .timeLimit(.minutes(2)))
  func faults() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising
    try await desk.follow()
    let draft = try await desk.draft(try await desk.addDraft(named: "one", by: "anna"))
    var texts = draft.texts
    texts[.rules] = "exact: red dress\n  pin 1: 4\n  pin 101: 5\n"
    let fault = await #expect(throws: RuleFault.self) { try await desk.save(texts, of: draft, by: "anna") }
    #expect(fault?.kind == .rules && fault?.line == 3)
    #expect(try await desk.draft(draft.id).texts == draft.texts)
    #expect(try await desk.publishedNumber() == 1)
    await pool.close()
  }

  @Test("3: two at once", .timeLimit(.minutes(2)))
  func twoAtOnce() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising
    try await desk.follow()
    for round in 0..<5 {
      let id = try await desk.addDraft(named: "round", by: "anna")
      try await desk.addSynonyms("a\(round) => b\(round)", to: id, by: "anna")
      let told = try await withThrowingTaskGroup(of: String?.self) { group in
        for name in ["anna", "bert"] {
          group.addTask {
            try await self.refusal { try await desk.publish(id, revision: 2, reason: "x", by: name, isApprover: true) }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(told.count { $0 == nil } == 1, "\(told)")
      // The loser may look before or after the winner's draft is gone.
      #expect(
        told.compactMap { $0 }.allSatisfy { $0.contains("meanwhile") || $0.contains("was published since") }, "\(told)")
      #expect(try await desk.publishedNumber() == Int64(round + 2))
    }
    await pool.close()
  }

  @Test("4: over a newer version", .timeLimit(.minutes(2)))
  func outdated() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising
    try await desk.follow()
    let (first, second) = (
      try await desk.addDraft(named: "first", by: "anna"), try await desk.addDraft(named: "second", by: "bert")
    )
    try await desk.add("pin 1: 10", forQuery: "red dress", to: first, by: "anna")
    try await desk.add("pin 1: 20", forQuery: "red dress", to: second, by: "bert")
    try await desk.addSynonyms("telly => television", to: second, by: "bert")
    _ = try await desk.publish(first, revision: 2, reason: "first", by: "anna", isApprover: true)
    let told = try await refusal {
      try await desk.publish(second, revision: 3, reason: "second", by: "bert", isApprover: true)
    }
    #expect(told?.contains("version 2 was published since") == true)
    let conflicts = try await desk.merge(second, by: "bert")
    #expect(conflicts.map(\.name) == ["exact: red dress"])
    #expect(conflicts[0].published.contains("pin 1: 10") && conflicts[0].draft.contains("pin 1: 20"))
    let merged = try await desk.draft(second)
    #expect(merged.base == 2 && merged.conflicts == conflicts && merged.texts[.rules].contains("pin 1: 10"))
    #expect(!merged.texts[.rules].contains("pin 1: 20") && merged.texts[.synonyms].contains("telly => television"))
    let open = try await refusal {
      try await desk.publish(second, revision: merged.revision, reason: "second", by: "bert", isApprover: true)
    }
    #expect(open?.contains("settle each") == true)
    // An edit keeps them open; the store refuses by itself too.
    try await desk.addSynonyms("mobile => phone", to: second, by: "anna")
    let edited = try await desk.draft(second)
    #expect(edited.conflicts == conflicts && edited.authors == ["bert", "anna"])
    let entry = AuditEntry(at: Clock().now(), actor: "x", action: "x", subject: "x")
    let store = PostgresRules(pool)
    #expect(try await store.publish(second, revision: edited.revision, reason: "x", audit: entry) == .unsettled)
    let stale = try await refusal {
      try await desk.settle(
        "exact: red dress", .rules, keeping: .draft, in: second, revision: merged.revision, by: "bert")
    }
    #expect(stale?.contains("meanwhile") == true)
    try await desk.settle(
      "exact: red dress", .rules, keeping: .draft, in: second, revision: edited.revision, by: "bert")
    let settled = try await desk.draft(second)
    #expect(settled.conflicts.isEmpty && settled.texts[.rules] == "exact: red dress\n  pin 1: 20\n")
    #expect(
      try await desk.publish(second, revision: settled.revision, reason: "second", by: "bert", isApprover: true) == 3)
    await pool.close()
  }

  @Test("5: cut off", .timeLimit(.minutes(2)))
  func cutOff() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising
    try await desk.follow()
    let id = try await desk.addDraft(named: "one", by: "anna")
    try await desk.addSynonyms("telly => television", to: id, by: "anna")
    // A server that is killed in the middle is a connection that the database finds closed: a trigger ends it at each step.
    for table in ["merchandising.rule_version", "merchandising.published", "merchandising.draft", "accounts.audit"] {
      try await pool.withConnection { connection in
        try await connection.executeScript(
          """
          CREATE OR REPLACE FUNCTION public.cut() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN coalesce(NEW, OLD); END $$;
          CREATE TRIGGER cut AFTER INSERT OR UPDATE OR DELETE ON \(table) FOR EACH ROW EXECUTE FUNCTION public.cut();
          """)
      }
      await #expect(throws: (any Error).self, "\(table)") {
        try await desk.publish(id, revision: 2, reason: "cut", by: "anna", isApprover: true)
      }
      try await pool.withConnection { try await $0.executeScript("DROP TRIGGER cut ON \(table)") }
      #expect(try await desk.publishedNumber() == 1, "\(table)")
      #expect(try await desk.versions().count == 1, "\(table)")
      let server = Server(pool)
      try await server.merchandising.follow()
      #expect(server.taken.map(\.number) == [1])
    }
    #expect(try await desk.publish(id, revision: 2, reason: "whole", by: "anna", isApprover: true) == 2)
    await pool.close()
  }

  @Test("6: taken back", .timeLimit(.minutes(2)))
  func takenBack() async throws {
    let pool = try await database()
    let server = Server(pool)
    let desk = server.merchandising
    try await desk.follow()
    let id = try await desk.addDraft(named: "one", by: "anna")
    try await desk.addSynonyms("telly => television", to: id, by: "anna")
    _ = try await desk.publish(id, revision: 2, reason: "more words", by: "anna", isApprover: true)
    #expect(try await desk.rollBack(to: 1, reason: "it did harm", by: "bert") == .published(3))
    #expect(try await desk.known(3) == desk.known(1))
    #expect(server.taken.map(\.number) == [1, 2, 3] && server.taken.last?.rules.synonyms.count == 2)
    #expect(try await desk.versions().map(\.restoredFrom) == [1, nil, nil])
    await #expect(throws: (any Error).self) {
      try await pool.execute("UPDATE merchandising.rule_version SET reason = 'x' WHERE number = 1")
    }
    #expect(try await refusal { try await desk.rollBack(to: 99, reason: "x", by: "bert") } != nil)
    #expect(try await refusal { try await desk.rollBack(to: 1, reason: " ", by: "bert") } != nil)
    let audit = try await PostgresAccounts(pool).audit(limit: 10)
    #expect(
      audit.map(\.action) == [
        "took rules back", "published rules", "changed draft", "began draft", "published rules",
      ])
    #expect(audit[0].actor == "bert" && audit[0].detail.contains("it did harm") && audit[1].subject == "version 2")
    await pool.close()
  }

  @Test("7: drafts beside each other", .timeLimit(.minutes(2)))
  func beside() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising
    try await desk.follow()
    let seen = try await desk.draft(try await desk.addDraft(named: "shared", by: "anna"))
    var mine = seen.texts
    mine[.synonyms] += "telly => television\n"
    #expect(try await desk.save(mine, of: seen, by: "anna") == 2)
    #expect(try await refusal { try await desk.save(seen.texts, of: seen, by: "bert") }?.contains("meanwhile") == true)
    #expect(try await refusal { try await desk.addDraft(named: "shared", by: "bert") } != nil)
    #expect(
      try await refusal {
        try await desk.publish(seen.id, revision: 1, reason: "x", by: "bert", isApprover: true)
      } != nil)
    let other = try await desk.addDraft(named: "other", by: "bert")
    try await desk.addSynonyms("mobile => phone", to: other, by: "bert")
    #expect(try await desk.publish(other, revision: 2, reason: "alone", by: "bert", isApprover: true) == 2)
    let published = try await desk.known(2)[.synonyms]
    #expect(published.contains("mobile") && !published.contains("telly"))
    await pool.close()
  }

  @Test("8: under publications", .timeLimit(.minutes(3)))
  func underPublications() async throws {
    let pool = try await database()
    let (desk, follower) = (Server(pool).merchandising, Server(pool))
    try await desk.follow()
    let following = Task { await follower.merchandising.run(logger: Logger(label: "test", sink: NullSink())) }
    for round in 1...30 {
      let draft = try await desk.draft(try await desk.addDraft(named: "round", by: "anna"))
      // Both texts of a version say its number.
      let texts = RuleTexts([
        .synonyms: (0..<round).map { "a\($0) => b\($0)\n" }.joined(),
        .rules: (0..<round).map { "exact: a\($0)\n  hide: 1\n" }.joined(),
      ])
      let revision = try await desk.save(texts, of: draft, by: "anna")
      _ = try await desk.publish(draft.id, revision: revision, reason: "round \(round)", by: "anna", isApprover: true)
    }
    try await until("the last version is followed") { follower.taken.last?.number == 31 }
    following.cancel()
    await following.value
    let taken = follower.taken
    #expect(taken.map(\.number) == taken.map(\.number).sorted())
    for (rules, number) in taken where number > 1 {
      #expect(rules.synonyms.count == Int(number - 1) && rules.queryRules.count == Int(number - 1))
    }
    await pool.close()
  }
}

extension PublishingTests {
  @Test("9: two people", .timeLimit(.minutes(2)))
  func twoPeople() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    _ = try await Migrator.shop.migrate(pool)
    let desk = Merchandising(
      store: PostgresRules(pool), clock: Clock(), currency: .gbp, seeds: RuleTexts(), needsApproval: true
    ) { _, _ in }
    try await desk.follow()
    let id = try await desk.addDraft(named: "one", by: "anna")
    try await desk.addSynonyms("telly => television", to: id, by: "bert")
    try await desk.addSynonyms("mobile => phone", to: id, by: "carl")
    // Bert's change is in it, though Carl's came later.
    for (name, isApprover) in [("bert", true), ("carl", true), ("anna", false)] {
      await #expect(throws: Merchandising.Refusal.self, "\(name)") {
        try await desk.publish(id, revision: 3, reason: "x", by: name, isApprover: isApprover)
      }
    }
    #expect(try await desk.publish(id, revision: 3, reason: "x", by: "anna", isApprover: true) == 2)
    guard case .proposed(let back) = try await desk.rollBack(to: 1, reason: "it did harm", by: "anna") else {
      Issue.record("one person alone took the rules back")
      return
    }
    #expect(try await desk.publishedNumber() == 2)
    await #expect(throws: Merchandising.Refusal.self) {
      try await desk.publish(back, revision: 1, reason: "x", by: "anna", isApprover: true)
    }
    #expect(try await desk.publish(back, revision: 1, reason: "x", by: "bert", isApprover: true) == 3)
    #expect(try await desk.known(3) == desk.known(1))
    #expect(try await desk.versions()[0].restoredFrom == 1)
    // The gate holds back every other draft, also a way back that somebody edited.
    let gated = desk.gated { _, _ in ["it costs results"] }
    guard case .proposed(let same) = try await gated.rollBack(to: 2, reason: "once more", by: "anna") else {
      Issue.record("one person alone took the rules back")
      return
    }
    #expect(try await gated.publish(same, revision: 1, reason: "x", by: "bert", isApprover: true) == 4)
    guard case .proposed(let edited) = try await gated.rollBack(to: 1, reason: "and back", by: "anna") else {
      Issue.record("one person alone took the rules back")
      return
    }
    try await gated.addSynonyms("pram => pushchair", to: edited, by: "anna")
    #expect(try await gated.draft(edited).restores == nil)
    await #expect(throws: Merchandising.Refusal.self) {
      try await gated.publish(edited, revision: 2, reason: "x", by: "bert", isApprover: true)
    }
    await #expect(throws: Merchandising.Refusal.self) {
      try await gated.deleteDraft(edited, revision: 1, by: "anna")
    }
    try await gated.deleteDraft(edited, revision: 2, by: "anna")
    #expect(try await gated.drafts().isEmpty)
    await pool.close()
  }

  @Test("10: codes", .timeLimit(.minutes(2)))
  func codes() async throws {
    let pool = try await database()
    func lamp(_ sku: String) -> ProductRecord {
      ProductRecord(
        code: "LD-17", title: "Lamp", categories: [["Home"]],
        variants: [.init(sku: SKU(sku), prices: [], stock: ["main": 1])])
    }
    _ = try await PostgresCatalog(pool).upsert([lamp("LD-17-1")], source: "test")
    let server = Server(pool)
    let desk = server.merchandising
    try await desk.follow()
    let draft = try await desk.draft(try await desk.addDraft(named: "one", by: "anna"))
    var texts = draft.texts
    texts[.rules] = "exact: lamp\n  pin 1: LD-17\n  hide: LD-18\n"
    let fault = await #expect(throws: RuleFault.self) { try await desk.save(texts, of: draft, by: "anna") }
    #expect(fault?.line == 3 && fault?.reason.contains("LD-18") == true)
    texts[.rules] = "exact: lamp\n  pin 1: LD-17\n"
    let revision = try await desk.save(texts, of: draft, by: "anna")
    _ = try await desk.publish(draft.id, revision: revision, reason: "x", by: "anna", isApprover: true)
    let id = try #require(try await PostgresRules(pool).products(coded: ["LD-17", "none"])["LD-17"]?.first)
    #expect(server.taken.last?.rules.queryRules[0].actions == [.pin(id, place: 1)])
    // Another source has the code too: what is published goes on, what is saved must say which.
    _ = try await PostgresCatalog(pool).upsert([lamp("other")], source: "other")
    #expect(try await desk.compiled(texts).queryRules[0].actions == [.pin(id, place: 1)])
    await #expect(throws: RuleFault.self) { try await desk.compiled(texts, refusesAbsent: true) }
    await pool.close()
  }

  @Test("11: the gate", .timeLimit(.minutes(2)))
  func gate() async throws {
    let pool = try await database()
    let desk = Server(pool).merchandising.gated { _, new in new.queryRules.isEmpty ? [] : ["too much is lost"] }
    try await desk.follow()
    let id = try await desk.addDraft(named: "one", by: "anna")
    try await desk.add("hide: 1", forQuery: "lamp", to: id, by: "anna")
    for (isApprover, overrides) in [(false, false), (false, true), (true, false)] {
      do {
        _ = try await desk.publish(
          id, revision: 2, reason: "sale", by: "anna", isApprover: isApprover, overridesGate: overrides)
        Issue.record("published by \(isApprover) \(overrides)")
      } catch let refusal as Merchandising.Refusal {
        #expect(refusal.kind == .heldBack && "\(refusal)".contains("too much is lost"))
      }
    }
    _ = try await desk.publish(id, revision: 2, reason: "sale", by: "anna", isApprover: true, overridesGate: true)
    #expect(try await PostgresAccounts(pool).audit(limit: 1)[0].detail.contains("over the gate: too much is lost"))
    await pool.close()
  }

  /// A clock that a test moves.
  private final class MovedClock: WallClock {
    private let moment = Guarded(Timestamp("2026-12-01T08:00:00Z")!)
    func now() -> Timestamp { moment.withLock { $0 } }
    func move(to text: String) { moment.withLock { $0 = Timestamp(text)! } }
  }

  @Test("12: schedule", .timeLimit(.minutes(2)))
  func schedule() async throws {
    let pool = try await database()
    let clock = MovedClock()
    let desks = (0..<2).map { _ in
      Merchandising(store: PostgresRules(pool), clock: clock, currency: .gbp, seeds: RuleTexts([.synonyms: "a, b\n"])) {
        _, _ in
      }
    }
    let desk = desks[0]
    for desk in desks { try await desk.follow() }
    let (first, second, third) = (
      try await desk.addDraft(named: "first", by: "anna"), try await desk.addDraft(named: "second", by: "anna"),
      try await desk.addDraft(named: "third", by: "anna")
    )
    try await desk.add("pin 1: 1", forQuery: "lamp", to: first, by: "anna")
    try await desk.addSynonyms("telly => television", to: second, by: "anna")
    try await desk.add("pin 1: 2", forQuery: "lamp", to: third, by: "anna")
    func schedule(_ id: Int64, _ text: String) async throws {
      try await desk.schedule(
        id, revision: try await desk.draft(id).revision, at: Timestamp(text)!, reason: "sale", by: "bert",
        isApprover: true)
    }
    await #expect(throws: Merchandising.Refusal.self) { try await schedule(first, "2026-11-30T00:00:00Z") }
    await #expect(throws: Merchandising.Refusal.self) { try await schedule(first, "2099-11-30T00:00:00Z") }
    try await schedule(first, "2026-12-02T00:00:00Z")
    // A change takes the moment away.
    try await desk.addSynonyms("mobile => phone", to: first, by: "anna")
    #expect(try await desk.draft(first).schedule == nil)
    try await schedule(first, "2026-12-02T00:00:00Z")
    try await schedule(second, "2026-12-03T00:00:00Z")
    try await schedule(third, "2026-12-03T00:00:00Z")
    try await desk.publishDue()
    #expect(try await desk.publishedNumber() == 1)
    clock.move(to: "2026-12-02T00:00:01Z")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for desk in desks { group.addTask { try await desk.publishDue() } }
      try await group.waitForAll()
    }
    #expect(try await desk.versions().map(\.number) == [2, 1])
    #expect(try await desk.versions()[0].author == "bert")
    clock.move(to: "2026-12-03T00:00:01Z")
    for desk in desks { try await desk.publishDue() }
    // The second is merged; the third pins another product to the same place.
    #expect(try await desk.versions().map(\.number) == [3, 2, 1])
    let texts = try await desk.known(3)
    #expect(
      texts[.rules].contains("pin 1: 1") && texts[.synonyms].contains("telly") && texts[.synonyms].contains("mobile"))
    #expect(try await desk.draft(third).schedule == nil)
    let audit = try await PostgresAccounts(pool).audit(limit: 5)
    #expect(audit.contains { $0.action == "could not publish a scheduled draft" && $0.detail.contains("settle") })
    await pool.close()
  }
}
