// Each dependency is stopped (SIGSTOP: it is reached and silent) while shoppers search, look and browse, and goes on again:
// 1. Postgres: from the first request on every search, list and page is answered in time; once prices are old, searches say
//    that they are the indexed ones; names that were read before serve. Afterwards nothing is degraded.
// 2. Redis: every answer is there as if nothing were.
// 3. The search server: product pages are answered, searches are 503 with Retry-After and none hangs; afterwards they are
//    answered. On each real server that is present.
import ElasticsearchClient
import Glibc
import HTTPServer
import JSON
import LocalServices
import PostgresClient
import PostgresStore
import RedisStore
import SearchService
import Seeding
import TestSupport
import Testing
import Threading

@Suite(.serialized) struct StoppedTests {
  /// Requests that each shopper makes while a part is stopped.
  private static let requests = 12
  private static let shoppers = 4
  /// The waits of one page for a part that is stopped, all of them, and what a busy machine adds.
  private static let longestAnswer = deadlines.page + deadlines.labels + .seconds(2)

  /// A server that was stopped takes a while to serve again.
  private static let recovery = Duration.seconds(120)

  private static var deadlines: SearchService.Deadlines {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(5)
    deadlines.answer = .seconds(8)
    deadlines.page = .milliseconds(500)
    deadlines.labels = .milliseconds(200)
    return deadlines
  }

