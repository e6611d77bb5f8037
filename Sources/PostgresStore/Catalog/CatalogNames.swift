import Catalog
import Ports
import PostgresClient

/// The IDs of the brands, categories, attributes, price lists and warehouses that records name; missing ones are
/// created.
struct CatalogNames {
  /// Most levels of the category tree in a record: more levels are a mistake in the file.
  static let maxDepth = 12

  private(set) var refused: [ImportOutcome.Refusal] = []
  private var brands: [String: Int64] = [:]
  private var attributes: [AttributeDefinition: Int64] = [:]
  private var lists: [String: (id: Int64, currency: String)] = [:]
  private var warehouses: [String: Int64] = [:]
  private var categories = CategoryIDs()

  func brand(_ name: String) -> Int64? { brands[Self.trimmed(name)] }
  func attribute(_ definition: AttributeDefinition) -> Int64 { attributes[definition] ?? 0 }
  func priceList(_ code: PriceListCode) -> Int64 { lists[code.text]?.id ?? 0 }
  func warehouse(_ code: String) -> Int64 { warehouses[code] ?? 0 }

  /// Without duplicates, the main category first.
  func categories(of record: ProductRecord) -> [Int64] {
    var ids: [Int64] = []
    for path in record.categories {
      if let id = categories.id(of: path), !ids.contains(id) { ids.append(id) }
    }
    return ids
  }

  /// The attributes that appear in each category.
  func attributesByCategory(_ records: [ProductRecord]) -> [(category: Int64, attribute: Int64)] {
    var found: [Int64: Set<Int64>] = [:]
    for record in records {
      let used = Set((record.attributes + record.variants.flatMap(\.options)).map { attribute($0.definition) })
      for category in categories(of: record) { found[category, default: []].formUnion(used) }
    }
    return found.sorted { $0.key < $1.key }.flatMap { category, attributes in
      attributes.sorted().map { (category, $0) }
    }
  }

  static func resolve(
    _ entries: [ProductUpsert.Entry], on connection: PostgresConnection
  ) async throws -> CatalogNames {
    var names = CatalogNames()
    try await names.resolvePriceLists(entries, connection)
    let records = entries.map(\.record)
    try await names.resolveBrands(records, connection)
    try await names.resolveWarehouses(records, connection)
    try await names.resolveAttributes(records, connection)
    try await names.resolveCategories(entries, connection)
    return names
  }

