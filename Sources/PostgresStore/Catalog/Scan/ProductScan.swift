import Catalog
import PostgresClient

/// Reads all products with all their data, in ID order, a window at a time.
///
/// Each table is read by the window's range of IDs and joined here by merging, so that Postgres nests and sorts
/// nothing. Shared data (brands, categories, attributes, price lists) is read once. Runs in the caller's transaction,
/// whose isolation makes all statements see one moment.
struct ProductScan {
  private let connection: PostgresConnection
  private let brands: [Int64: String]
  private let lists: [Int64: PriceListEntry]
  private var vocabulary: ResolvedVocabulary
  private var last: Int64

  init(_ connection: PostgresConnection, after: ProductID?) async throws {
    self.connection = connection
    last = after?.rawValue ?? 0
    // A second process would take the other core.
    try await connection.executeScript("SET LOCAL max_parallel_workers_per_gather = 0")
    vocabulary = ResolvedVocabulary(try await CatalogVocabulary.readAll(on: connection))
    brands = try await Self.brands(on: connection)
    lists = try await Self.priceLists(on: connection)
  }

  private static func brands(on connection: PostgresConnection) async throws -> [Int64: String] {
    let rows = try await connection.query("SELECT id, name FROM catalog.brand")
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.decode(at: 0), try $0.decode(at: 1)) })
  }

  private static func priceLists(on connection: PostgresConnection) async throws -> [Int64: PriceListEntry] {
    var lists: [Int64: PriceListEntry] = [:]
    let rows = try await connection.query("SELECT id, code, currency FROM pricing.price_list ORDER BY code")
    for (rank, row) in rows.enumerated() {
      let (code, currency): (String, String) = (try row.decode("code"), try row.decode("currency"))
      // Prices of a list without a known currency are left out, as in `ProductSnapshotDecoder`.
      guard let currency = Currency(code: currency) else { continue }
      lists[try row.decode("id")] = PriceListEntry(code: PriceListCode(code), currency: currency, rank: Int64(rank))
    }
    return lists
  }

  /// The next `size` products, fewer at the end; none after the last.
  mutating func next(_ size: Int) async throws -> [ProductSnapshot] {
    let products = try await rows(
      ProductRows(), ProductRows.columns, "catalog.product", where: "id > \(last) ORDER BY id LIMIT \(size)"
    ).rows
    guard let first = products.first, let end = products.last else { return [] }
    last = end.id
    // Within a range a bitmap scan reads each page once, while an index scan returns to it for each row.
    try await connection.executeScript("SET LOCAL enable_indexscan = off")
    let ofProduct = "product_id BETWEEN \(first.id) AND \(end.id)"
    let variants = try await rows(VariantRows(), VariantRows.columns, "catalog.variant", where: ofProduct)
    let ofVariant = IDRanges(variants.ids).condition(on: "variant_id")
    var window = ProductWindow(
      products: products, variants: variants.variants,
      categories: try await rows(
        CategoryRows(), CategoryRows.columns, "catalog.product_category", where: ofProduct
      ).categories,
      pictures: try await rows(PictureRows(), PictureRows.columns, "catalog.product_picture", where: ofProduct).urls,
      attributes: try await rows(
        ValueRows(), ValueRows.columns(owner: "product_id"), "catalog.product_attribute", where: ofProduct
      ).values,
      options: try await rows(
        ValueRows(), ValueRows.columns(owner: "variant_id"), "catalog.variant_option", where: ofVariant
      ).values,
      quantities: try await rows(StockRows(), StockRows.columns, "inventory.stock", where: ofVariant).quantities,
      prices: try await rows(PriceRows(lists: lists), PriceRows.columns, "pricing.price", where: ofVariant).prices)
    try await connection.executeScript("SET LOCAL enable_indexscan = on")
    return try window.snapshots(brands: brands, vocabulary: &vocabulary)
  }

  private func rows<Collector: CopyRowCollector>(
    _ collector: Collector, _ columns: String, _ table: String, where condition: String
  ) async throws -> Collector {
    try await connection.collect("SELECT \(columns) FROM \(table) WHERE \(condition)", into: collector)
  }
}

