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
        let (name, preview, desk) = (shop.settings.shop.name, shop.rulePreview, shop.gatedMerchandising)
        MerchandisingAPI(merchandising: desk, preview: preview, accounts: shop.accounts).register(on: &routes)
        RulePages(merchandising: desk, preview: preview, shopName: name, clock: shop.clock).register(on: &routes)
        PreviewPage(merchandising: desk, preview: preview, shopName: name).register(on: &routes)
        CalendarPage(merchandising: desk, shopName: name, clock: shop.clock).register(on: &routes)
        VersionsPage(merchandising: desk, preview: preview, shopName: name).register(on: &routes)
        ZeroResultsPage(merchandising: desk, log: shop.searchLog, shopName: name).register(on: &routes)
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
    guard let zone = RuleClock(zone: settings.merchandising.timeZone) else {
      throw UnknownTimeZone(name: settings.merchandising.timeZone)
    }
    return Merchandising(
      store: store, clock: clock, currency: currency, seeds: try ProjectFolder.ruleTexts(),
      zone: zone, needsApproval: settings.merchandising.needsApproval
    ) { knowledge.put($0, number: $1) }
  }

  package var publicationGate: PublicationGate {
    let limits = settings.merchandising
    return PublicationGate(
      maxLostPercent: Double(limits.maxLostPercent), maxQualityLoss: Double(limits.maxQualityLossPercent))
  }

  /// The merchandising of people, whose drafts pass a gate.
  package var gatedMerchandising: Merchandising {
    let gate = publicationGate
    return merchandising.gated { [preview = rulePreview] old, new in
      gate.reasons(try await preview.impact(from: old, to: new, limit: PublicationGate.triedQueries))
    }
  }

  private struct UnknownTimeZone: Error, CustomStringConvertible {
    let name: String
    var description: String {
      "setting merchandising.timeZone is '\(name)', which is not a time zone: name one such as Europe/London"
    }
  }

  /// Days of the query log that a preview looks at.
  private static let logDays = 28

  /// Shows what a change would do.
  package var rulePreview: Preview {
    let searches = RuleSearches(service: searchService(isRanked: true), catalog: catalog)
    return Preview(
      search: searches, catalog: searches,
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
