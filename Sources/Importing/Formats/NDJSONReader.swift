import Catalog
import JSON

/// Reads our own lines of JSON, a product a line (`docs/reference/import-format.md`).
struct NDJSONReader: RecordReader {
  private var documents: JSONLines

  init(_ source: ByteSource) { documents = JSONLines(source) }

  mutating func next() throws -> ImportedLine? {
    switch try documents.next(Self.record) {
    case nil: nil
    case .read(let record, let line): .record(record, line: line)
    case .refused(let line, let reason): .refused(line: line, reason: reason)
    }
  }

  private static func record(_ root: JSONElement) throws -> ProductRecord {
    var fields = try JSONFields(root, "the line")
    let variants = try fields.items("variants").map { try variant($0) }
    guard let first = variants.first else { throw LineRefusal("variants is empty: a product has at least one") }
    var record = ProductRecord(
      code: try fields.text("code") ?? first.sku.text, title: try fields.required("title"), variants: variants)
    record.summary = try fields.text("summary") ?? ""
    record.brand = try fields.text("brand")
    record.categories = try fields.items("categories").map { path in
      var names: [String] = []
      try path.forEachItem { item in
        guard let name = item.string else { throw LineRefusal("categories: a level is no text") }
        names.append(name)
      }
      guard !names.isEmpty else { throw LineRefusal("categories: a category is a list of names from the root down") }
      return names
    }
    record.attributes = try fields.items("attributes").map { try attribute($0) }
    record.pictureURLs = try fields.items("pictures").map { item in
      guard let url = item.string else { throw LineRefusal("pictures: an address is no text") }
      return url
    }
    record.ratingAverage = try fields.number("rating_average")
    record.ratingCount = try fields.integer("rating_count") ?? 0
    record.popularity = try fields.number("popularity") ?? 0
    if let lifecycle = try fields.text("lifecycle") { record.lifecycle = try FieldText.lifecycle(lifecycle) }
    let audience = try fields.items("audience").map { $0.string ?? "" }
    if !audience.isEmpty { record.audience = try FieldText.audience(audience) }
    record.releasedAt = try fields.text("released_at").map { try FieldText.timestamp($0, "released_at") }
    try fields.finish()
    return record
  }

  private static func variant(_ element: JSONElement) throws -> ProductRecord.Variant {
    var fields = try JSONFields(element, "a variant")
    var variant = ProductRecord.Variant(sku: SKU(try fields.required("sku")))
    variant.gtin = try fields.text("gtin").map { try FieldText.gtin($0) }
    variant.options = try fields.items("options").map { try attribute($0) }
    variant.pictureURL = try fields.text("picture")
    variant.prices = try fields.items("prices").map { try price($0) }
    if let cost = fields.take("cost") {
      var fields = try JSONFields(cost, "cost")
      let currency = try FieldText.currency(try fields.required("currency"))
      variant.cost = Money(minorUnits: try fields.amount("amount_minor"), currency: currency)
      try fields.finish()
    }
    if let stock = fields.take("stock") {
      try stock.forEachMember { name, value in
        let warehouse = String(decoding: name, as: UTF8.self)
        guard let pieces = value.int, pieces >= 0 else {
          throw LineRefusal("stock of warehouse \(warehouse) is no whole number of pieces from 0 on")
        }
        variant.stock[warehouse] = pieces
      }
    }
    try fields.finish()
    return variant
  }

  private static func price(_ element: JSONElement) throws -> Price {
    var fields = try JSONFields(element, "a price")
    let currency = try FieldText.currency(try fields.required("currency"))
    var price = Price(amount: Money(minorUnits: try fields.amount("amount_minor"), currency: currency))
    if let list = try fields.text("list") { price.list = PriceListCode(list) }
    if fields.has("was_minor") {
      price.wasAmount = Money(minorUnits: try fields.amount("was_minor"), currency: currency)
    }
    price.minimumQuantity = try fields.integer("minimum_quantity") ?? 1
    price.validFrom = try fields.text("valid_from").map { try FieldText.timestamp($0, "valid_from") }
    price.validUntil = try fields.text("valid_until").map { try FieldText.timestamp($0, "valid_until") }
    try fields.finish()
    return price
  }

