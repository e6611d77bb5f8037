import Catalog
import Ports
import PostgresClient
import PostgresStore
import Seeding
import Workers

/// The demo shop's history: shoppers who walked over the hand-written catalog until the day before it was first loaded.
///
/// A run may be killed and run again on another day: the days and the events' numbers stay the same, and what is stored
/// already is repeated.
struct DemoShoppers: Sendable {
  /// Days of one transaction.
  private static let batch = 6
  /// The bound of the ledger, which keeps fewer runs of a job.
  private static let maxRuns = 10_000

  private let store: any EventStore
  private let jobs: any JobStore

  /// No event about a product that the catalog does not have is kept.
  init(pool: PostgresPool) {
    store = PostgresBehaviour(pool, asideRoom: AsideRoom(ofAll: 0, ofPerson: 0, ofNobody: 0))
    jobs = PostgresJobs(pool)
  }

  func load(_ context: JobContext) async throws -> [String: Double] {
    let products = try Seeding.handWrittenCatalog(directory: try ProjectFolder.find() + "/Seeds/catalog")
    // The oldest run is of the day on which the shop first opened.
    guard let first = try await jobs.runs(of: context.job, limit: Self.maxRuns).last else { return [:] }
    let history = try DemoHistory(products: products, lastDay: first.startedAt.day.advanced(by: -1))
    var (stored, repeated) = (0, 0)
    for first in stride(from: 0, to: DemoHistory.days, by: Self.batch) {
      try context.note(first, of: DemoHistory.days, "days are walked")
      let events = (first..<min(first + Self.batch, DemoHistory.days)).flatMap(history.events(ofDay:))
      let outcomes = try await store.write(events).outcomes
      stored += outcomes.count { $0 == .stored }
      repeated += outcomes.count { $0 == .repeated }
      guard outcomes.isEmpty || stored + repeated > 0 else { throw NoDemoCatalog() }
    }
    return ["events": Double(stored)]
  }
}

/// The catalog is a retailer's own.
struct NoDemoCatalog: Error, CustomStringConvertible {
  let description = "the catalog has none of the demo's products: there are no shoppers for it"
}
