// 1. A visitor's searches are returned newest first, each text once, byte for byte, at most twenty; another visitor's
//    are not among them.
// 2. Without Redis the calls fail, so that the caller continues without the list.
import LocalServices
import Ports
import RedisStore
import Testing

@Suite struct RecentSearchesTests {
  @Test("1, 2: a visitor's own", .timeLimit(.minutes(5)))
  func own() async throws {
    let redis = try await LocalRedis.startTemporary()
    var settings = redis.settings
    settings.deadline = .seconds(60)
    settings.connectTimeout = .seconds(60)
    let client = try RedisClient(settings)
    let searches = RedisRecentSearches(client, pseudonym: pseudonym)
    let (one, other) = (VisitorID.random(), VisitorID.random())
    for text in ["red dress", "\"><b>\u{0}ü 🧥", "lamp", "red dress"] { try await searches.record(text, by: one) }
    try await searches.record("sofa", by: other)
    #expect(try await searches.searches(of: one) == ["red dress", "lamp", "\"><b>\u{0}ü 🧥"])
    #expect(try await searches.searches(of: other) == ["sofa"])
    #expect(try await searches.searches(of: .random()) == [])
    for number in 0..<50 { try await searches.record("search \(number)", by: other) }
    #expect(try await searches.searches(of: other) == (30..<50).reversed().map { "search \($0)" })
    await client.close()
    await #expect(throws: RedisError.closed) { _ = try await searches.searches(of: one) }
    await redis.stop()
  }
}

/// A pseudonym as the history would give one.
@Sendable func pseudonym(_ visitor: VisitorID) -> ShopperID {
  ShopperID(rawValue: Int64(bitPattern: StableHash.of(visitor.text)))
}
