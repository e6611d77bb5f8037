import Catalog
import Ports
import PostgresClient

/// Matches each record to a product of the catalog: by source and code, then by SKU.
struct ProductMatches {
  struct Match {
    let entry: ProductUpsert.Entry
    /// nil: a new one.
    let product: Int64?
    /// The IDs of the record's variants, in its order; nil: a new one.
    let variants: [Int64?]
  }

  private struct Holder {
    let variant: Int64
    let product: Int64
    let label: String
  }

  private(set) var matched: [Match] = []
  private(set) var refused: [ImportOutcome.Refusal] = []

  private let productsByCode: [String: Int64]
  private let holders: [String: Holder]

  static func find(
    _ entries: [ProductUpsert.Entry], source: String, on connection: PostgresConnection
  ) async throws -> ProductMatches {
    let products = try await connection.query(
      "SELECT code, id FROM catalog.product WHERE source = \(source) AND code = ANY (\(entries.map(\.record.code)))")
    let skus = entries.flatMap { $0.record.variants.map(\.sku.text) }
    let variants = try await connection.query(
      """
      SELECT sku, variant.id, product_id, product.source || ' ' || product.code AS label
      FROM catalog.variant JOIN catalog.product ON product.id = product_id WHERE sku = ANY (\(skus))
      """)
    var matches = ProductMatches(
      productsByCode: Dictionary(
        uniqueKeysWithValues: try products.map { (try $0.decode("code"), try $0.decode("id")) }),
      holders: Dictionary(
        uniqueKeysWithValues: try variants.map { row in
          (
            try row.decode("sku"),
            Holder(
              variant: try row.decode("id"), product: try row.decode("product_id"), label: try row.decode("label"))
          )
        }))
    matches.match(entries)
    return matches
  }

  private init(productsByCode: [String: Int64], holders: [String: Holder]) {
    self.productsByCode = productsByCode
    self.holders = holders
  }

  private mutating func match(_ entries: [ProductUpsert.Entry]) {
    // The SKUs that each product of the batch keeps; one that a product gives up may go to another.
    var kept: [Int64: Set<SKU>] = [:]
    for entry in entries {
      if let product = productsByCode[entry.record.code] { kept[product] = Set(entry.record.variants.map(\.sku)) }
    }
    for entry in entries {
      switch product(of: entry.record, kept) {
      case .failure(let refusal): refused.append(.init(offset: entry.offset, reason: refusal.reason))
      case .success(let product):
        if let product { kept[product] = Set(entry.record.variants.map(\.sku)) }
        let variants = entry.record.variants.map { variant in
          holders[variant.sku.text].flatMap { $0.product == product ? $0.variant : nil }
        }
        matched.append(Match(entry: entry, product: product, variants: variants))
      }
    }
  }

  private struct Taken: Error { let reason: String }

  private func product(of record: ProductRecord, _ kept: [Int64: Set<SKU>]) -> Result<Int64?, Taken> {
    let byCode = productsByCode[record.code]
    var product = byCode
    for variant in record.variants {
      guard let holder = holders[variant.sku.text], holder.product != product else { continue }
      if let others = kept[holder.product] {
        guard others.contains(variant.sku) else { continue }
      } else if product == nil {
        product = holder.product
        continue
      }
      return .failure(Taken(reason: "SKU \(variant.sku) belongs to product \(holder.label): a SKU names one variant"))
    }
    return .success(product)
  }
}
