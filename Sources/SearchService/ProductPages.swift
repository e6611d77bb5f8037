import Catalog
import JSON
import Ports
import Pricing
import SearchDSL
import Threading
import Understanding

/// Makes the pages of single products, and the cards of products that are named by their ids.
struct ProductPages: Sendable {
  let catalog: any CatalogReader
  let index: ProductIndex
  let directory: CatalogDirectory
  let pricer: Pricer
  private let circuit = CircuitBreaker()
  let deadlines: SearchService.Deadlines

  /// More than a gallery shows, whatever an import brought.
  private static let maxPictures = 100

  /// The page of a product as Postgres has it now; while Postgres is down, what the index knows of it, marked degraded.
  /// nil: there is no such product for this shopper.
  func page(of id: ProductID, for shopper: ShopperContext) async throws -> ProductPage? {
    do {
      let found = try await circuit.run(isFailure: { $0 is DependencyUnavailable }) {
        try await withDeadline(deadlines.page) { [catalog] in try await catalog.products([id]) }
      }
      guard let product = found.first, product.isSearchable, !product.audience.isDisjoint(with: shopper.audience) else {
        return nil
      }
      return page(of: product, for: shopper)
    } catch  where error is DependencyUnavailable || error is CircuitBreaker.Open {
      return try await indexedPage(of: id, for: shopper, without: Degradation.Reason(error))
    }
  }

  /// Prices in memory and prices that were read with the product are both the database's: neither makes a page degraded.
  private func page(of product: ProductSnapshot, for shopper: ShopperContext) -> ProductPage {
    let now = pricer.clock.now()
    let quotes = pricer.quotes(of: [product.id], for: shopper)?[product.id]
    return ProductPage(
      id: product.id, code: product.code, title: product.title, summary: product.summary, brand: product.brandName,
      categories: product.categories, attributes: product.attributes,
      variants: product.variants.map { variant in
        ProductPage.Variant(
          id: variant.id, sku: variant.sku, gtin: variant.gtin, options: variant.options,
          pictureURL: variant.pictureURL,
          quote: quotes?[variant.id] ?? quote(variant.prices, lists: shopper.priceLists, at: now),
          isInStock: variant.availableQuantity > 0)
      },
      pictureURLs: Array(product.pictureURLs.prefix(Self.maxPictures)), rating: product.ratingAverage,
      ratingCount: product.ratingCount,
      releasedAt: product.releasedAt, updatedAt: product.updatedAt, degraded: [])
  }

  private func indexedPage(
    of id: ProductID, for shopper: ShopperContext, without reason: Degradation.Reason
  ) async throws -> ProductPage? {
    let hit = try await index.document(of: id, by: .now + deadlines.answer)
    guard let hit, let card = CardHit(hit) else { return nil }
    let audience = hit.source?["audience"]?.array?.compactMap(\.string) ?? []
    guard !Set(audience).isDisjoint(with: shopper.audience.codes) else { return nil }
    let quotes = pricer.quotes(of: [id], for: shopper)?[id]
    let indexedQuote = card.indexedQuote(lists: shopper.priceLists, currency: pricer.currency)
    let variants = card.variants.map { variant in
      ProductPage.Variant(
        id: variant.id, sku: SKU(variant.sku), options: [], pictureURL: variant.pictureURL,
        quote: quotes == nil ? indexedQuote : quotes?[variant.id],
        isInStock: variant.isInStock)
    }
    return ProductPage(
      id: id, code: card.code, title: card.title, summary: card.summary, brand: card.brand,
      categories: [], attributes: [], variants: variants,
      pictureURLs: (hit.source?["display"]?["pictures"]?.array ?? []).prefix(Self.maxPictures).compactMap(\.string),
      rating: card.rating, ratingCount: card.ratingCount,
      degraded: [Degradation(.catalog, reason)] + (quotes == nil ? [Degradation(.prices, .late)] : []))
  }

  /// The cards of products, in the order asked for; what is no longer sold is left out.
  func cards(of ids: [ProductID], for shopper: ShopperContext) async throws -> [ProductCard] {
    guard !ids.isEmpty else { return [] }
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(ids.map(\.description)), audience])), size: ids.count,
      source: Retrieval.cardSource, trackTotalHits: .never)
    let response = try await index.search(request, by: .now + deadlines.answer)
    let hits = response.hits.compactMap(CardHit.init)
    // A row of cards shows the indexed prices without saying so.
    let quotes = pricer.quotes(of: hits.map(\.id), for: shopper)
    let drawing = CardDrawing(
      input: SearchInput(shopper: shopper), plan: QueryPlan(text: ""), labels: await directory.labels() ?? .none)
    let cards = hits.compactMap { pricer.card(for: $0, quotes: quotes?[$0.id], drawing) }
    return ids.compactMap { id in cards.first { $0.id == id } }
  }
}
