public import Catalog
import JSON
import Ports
import Pricing
import Understanding

/// A product as the search engine stores it: the fields of `IndexMappings/products.json`.
///
/// The bytes are made directly from the rows. Data for searching, filtering, counting and sorting has its own fields;
/// data shown in a result list is under `display`, which no engine indexes.
public struct ProductDocument: Sendable {
  public let product: ProductSnapshot
  /// Prices are quoted for this moment; a later price change bumps the version and writes the document again.
  public let time: Timestamp

  /// Number of buckets that `verify` compares: documents whose IDs leave the same remainder share a bucket.
  public static let auditBuckets: Int64 = 1024
  /// Longest value worth a facet; a longer text is a description.
  private static let longestFacetValue = 80
  /// Pictures that a result card and its hover state need.
  private static let maxDisplayPictures = 4
  /// Most variants whose options a result card lists.
  private static let maxDisplayVariants = 60

  public init(_ product: ProductSnapshot, at time: Timestamp) {
    self.product = product
    self.time = time
  }

  public var id: String { product.id.description }

  /// The `_source`, as JSON bytes.
  public func source() -> [UInt8] {
    var renderer = ProductDocumentRenderer()
    return renderer.source(of: self)
  }

  fileprivate func write(to writer: inout JSONWriter, _ lists: inout ProductDocumentRenderer.Lists) {
    collectAttributes(&lists)
    writer.object { writer in
      writer.member("product_id", product.id.rawValue)
      writer.member("document_version", product.documentVersion)
      writer.member("audit_bucket", product.id.rawValue % Self.auditBuckets)
      writer.member("audit_checksum", AuditBucket.checksum(of: product.id, version: product.documentVersion))
      writer.member("source", product.source)
      writeText(&writer, &lists)
      writer.member("facets", &lists.facets)
      writer.member("facet_numbers", &lists.numbers)
      writer.member("swatches", &lists.swatches)
      writer.member("variant_options", &lists.combinations)
      writer.member("buyable_options", &lists.buyable)
      writer.member("option_codes", &lists.optionCodes)
      writeOffer(&writer)
      writeStanding(&writer)
      writeDisplay(&writer)
    }
  }

  // MARK: Attributes

  /// Goes once through the product's attributes and each variant's options, for all fields that contain them.
  private func collectAttributes(_ lists: inout ProductDocumentRenderer.Lists) {
    collect(product.attributes, &lists)
    for index in product.variants.indices {
      let options = product.variants[index].options
      FacetToken.addCombinations(of: options, to: &lists.combinations)
      if product.variants[index].availableQuantity > 0 { FacetToken.addCombinations(of: options, to: &lists.buyable) }
      collect(options, &lists)
      for place in options.indices where !options[place].values.isEmpty {
        lists.optionCodes.add(options[place].definition.code)
      }
    }
  }

  private func collect(_ attributes: [ProductSnapshot.Attribute], _ lists: inout ProductDocumentRenderer.Lists) {
    // By index: a copy of an attribute would count references for all its texts.
    for place in attributes.indices {
      let (code, isFacet) = (attributes[place].definition.code, attributes[place].definition.isFacet)
      for value in attributes[place].values {
        // A flag that is true is searched by its name, because "yes" says nothing.
        if case .boolean(true) = value { lists.features.add(SearchText.normalised(attributes[place].definition.name)) }
        collect(value, code: code, isFacet: isFacet, &lists)
      }
    }
  }

  @inline(__always)
  private func collect(
    _ value: AttributeValue, code: String, isFacet: Bool, _ lists: inout ProductDocumentRenderer.Lists
  ) {
    switch value {
    case .text(let text): lists.texts.add(SearchText.normalised(text))
    case .swatch(let name, let hex):
      lists.texts.add(SearchText.normalised(name))
      FacetToken.add(code: name, hex, to: &lists.swatches)
    case .number(let number) where !number.isFinite: break
    case .number(let number): FacetToken.add(code: code, number: number, to: &lists.numbers)
    case .boolean, .date: break
    }
    guard isFacet else { return }
    // Infinities and NaN have no place in the order of numbers.
    if case .number(let number) = value, !number.isFinite { return }
    let text = value.displayText
    if text.utf8.count <= Self.longestFacetValue { FacetToken.add(code: code, text, to: &lists.facets) }
  }

  // MARK: Fields

  private func writeText(_ writer: inout JSONWriter, _ lists: inout ProductDocumentRenderer.Lists) {
    writer.name("codes")
    writer.array { writer in
      writer.string(product.code)
      for index in product.variants.indices {
        writer.string(product.variants[index].sku.text)
        if let gtin = product.variants[index].gtin { writer.string(gtin) }
      }
    }
    CodeStarts.add(of: product, to: &lists.codeStarts)
    writer.member("code_starts", &lists.codeStarts)
    // In the one form that queries are read in; `display` has what a page shows.
    writer.member("title", SearchText.normalised(product.title))
    writeHeads(&writer)
    if !product.summary.isEmpty { writer.member("summary", SearchText.normalised(product.summary)) }
    if let brand = product.brandName {
      // The facet's value as it is; where its letters have another form, that is found as an attribute is.
      writer.member("brand", brand)
      let plain = SearchText.normalised(brand)
      if plain != brand { lists.texts.add(plain) }
    }
    if !product.categories.isEmpty {
      for path in product.categories {
        for step in path.steps { lists.categories.add(SearchText.normalised(step.name)) }
      }
      writer.member("category", &lists.categories)
      for path in product.categories { for step in path.steps { lists.categories.add(step.id.description) } }
      writer.member("category_ids", &lists.categories)
    }
    writer.member("attributes", &lists.texts)
    writer.member("features", &lists.features)
  }

