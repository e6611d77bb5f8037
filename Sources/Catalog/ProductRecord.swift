/// A product from a retailer: codes and names, without our IDs. Every importer makes records, and the seeds are
/// records.
///
/// `docs/reference/import-format.md` describes its NDJSON and CSV forms.
public struct ProductRecord: Sendable, Hashable {
  public struct Attribute: Sendable, Hashable {
    public var definition: AttributeDefinition
    public var values: [AttributeValue]

    public init(_ definition: AttributeDefinition, _ values: [AttributeValue]) {
      self.definition = definition
      self.values = values
    }
  }

  public struct Variant: Sendable, Hashable {
    public var sku: SKU
    public var gtin: String?
    public var options: [Attribute]
    public var pictureURL: String?
    public var prices: [Price]
    public var cost: Money?
    /// Warehouse code → pieces on hand.
    public var stock: [String: Int64]

    public init(
      sku: SKU, gtin: String? = nil, options: [Attribute] = [], pictureURL: String? = nil, prices: [Price] = [],
      cost: Money? = nil, stock: [String: Int64] = [:]
    ) {
      self.sku = sku
      self.gtin = gtin
      self.options = options
      self.pictureURL = pictureURL
      self.prices = prices
      self.cost = cost
      self.stock = stock
    }
  }

  public var code: String
  public var title: String
  public var summary: String
  public var brand: String?
  /// Names from the root down, one list for each category: `["Electronics", "Computers", "Laptops"]`.
  public var categories: [[String]]
  public var attributes: [Attribute]
  /// At least one.
  public var variants: [Variant]
  public var pictureURLs: [String]
  public var ratingAverage: Double?
  public var ratingCount: Int64
  public var popularity: Double
  public var lifecycle: Lifecycle
  public var audience: Audience
  public var releasedAt: Timestamp?

  public init(
    code: String, title: String, summary: String = "", brand: String? = nil, categories: [[String]] = [],
    attributes: [Attribute] = [], variants: [Variant], pictureURLs: [String] = [], ratingAverage: Double? = nil,
    ratingCount: Int64 = 0, popularity: Double = 0, lifecycle: Lifecycle = .listed, audience: Audience = .everyone,
    releasedAt: Timestamp? = nil
  ) {
    self.code = code
    self.title = title
    self.summary = summary
    self.brand = brand
    self.categories = categories
    self.attributes = attributes
    self.variants = variants
    self.pictureURLs = pictureURLs
    self.ratingAverage = ratingAverage
    self.ratingCount = ratingCount
    self.popularity = popularity
    self.lifecycle = lifecycle
    self.audience = audience
    self.releasedAt = releasedAt
  }
}
