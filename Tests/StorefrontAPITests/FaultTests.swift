// The shop's memory while what it stands on fails, over the real server under load:
// 1. Redis is killed, stopped (SIGSTOP, SIGCONT) and emptied; Postgres is killed and is away for a while
//    (VITRINE_FAULT_SECONDS, 3 unless set). Every event that was answered 202 is stored once, and no page fails.
// 2. Afterwards the shop knows of each visitor what Postgres does.
import Behaviour
import Foundation
import Glibc
import HTTPServer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import SearchService
import Seeding
import Telemetry
import TestSupport
import Testing
import Threading

@testable import Bootstrap

@Suite(.serialized) struct FaultTests {
  private static let seconds = ProcessInfo.processInfo.environment["VITRINE_FAULT_SECONDS"].flatMap { Int($0) } ?? 3
  /// A server that was killed takes a while on a busy machine.
  private static let recovery = Duration.seconds(120)

  /// As a shop has them, with what a busy machine needs where no part is away.
  private static var deadlines: SearchService.Deadlines {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(20)
    deadlines.answer = .seconds(30)
    deadlines.page = .milliseconds(800)
    deadlines.labels = .milliseconds(300)
    return deadlines
  }

  private struct Stand: Sendable {
    let folder: String
    let postgres: LocalPostgres
    let redis: LocalRedis
    let client: RedisClient
    let shop: TestShop
    let product: String

    init() async throws {
      folder = "/tmp/vitrine-faults-\(UInt32.random(in: 0...UInt32.max))"
      postgres = try await LocalPostgres.start(in: folder)
      redis = try await LocalRedis.startTemporary()
      client = try RedisClient(redis.settings)
      shop = try await TestShop(
        try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"), redis: client,
        postgres: try await postgres.makeDatabase(named: "shop"), deadlines: FaultTests.deadlines)
      product = try #require(try await shop.json("/v1/search?q=dress")["products"]?[0]?["id"]?.string)
    }
  }

  private struct Seen: Sendable {
    var accepted: Set<String> = []
    var refused = 0
    var failures: [String] = []
  }

  /// Posts events and reads pages for one visitor until `isOver`.
  private func shop(_ stand: Stand, _ visitor: VisitorID, _ seen: Guarded<Seen>, _ isOver: Guarded<Bool>) async throws {
    let cookie = TestShop.cookie(visitor)
    let pages = ["/", "/search?q=lamp", "/products/\(stand.product)", "/v1/recommendations?placement=home"]
    var turn = 0
    while !isOver.withLock({ $0 }) {
      let id = "\(EventID.random())"
      let answer = try await stand.shop.client.get(
        "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n" + cookie,
        body: "{\"id\":\"\(id)\",\"type\":\"view\",\"product_id\":\"\(stand.product)\"}")
      switch answer.status {
      case 202: seen.withLock { _ = $0.accepted.insert(id) }
      case 503: seen.withLock { $0.refused += 1 }
      default: seen.withLock { $0.failures.append("event: \(answer.status) \(answer.text.prefix(120))") }
      }
      let page = pages[turn % pages.count]
      turn += 1
      let shown = try await stand.shop.client.get(page, headers: cookie)
      if shown.status != 200 { seen.withLock { $0.failures.append("\(page): \(shown.status)") } }
    }
  }

  @Test("1, 2: Redis and Postgres under load", .timeLimit(.minutes(10)))
  func faults() async throws {
    let stand = try await Stand()
    defer { try? FileManager.default.removeItem(atPath: stand.folder) }  // Only the machine's own room is lost.
    let (seen, isOver) = (Guarded(Seen()), Guarded(false))
    let visitors = (0..<4).map { _ in VisitorID.random() }
    try await withThrowingTaskGroup { group in
      for visitor in visitors { group.addTask { try await shop(stand, visitor, seen, isOver) } }
      do { try await breakThings(stand, seen) } catch {
        isOver.withLock { $0 = true }
        throw error
      }
      isOver.withLock { $0 = true }
      try await group.waitForAll()
    }
    let result = seen.withLock { $0 }
    #expect(result.failures.isEmpty, "\(result.failures.prefix(5)) of \(result.failures.count)")
    #expect(result.accepted.count > 20)
    let stored = try await stand.shop.pool.query("SELECT id::text FROM behaviour.event").map {
      try $0.decode(String.self, at: 0)
    }
    #expect(stored.count == Set(stored).count)
    #expect(result.accepted.subtracting(stored).isEmpty, "\(result.accepted.count) were answered 202")
    let plain = Behaviour(
      store: PostgresBehaviour(stand.shop.pool), cache: nil, catalog: stand.shop.catalog, clock: stand.shop.shop.clock,
      metrics: MetricsRegistry())
    try await until("Redis answers", within: Self.recovery) { (try? await stand.client.ping()) != nil }
    for visitor in visitors {
      let shopper = try await plain.shopper(of: .visitor(visitor))
      let durable = try await plain.recent(of: shopper, limit: 100).map { "\($0)" }.sorted()
      let known = try await stand.shop.behaviour.recent(of: shopper, limit: 100).map { "\($0)" }.sorted()
      #expect(known.count == durable.count)
    }
    await stand.shop.pool.close()
    await stand.redis.stop()
    await stand.postgres.stop()
  }

  /// One fault after another; between two of them events are taken again.
  private func breakThings(_ stand: Stand, _ seen: Guarded<Seen>) async throws {
    func goOn(_ what: String) async throws {
      let before = seen.withLock { $0.accepted.count }
      try await until("events are taken after \(what)", within: Self.recovery) {
        seen.withLock { $0.accepted.count } > before + 4
      }
    }
    try await goOn("the start")
    for _ in 0..<5 { try? await stand.client.flushAll() }  // Redis does it, whether its answer comes in time or not.
    try await goOn("Redis was emptied")
    let redis = try #require(stand.redis.processID)
    kill(redis, SIGSTOP)
    try await Task.sleep(for: .milliseconds(700))
    kill(redis, SIGCONT)
    try await goOn("Redis was stopped")
    kill(redis, SIGKILL)
    try await goOn("Redis was killed")
    try await stand.redis.startAgain()
    try await goOn("Redis came back")
    kill(try #require(stand.postgres.processID), SIGKILL)
    try await Task.sleep(for: .seconds(Self.seconds))
    try await stand.postgres.startAgain()
    try await goOn("Postgres came back")
  }
}