  /// The nouns by which the title calls the product.
  private func writeHeads(_ writer: inout JSONWriter) {
    let heads = TitleHeads(product.title)
    guard let first = heads.first else { return }
    writer.member("head", first)
    writer.member("heads", heads.all)
  }

  private func writeOffer(_ writer: inout JSONWriter) {
    writer.name("price")
    writer.object { writer in
      for list in priceLists {
        if let lowest = lowestQuote(product.variants, lists: [list], at: time) {
          writer.name(text: list.text)
          writer.int(lowest.amount.minorUnits)
        }
      }
    }
    if let quote = lowestQuote(product.variants, at: time), let was = quote.wasAmount, was.minorUnits > 0 {
      writer.member("discount_percent", Self.percent(of: was.minorUnits, above: quote.amount.minorUnits))
    }
    var quantity: Int64 = 0
    for index in product.variants.indices {
      quantity = quantity.adding(saturating: product.variants[index].availableQuantity)
    }
    writer.member("is_in_stock", product.hasStock)
    writer.member("available_quantity", quantity)
  }

  /// How much of `was` the reduction to `amount` is, in whole percent.
  private static func percent(of was: Int64, above amount: Int64) -> Int64 {
    let reduction = was.subtracting(saturating: amount)
    let (hundredfold, isTooFar) = reduction.multipliedReportingOverflow(by: 100)
    return min(100, isTooFar ? reduction / max(1, was / 100) : hundredfold / was)
  }

  /// The lists with a price for the product, in the order of their codes.
  private var priceLists: [PriceListCode] {
    var lists: [PriceListCode] = []
    for index in product.variants.indices {
      let prices = product.variants[index].prices
      for place in prices.indices where !lists.contains(prices[place].list) { lists.append(prices[place].list) }
    }
    lists.sort { $0.text < $1.text }
    return lists
  }

  private func writeStanding(_ writer: inout JSONWriter) {
    // Engines rank by them, and refuse to by what is negative or no number.
    let popularity = product.popularity
    writer.member("popularity", popularity.isFinite ? popularity.clamped(to: CatalogLimits.popularity) : 0)
    if let rating = product.ratingAverage, rating.isFinite { writer.member("rating", rating.clamped(to: 0...5)) }
    writer.member("rating_count", product.ratingCount.clamped(to: CatalogLimits.pieces))
    writer.member("lifecycle", product.lifecycle.rawValue)
    writer.member("audience", product.audience.codes)
    // A product whose release nobody told is new on the day when it came into the catalog.
    let released = product.releasedAt ?? product.createdAt
    if Self.isInCalendar(released) { writer.member("released_at", released.description) }
    if Self.isInCalendar(product.createdAt) { writer.member("created_at", product.createdAt.description) }
    if Self.isInCalendar(product.updatedAt) { writer.member("updated_at", product.updatedAt.description) }
  }

  /// Engines take dates of four digits of year; a document with another would be refused as a whole.
  private static func isInCalendar(_ time: Timestamp) -> Bool { (0...9999).contains(time.day.civil.year) }

  private func writeDisplay(_ writer: inout JSONWriter) {
    writer.name("display")
    writer.object { writer in
      writer.member("code", product.code)
      if SearchText.normalised(product.title) != product.title { writer.member("title", product.title) }
      if SearchText.normalised(product.summary) != product.summary { writer.member("summary", product.summary) }
      writer.name("pictures")
      writer.array { writer in
        for url in product.pictureURLs.prefix(Self.maxDisplayPictures) { writer.string(url) }
      }
      writer.name("variants")
      writer.array { writer in
        for index in product.variants.indices.prefix(Self.maxDisplayVariants) {
          writer.object { write(product.variants[index], to: &$0) }
        }
      }
    }
  }

  private func write(_ variant: ProductSnapshot.Variant, to writer: inout JSONWriter) {
    writer.member("id", variant.id.description)
    writer.member("sku", variant.sku.text)
    if let picture = variant.pictureURL { writer.member("picture", picture) }
    writer.member("in_stock", variant.availableQuantity > 0)
    writer.name("options")
    writer.object { writer in
      let options = variant.options
      for place in options.indices {
        let values = options[place].values
        let text = values.count == 1 ? values[0].displayText : values.map(\.displayText).joined(separator: ", ")
        writer.name(text: options[place].definition.code)
        writer.string(text)
      }
    }
  }
}

/// Makes the bytes of many documents in reused storage: for a full index.
struct ProductDocumentRenderer: Sendable {
  /// The elements of fields with many short values; writing a field empties its list.
  struct Lists: Sendable {
    var texts = DistinctTexts()
    var features = DistinctTexts()
    var facets = DistinctTexts()
    var numbers = DistinctTexts()
    var swatches = DistinctTexts()
    var combinations = DistinctTexts()
    var optionCodes = DistinctTexts()
    var categories = DistinctTexts()
    var codeStarts = DistinctTexts()
    var buyable = DistinctTexts()
  }

  private var writer = JSONWriter(reservingBytes: 4096)
  private var lists = Lists()

  mutating func source(of document: ProductDocument) -> [UInt8] {
    writer.removeAll()
    document.write(to: &writer, &lists)
    return writer.bytes
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}

extension JSONWriter {
  /// Writes an array of the texts and empties the list; writes nothing if there are none.
  fileprivate mutating func member(_ name: StaticString, _ texts: inout DistinctTexts) {
    guard !texts.isEmpty else { return }
    self.name(name)
    array { writer in texts.forEach { writer.string($0) } }
    texts.removeAll()
  }
}
