import Catalog
import Configuration
import Console
package import ExperimentDesk
import Experiments
import Merchandising
import Ports
import PostgresStore
import Ranking
import RankingTraining
import SearchService
import StorefrontAPI
import Telemetry
import Understanding

extension Capability {
  /// Experiments: what staff compare, the following of what runs, and the reading.
  @Sendable static func experiments(_ shop: Shop) -> Capability {
    Capability(
      "experiments",
      services: {
        [
          ServiceConfiguration(
            name: "running experiments",
            service: ExperimentFollowing(running: shop.experiments, logger: shop.logger))
        ]
      },
      routes: { routes in
        let desk = shop.experimentDesk
        ExperimentsAPI(desk: desk).register(on: &routes)
        ExperimentPages(
          desk: desk, choices: { try await shop.experimentChoices() }, shopName: shop.settings.shop.name,
          currency: shop.service.currency, clock: shop.clock
        ).register(on: &routes)
      })
  }
}

/// Follows the running experiments until the shop is told to stop.
struct ExperimentFollowing: Service {
  let running: RunningExperiments
  let logger: Logger

  func run() async throws { await untilShutdown { await running.run(logger: logger) } }
}

extension Shop {
  package var experimentDesk: ExperimentDesk {
    let values = ArmValues(rankings: rankingDesk, rules: merchandising, knowledge: knowledge, ranking: ranking)
    let store = PostgresExperiments(pool)
    return ExperimentDesk(store: store, outcomes: store, clock: clock, currency: service.currency) { value in
      try await values.check(value)
    }
  }

  /// The models and versions that a form offers for arms.
  fileprivate func experimentChoices() async throws -> ExperimentPages.Choices {
    let models = try await PostgresModels(pool).models(kind: RankingDesk.kind, limit: 50)
    return ExperimentPages.Choices(
      rankings: [.handSet, .off] + models.map { .model($0.number) },
      rules: try await merchandising.versions(limit: 50).map(\.number))
  }
}

/// Makes the published values that arms name ready for searches.
struct ArmValues: Sendable {
  let rankings: RankingDesk
  let rules: Merchandising
  let knowledge: CatalogKnowledge
  let ranking: PersonalRanking?

  /// Throws a refusal where the value cannot be used.
  func check(_ value: ArmValue) async throws {
    if let choice = value.ranking {
      guard ranking != nil else {
        throw ExperimentDesk.Refusal(.invalid, "this shop has no personal ranking: set ranking.enabled")
      }
      if case .model(let number) = choice { _ = try await model(number) }
    }
    if let number = value.rules { _ = try await compiled(number) }
  }

  private func model(_ number: Int64) async throws -> any CandidateScoring {
    let found: (any CandidateScoring)?
    do { found = try await rankings.model(number) } catch {
      throw ExperimentDesk.Refusal(.invalid, "the ranking \(number) cannot be used: \(error)")
    }
    guard let found else {
      throw ExperimentDesk.Refusal(.invalid, "there is no ranking \(number): 'vitrine models list' lists them")
    }
    return found
  }

  private func compiled(_ number: Int64) async throws -> QueryRules {
    guard let texts = try await rules.texts(of: number) else {
      throw ExperimentDesk.Refusal(.invalid, "there is no version \(number) of the rules")
    }
    do { return try await rules.compiled(texts) } catch {
      throw ExperimentDesk.Refusal(.invalid, "version \(number) of the rules cannot be used: \(error)")
    }
  }

  /// Gives searches the values of all running arms, in place of those before.
  func take(_ values: [ArmValue]) async throws {
    var models: [RankingChoice: any CandidateScoring] = [:]
    for choice in Set(values.compactMap(\.ranking)) {
      if case .model(let number) = choice { models[choice] = try await model(number) }
    }
    var sets: [(number: Int64, rules: QueryRules)] = []
    for number in Set(values.compactMap(\.rules)).sorted() { sets.append((number, try await compiled(number))) }
    ranking?.keep(arms: models)
    knowledge.keep(arms: sets)
  }
}
