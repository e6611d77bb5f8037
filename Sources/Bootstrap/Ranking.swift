import Catalog
import Configuration
import LightGBM
package import Ports
import PostgresStore
import Ranking
package import RankingTraining
import Recommending
package import SearchService
import Telemetry
import Workers

extension Capability {
  /// The personal ranking of search results.
  @Sendable static func ranking(_ shop: Shop) throws -> Capability {
    Capability(
      "ranking",
      services: {
        guard let ranking = shop.ranking else { return [] }
        let follower = RankingFollower(ranking: ranking, desk: shop.rankingDesk)
        return [
          ServiceConfiguration(name: "ranking", service: RankingService(follower: follower, logger: shop.logger))
        ]
      },
      jobs: { [try shop.conductCount(), try shop.rankingTraining()] })
  }
}

extension Shop {
  /// The name of the job that counts what shoppers did with products.
  package static let conductCounting: JobName = "count-conduct"

  package var rankingDesk: RankingDesk {
    RankingDesk(ledger: PostgresModels(pool), folder: modelFolder, clock: clock, codeVersion: codeVersion)
  }

  /// Counts what shoppers did with products: each hour, and after a history came.
  fileprivate func conductCount() throws -> Job {
    let (store, clock) = (PostgresConduct(pool), clock)
    return Job(
      Self.conductCounting, schedule: try JobSchedule("17 * * * *", timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(3_600)
    ) { _ in
      ["products": Double(try await store.count(now: clock.now()))]
    }
  }

  /// Learns the ranking anew at night, where the log has enough to learn from.
  fileprivate func rankingTraining() throws -> Job {
    let shop = self
    return Job(
      "train-ranking", schedule: try JobSchedule(settings.ranking.trainingSchedule, timeZone: settings.jobs.timeZone),
      timeout: .seconds(4 * 3_600)
    ) { context in
      do {
        let report = try await shop.trainRanking { try context.note(0, $0) }
        guard report.verdict.isPassed else {
          // A refusal is an outcome: the same log would be refused again.
          try context.note(1, of: 1, "the gate refused the new model: \(report.verdict.findings)")
          return ["ndcg_at_10": report.entry.metrics["ndcg_at_10"] ?? 0, "is_refused": 1]
        }
        return ["ndcg_at_10": report.entry.metrics["ndcg_at_10"] ?? 0, "is_refused": 0]
      } catch let error as RankingTraining.TooLittle {
        try context.note(1, of: 1, "\(error)")
        return ["pages": Double(error.pages)]
      }
    }
  }

  /// Trains a ranking on the shop's log, by trees where LightGBM is installed.
  package func trainRanking(
    promotes: Bool = true, progress: @escaping @Sendable (String) throws -> Void
  ) async throws -> RankingDesk.Report {
    try await rankingDesk.train(
      PostgresRankingLog(pool), grow: try TreeGrowing.byLightGBM(), promotes: promotes, progress: progress)
  }
}

/// Trees by LightGBM, with the settings that serve a shop's log.
package enum TreeGrowing {
  /// nil where the library is not installed.
  package static func byLightGBM() throws -> RankingTraining.TreeGrower? {
    guard LightGBMLibrary.isInstalled else { return nil }
    let library = try LightGBMLibrary()
    return { examples, validation, monotone in
      var options = LambdaMART.Options()
      (options.trees, options.leaves, options.learningRate, options.patience) = (300, 15, 0.05, 30)
      options.monotone = monotone
      let model = try LambdaMART(library: library).train(on: examples, validation: validation, options: options)
      return RankingTraining.Trees(text: model.text, count: model.treeCount, gains: model.gains)
    }
  }
}

/// Puts the model that the ledger says in force; where it cannot be used, the hand-set one with a word in each answer.
package actor RankingFollower {
  private static let pause = Duration.seconds(5)

  private let ranking: PersonalRanking
  private let desk: RankingDesk
  private var number: Int64?
  private var fault: String?

  package init(ranking: PersonalRanking, desk: RankingDesk) {
    self.ranking = ranking
    self.desk = desk
  }

  /// Looks once. Throws what keeps the model from being used.
  package func step() async throws {
    guard let serving = try await desk.serving() else { return }
    guard serving.number != number || fault != nil else { return }
    do {
      ranking.put(try serving.read())
      (number, fault) = (serving.number, nil)
    } catch {
      ranking.standIn()
      (number, fault) = (serving.number, "\(error)")
      throw error
    }
  }

  /// Follows until cancelled.
  func run(logger: Logger) async {
    await following("the ranking is not brought up to date", to: logger, restingFor: { _ in Self.pause }) {
      try await step()
    }
  }
}

/// Keeps the ranking up to date until the shop is told to stop.
struct RankingService: Service {
  let follower: RankingFollower
  let logger: Logger

  func run() async throws { await untilShutdown { await follower.run(logger: logger) } }
}
