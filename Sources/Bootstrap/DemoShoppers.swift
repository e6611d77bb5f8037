import Catalog
import Ports
import PostgresStore
import Seeding
import Telemetry

/// The demo shop's history: shoppers who walked over the hand-written catalog until yesterday.
struct DemoShoppers: Service {
  /// Days of one transaction.
  private static let batch = 6

  let store: any EventStore
  let jobs: any JobStore
  let clock: any WallClock
  let logger: Logger

  /// Loads the history in the background while the shop is open, and then waits for the shop's end.
  func run() async throws {
    await untilShutdown {
      do {
        let start = ContinuousClock.now
        let count = try await load()
        try await jobs.announce(Shop.historyImport, now: clock.now())
        let seconds = Int(saturating: (ContinuousClock.now - start) / .seconds(1))
        logger.info(
          "the demo shop has a history", metadata: ["events": .string("\(count)"), "seconds": .string("\(seconds)")])
      } catch {
        logger.warning("the demo shop's history was not loaded", metadata: ["reason": .string("\(error)")])
      }
      try? await Task.sleep(for: .seconds(86_400 * 365))  // Until it is cancelled.
    }
  }

  func load() async throws -> Int {
    let products = try Seeding.handWrittenCatalog(directory: try ProjectFolder.find() + "/Seeds/catalog")
    let history = try DemoHistory(products: products, lastDay: clock.now().day.advanced(by: -1))
    var count = 0
    for first in stride(from: 0, to: DemoHistory.days, by: Self.batch) {
      try Task.checkCancellation()
      let events = (first..<min(first + Self.batch, DemoHistory.days)).flatMap(history.events(ofDay:))
      count += try await store.write(events).outcomes.count { $0 == .stored }
    }
    return count
  }
}