/// The rows of some products from every table, to be made into snapshots.
struct ProductWindow {
  let products: [ProductRows.Row]
  var variants: OwnedRows<VariantRows.Variant>
  var categories: OwnedRows<CategoryID>
  var pictures: OwnedRows<String>
  var attributes: OwnedRows<ValueRows.Value>
  var options: OwnedRows<ValueRows.Value>
  var quantities: OwnedRows<Int64>
  var prices: OwnedRows<Price>

  mutating func snapshots(brands: [Int64: String], vocabulary: inout ResolvedVocabulary) throws -> [ProductSnapshot] {
    variants.sort()
    categories.sort()
    pictures.sort()
    attributes.sort()
    options.sort()
    quantities.sort()
    prices.sort()
    var snapshots: [ProductSnapshot] = []
    snapshots.reserveCapacity(products.count)
    for row in products { snapshots.append(try snapshot(of: row, brands: brands, &vocabulary)) }
    return snapshots
  }

  private mutating func snapshot(
    of row: ProductRows.Row, brands: [Int64: String], _ vocabulary: inout ResolvedVocabulary
  ) throws -> ProductSnapshot {
    let paths = categories.range(of: row.id).compactMap { vocabulary.path(to: categories[$0]) }
    let home = paths.first
    let own = try Self.attributes(&attributes, of: row.id, in: home, &vocabulary)
    let range = variants.range(of: row.id)
    var variants: [ProductSnapshot.Variant] = []
    variants.reserveCapacity(range.count)
    for index in range { variants.append(try variant(self.variants[index], in: home, &vocabulary)) }
    return ProductSnapshot(
      id: ProductID(rawValue: row.id), code: row.code, source: row.source, documentVersion: row.documentVersion,
      title: row.title, summary: row.summary, brandID: row.brand.map(BrandID.init(rawValue:)),
      brandName: row.brand.flatMap { brands[$0] }, categories: paths, attributes: own, variants: variants,
      pictureURLs: Array(pictures[pictures.range(of: row.id)]), ratingAverage: row.ratingAverage,
      ratingCount: row.ratingCount, popularity: row.popularity, lifecycle: row.lifecycle, audience: row.audience,
      releasedAt: row.releasedAt, createdAt: row.createdAt, updatedAt: row.updatedAt)
  }

  private mutating func variant(
    _ row: VariantRows.Variant, in home: CategoryPath?, _ vocabulary: inout ResolvedVocabulary
  ) throws -> ProductSnapshot.Variant {
    ProductSnapshot.Variant(
      id: VariantID(rawValue: row.id), sku: SKU(row.sku), gtin: row.gtin,
      options: try Self.attributes(&options, of: row.id, in: home, &vocabulary), pictureURL: row.pictureURL,
      prices: Array(prices[prices.range(of: row.id)]),
      availableQuantity: quantities.range(of: row.id).reduce(0) { $0.adding(saturating: quantities[$1]) })
  }

  /// The values of one attribute are adjacent.
  private static func attributes(
    _ rows: inout OwnedRows<ValueRows.Value>, of owner: Int64, in home: CategoryPath?,
    _ vocabulary: inout ResolvedVocabulary
  ) throws -> [ProductSnapshot.Attribute] {
    let range = rows.range(of: owner)
    var attributes: [ProductSnapshot.Attribute] = []
    attributes.reserveCapacity(range.count)
    var last: Int64?
    for index in range {
      let row = rows[index]
      let definition = try vocabulary.definition(of: row.attribute, in: home)
      // As in `ProductSnapshotDecoder`.
      guard row.value.type == definition.type else { continue }
      if row.attribute == last {
        attributes[attributes.count - 1].values.append(row.value)
      } else {
        attributes.append(.init(definition: definition, values: [row.value]))
        last = row.attribute
      }
    }
    return attributes
  }
}