  private static func attribute(_ element: JSONElement) throws -> ProductRecord.Attribute {
    var fields = try JSONFields(element, "an attribute")
    let code = try fields.required("code")
    let type = try fields.text("type").map { try FieldText.attributeType($0) } ?? .text
    let definition = AttributeDefinition(
      code: try FieldText.attributeCode(code), name: try fields.text("name") ?? FieldText.name(ofCode: code),
      type: type, unit: try fields.text("unit"), isFacet: try fields.boolean("facet") ?? false,
      position: Int(try fields.integer("position") ?? 1000))
    var values = try fields.items("values").map { try value($0, definition) }
    if let single = fields.take("value") { values.append(try value(single, definition)) }
    guard !values.isEmpty else { throw LineRefusal("attribute \(code) has no value") }
    try fields.finish()
    return .init(definition, values)
  }

  private static func value(_ element: JSONElement, _ definition: AttributeDefinition) throws -> AttributeValue {
    switch definition.type {
    case .number: if let number = element.double { return .number(number) }
    case .boolean: if let flag = element.bool { return .boolean(flag) }
    case .text: if let text = element.string { return .text(text) }
    case .date: if let day = element.string.flatMap({ CalendarDay($0) }) { return .date(day) }
    case .swatch:
      if element.kind == .object {
        var fields = try JSONFields(element, "a swatch")
        let name = try fields.required("name")
        let hex = try FieldText.hex(try fields.required("hex"))
        try fields.finish()
        return .swatch(name: name, hex: hex)
      }
    }
    throw LineRefusal("attribute \(definition.code) is of type \(definition.type.rawValue), its value is not")
  }
}

let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// The members of one object, taken one by one; what is left at the end is a mistake.
private struct JSONFields {
  private let subject: String
  private var members: [String: JSONElement] = [:]

  init(_ element: JSONElement, _ subject: String) throws {
    guard element.kind == .object else { throw LineRefusal("\(subject) is no JSON object") }
    self.subject = subject
    var doubled: String?
    var members: [String: JSONElement] = [:]
    element.forEachMember { name, value in
      let name = String(decoding: name, as: UTF8.self)
      if members.updateValue(value, forKey: name) != nil { doubled = name }
    }
    if let doubled { throw LineRefusal("\(subject) has \(doubled) twice") }
    self.members = members
  }

  func has(_ name: String) -> Bool { members[name].map { !$0.isNull } ?? false }

  mutating func take(_ name: String) -> JSONElement? {
    guard let value = members.removeValue(forKey: name), !value.isNull else { return nil }
    return value
  }

  /// nil where it is missing or empty.
  mutating func text(_ name: String) throws -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else { throw LineRefusal("\(name) of \(subject) is no text") }
    return try FieldText.kept(text, name)
  }

  mutating func required(_ name: String) throws -> String {
    guard let text = try text(name) else { throw LineRefusal("\(name) of \(subject) is missing") }
    return text
  }

  mutating func integer(_ name: String) throws -> Int64? {
    guard let value = take(name) else { return nil }
    guard let integer = value.int else { throw LineRefusal("\(name) of \(subject) is no whole number") }
    return integer
  }

  /// An amount of money in minor units.
  mutating func amount(_ name: String) throws -> Int64 {
    guard let amount = try integer(name) else { throw LineRefusal("\(name) of \(subject) is missing") }
    guard amount >= 0 else { throw LineRefusal("\(name) of \(subject) is negative") }
    return amount
  }

  mutating func number(_ name: String) throws -> Double? {
    guard let value = take(name) else { return nil }
    guard let number = value.double else { throw LineRefusal("\(name) of \(subject) is no number") }
    return number
  }

  mutating func boolean(_ name: String) throws -> Bool? {
    guard let value = take(name) else { return nil }
    guard let flag = value.bool else { throw LineRefusal("\(name) of \(subject) is not true or false") }
    return flag
  }

  /// None where it is missing.
  mutating func items(_ name: String) throws -> [JSONElement] {
    guard let value = take(name) else { return [] }
    guard value.kind == .array else { throw LineRefusal("\(name) of \(subject) is no list") }
    var items: [JSONElement] = []
    value.forEachItem { items.append($0) }
    return items
  }

  func finish() throws {
    guard let unknown = members.keys.min() else { return }
    throw LineRefusal("\(subject) has a member \(unknown) that is not of the format: remove it or mend its name")
  }
}
