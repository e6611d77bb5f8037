// Properties of the Redis client:
// 1. Values are returned byte for byte, expire, and lists keep the newest.
// 2. A call ends at its deadline although Redis hangs, and no other call gets the late answer.
// 3. After a restart the client works again by itself; without Redis calls fail at once with `unavailable`.
// 4. Many tasks share the connections.
// 5. A refusal by Redis is reported by its first word, and the connection continues to serve.
// 6. A user of Redis's access list is logged in with its password; a wrong password is reported.
import Foundation
import Glibc
import LocalServices
import RedisStore
import TestSupport
import Testing

@Suite struct RedisClientTests {
  /// Generous, for a busy machine.
  private static let patience = Duration.seconds(60)

  private func client(of redis: LocalRedis, connections: Int = 2) throws -> RedisClient {
    var settings = redis.settings
    settings.connections = connections
    settings.deadline = Self.patience
    settings.connectTimeout = Self.patience
    return try RedisClient(settings)
  }

  @Test("1: values, expiry and lists")
  func values() async throws {
    let redis = try await LocalRedis.startTemporary()
    let client = try client(of: redis)
    try await client.ping()
    let bytes = [UInt8](0...255)
    #expect(try await client.get("k") == nil)
    try await client.set("k", to: bytes)
    #expect(try await client.get("k") == bytes)
    try await client.set("k", to: [])
    #expect(try await client.get("k") == [])
    #expect(try await client.delete("k"))
    #expect(try await !client.delete("k"))
    try await client.set("brief", to: [1], timeToLive: .milliseconds(20))
    try await until { try await client.get("brief") == nil }
    for number in UInt8(0)..<20 { try await client.push([number], to: "viewed", keeping: 5, timeToLive: .seconds(600)) }
    #expect(try await client.list("viewed", first: 3) == [[19], [18], [17]])
    #expect(try await client.list("viewed", first: 100).count == 5)
    #expect(try await client.list("none", first: 5) == [])
    await client.close()
    await #expect(throws: RedisError.closed) { try await client.ping() }
    await redis.stop()
  }

  @Test("2: a hanging server costs the deadline and no more")
  func deadline() async throws {
    let redis = try await LocalRedis.startTemporary()
    var settings = redis.settings
    settings.connections = 1
    settings.deadline = Self.patience
    let client = try RedisClient(settings)
    try await client.set("a", to: [1])
    try await client.set("b", to: [2])
    let process = try #require(redis.processID)
    kill(process, SIGSTOP)
    let started = ContinuousClock.now
    await #expect(throws: RedisError.deadlineExceeded) { try await client.get("a", deadline: .milliseconds(30)) }
    #expect(ContinuousClock.now - started < .seconds(30))
    kill(process, SIGCONT)
    try await until { try await answer(of: client, to: "b") == [2] }
    #expect(try await client.get("b") == [2])
    await client.close()
    await redis.stop()
  }

  @Test("3: a restart")
  func restart() async throws {
    let redis = try await LocalRedis.start(
      in: "/tmp/vitrine-redis-restart-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
    // One connection: of two, the other may still be in its pause when the first answers again.
    let client = try client(of: redis, connections: 1)
    try await client.set("a", to: [1])
    await redis.stop()
    let error = await #expect(throws: RedisError.self) { try await client.ping() }
    guard case .unavailable = error else {
      Issue.record("expected unavailable, got \(String(describing: error))")
      return
    }
    try await redis.startAgain()
    try await until { try await isUp(client) }
    #expect(try await client.get("a") == nil)
    await client.close()
    await redis.stop()
    unlink(redis.folder + "/redis.log")
    rmdir(redis.folder)
  }

  @Test("4: many tasks at once")
  func concurrency() async throws {
    let redis = try await LocalRedis.startTemporary()
    let client = try client(of: redis)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let value = Array("value \(number)".utf8)
          try await client.set("key \(number)", to: value)
          #expect(try await client.get("key \(number)") == value)
        }
      }
      try await group.waitForAll()
    }
    await client.close()
    await redis.stop()
  }

  @Test("5: refusals")
  func refusals() async throws {
    let redis = try await LocalRedis.startTemporary()
    let client = try client(of: redis)
    try await client.set("text", to: [1])
    await #expect(throws: RedisError.refused("WRONGTYPE")) { try await client.push([1], to: "text", keeping: 5) }
    try await client.ping()
    await client.close()
    await redis.stop()
  }

  @Test("6: a user of the access list")
  func user() async throws {
    let redis = try await LocalRedis.startTemporary()
    try ask(redis, "ACL", "SETUSER", "shop", "on", ">secret", "~*", "+ping", "+get")
    var settings = redis.settings
    settings.deadline = Self.patience
    settings.username = "shop"
    settings.password = "secret"
    let client = try RedisClient(settings)
    #expect(try await client.get("a") == nil)
    // The default user could, but `shop` is asking.
    await #expect(throws: RedisError.refused("NOPERM")) { try await client.set("a", to: [1]) }
    await client.close()
    settings.password = "wrong"
    let refused = try RedisClient(settings)
    await #expect(throws: RedisError.unavailable("refused with WRONGPASS")) { try await refused.ping() }
    await refused.close()
    await redis.stop()
  }

  /// Sends commands as an operator would type them.
  private func ask(_ redis: LocalRedis, _ words: String...) throws {
    guard case .unixSocket(let path) = redis.settings.endpoint else { preconditionFailure("a socket is what it has") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["redis-cli", "-e", "-s", path] + words
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "redis-cli \(words)")
  }

  /// The value, or nil if Redis is not back yet.
  private func answer(of client: RedisClient, to key: String) async throws -> [UInt8]? {
    do { return try await client.get(key) } catch RedisError.unavailable { return nil }
  }

  private func isUp(_ client: RedisClient) async throws -> Bool {
    do {
      try await client.ping()
      return true
    } catch RedisError.unavailable { return false }
  }
}
