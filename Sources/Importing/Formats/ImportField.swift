import Catalog

/// A field that a column can be: ours, by name.
enum ImportField: Hashable {
  case code, title, summary, brand, categories, sku, gtin, picture, pictures, currency, ratingAverage, ratingCount
  case popularity, lifecycle, audience, releasedAt
  /// An amount in major units (`12.34`) or, as `…_minor`, in minor ones (`1234`).
  case price(list: String, isMinor: Bool)
  case wasPrice(isMinor: Bool)
  case cost(isMinor: Bool)
  case stock(warehouse: String)
  case attribute(AttributeDefinition)
  case option(AttributeDefinition)

  static let mainWarehouse = "main"

  private static let plain: [String: ImportField] = [
    "code": .code, "title": .title, "summary": .summary, "brand": .brand, "categories": .categories, "sku": .sku,
    "gtin": .gtin, "picture": .picture, "pictures": .pictures, "currency": .currency,
    "rating_average": .ratingAverage, "rating_count": .ratingCount, "popularity": .popularity,
    "lifecycle": .lifecycle, "audience": .audience, "released_at": .releasedAt,
    "price": .price(list: PriceListCode.retail.text, isMinor: false),
    "price_minor": .price(list: PriceListCode.retail.text, isMinor: true), "was_price": .wasPrice(isMinor: false),
    "was_price_minor": .wasPrice(isMinor: true), "cost": .cost(isMinor: false), "cost_minor": .cost(isMinor: true),
    "stock": .stock(warehouse: mainWarehouse),
  ]

  /// Reads `title`, `price.trade`, `stock.north`, `attribute.weight`, `attribute.weight:number:g`, `option.size`.
  init(_ name: String, attributes: [String: AttributeDefinition]) throws {
    if let field = Self.plain[name] {
      self = field
      return
    }
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw LineRefusal("\(name) is no field of the format") }
    switch parts[0] {
    case "price": self = .price(list: parts[1], isMinor: false)
    case "price_minor": self = .price(list: parts[1], isMinor: true)
    case "stock": self = .stock(warehouse: parts[1])
    case "attribute": self = .attribute(try Self.definition(parts[1], attributes))
    case "option": self = .option(try Self.definition(parts[1], attributes))
    default: throw LineRefusal("\(name) is no field of the format")
    }
  }

  private static func definition(
    _ text: String, _ attributes: [String: AttributeDefinition]
  ) throws -> AttributeDefinition {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let code = try FieldText.attributeCode(parts[0])
    if parts.count == 1, let known = attributes[code] { return known }
    return AttributeDefinition(
      code: code, name: attributes[code]?.name ?? FieldText.name(ofCode: code),
      type: parts.count > 1 ? try FieldText.attributeType(parts[1]) : .text,
      unit: parts.count > 2 ? FieldText.trimmed(parts[2]) : nil)
  }
}