  private static let records = Task { try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog") }

  private static let targets = [
    "/v1/search?q=red+dress", "/v1/search?filter=colour:Red&sort=price_asc", "/", "/search?q=lamp", "/c/dresses",
    "/b/velloria", "/v1/brands/velloria", "/v1/categories/dresses", "/v1/suggest?q=dr", "/v1/facets/brand/values",
    "/v1/categories",
  ]

  private struct Seen: Sendable {
    var target: String
    var answer: HTTPClient.Answer
    var took: Duration
  }

  /// The answers to shoppers who ask for all targets, each beginning with another.
  private func shop(_ client: HTTPClient, _ targets: [String]) async throws -> [Seen] {
    try await withThrowingTaskGroup(of: [Seen].self) { group in
      for shopper in 0..<Self.shoppers {
        group.addTask {
          var seen: [Seen] = []
          for number in 0..<Self.requests {
            let target = targets[(shopper * 3 + number) % targets.count]
            let start = ContinuousClock.now
            let answer = try await client.get(target, headers: TestShop.cookie())
            seen.append(Seen(target: target, answer: answer, took: .now - start))
          }
          return seen
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  /// Sends a signal to every process that works in the folder.
  private func signal(_ signal: Int32, processesIn folder: String) throws {
    let directory = try #require(opendir("/proc"))
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let id = Int32(name) else { continue }
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let length = "/proc/\(id)/cwd".withCString { path in
        buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
      }
      guard length > 0, String(decoding: buffer.prefix(length), as: UTF8.self).hasPrefix(folder) else { continue }
      kill(id, signal)
      count += 1
    }
    #expect(count > 0, "no process works in \(folder)")
  }

  private func degraded(_ answer: HTTPClient.Answer) throws -> [String] {
    try JSONValue(parsing: answer.body)["degraded"]?.array?.compactMap(\.string) ?? []
  }

  /// `longest`: of an answer while nothing was stopped.
  private func expectAnswers(_ seen: [Seen], _ what: String, longest: Duration = .zero) {
    for one in seen {
      #expect(one.answer.status == 200, "\(what): \(one.target): \(one.answer.text.prefix(200))")
      #expect(one.took < longest + Self.longestAnswer, "\(what): \(one.target) took \(one.took)")
    }
  }

  @Test("1, 2: Postgres and Redis", .timeLimit(.minutes(10)))
  func databaseAndCache() async throws {
    let (postgres, redis) = (try await LocalPostgres.startTemporary(), try await LocalRedis.startTemporary())
    let client = try RedisClient(redis.settings)
    let shop = try await TestShop(
      try await Self.records.value, redis: client, postgres: try await postgres.makeDatabase(named: "shop"),
      deadlines: Self.deadlines, followsPrices: true)
    let product = try #require(try await shop.json("/v1/search?q=dress")["products"]?[0]?["id"]?.string)
    let targets = Self.targets + ["/products/\(product)", "/v1/products/\(product)"]
    let before = try await self.shop(shop.client, targets)
    expectAnswers(before, "before")
    let longest = try #require(before.map(\.took).max())

    try signal(SIGSTOP, processesIn: postgres.folder)
    let without: [Seen]
    // Twice, for what was remembered is old by the second time.
    do {
      expectAnswers(try await self.shop(shop.client, targets), "at first", longest: longest)
      try await until("prices are too old", within: Self.recovery) {
        try await degraded(shop.client.get("/v1/search?q=red+dress")).contains("prices")
      }
      without = try await self.shop(shop.client, targets)
    } catch {
      try signal(SIGCONT, processesIn: postgres.folder)
      throw error
    }
    try signal(SIGCONT, processesIn: postgres.folder)
    expectAnswers(without, "without Postgres", longest: longest)
    for one in without where one.target.hasPrefix("/v1/search") {
      #expect(try degraded(one.answer).contains("prices"), "\(one.target)")
    }
    for one in without where one.target.hasPrefix("/v1/products") {
      #expect(try degraded(one.answer).contains("catalog"), "\(one.target)")
    }
    try await until("prices are read again", within: Self.recovery) {
      try await degraded(shop.client.get("/v1/search?q=red+dress")).isEmpty
    }

    let process = try #require(redis.processID)
    kill(process, SIGSTOP)
    let withoutRedis: [Seen]
    do { withoutRedis = try await self.shop(shop.client, targets) } catch {
      kill(process, SIGCONT)
      throw error
    }
    kill(process, SIGCONT)
    expectAnswers(withoutRedis, "without Redis", longest: longest)
    await client.close()
    await redis.stop()
    await shop.pool.close()
    await postgres.stop()
  }

  @Test(
    "3: the search server", .enabled(if: LocalSearchServer.absence == nil, "no search server"),
    .timeLimit(.minutes(10)),
    arguments: LocalSearchServer.Kind.allCases)
  func searchServer(_ kind: LocalSearchServer.Kind) async throws {
    let server = try #require(try await LocalSearchServer.start(kind))
    let engine = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    var deadlines = Self.deadlines
    deadlines.search = .seconds(1)
    deadlines.answer = .seconds(2)
    let shop = try await TestShop(try await Self.records.value, engine: engine, deadlines: deadlines)
    let search = "/v1/search?q=red+dress"
    try await until("it is searched", within: Self.recovery) { try await shop.client.get(search).status == 200 }
    let product = try #require(try await shop.json(search)["products"]?[0]?["id"]?.string)
    let process = try #require(server.processID)
    // The whole group: Elasticsearch 8 has a process that watches the server's own.
    kill(-process, SIGSTOP)
    // A busy machine stops a running thread a moment later.
    try await until("it answers no more", within: Self.recovery) { try await shop.client.get(search).status == 503 }
    let seen: [Seen]
    do { seen = try await self.shop(shop.client, [search, "/v1/products/\(product)", "/search?q=lamp"]) } catch {
      kill(-process, SIGCONT)
      throw error
    }
    kill(-process, SIGCONT)
    for one in seen {
      #expect(one.took < deadlines.answer + Self.longestAnswer, "\(one.target) took \(one.took)")
      if one.target.hasPrefix("/v1/products") {
        #expect(one.answer.status == 200, "\(one.answer.text.prefix(200))")
      } else {
        #expect(
          one.answer.status == 503 && one.answer.headers["Retry-After"] != nil,
          "\(one.target): \(one.answer.status) \(one.answer.text.prefix(200))")
      }
    }
    try await until("it is searched again", within: Self.recovery) { try await shop.client.get(search).status == 200 }
    await server.stop()
  }
}
