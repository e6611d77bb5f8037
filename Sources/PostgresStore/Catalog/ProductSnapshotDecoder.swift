import Catalog
import JSON
import PostgresClient

/// Turns the JSON array of one product into its snapshot.
///
/// The tables' constraints hold for every row. A value that a database without them has, and that cannot be read, is left
/// out, here and in `ProductScan`: one value must not keep its product, and every later change, out of the index.
struct ProductSnapshotDecoder {
  private let parser = JSONParser()
  private var vocabulary: ResolvedVocabulary
  private var items: [JSONElement] = []

  init(vocabulary: CatalogVocabulary) { self.vocabulary = ResolvedVocabulary(vocabulary) }

  mutating func decode(_ bytes: [UInt8]) throws -> ProductSnapshot {
    try parser.withDocument(bytes) { root in try product(root) }
  }

  private mutating func product(_ root: JSONElement) throws -> ProductSnapshot {
    let item = Self.items(of: root)
    guard item.count == 21, let id = item[0].int, let version = item[3].int, let created = item[15].int,
      let updated = item[16].int
    else { throw Self.unreadable("product") }
    let categories = paths(item[17])
    let home = categories.first
    var audience: Audience = []
    if item[12].bool == true { audience.insert(.shops) }
    if item[13].bool == true { audience.insert(.companies) }
    var pictures: [String] = []
    item[18].forEachItem { pictures.append($0.string ?? "") }
    return ProductSnapshot(
      id: ProductID(rawValue: id), code: item[1].string ?? "", source: item[2].string ?? "", documentVersion: version,
      title: item[4].string ?? "", summary: item[5].string ?? "", brandID: item[6].int.map(BrandID.init(rawValue:)),
      brandName: item[7].string, categories: categories, attributes: try attributes(item[19], in: home),
      variants: try variants(item[20], in: home), pictureURLs: pictures, ratingAverage: Self.number(item[8]),
      ratingCount: item[9].int ?? 0, popularity: Self.number(item[10]) ?? 0,
      lifecycle: item[11].string.flatMap(Lifecycle.init(rawValue:)) ?? .draft, audience: audience,
      releasedAt: Self.timestamp(item[14]), createdAt: Timestamp(microsecondsSinceEpoch: created),
      updatedAt: Timestamp(microsecondsSinceEpoch: updated))
  }

  private mutating func paths(_ element: JSONElement) -> [CategoryPath] {
    var found: [CategoryPath] = []
    element.forEachItem { item in
      guard let id = item.int.map(CategoryID.init(rawValue:)) else { return }
      if let path = vocabulary.path(to: id) { found.append(path) }
    }
    return found
  }

  /// `[[attribute id, value, hex], …]`; the values of one attribute are adjacent.
  private mutating func attributes(
    _ element: JSONElement, in home: CategoryPath?
  ) throws -> [ProductSnapshot.Attribute] {
    var attributes: [ProductSnapshot.Attribute] = []
    var last: Int64?
    try element.forEachItem { entry in
      items.removeAll(keepingCapacity: true)
      entry.forEachItem { items.append($0) }
      guard items.count == 3, let id = items[0].int else { return }
      let definition = try vocabulary.definition(of: id, in: home)
      guard let value = Self.value(definition.type, items[1], items[2]) else { return }
      if id == last {
        attributes[attributes.count - 1].values.append(value)
      } else {
        attributes.append(.init(definition: definition, values: [value]))
        last = id
      }
    }
    return attributes
  }

  private mutating func variants(_ element: JSONElement, in home: CategoryPath?) throws -> [ProductSnapshot.Variant] {
    var variants: [ProductSnapshot.Variant] = []
    try element.forEachItem { entry in
      let item = Self.items(of: entry)
      guard item.count == 7, let id = item[0].int, let sku = item[1].string else { return }
      variants.append(
        .init(
          id: VariantID(rawValue: id), sku: SKU(sku), gtin: item[2].string, options: try attributes(item[5], in: home),
          pictureURL: item[3].string, prices: Self.prices(item[6]), availableQuantity: item[4].int ?? 0))
    }
    return variants
  }

  private static func prices(_ element: JSONElement) -> [Price] {
    var prices: [Price] = []
    element.forEachItem { entry in
      let item = items(of: entry)
      guard item.count == 7, let list = item[0].string, let currency = item[1].string.flatMap(Currency.init(code:)),
        let amount = item[2].int, let quantity = item[4].int
      else { return }
      prices.append(
        Price(
          list: PriceListCode(list), amount: Money(minorUnits: amount, currency: currency),
          wasAmount: item[3].int.map { Money(minorUnits: $0, currency: currency) }, minimumQuantity: quantity,
          validFrom: timestamp(item[5]), validUntil: timestamp(item[6])))
    }
    return prices
  }

  private static func value(_ type: AttributeType, _ value: JSONElement, _ hex: JSONElement) -> AttributeValue? {
    switch type {
    case .text: hex.string == nil ? value.string.map { .text($0) } : nil
    case .number: number(value).map { .number($0) }
    case .boolean: value.bool.map { .boolean($0) }
    case .date: value.int.map { .date(CalendarDay(daysSinceEpoch: $0)) }
    case .swatch: value.string.flatMap { name in hex.string.map { .swatch(name: name, hex: $0) } }
    }
  }

  /// JSON has no NaN and no infinity: they come as texts.
  private static func number(_ element: JSONElement) -> Double? {
    element.double ?? element.string.flatMap { Double($0) }
  }

  private static func timestamp(_ element: JSONElement) -> Timestamp? {
    element.int.map { Timestamp(microsecondsSinceEpoch: $0) }
  }

  private static func items(of element: JSONElement) -> [JSONElement] {
    var items: [JSONElement] = []
    element.forEachItem { items.append($0) }
    return items
  }

  private static func unreadable(_ what: String) -> PostgresError {
    .misuse("the database gave a \(what) that this program cannot read: they are of different versions, migrate")
  }
}
