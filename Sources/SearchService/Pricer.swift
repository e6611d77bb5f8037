import Catalog
import Ports
import Pricing
import SearchDSL
import Understanding

/// Quotes today's prices for what is shown; the indexed price stands in while the database is down or late.
struct Pricer: Sendable {
  let prices: CurrentPrices
  let clock: any WallClock
  let currency: Currency

  /// The price rows of the products' variants, by the pricer's deadline and by `latest`.
  func current(of ids: [ProductID], until latest: ContinuousClock.Instant? = nil) async throws -> CurrentPrices.Prices {
    ids.isEmpty ? [:] : try await prices.prices(of: ids, until: latest)
  }

  /// The cards of hits, in their order, without those whose price today leaves what the search allows.
  func cards(of hits: [CardHit], plan: QueryPlan, in run: inout SearchRun) async -> [ProductCard] {
    var quotes: CurrentPrices.Prices?
    do {
      quotes = try await current(of: hits.map(\.id), until: run.limits.optional)
    } catch {
      // The indexed price stands in, and the answer says so; the cart quotes from Postgres again.
      run.leaveOut(.prices, after: error)
    }
    let drawing = CardDrawing(input: run.input, plan: plan, labels: run.labels)
    return hits.compactMap { card(for: $0, prices: quotes?[$0.id], drawing) }
  }
}
