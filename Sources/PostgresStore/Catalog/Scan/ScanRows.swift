import Catalog
import PostgresClient

/// The rows of `catalog.product`, in id order.
struct ProductRows: CopyRowCollector {
  struct Row {
    var id: Int64
    var code: String
    var source: String
    var documentVersion: Int64
    var title: String
    var summary: String
    var brand: Int64?
    var ratingAverage: Double?
    var ratingCount: Int64
    var popularity: Double
    var lifecycle: Lifecycle
    var audience: Audience
    var releasedAt: Timestamp?
    var createdAt: Timestamp
    var updatedAt: Timestamp
  }

  var rows: [Row] = []

  static let columns = """
    id, code, source, document_version, title, summary, brand_id, rating_average, rating_count, popularity, lifecycle, \
    for_shops, for_companies, released_at, created_at, updated_at
    """

  mutating func take(_ row: inout CopyRow) {
    let id = row.required(row.int64(), else: 0)
    let code = row.required(row.string(), else: "")
    let source = row.required(row.string(), else: "")
    let version = row.required(row.int64(), else: 0)
    let title = row.required(row.string(), else: "")
    let summary = row.required(row.string(), else: "")
    let (brand, average) = (row.int64(), row.double())
    let ratings = row.required(row.int64(), else: 0)
    let popularity = row.required(row.double(), else: 0)
    // No shopper finds a product whose lifecycle is not known, as in `ProductSnapshotDecoder`.
    let lifecycle = row.string().flatMap(Lifecycle.init(rawValue:)) ?? .draft
    var audience: Audience = []
    if row.bool() == true { audience.insert(.shops) }
    if row.bool() == true { audience.insert(.companies) }
    let released = row.timestamp()
    let created = row.required(row.timestamp(), else: Timestamp(microsecondsSinceEpoch: 0))
    let updated = row.required(row.timestamp(), else: Timestamp(microsecondsSinceEpoch: 0))
    guard row.isComplete else { return }
    rows.append(
      Row(
        id: id, code: code, source: source, documentVersion: version, title: title, summary: summary, brand: brand,
        ratingAverage: average, ratingCount: ratings, popularity: popularity, lifecycle: lifecycle,
        audience: audience, releasedAt: released, createdAt: created, updatedAt: updated))
  }
}

/// The rows of `catalog.product_category`.
struct CategoryRows: CopyRowCollector {
  var categories = OwnedRows<CategoryID>()
  static let columns = "product_id, category_id, position"

  mutating func take(_ row: inout CopyRow) {
    let owner = row.required(row.int64(), else: 0)
    let category = row.required(row.int64(), else: 0)
    let position = row.required(row.int32(), else: 0)
    guard row.isComplete else { return }
    categories.append(
      owner: owner, place: .init(first: Int64(position), second: category), CategoryID(rawValue: category))
  }
}

/// The rows of `catalog.product_picture`.
struct PictureRows: CopyRowCollector {
  var urls = OwnedRows<String>()
  static let columns = "product_id, position, url"

  mutating func take(_ row: inout CopyRow) {
    let owner = row.required(row.int64(), else: 0)
    let position = row.required(row.int32(), else: 0)
    let url = row.required(row.string(), else: "")
    guard row.isComplete else { return }
    urls.append(owner: owner, place: .init(first: Int64(position)), url)
  }
}

/// The rows of `catalog.product_attribute` or `catalog.variant_option`.
struct ValueRows: CopyRowCollector {
  struct Value {
    var attribute: Int64
    var value: AttributeValue
  }

  var values = OwnedRows<Value>()

  static func columns(owner: String) -> String {
    "\(owner), attribute_id, value_index, position, text_value, number_value, boolean_value, date_value, swatch_hex"
  }

