public import Catalog
import JSON
import Ports
public import Pricing
import SearchDSL
import Threading

/// Everything the page of one product shows.
public struct ProductPage: Sendable, Hashable {
  public struct Variant: Sendable, Hashable {
    public var id: VariantID
    public var sku: SKU
    public var gtin: String?
    public var options: [ProductSnapshot.Attribute]
    public var pictureURL: String?
    public var quote: Quote?
    public var isInStock: Bool
  }

  public var id: ProductID
  public var code: String
  public var title: String
  public var summary: String
  public var brand: String?
  public var categories: [CategoryPath]
  public var attributes: [ProductSnapshot.Attribute]
  public var variants: [Variant]
  public var pictureURLs: [String]
  public var rating: Double?
  public var ratingCount: Int64
  public var releasedAt: Timestamp?
  public var updatedAt: Timestamp?
  public var degraded: [String]

  public var isInStock: Bool { variants.contains(where: \.isInStock) }
  public var lowestQuote: Quote? { variants.compactMap(\.quote).min { $0.amount.minorUnits < $1.amount.minorUnits } }
}

extension SearchService {
  /// More than a gallery shows, whatever an import brought.
  private static let mostPictures = 100

  /// The page of a product as Postgres has it now; while Postgres is down, what the index knows of it, marked degraded.
  /// nil: there is no such product for this shopper.
  public func product(_ id: ProductID, shopper: ShopperContext = .visitor) async throws -> ProductPage? {
    do {
      let found = try await databaseCircuit.run(isFailure: { $0 is DependencyUnavailable }) {
        try await withDeadline(deadlines.page) { [catalog] in try await catalog.products([id]) }
      }
      guard let product = found.first, product.isSearchable, !product.audience.isDisjoint(with: shopper.audience) else {
        return nil
      }
      return page(of: product, shopper: shopper)
    } catch  where error is DependencyUnavailable || error is CircuitBreaker.Open {
      return try await indexedProduct(id, shopper: shopper)
    }
  }

  private func page(of product: ProductSnapshot, shopper: ShopperContext) -> ProductPage {
    let now = clock.now()
    return ProductPage(
      id: product.id, code: product.code, title: product.title, summary: product.summary, brand: product.brandName,
      categories: product.categories, attributes: product.attributes,
      variants: product.variants.map { variant in
        ProductPage.Variant(
          id: variant.id, sku: variant.sku, gtin: variant.gtin, options: variant.options,
          pictureURL: variant.pictureURL, quote: quote(variant.prices, lists: shopper.priceLists, at: now),
          isInStock: variant.availableQuantity > 0)
      },
      pictureURLs: Array(product.pictureURLs.prefix(Self.mostPictures)), rating: product.ratingAverage,
      ratingCount: product.ratingCount,
      releasedAt: product.releasedAt, updatedAt: product.updatedAt, degraded: [])
  }

  private func indexedProduct(_ id: ProductID, shopper: ShopperContext) async throws -> ProductPage? {
    let hit = try await asking { engine in
      try await engine.get(id: id.description, from: index, deadline: .now + deadlines.answer)
    }
    guard let hit, let card = CardHit(hit) else { return nil }
    let audience = hit.source?["audience"]?.array?.compactMap(\.string) ?? []
    guard !Set(audience).isDisjoint(with: shopper.audience.codes) else { return nil }
    let indexedQuote = card.indexedQuote(lists: shopper.priceLists, currency: currency)
    let variants = card.variants.map { variant in
      ProductPage.Variant(
        id: variant.id, sku: SKU(variant.sku), options: [], pictureURL: variant.pictureURL, quote: indexedQuote,
        isInStock: variant.isInStock)
    }
    return ProductPage(
      id: id, code: card.code, title: card.title, summary: card.summary, brand: card.brand,
      categories: [], attributes: [], variants: variants,
      pictureURLs: (hit.source?["display"]?["pictures"]?.array ?? []).prefix(Self.mostPictures).compactMap(\.string),
      rating: card.rating, ratingCount: card.ratingCount, degraded: ["catalog", "prices"])
  }

  /// The category tree as read last.
  public func categories() async throws -> CategoryTree {
    var degraded: [String] = []
    let labels = await directory.labels(degraded: &degraded)
    if !degraded.isEmpty {
      throw DependencyUnavailable(dependency: "the database", reason: "the categories cannot be read")
    }
    return labels.tree
  }
}
