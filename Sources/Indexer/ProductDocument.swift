public import Catalog
import JSON
import Pricing

/// A product as the search engine holds it: the fields of `IndexMappings/products.json`.
///
/// The bytes are made straight from the rows. What is searched, filtered, counted and sorted stands in fields of its own;
/// what a result list shows stands under `display`, which no engine indexes.
public struct ProductDocument: Sendable {
  public let product: ProductSnapshot
  /// Prices are quoted for this moment; a later change of a price bumps the version and writes the document again.
  public let time: Timestamp

  /// Buckets that `verify` compares: documents of one bucket are those whose id leaves the same remainder.
  public static let auditBuckets: Int64 = 1024
  /// Values of one field that are worth a facet; a longer text is a description.
  static let longestFacetValue = 80
  /// Pictures that a result card and its hover need.
  private static let mostDisplayPictures = 4
  /// Variants whose options a result card lists.
  private static let mostDisplayVariants = 60

  public init(_ product: ProductSnapshot, at time: Timestamp) {
    self.product = product
    self.time = time
  }

  public var id: String { product.id.description }

  /// The `_source`, as JSON bytes.
  public func source() -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 4096)
    writer.object { writer in
      writer.member("product_id", product.id.rawValue)
      writer.member("document_version", product.documentVersion)
      writer.member("audit_bucket", product.id.rawValue % Self.auditBuckets)
      writer.member("source", product.source)
      writeText(&writer)
      writeFacets(&writer)
      writeOffer(&writer)
      writeStanding(&writer)
      writeDisplay(&writer)
    }
    return writer.bytes
  }

  private func writeText(_ writer: inout JSONWriter) {
    writer.member("codes", [product.code] + product.variants.flatMap { [$0.sku.text] + ($0.gtin.map { [$0] } ?? []) })
    writer.member("title", product.title)
    if !product.summary.isEmpty { writer.member("summary", product.summary) }
    if let brand = product.brandName { writer.member("brand", brand) }
    if !product.categories.isEmpty {
      writer.member("category", product.categories.flatMap(\.names).uniqued())
      writer.member("category_ids", product.categories.flatMap { $0.steps.map(\.id.description) }.uniqued())
    }
    let texts = searchableTexts
    if !texts.isEmpty { writer.member("attributes", texts) }
  }

  /// What an attribute says in words: text, colour names, option values. A flag says nothing by its "yes".
  private var searchableTexts: [String] {
    let own = product.attributes.flatMap(\.values)
    let options = product.variants.flatMap { $0.options.flatMap(\.values) }
    return (own + options).compactMap { value in
      switch value {
      case .text(let text): text
      case .swatch(let name, _): name
      case .number, .boolean, .date: nil
      }
    }.uniqued()
  }

  private func writeFacets(_ writer: inout JSONWriter) {
    var tokens: [String] = []
    var numbers: [String] = []
    var swatches: [String] = []
    func add(_ attribute: ProductSnapshot.Attribute) {
      for value in attribute.values {
        if case .number(let number) = value {
          numbers.append(FacetToken.number(code: attribute.definition.code, number))
        }
        if case .swatch(let name, let hex) = value { swatches.append("\(name)=\(hex)") }
        let text = value.displayText
        if attribute.definition.isFacet, text.utf8.count <= Self.longestFacetValue {
          tokens.append(FacetToken.value(code: attribute.definition.code, text))
        }
      }
    }
    product.attributes.forEach(add)
    for variant in product.variants { variant.options.forEach(add) }
    if !tokens.isEmpty { writer.member("facets", tokens.uniqued()) }
    if !numbers.isEmpty { writer.member("facet_numbers", numbers.uniqued()) }
    if !swatches.isEmpty { writer.member("swatches", swatches.uniqued()) }
    let combinations = product.variants.flatMap { FacetToken.combinations(of: $0.options) }.uniqued()
    if !combinations.isEmpty {
      writer.member("variant_options", combinations)
      writer.member("option_codes", product.variants.flatMap { $0.options.map(\.definition.code) }.uniqued())
    }
  }

  private func writeOffer(_ writer: inout JSONWriter) {
    let lists = Set(product.variants.flatMap { $0.prices.map(\.list.text) }).sorted()
    writer.name("price")
    writer.object { writer in
      for list in lists {
        let lowest = lowestQuote(product.variants.map(\.prices), lists: [PriceListCode(list)], at: time)
        if let lowest { writer.member(list, lowest.amount.minorUnits) }
      }
    }
    if let quote = lowestQuote(product.variants.map(\.prices), at: time), let was = quote.wasAmount, was.minorUnits > 0
    {
      writer.member("discount_percent", (was.minorUnits - quote.amount.minorUnits) * 100 / was.minorUnits)
    }
    writer.member("is_in_stock", product.hasStock)
    writer.member("available_quantity", product.variants.reduce(0) { $0 + $1.availableQuantity })
  }

  private func writeStanding(_ writer: inout JSONWriter) {
    writer.member("popularity", product.popularity)
    if let rating = product.ratingAverage { writer.member("rating", rating) }
    writer.member("rating_count", product.ratingCount)
    writer.member("lifecycle", product.lifecycle.rawValue)
    writer.member("audience", product.audience.codes)
    if let released = product.releasedAt { writer.member("released_at", released.description) }
    writer.member("created_at", product.createdAt.description)
    writer.member("updated_at", product.updatedAt.description)
  }

  private func writeDisplay(_ writer: inout JSONWriter) {
    writer.name("display")
    writer.object { writer in
      writer.member("code", product.code)
      writer.member("pictures", Array(product.pictureURLs.prefix(Self.mostDisplayPictures)))
      writer.name("variants")
      writer.array { writer in
        for variant in product.variants.prefix(Self.mostDisplayVariants) {
          writer.object { writer in
            writer.member("id", variant.id.description)
            writer.member("sku", variant.sku.text)
            if let picture = variant.pictureURL { writer.member("picture", picture) }
            writer.member("in_stock", variant.availableQuantity > 0)
            writer.name("options")
            writer.object { writer in
              for option in variant.options {
                writer.member(option.definition.code, option.values.map(\.displayText).joined(separator: ", "))
              }
            }
          }
        }
      }
    }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of first appearance.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
