public import Catalog
import Ports
public import Pricing

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
  public var degraded: [Degradation]

  public var isInStock: Bool { variants.contains(where: \.isInStock) }
  public var lowestQuote: Quote? { variants.compactMap(\.quote).min { $0.amount.minorUnits < $1.amount.minorUnits } }
}
