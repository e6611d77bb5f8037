import Behaviour
import Catalog
import Configuration
package import Ports
import PostgresClient
import PostgresStore
import RankingTraining
package import Recommendations
import Recommending
import StorefrontAPI
import Telemetry
import Workers

extension Capability {
  /// Rows of recommended products, on pages and for programs.
  @Sendable static func recommendations(_ shop: Shop) throws -> Capability {
    Capability(
      "recommendations",
      services: {
        [
          ServiceConfiguration(
            name: "recommendations",
            service: RecommendationsService(follower: shop.recommender.follower, logger: shop.logger))
        ]
      },
      jobs: { [try shop.recommenderTraining()] },
      routes: { routes in
        RecommendationsAPI(recommendations: shop.recommender.service, search: shop.service).register(on: &routes)
      })
  }
}

extension Shop {
  /// Learns the recommender anew at night, and after a history was imported.
  fileprivate func recommenderTraining() throws -> Job {
    let recommender = recommender
    return Job(
      "train-recommender",
      schedule: try JobSchedule(settings.recommendations.trainingSchedule, timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(4 * 3600)
    ) { context in
      let report = try await recommender.train { try context.note(0, $0) }
      // A refusal is an outcome: the same deeds would be refused again.
      guard report.verdict.isPassed else {
        try context.note(1, of: 1, "the gate refused the new model: \(report.verdict.findings)")
        return report.entry.metrics.merging(["is_refused": 1]) { $1 }
      }
      return report.entry.metrics
    }
  }
}

/// The parts of recommendations: the desk of models, the service that answers, and the follower that keeps it up to date.
package struct Recommender: Sendable {
  /// The shop's parts that it needs.
  package struct Parts: Sendable {
    var pool: PostgresPool
    var catalog: PostgresCatalog
    var settings: Settings
    var clock: any WallClock
    var metrics: MetricsRegistry
    /// nil for the service's own.
    var memoryDeadline: Duration?
  }

  package let desk: ModelDesk
  package let service: RecommendationService
  let follower: ShelfFollower
  private let catalog: PostgresCatalog
  private let history: any InteractionHistory

  init(
    _ parts: Parts, memory: @escaping RecommendationService.Memory, affinity: (any ProductAffinity)? = nil
  ) throws {
    let (settings, clock) = (parts.settings, parts.clock)
    catalog = parts.catalog
    history = PostgresBehaviour(parts.pool)
    desk = ModelDesk(
      ledger: PostgresModels(parts.pool),
      folder: ModelFolder(settings), clock: clock,
      codeVersion: codeVersion)
    var options = RecommendationService.Options()
    if let deadline = parts.memoryDeadline { options.memoryDeadline = deadline }
    service = RecommendationService(memory: memory, clock: clock, options: options, metrics: parts.metrics)
    follower = ShelfFollower(
      service: service, products: catalog, costs: PostgresProductCosts(parts.pool), affinity: affinity,
      conduct: PostgresConduct(parts.pool), desk: desk,
      rules: try settings.recommendations.rulesFile.map { try RulesFile(path: $0) }, clock: clock)
  }

  /// A recommender of this shop for shoppers with another memory, for measurements.
  package init(shop: Shop, memory: @escaping RecommendationService.Memory) throws {
    try self.init(
      Parts(
        pool: shop.pool, catalog: shop.catalog, settings: shop.settings, clock: shop.clock, metrics: MetricsRegistry(),
        memoryDeadline: .seconds(1)),
      memory: memory)
  }

  /// Brings the answers up to date once.
  package func refresh() async throws { try await follower.step() }

  /// Trains a recommender, and serves it if the gate passes it.
  package func train(
    promotes: Bool = true, progress: @escaping @Sendable (String) throws -> Void
  ) async throws -> ModelDesk.Report {
    try await desk.train(products: catalog, history: history, promotes: promotes, progress: progress)
  }

  /// The shop's memory of its shoppers.
  static func memory(_ behaviour: Behaviour) -> RecommendationService.Memory {
    { person, limit in try await behaviour.recent(of: behaviour.shopper(of: person), limit: limit) }
  }
}

/// The program's version, as a model's provenance names it.
package let codeVersion = "0.1.0"

/// Keeps recommendations up to date until the shop is told to stop.
struct RecommendationsService: Service {
  let follower: ShelfFollower
  let logger: Logger

  func run() async throws { await untilShutdown { await follower.run(logger: logger) } }
}

extension ModelFolder {
  /// The folder of all kinds of models.
  init(_ settings: Settings) {
    self.init(settings.recommendations.modelFolder ?? settings.stateFolder + "/models")
  }
}

extension Shop {
  var modelFolder: ModelFolder { ModelFolder(settings) }

  /// Serves a model of any kind; nil if there is no such model. A damaged one is not served.
  package func promoteModel(_ number: Int64) async throws -> ModelEntry? {
    guard let entry = try await PostgresModels(pool).model(number) else { return nil }
    return entry.kind == RankingDesk.kind
      ? try await rankingDesk.promote(number) : try await recommender.desk.promote(number)
  }

  /// Serves the model of a kind that was served before the present one; nil if there is none. `toHandSet`: the ranking that
  /// needs no training.
  package func rollBackModel(ofKind kind: String, toHandSet: Bool = false) async throws -> ModelEntry? {
    kind == RankingDesk.kind
      ? try await rankingDesk.rollBack(toHandSet: toHandSet) : try await recommender.desk.rollBack()
  }

  /// The kinds of models, as `vitrine models` names them.
  package static let rankingKind = RankingDesk.kind
  package static let modelKinds = [RecommenderModel.kind, RankingDesk.kind]
}