  /// The table's constraint has exactly the columns of the attribute's type hold the value; a row without one is passed
  /// over.
  mutating func take(_ row: inout CopyRow) {
    let owner = row.required(row.int64(), else: 0)
    let attribute = row.required(row.int64(), else: 0)
    let index = row.required(row.int32(), else: 0)
    let position = row.required(row.int32(), else: 0)
    let (text, number, flag, day, hex) = (row.string(), row.double(), row.bool(), row.day(), row.string())
    let value: AttributeValue?
    switch (text, hex) {
    case (let name?, let hex?): value = .swatch(name: name, hex: hex)
    case (let text?, nil): value = .text(text)
    default: value = number.map { .number($0) } ?? flag.map { .boolean($0) } ?? day.map { .date($0) }
    }
    guard let value, row.isComplete else { return }
    values.append(
      owner: owner, place: .init(first: Int64(position), second: attribute, third: Int64(index)),
      Value(attribute: attribute, value: value))
  }
}

/// The rows of `catalog.variant`.
struct VariantRows: CopyRowCollector {
  struct Variant {
    var id: Int64
    var sku: String
    var gtin: String?
    var pictureURL: String?
  }

  var variants = OwnedRows<Variant>()
  static let columns = "id, product_id, position, sku, gtin, picture_url"

  var ids: [Int64] { (0..<variants.count).map { variants[$0].id } }

  mutating func take(_ row: inout CopyRow) {
    let id = row.required(row.int64(), else: 0)
    let owner = row.required(row.int64(), else: 0)
    let position = row.required(row.int32(), else: 0)
    let sku = row.required(row.string(), else: "")
    let (gtin, picture) = (row.string(), row.string())
    guard row.isComplete else { return }
    variants.append(
      owner: owner, place: .init(first: Int64(position), second: id),
      Variant(id: id, sku: sku, gtin: gtin, pictureURL: picture))
  }
}

/// The rows of `inventory.stock`: the quantity on hand and not reserved.
struct StockRows: CopyRowCollector {
  var quantities = OwnedRows<Int64>()
  static let columns = "variant_id, inventory.available_quantity(on_hand, reserved)"

  mutating func take(_ row: inout CopyRow) {
    let owner = row.required(row.int64(), else: 0)
    let quantity = row.required(row.int64(), else: 0)
    guard row.isComplete else { return }
    quantities.append(owner: owner, place: .init(first: 0), quantity)
  }
}

/// The rows of `pricing.price`.
struct PriceRows: CopyRowCollector {
  /// The code and currency of each list, and its place in the order of codes.
  let lists: [Int64: PriceListEntry]
  var prices = OwnedRows<Price>()

  static let columns = """
    variant_id, list_id, amount_minor_units, was_minor_units, minimum_quantity, valid_from, valid_until
    """

  mutating func take(_ row: inout CopyRow) {
    let owner = row.required(row.int64(), else: 0)
    let list = row.required(row.int64().flatMap { lists[$0] }, else: .unknown)
    let amount = row.required(row.int64(), else: 0)
    let was = row.int64()
    let quantity = row.required(row.int64(), else: 1)
    let (from, until) = (row.timestamp(), row.timestamp())
    guard row.isComplete else { return }
    prices.append(
      owner: owner,
      // Two prices with the same list and quantity are never valid at once, so this orders all of them.
      place: .init(first: list.rank, second: quantity, third: from?.microsecondsSinceEpoch ?? .min),
      Price(
        list: list.code, amount: Money(minorUnits: amount, currency: list.currency),
        wasAmount: was.map { Money(minorUnits: $0, currency: list.currency) }, minimumQuantity: quantity,
        validFrom: from, validUntil: until))
  }
}

/// A price list as a scan needs it.
struct PriceListEntry {
  var code: PriceListCode
  var currency: Currency
  var rank: Int64

  static let unknown = PriceListEntry(code: "", currency: .gbp, rank: 0)
}

extension CopyRow {
  mutating func timestamp() -> Timestamp? { int64().map { Timestamp(microsecondsSincePostgresEpoch: $0) } }
  mutating func day() -> CalendarDay? { int32().map { CalendarDay(daysSincePostgresEpoch: Int64($0)) } }
}
