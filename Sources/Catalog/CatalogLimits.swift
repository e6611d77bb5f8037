/// The catalog's limits, field by field.
///
/// The importer checks records against them (`ProductRecord.excess`), the database its rows (migration 0010 and the lengths
/// of 0002), so that sums and comparisons of the catalog's numbers always fit their types.
public enum CatalogLimits {
  /// Minor units of a price, a price before a reduction and a cost: ten thousand millions of pounds. A hundredfold of it,
  /// as of percents, and the sum of millions of them fit 64 bits.
  public static let moneyMinorUnits: ClosedRange<Int64> = 0...1_000_000_000_000
  /// Pieces on hand in one warehouse; a price's minimum quantity; ratings.
  public static let pieces: ClosedRange<Int64> = 0...1_000_000_000
  /// An attribute's number: past 15 digits a double has no whole numbers of its own.
  public static let number: ClosedRange<Double> = -1e15...1e15
  public static let popularity: ClosedRange<Double> = 0...1e12
  /// Where an attribute or a category stands among others.
  public static let position: ClosedRange<Int64> = -1_000_000...1_000_000
  /// Engines and calendars take years of four digits.
  public static let year: ClosedRange<Int64> = 1...9999

  // Bytes of UTF-8.
  public static let codeBytes = 200
  public static let skuBytes = 400
  public static let titleBytes = 4_000
  public static let summaryBytes = 100_000
  public static let nameBytes = 400
  public static let attributeCodeBytes = 120
  public static let unitBytes = 40
  public static let attributeTextBytes = 100_000
  public static let optionTextBytes = 1_000
  public static let addressBytes = 2_000

  // The counts for one product or one of its variants.
  /// A product with more variants usually has a heading mapped to `code` by mistake.
  public static let variants = 1_000
  public static let pictures = 200
  public static let categories = 100
  public static let categoryLevels = 20
  public static let attributes = 1_000
  public static let valuesOfAttribute = 1_000
  public static let pricesOfVariant = 1_000
  public static let warehousesOfVariant = 1_000
}

/// A field that holds more than the catalog takes.
struct LimitExceeded: Error {
  let description: String
}

extension ProductRecord {
  /// The first field that holds more than the catalog takes, what kind of value it is and what is allowed; nil: none.
  ///
  /// `SKU A-1: price in list retail is 9223372036854775807 minor units; allowed are 0 to 1000000000000`
  public var excess: String? {
    do throws(LimitExceeded) {
      try checkProduct()
      for variant in variants {
        do throws(LimitExceeded) { try variant.check() } catch {
          throw LimitExceeded(description: "SKU \(variant.sku): \(error.description)")
        }
      }
      return nil
    } catch {
      return error.description
    }
  }

  private func checkProduct() throws(LimitExceeded) {
    try Limit.text("code", code, bytes: CatalogLimits.codeBytes)
    try Limit.text("title", title, bytes: CatalogLimits.titleBytes)
    try Limit.text("summary", summary, bytes: CatalogLimits.summaryBytes)
    try Limit.text("brand", brand, bytes: CatalogLimits.nameBytes)
    try Limit.count("variants", variants.count, most: CatalogLimits.variants)
    try Limit.count("pictures", pictureURLs.count, most: CatalogLimits.pictures)
    for url in pictureURLs { try Limit.text("a picture's address", url, bytes: CatalogLimits.addressBytes) }
    try Limit.count("categories", categories.count, most: CatalogLimits.categories)
    for path in categories {
      try Limit.count("levels of a category", path.count, most: CatalogLimits.categoryLevels)
      for name in path { try Limit.text("a category's name", name, bytes: CatalogLimits.nameBytes) }
    }
    try Limit.count("attributes", attributes.count, most: CatalogLimits.attributes)
    for attribute in attributes { try attribute.check("attribute", textBytes: CatalogLimits.attributeTextBytes) }
    try Limit.whole("rating_count", ratingCount, "ratings", in: CatalogLimits.pieces)
    try Limit.number("popularity", popularity, in: CatalogLimits.popularity)
    try Limit.time("released_at", releasedAt)
  }
}

