import Catalog
import Ports
import Pricing
import SearchDSL
import Understanding

/// Quotes today's prices for what is shown; the indexed price stands in while they are too old or not read yet.
struct Pricer: Sendable {
  /// nil: a service without current prices, which shows the indexed ones.
  let overlay: PriceOverlay?
  let clock: any WallClock
  let currency: Currency

  /// The quotes of the products' variants for this shopper; nil where the indexed prices must stand in.
  func quotes(of ids: [ProductID], for shopper: ShopperContext) -> PriceOverlay.Quotes? {
    overlay?.quotes(of: ids, lists: shopper.priceLists, at: clock.now())
  }

  /// The cards of hits, in their order, without those whose price today leaves what the search allows.
  func cards(of hits: [CardHit], plan: QueryPlan, in run: inout SearchRun) -> [ProductCard] {
    let quotes = quotes(of: hits.map(\.id), for: run.shopper)
    if quotes == nil { run.leaveOut(.prices, .late) }
    let drawing = CardDrawing(input: run.input, plan: plan, labels: run.labels)
    return hits.compactMap { card(for: $0, quotes: quotes?[$0.id], drawing) }
  }
}
