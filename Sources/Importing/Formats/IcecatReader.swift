import Catalog
import JSON

/// Reads Icecat's lines: `{"id":…,"name":…,"title":…,"ean":[…],"supplier":…,"price":4995,"attr_t_type":"Original",…}`.
///
/// Missing data is derived: the category from type, title and attributes (`IcecatCategories`), the SKU
/// from the part number, made unique by the id where an earlier line has it, the stock from the id, so that two
/// imports agree.
struct IcecatReader: RecordReader {
  static let mainWarehouse = "main"
  static let northWarehouse = "north"

  private var lines: LineReader
  private let parser = JSONParser()
  private var partNumbers: Set<String> = []
  private var definitions: [String: AttributeDefinition] = [:]

  init(_ source: ByteSource) { lines = LineReader(source) }

  mutating func next() throws -> ImportedLine? {
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        return .refused(line: lines.number, reason: LineRefusal.tooLong.reason)
      }
      if bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
      do {
        return .record(try parser.withDocument(bytes) { try record($0) }, line: lines.number)
      } catch let refusal as LineRefusal {
        return .refused(line: lines.number, reason: refusal.reason)
      } catch let error as JSONError {
        return .refused(line: lines.number, reason: error.description)
      }
    }
    return nil
  }

  private mutating func record(_ root: JSONElement) throws -> ProductRecord {
    guard root.kind == .object else { throw LineRefusal("no JSON object") }
    var fields = IcecatFields()
    try root.forEachMember { name, value in
      if name.starts(with: Self.attributePrefix) {
        if let attribute = try attribute(name, value) { fields.attributes.append(attribute) }
      } else {
        fields.take(String(decoding: name, as: UTF8.self), value)
      }
    }
    guard !fields.id.isEmpty else { throw LineRefusal("id is missing") }
    guard !fields.title.isEmpty else { throw LineRefusal("title is missing") }
    guard let price = fields.price else { throw LineRefusal("price is no whole number of pence") }
    guard price >= 0 else { throw LineRefusal("price \(price) is negative") }
    let name = fields.name.isEmpty ? fields.id : fields.name
    let sku = partNumbers.insert(name).inserted ? name : "\(name)-\(fields.id)"
    let pictures = [fields.mediumPicture, fields.largePicture].filter { !$0.isEmpty }
    let variant = ProductRecord.Variant(
      sku: SKU(sku), gtin: fields.eans.first(where: GTIN.isWellFormed),
      prices: [Price(amount: Money(minorUnits: price, currency: .gbp))], stock: Self.stock(of: fields.id))
    return ProductRecord(
      code: fields.id, title: fields.title, summary: fields.summary,
      brand: fields.supplier.isEmpty ? nil : fields.supplier,
      categories: [IcecatCategories.shared.path(title: fields.title, attributes: fields.attributes)],
      attributes: fields.attributes, variants: [variant], pictureURLs: pictures,
      releasedAt: Timestamp(fields.releasedAt))
  }

  // MARK: Attributes

  private static let attributePrefix = Array("attr_".utf8)

  /// `attr_t_…` is text and kept whole, `attr_n_…` a number, `attr_b_…` yes or no; nil for what is empty.
  private mutating func attribute(
    _ name: UnsafeBufferPointer<UInt8>, _ element: JSONElement
  ) throws -> ProductRecord.Attribute? {
    let key = String(decoding: name, as: UTF8.self)
    let value: AttributeValue? =
      switch element.kind {
      case .string: element.string.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : .text($0) }
      case .int, .double: element.double.map { .number($0) }
      case .bool: element.bool.map { .boolean($0) }
      default: nil
      }
    guard let value else { return nil }
    let code = String(key.dropFirst(7))
    let types: [Substring: AttributeType] = ["attr_t_": .text, "attr_n_": .number, "attr_b_": .boolean]
    guard types[key.prefix(7)] == value.type, !code.isEmpty else {
      throw LineRefusal("\(key) does not hold what its name says")
    }
    if let known = definitions[key] { return .init(known, [value]) }
    let definition = IcecatAttributes.definition(code: code, type: value.type)
    definitions[key] = definition
    return .init(definition, [value])
  }

  // MARK: Stock

  /// A stock that only the id decides (its hash): one in twelve is sold out, the others have up to 200 pieces
  /// in the main warehouse and every third some in the north.
  static func stock(of id: String) -> [String: Int64] {
    let hash = UInt64(fnv1aOf: id.utf8)
    if hash % 12 == 0 { return [mainWarehouse: 0] }
    let main = Int64(clamping: 1 + (hash >> 8) % 200)
    return (hash >> 20) % 3 == 0
      ? [mainWarehouse: main, northWarehouse: Int64(clamping: 1 + (hash >> 32) % 50)] : [mainWarehouse: main]
  }
}

/// The members of an Icecat line that are not attributes.
private struct IcecatFields {
  var id = ""
  var name = ""
  var title = ""
  var summary = ""
  var supplier = ""
  var releasedAt = ""
  var mediumPicture = ""
  var largePicture = ""
  var price: Int64?
  var eans: [String] = []
  var attributes: [ProductRecord.Attribute] = []

  mutating func take(_ name: String, _ value: JSONElement) {
    let text = value.string.map { String($0.drop(while: \.isWhitespace)) } ?? ""
    switch name {
    case "id": id = text
    case "name": self.name = text
    case "title": title = text
    case "short_description": summary = text
    case "supplier": supplier = text
    case "date_released": releasedAt = text
    case "img_500x500": mediumPicture = text
    case "img_high": largePicture = text
    case "price": price = value.int
    case "ean": value.forEachItem { if let ean = $0.string { eans.append(ean) } }
    default: break
    }
  }
}

/// The reason why a line gives no product.
struct LineRefusal: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }

  static let tooLong = LineRefusal("longer than \(LineReader.maxLineBytes >> 20) MB: check the line ends")
}

/// A global trade item number (EAN, UPC).
enum GTIN {
  static func isWellFormed(_ text: String) -> Bool {
    (8...14).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
  }
}