extension ProductRecord.Attribute {
  fileprivate func check(_ kind: String, textBytes: Int) throws(LimitExceeded) {
    let name = "\(kind) \(definition.code.prefix(CatalogLimits.attributeCodeBytes))"
    try Limit.text("\(kind) code", definition.code, bytes: CatalogLimits.attributeCodeBytes)
    try Limit.text("\(name)'s name", definition.name, bytes: CatalogLimits.nameBytes)
    try Limit.text("\(name)'s unit", definition.unit, bytes: CatalogLimits.unitBytes)
    try Limit.whole("\(name)'s position", Int64(definition.position), "places", in: CatalogLimits.position)
    try Limit.count("values of \(name)", values.count, most: CatalogLimits.valuesOfAttribute)
    for value in values {
      switch value {
      case .text(let text), .swatch(let text, _): try Limit.text(name, text, bytes: textBytes)
      case .number(let number): try Limit.number(name, number, in: CatalogLimits.number)
      case .date(let day): try Limit.time(name, day.start)
      case .boolean: break
      }
    }
  }
}

extension ProductRecord.Variant {
  fileprivate func check() throws(LimitExceeded) {
    try Limit.text("sku", sku.text, bytes: CatalogLimits.skuBytes)
    try Limit.text("picture", pictureURL, bytes: CatalogLimits.addressBytes)
    try Limit.count("options", options.count, most: CatalogLimits.attributes)
    for option in options { try option.check("option", textBytes: CatalogLimits.optionTextBytes) }
    try Limit.count("prices", prices.count, most: CatalogLimits.pricesOfVariant)
    for price in prices {
      try Limit.money("price in list \(price.list.text.prefix(60))", price.amount)
      try Limit.money("price before the reduction in list \(price.list.text.prefix(60))", price.wasAmount)
      try Limit.whole("minimum_quantity", price.minimumQuantity, "pieces", in: CatalogLimits.pieces)
      try Limit.time("valid_from", price.validFrom)
      try Limit.time("valid_until", price.validUntil)
    }
    try Limit.money("cost", cost)
    try Limit.count("warehouses", stock.count, most: CatalogLimits.warehousesOfVariant)
    for (warehouse, pieces) in stock.sorted(by: { $0.key < $1.key }) {
      try Limit.whole("stock of warehouse \(warehouse.prefix(60))", pieces, "pieces", in: CatalogLimits.pieces)
    }
  }
}

/// The checks of one value each, with their words.
private enum Limit {
  static func text(_ field: String, _ text: String?, bytes: Int) throws(LimitExceeded) {
    guard let text, text.utf8.count > bytes else { return }
    throw LimitExceeded(description: "\(field) is a text of \(text.utf8.count) bytes; allowed are at most \(bytes)")
  }

  static func count(_ field: String, _ count: Int, most: Int) throws(LimitExceeded) {
    guard count > most else { return }
    throw LimitExceeded(description: "it has \(count) \(field); allowed are at most \(most)")
  }

  static func money(_ field: String, _ money: Money?) throws(LimitExceeded) {
    guard let money else { return }
    try whole(field, money.minorUnits, "minor units of \(money.currency)", in: CatalogLimits.moneyMinorUnits)
  }

  static func whole(
    _ field: String, _ number: Int64, _ unit: String, in range: ClosedRange<Int64>
  ) throws(LimitExceeded) {
    guard !range.contains(number) else { return }
    throw LimitExceeded(
      description: "\(field) is \(number) \(unit); allowed are \(range.lowerBound) to \(range.upperBound)")
  }

  static func number(_ field: String, _ number: Double, in range: ClosedRange<Double>) throws(LimitExceeded) {
    guard !range.contains(number) else { return }
    throw LimitExceeded(
      description: "\(field) is the number \(number.shortText); allowed are \(range.lowerBound) to \(range.upperBound)")
  }

  static func time(_ field: String, _ time: Timestamp?) throws(LimitExceeded) {
    guard let time, !CatalogLimits.year.contains(time.day.civil.year) else { return }
    throw LimitExceeded(
      description:
        "\(field) is a date in the year \(time.day.civil.year); allowed are 1 to \(CatalogLimits.year.upperBound)")
  }
}
