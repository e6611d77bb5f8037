// Personal ranking on the demo's shoppers, whose tastes are known (a fifth of them, in a shop of the test's own; the command
// `vitrine evaluate personal` has all):
// 1. The hand-set ranking is above the engine's order, and a ranking that was learned from the shoppers' clicks above the
//    hand-set one; each with significance. With the shopper's features it is above the one without.
// 2. The share of the oracle's gain is printed.
// 3. An order by the truth is the oracle's: no ranking is above 1, and all are below it.
import Bootstrap
import Catalog
import Configuration
import Evaluation
import Foundation
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Ranking
import RankingTraining
import Recommendations
import SearchService
import Seeding
import TestSupport
import Testing

@Suite struct PersonalTrialTests {
  private static let shoppers = 400

  private struct EndOfDays: WallClock {
    func now() -> Timestamp { Timestamp("2026-11-30T12:00:00Z")! }
  }

  /// The demo's catalog, with the walks of a part of its shoppers.
  private func shop(_ pool: PostgresPool, _ history: DemoHistory, folder: String) async throws -> Shop {
    _ = try await Migrator.shop.migrate(pool)
    let environment = [ConfigKey(dotted: "recommendations.modelFolder").environmentVariable: folder]
    let context = CommandContext(
      resolved: try ResolvedSettings(flags: [:], environment: environment), environment: environment,
      terminal: Terminal(isInteractive: false) { _, _ in })
    var parts = Shop.Parts()
    parts.clock = EndOfDays()
    parts.memoryDeadline = .seconds(60)
    let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true, parts: parts)
    _ = try await DemoCatalog.load(into: shop.catalog)
    let store = PostgresBehaviour(pool)
    for first in stride(from: 0, to: DemoHistory.days, by: 30) {
      _ = try await store.write((first..<first + 30).flatMap(history.events(ofDay:)))
    }
    _ = try await PostgresConduct(pool).count(now: parts.clock.now())
    return shop
  }

  @Test("1, 2, 3: each with more to go by than the one before", .timeLimit(.minutes(10)))
  func arms() async throws {
    let folder = NSTemporaryDirectory() + "vitrine-trial-\(UInt32.random(in: 0...UInt32.max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    let records = try Seeding.handWrittenCatalog(directory: try ProjectFolder.find() + "/Seeds/catalog")
    let history = try DemoHistory(
      products: records, lastDay: EndOfDays().now().day.advanced(by: -1), shoppers: Self.shoppers)
    let shop = try await shop(pool, history, folder: folder)
    var options = PersonalTrial.Options()
    options.pagesOfShopper = 8
    let report = try await PersonalEvaluation.run(
      shop, shoppers: Self.shoppers, options: options, grow: TreeGrowing.byLightGBM()
    ) { print("trial: \($0)") }
    print("trial: nDCG@10 \(report.ndcg), share of the oracle's gain \(report.shareOfOracle)")
    for step in report.steps { print("trial: \(step.from) to \(step.to): \(step.comparison)") }
    func figure(_ arm: PersonalTrial.Arm) -> Double { report.ndcg[arm] ?? .nan }
    #expect(figure(.handSet) > figure(.text) && figure(.personal) > figure(.handSet))
    #expect(figure(.personal) > figure(.learned) && figure(.personal) < 1)
    let last = try #require(report.steps.first { $0.from == .learned && $0.to == .personal })
    #expect(last.comparison.interval.lowerBound > 0 && last.comparison.pValue < 0.05)
    #expect(report.shareOfOracle > 0.05)
    await pool.close()
  }
}
