import SearchService
import Telemetry

extension Capability {
  /// The shop's knowledge of its catalog's words.
  @Sendable static func knowledge(_ shop: Shop) -> Capability {
    Capability(
      "knowledge",
      services: {
        [
          ServiceConfiguration(
            name: "knowledge", service: KnowledgeService(knowledge: shop.knowledge, logger: shop.logger))
        ]
      })
  }
}

/// Keeps the knowledge from the catalog up to date until the shop is told to stop.
struct KnowledgeService: Service {
  let knowledge: CatalogKnowledge
  let logger: Logger

  func run() async throws { await untilShutdown { await knowledge.run(logger: logger) } }
}
