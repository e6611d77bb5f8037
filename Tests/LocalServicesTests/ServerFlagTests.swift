// 1. A persistent Redis keeps its data over a stop, another one does not.
// 2. A durable Postgres waits for its disk, a fast one does not.
import Foundation
import LocalServices
import PostgresClient
import RedisStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServerFlagTests {
  private static func folder(_ name: String) -> String {
    "/tmp/vitrine-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
  }

  @Test("1: Redis", arguments: [true, false])
  func redis(isPersistent: Bool) async throws {
    let folder = Self.folder("redis-flag")
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover under /tmp does no harm.
    let redis = try await LocalRedis.start(in: folder, isPersistent: isPersistent)
    func client() throws -> RedisClient {
      var settings = redis.settings
      settings.deadline = .seconds(30)
      settings.connectTimeout = .seconds(30)
      return try RedisClient(settings)
    }
    let before = try client()
    try await before.set("key", to: [7])
    await before.close()
    try await redis.startAgain()
    let after = try client()
    #expect(try await after.get("key") == (isPersistent ? [7] : nil))
    await after.close()
    await redis.stop()
  }

  @Test("2: Postgres", arguments: [LocalPostgres.Durability.durable, .fast])
  func postgres(durability: LocalPostgres.Durability) async throws {
    let folder = Self.folder("postgres-flag")
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover under /tmp does no harm.
    let server = try await LocalPostgres.start(in: folder, durability: durability)
    let pool = PostgresPool(server.settings())
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
      let value = try await pool.query("SHOW \(unsafeRaw: setting)")[0].decode(String.self, at: 0)
      #expect(value == (durability == .durable ? "on" : "off"), "\(setting)")
    }
    await pool.close()
    await server.stop()
  }
}
