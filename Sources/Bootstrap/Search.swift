import Catalog
import Configuration
import Edge
import RedisStore
import SearchService
import StorefrontAPI
import Web

extension Capability {
  /// Searching, browsing and product pages, for shoppers and for their programs.
  @Sendable static func search(_ shop: Shop) -> Capability {
    let counters = SearchCounters(metrics: shop.metrics)
    return Capability(
      "search", services: { [ServiceConfiguration(name: "warm-up", service: shop.warmth)] },
      routes: { routes in
        shop.weights.register(in: shop.metrics)
        StorefrontAPI(service: shop.service, counters: counters).register(on: &routes)
        Storefront(
          service: shop.service, shopName: shop.settings.shop.name, visitors: shop.visitors, counters: counters,
          events: PageEvents(behaviour: shop.behaviour, conduct: shop.conduct, clock: shop.clock),
          recommendations: shop.recommender.service,
          history: HistoryPage(
            behaviour: shop.behaviour, forms: FormTokens(signer: shop.signer, form: "delete history"),
            searchDays: shop.searchLog == nil ? nil : shop.settings.queryLog.searchDays)
        ).register(on: &routes)
      })
  }
}

extension SearchService.Deadlines {
  init(_ settings: Settings.Search) {
    self.init()
    search = .milliseconds(settings.deadlineMilliseconds)
    answer = .milliseconds(settings.hardDeadlineMilliseconds)
  }
}
