import Catalog
import Configuration
import Console
package import Merchandising
import Ports
import PostgresStore
import Pricing
import SearchService
import StorefrontAPI
import Telemetry
import Understanding

extension Capability {
  /// Rules: drafts, preview, publishing, taking back, and the following of what is published.
  @Sendable static func merchandising(_ shop: Shop) -> Capability {
    Capability(
      "merchandising",
      services: {
        [
          ServiceConfiguration(
            name: "published rules",
            service: RuleFollowing(merchandising: shop.merchandising, logger: shop.logger))
        ]
      },
      routes: { routes in
        let (name, preview) = (shop.settings.shop.name, shop.rulePreview)
        MerchandisingAPI(merchandising: shop.merchandising, preview: preview, accounts: shop.accounts)
          .register(on: &routes)
        RulePages(merchandising: shop.merchandising, preview: preview, shopName: name, clock: shop.clock)
          .register(on: &routes)
        PreviewPage(merchandising: shop.merchandising, preview: preview, shopName: name).register(on: &routes)
        VersionsPage(merchandising: shop.merchandising, preview: preview, shopName: name).register(on: &routes)
        ZeroResultsPage(merchandising: shop.merchandising, log: shop.searchLog, shopName: name)
          .register(on: &routes)
      })
  }
}

/// Follows the published rules until the shop is told to stop.
struct RuleFollowing: Service {
  let merchandising: Merchandising
  let logger: Logger

  func run() async throws { await untilShutdown { await merchandising.run(logger: logger) } }
}

extension Shop {
  /// Longest wait for the published rules at a start; without the database the shop opens with the rules of its files.
  private static let rulesPatience = Duration.seconds(2)

  /// Takes the published rules up before anything is served.
  package func takeUpRules() async {
    do {
      _ = try await withDeadline(Self.rulesPatience, of: "the published rules") { [merchandising] in
        try await merchandising.follow()
      }
    } catch {
      logger.warning("the shop opens with the rules of its files", metadata: ["reason": .string("\(error)")])
    }
  }

  static func merchandising(
    _ store: PostgresRules, _ settings: Settings, clock: any WallClock, currency: Currency, knowledge: CatalogKnowledge
  ) throws -> Merchandising {
    Merchandising(
      store: store, clock: clock, currency: currency, seeds: try ProjectFolder.ruleTexts(),
      needsApproval: settings.merchandising.needsApproval
    ) { knowledge.put($0, number: $1) }
  }

  /// Days of the query log that a preview looks at.
  private static let logDays = 28

  /// Shows what a change would do.
  package var rulePreview: Preview {
    Preview(
      search: RuleSearches(service: searchService(), catalog: catalog),
      queries: { [searchLog] limit in
        guard let report = try await searchLog?.report(days: Self.logDays, limit: limit) else { return [] }
        var seen: Set<String> = []
        return (report.popular + report.unanswered).filter { seen.insert($0.text).inserted }.prefix(limit).map {
          LoggedQuery(text: $0.text, searchesAWeek: Double($0.figures.searches) * 7 / Double(Self.logDays))
        }
      },
      quality: { [judgedQueries, catalog] query, order in
        try await judgedQueries?.quality(of: query, order, in: catalog)
      })
  }
}

/// Searches under rules that are not in force, which nobody logs.
struct RuleSearches: PreviewSearch {
  let service: SearchService
  let catalog: PostgresCatalog

  func results(of query: String, under rules: QueryRules, limit: Int) async throws -> PreviewResults {
    let page = try await service.search(SearchInput(text: query, pageSize: limit), under: rules)
    let products = page.products.map { card in
      PreviewProduct(
        id: card.id, title: card.title, brand: card.brand, pictureURL: card.pictureURL, isInStock: card.isInStock,
        price: card.quote?.amount.displayText ?? "")
    }
    return PreviewResults(
      products: products, total: page.total.value, steps: page.plan.steps.map { "\($0.name): \($0.detail)" },
      effects: page.plan.effects, redirect: page.plan.redirect)
  }

  func order(of query: String, under rules: QueryRules, limit: Int) async throws -> (ids: [ProductID], total: Int) {
    try await service.rankingAndTotal(of: SearchInput(text: query, pageSize: limit), under: rules)
  }

  func gone(among products: [ProductID]) async throws -> [ProductID] {
    let found = Set(try await catalog.products(products).filter(\.isSearchable).map(\.id))
    return products.filter { !found.contains($0) }
  }
}
