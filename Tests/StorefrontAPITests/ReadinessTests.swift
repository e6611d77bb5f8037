// Properties of `/readyz`:
// 1. A change that waits for a minute makes the index stale, which is said and leaves the shop ready; a fresh change, or none,
//    does not.
// 2. Until the engine is warm the shop is not ready; an index that is put in use later is warmed too.
import Catalog
import Foundation
import HTTPServer
import Indexer
import JSON
import Ports
import PostgresClient
import TestSupport
import Testing
import Threading

@testable import Bootstrap

@Suite struct ReadinessTests {
  /// The machine's clock, moved.
  private final class MovedClock: WallClock {
    let seconds = Guarded<Int64>(0)
    func now() -> Timestamp {
      let real = Int64(Date().timeIntervalSince1970 * 1e6)
      return Timestamp(microsecondsSinceEpoch: real + seconds.withLock { $0 } * 1_000_000)
    }
  }

  private static let lamp = ProductRecord(
    code: "L", title: "Lamp",
    variants: [.init(sku: SKU("L"), prices: [Price(amount: Money(minorUnits: 999, currency: .gbp))])])

  private func ready(_ shop: TestShop) async throws -> (status: Int, checks: JSONValue?) {
    let answer = try await shop.client.get("/readyz")
    return (answer.status, try JSONValue(parsing: answer.body)["checks"])
  }

  @Test("1: a change that waits", .timeLimit(.minutes(2)))
  func stale() async throws {
    let clock = MovedClock()
    let shop = try await TestShop([Self.lamp], clock: clock)
    #expect(try await ready(shop).checks?["freshness"]?.string == "ok", "nothing waits")
    clock.seconds.withLock { $0 = 3_600 }
    #expect(try await ready(shop).checks?["freshness"]?.string == "ok", "nothing waits, later")
    clock.seconds.withLock { $0 = 0 }
    // No sync runs here.
    try await shop.pool.execute("UPDATE catalog.product SET title = 'Another lamp'")
    #expect(try await ready(shop).checks?["freshness"]?.string == "ok", "a fresh change")
    clock.seconds.withLock { $0 = 61 }
    let late = try await ready(shop)
    #expect(late.checks?["freshness"]?.string == "stale" && late.status == 200)
  }

  @Test("2: warmth", .timeLimit(.minutes(2)))
  func warmth() async throws {
    let shop = try await TestShop([Self.lamp], isIndexed: false)
    let cold = try await ready(shop)
    #expect(cold.status == 503 && cold.checks?["warm_up"]?.string == "warming")
    var options = shop.shop.fullIndexOptions
    options.allocationPatience = .zero
    var warmed: Set<String> = []
    for _ in 0..<2 {
      _ = try await shop.shop.indexFull(options)
      await shop.shop.warmth.look()
      warmed.insert(try #require(shop.shop.warmth.index))
      let warm = try await ready(shop)
      #expect(warm.status == 200 && warm.checks?["warm_up"]?.string == "ok")
    }
    #expect(warmed.count == 2)
  }
}
