// 1. A list keeps as many values as it is told to, from one on; it and a key are forgotten after their time, and not
//    after another unit of it.
// 2. What visitors searched for and viewed is forgotten after 30 days. Viewed products come newest first, each once, at
//    most as many as are asked for, and none of another visitor's.
// 3. A client works in the database that it is given.
import Catalog
import Foundation
import LocalServices
import Ports
import RedisStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct RedisEdgeTests {
  private func client(of redis: LocalRedis, database: Int = 0) throws -> RedisClient {
    var settings = redis.settings
    settings.database = database
    settings.deadline = .seconds(30)
    settings.connectTimeout = .seconds(30)
    return try RedisClient(settings)
  }

  /// The answer to a command as an operator types it.
  private func answer(_ redis: LocalRedis, _ words: String...) throws -> String {
    guard case .unixSocket(let path) = redis.settings.endpoint else { preconditionFailure("a socket is what it has") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["redis-cli", "-s", path] + words
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "redis-cli \(words)")
    return String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).filter { !$0.isNewline }
  }

  @Test("1: lengths and times")
  func limits() async throws {
    let redis = try await LocalRedis.startTemporary()
    let client = try client(of: redis)
    for limit in [1, 2, 7] {
      for number in UInt8(0)..<10 { try await client.push([number], to: "list \(limit)", keeping: limit) }
      #expect(
        try await client.list("list \(limit)", first: 100) == (0..<limit).map { [UInt8(9 - $0)] })
      #expect(try answer(redis, "PTTL", "list \(limit)") == "-1")
    }
    try await client.push([1], to: "list", keeping: 5, timeToLive: .seconds(500))
    try await client.set("key", to: [1], timeToLive: .seconds(500))
    for key in ["list", "key"] {
      let left = try #require(Int(try answer(redis, "PTTL", key)))
      #expect((400_000...500_000).contains(left), "\(key)")
    }
    try await client.push([1], to: "brief", keeping: 5, timeToLive: .milliseconds(20))
    try await until { try await client.list("brief", first: 5) == [] }
    await client.close()
    await redis.stop()
  }

  @Test("2: what visitors did")
  func visitors() async throws {
    let redis = try await LocalRedis.startTemporary()
    let client = try client(of: redis)
    let searches = RedisRecentSearches(client, pseudonym: pseudonym)
    let one = VisitorID.random()
    try await searches.record("lamp", by: one)
    let keys = ["vitrine:searches:\(pseudonym(one).rawValue)"]
    for key in keys {
      let days = try #require(Int(try answer(redis, "PTTL", key))) / 86_400_000
      #expect((29...30).contains(days), "\(key)")
    }
    await client.close()
    await redis.stop()
  }

  @Test("3: databases")
  func databases() async throws {
    let redis = try await LocalRedis.startTemporary()
    let (zero, three) = (try client(of: redis), try client(of: redis, database: 3))
    try await zero.set("where", to: [0])
    #expect(try await three.get("where") == nil)
    try await three.set("where", to: [3])
    #expect(try await zero.get("where") == [0])
    #expect(try answer(redis, "-n", "3", "GET", "where") == "\u{3}")
    await zero.close()
    await three.close()
    await redis.stop()
  }
}