  private mutating func resolveBrands(_ records: [ProductRecord], _ connection: PostgresConnection) async throws {
    let asked = unique(records.compactMap(\.brand).map(Self.trimmed).filter { !$0.isEmpty })
    guard !asked.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO catalog.brand (name)
      SELECT name FROM (
        SELECT DISTINCT ON (lower(name)) name, place FROM unnest(\(asked)) WITH ORDINALITY AS n(name, place)
        ORDER BY lower(name), place) AS n
      WHERE NOT EXISTS (SELECT FROM catalog.brand AS b WHERE lower(b.name) = lower(n.name)) ORDER BY place
      """)
    let rows = try await connection.query(
      """
      SELECT n.name, b.id FROM unnest(\(asked)) AS n(name) JOIN catalog.brand AS b ON lower(b.name) = lower(n.name)
      """)
    for row in rows { brands[try row.decode("name")] = try row.decode("id") }
  }

  private mutating func resolveWarehouses(_ records: [ProductRecord], _ connection: PostgresConnection) async throws {
    let asked = unique(records.flatMap { $0.variants.flatMap { $0.stock.keys.sorted() } })
    guard !asked.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO inventory.warehouse (code, name) SELECT code, code FROM unnest(\(asked)) AS n(code)
      WHERE NOT EXISTS (SELECT FROM inventory.warehouse AS w WHERE w.code = n.code)
      """)
    for row in try await connection.query("SELECT code, id FROM inventory.warehouse WHERE code = ANY (\(asked))") {
      warehouses[try row.decode("code")] = try row.decode("id")
    }
  }

  /// A list has one currency: that of the first record that names it. A record with another currency is refused.
  private mutating func resolvePriceLists(
    _ entries: [ProductUpsert.Entry], _ connection: PostgresConnection
  ) async throws {
    var currencies: [String: String] = [:]
    let prices = entries.flatMap { $0.record.variants.flatMap(\.prices) }
    for price in prices where currencies[price.list.text] == nil {
      currencies[price.list.text] = price.amount.currency.code
    }
    let asked = currencies.keys.sorted()
    guard !asked.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO pricing.price_list (code, name, currency)
      SELECT code, code, currency FROM unnest(\(asked), \(asked.map { currencies[$0] ?? "" })) AS n(code, currency)
      WHERE NOT EXISTS (SELECT FROM pricing.price_list AS l WHERE l.code = n.code)
      """)
    let rows = try await connection.query(
      "SELECT code, id, currency FROM pricing.price_list WHERE code = ANY (\(asked))")
    for row in rows { lists[try row.decode("code")] = (try row.decode("id"), try row.decode("currency")) }
    for entry in entries {
      let wrong = entry.record.variants.lazy.flatMap(\.prices).first { price in
        lists[price.list.text]?.currency != price.amount.currency.code
          || price.wasAmount.map { $0.currency != price.amount.currency } ?? false
      }
      guard let wrong else { continue }
      let currency = lists[wrong.list.text]?.currency ?? ""
      refused.append(
        .init(
          offset: entry.offset,
          reason: "price list \(wrong.list) is in \(currency), the price in \(wrong.amount.currency): use another list")
      )
    }
  }

  /// An attribute that the catalog already has keeps its name, order and facet: an import only adds.
  ///
  /// If the catalog has the code with another type or unit, the type, and if necessary also the unit, is appended to
  /// the attribute's code: `size` → `size_number`, `weight` → `weight_number_kg`.
  private mutating func resolveAttributes(_ records: [ProductRecord], _ connection: PostgresConnection) async throws {
    let asked = unique(records.flatMap { ($0.attributes + $0.variants.flatMap(\.options)).map(\.definition) })
    guard !asked.isEmpty else { return }
    let rows = try await connection.query(
      "SELECT id, code, type, unit FROM catalog.attribute WHERE code = ANY (\(asked.flatMap(Self.codes)))")
    struct Known {
      let id: Int64?
      let type: String
      let unit: String?
    }
    var known: [String: Known] = [:]
    for row in rows {
      known[try row.decode("code")] = Known(
        id: try row.decode("id"), type: try row.decode("type"), unit: try row.decode("unit"))
    }
    var codes: [AttributeDefinition: String] = [:]
    var missing: [(code: String, definition: AttributeDefinition)] = []
    for definition in asked {
      let fitting = Self.codes(of: definition).first { code in
        guard let known = known[code] else { return true }
        return known.type == definition.type.rawValue
          && (known.unit == definition.unit || known.unit == nil || definition.unit == nil)
      }
      let code = fitting ?? definition.code
      codes[definition] = code
      guard known[code] == nil else { continue }
      known[code] = Known(id: nil, type: definition.type.rawValue, unit: definition.unit)
      missing.append((code, definition))
    }
    let added = try await connection.query(
      """
      INSERT INTO catalog.attribute (code, name, type, unit, is_facet, position)
      SELECT * FROM unnest(\(missing.map(\.code)), \(missing.map(\.definition.name)),
        \(missing.map(\.definition.type.rawValue)), \(missing.map(\.definition.unit)),
        \(missing.map(\.definition.isFacet)), \(missing.map(\.definition.position)))
      RETURNING code, id
      """)
    var ids = known.compactMapValues(\.id)
    for row in added { ids[try row.decode("code")] = try row.decode("id") }
    attributes = codes.compactMapValues { ids[$0] }
  }

  private static func codes(of definition: AttributeDefinition) -> [String] {
    let typed = "\(definition.code)_\(definition.type.rawValue)"
    guard let unit = definition.unit else { return [definition.code, typed] }
    let letters = unit.lowercased().unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        ? String(scalar) : "u" + String(scalar.value, radix: 16)
    }
    return [definition.code, typed, "\(typed)_\(letters.joined())"]
  }

  private mutating func resolveCategories(
    _ entries: [ProductUpsert.Entry], _ connection: PostgresConnection
  ) async throws {
    categories = try await CategoryIDs.read(connection)
    for entry in entries where !refused.contains(where: { $0.offset == entry.offset }) {
      for path in entry.record.categories {
        guard (1...Self.maxDepth).contains(path.count) else {
          refused.append(
            .init(
              offset: entry.offset,
              reason: "a category has \(path.count) levels: give 1 to \(Self.maxDepth) names from the root down"))
          break
        }
        try await categories.add(path, connection)
      }
    }
  }

  private static func trimmed(_ name: String) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    return String(name.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  /// Without duplicates, in the order of first appearance.
  private func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}
