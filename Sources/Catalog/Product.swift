/// The stage of a product between idea and archive.
public enum Lifecycle: String, Sendable, CaseIterable {
  case draft, listed, hidden, discontinued

  /// Whether shoppers find the product. A discontinued product is found while there is stock to sell.
  public func isSearchable(hasStock: Bool) -> Bool {
    switch self {
    case .listed: true
    case .discontinued: hasStock
    case .draft, .hidden: false
    }
  }
}

/// The customers to whom a product is shown.
public struct Audience: OptionSet, Sendable, Hashable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let shops = Audience(rawValue: 1)
  public static let companies = Audience(rawValue: 2)
  public static let everyone: Audience = [.shops, .companies]

  /// `b2c` and `b2b`, as written in the database, in files and in the index.
  public var codes: [String] { (contains(.shops) ? ["b2c"] : []) + (contains(.companies) ? ["b2b"] : []) }

  public init?(codes: [String]) {
    self = []
    for code in codes {
      switch code {
      case "b2c": insert(.shops)
      case "b2b": insert(.companies)
      default: return nil
      }
    }
  }
}

/// The type of an attribute's values.
public enum AttributeType: String, Sendable, CaseIterable { case text, number, boolean, date, swatch }

/// A typed value of an attribute or an option.
public enum AttributeValue: Hashable, Sendable {
  case text(String)
  case number(Double)
  case boolean(Bool)
  case date(CalendarDay)
  /// A named colour or pattern with its `#rrggbb`.
  case swatch(name: String, hex: String)

  public var type: AttributeType {
    switch self {
    case .text: .text
    case .number: .number
    case .boolean: .boolean
    case .date: .date
    case .swatch: .swatch
    }
  }

  /// The text for shoppers, without the unit: `Red`, `15.6`, `yes`.
  public var displayText: String {
    switch self {
    case .text(let text): text
    case .number(let number): number.shortText
    case .boolean(let flag): flag ? "yes" : "no"
    case .date(let day): day.description
    case .swatch(let name, _): name
    }
  }
}

/// An attribute: its name, the type of its values, and whether it is a facet.
public struct AttributeDefinition: Hashable, Sendable {
  /// Lowercase letters, digits and `_`: `screen_size`.
  public var code: String
  public var name: String
  public var type: AttributeType
  /// A number's unit: `cm`, `GB`.
  public var unit: String?
  public var isFacet: Bool
  /// Facets and product-page rows are sorted by this position, then by name.
  public var position: Int

  public init(
    code: String, name: String, type: AttributeType, unit: String? = nil, isFacet: Bool = false, position: Int = 1000
  ) {
    self.code = code
    self.name = name
    self.type = type
    self.unit = unit
    self.isFacet = isFacet
    self.position = position
  }
}

/// A category with its path from the root.
public struct CategoryPath: Hashable, Sendable {
  public struct Step: Hashable, Sendable {
    public var id: CategoryID
    /// For addresses: `laptop-bags`.
    public var slug: String
    public var name: String

    public init(id: CategoryID, slug: String, name: String) {
      self.id = id
      self.slug = slug
      self.name = name
    }
  }

  /// From the root to the category itself; never empty.
  public var steps: [Step]
  public init(steps: [Step]) { self.steps = steps }
  public var leaf: Step { steps[steps.count - 1] }
  public var names: [String] { steps.map(\.name) }
}

/// A product as the database holds it at one moment: everything that feeds its document and its page.
public struct ProductSnapshot: Sendable, Hashable {
  public struct Attribute: Sendable, Hashable {
    public var definition: AttributeDefinition
    /// Several if the attribute is a list.
    public var values: [AttributeValue]

    public init(definition: AttributeDefinition, values: [AttributeValue]) {
      self.definition = definition
      self.values = values
    }
  }

  public struct Variant: Sendable, Hashable {
    public var id: VariantID
    public var sku: SKU
    public var gtin: String?
    /// Size, colour: the differences from other variants, in the product's order of options.
    public var options: [Attribute]
    public var pictureURL: String?
    public var prices: [Price]
    /// The quantity over all warehouses, minus reservations; never negative.
    public var availableQuantity: Int64

    public init(
      id: VariantID, sku: SKU, gtin: String? = nil, options: [Attribute] = [], pictureURL: String? = nil,
      prices: [Price] = [], availableQuantity: Int64 = 0
    ) {
      self.id = id
      self.sku = sku
      self.gtin = gtin
      self.options = options
      self.pictureURL = pictureURL
      self.prices = prices
      self.availableQuantity = availableQuantity
    }
  }

  public var id: ProductID
  /// The retailer's own number for the product.
  public var code: String
  /// The import or system that the product came from: `seed`, `icecat`.
  public var source: String
  /// Rises with every change of anything that feeds the document.
  public var documentVersion: Int64
  public var title: String
  public var summary: String
  public var brandID: BrandID?
  public var brandName: String?
  public var categories: [CategoryPath]
  /// In the order of their arrival.
  public var attributes: [Attribute]
  public var variants: [Variant]
  public var pictureURLs: [String]
  public var ratingAverage: Double?
  public var ratingCount: Int64
  /// Sales and views, decayed over time; 0 for a product that nobody has seen.
  public var popularity: Double
  public var lifecycle: Lifecycle
  public var audience: Audience
  public var releasedAt: Timestamp?
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: ProductID, code: String, source: String, documentVersion: Int64, title: String, summary: String,
    brandID: BrandID? = nil, brandName: String? = nil, categories: [CategoryPath] = [], attributes: [Attribute] = [],
    variants: [Variant] = [], pictureURLs: [String] = [], ratingAverage: Double? = nil, ratingCount: Int64 = 0,
    popularity: Double = 0, lifecycle: Lifecycle = .listed, audience: Audience = .everyone,
    releasedAt: Timestamp? = nil, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.code = code
    self.source = source
    self.documentVersion = documentVersion
    self.title = title
    self.summary = summary
    self.brandID = brandID
    self.brandName = brandName
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
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  public var hasStock: Bool { variants.contains { $0.availableQuantity > 0 } }
  public var isSearchable: Bool { lifecycle.isSearchable(hasStock: hasStock) && !variants.isEmpty }
}

/// A row of a price list: a variant's price, its period, and its least quantity.
public struct Price: Hashable, Sendable {
  public var list: PriceListCode
  public var amount: Money
  /// The price before a reduction, to be struck through.
  public var wasAmount: Money?
  public var minimumQuantity: Int64
  public var validFrom: Timestamp?
  public var validUntil: Timestamp?

  public init(
    list: PriceListCode = .retail, amount: Money, wasAmount: Money? = nil, minimumQuantity: Int64 = 1,
    validFrom: Timestamp? = nil, validUntil: Timestamp? = nil
  ) {
    self.list = list
    self.amount = amount
    self.wasAmount = wasAmount
    self.minimumQuantity = minimumQuantity
    self.validFrom = validFrom
    self.validUntil = validUntil
  }
}
