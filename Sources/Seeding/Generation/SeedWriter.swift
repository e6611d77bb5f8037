import Catalog
import JSON

/// Collects the lines of each file and passes them to the sink in blocks.
struct SeedWriter<Sink: SeedSink> {
  private var writers: [JSONWriter]
  private(set) var lineCounts: [Int]
  private var sink: Sink
  /// One system call for each megabyte costs nothing noticeable; eleven such blocks are all the memory in use.
  private static var blockBytes: Int { 1 << 20 }

  init(_ sink: Sink) {
    self.sink = sink
    writers = SeedFile.allCases.map { _ in JSONWriter(reservingBytes: Self.blockBytes + 65_536) }
    lineCounts = SeedFile.allCases.map { _ in 0 }
  }

  private static func index(_ file: SeedFile) -> Int { SeedFile.allCases.firstIndex(of: file) ?? 0 }

  /// Writes one line.
  mutating func line(_ file: SeedFile, _ body: (inout JSONWriter) -> Void) throws {
    let index = Self.index(file)
    writers[index].object(body)
    writers[index].newline()
    lineCounts[index] += 1
    if writers[index].bytes.count >= Self.blockBytes { try flush(file) }
  }

  private mutating func flush(_ file: SeedFile) throws {
    let index = Self.index(file)
    guard !writers[index].bytes.isEmpty else { return }
    try sink.write(writers[index].bytes, to: file)
    writers[index].removeAll()
  }

  /// Writes the remaining lines and returns the sink.
  mutating func finish() throws -> Sink {
    for file in SeedFile.allCases { try flush(file) }
    return sink
  }
}

extension JSONWriter {
  /// Writes the members of a product's line, with the names of `docs/reference/import-format.md`.
  mutating func members(of record: ProductRecord) {
    member("code", record.code)
    member("title", record.title)
    if !record.summary.isEmpty { member("summary", record.summary) }
    if let brand = record.brand { member("brand", brand) }
    name("categories")
    array { list in
      for path in record.categories { list.array { for name in path { $0.string(name) } } }
    }
    attributes("attributes", record.attributes)
    name("variants")
    array { list in
      for variant in record.variants { list.object { $0.members(of: variant) } }
    }
    if !record.pictureURLs.isEmpty { member("pictures", record.pictureURLs) }
    if let average = record.ratingAverage { member("rating_average", average) }
    member("rating_count", record.ratingCount)
    member("popularity", record.popularity)
    member("lifecycle", record.lifecycle.rawValue)
    member("audience", record.audience.codes)
    if let released = record.releasedAt { member("released_at", released.description) }
  }

  private mutating func members(of variant: ProductRecord.Variant) {
    member("sku", variant.sku.text)
    if let gtin = variant.gtin { member("gtin", gtin) }
    attributes("options", variant.options)
    if let picture = variant.pictureURL { member("picture", picture) }
    name("prices")
    array { list in
      for price in variant.prices { list.object { $0.members(of: price) } }
    }
    if let cost = variant.cost {
      name("cost")
      object {
        $0.member("amount_minor", cost.minorUnits)
        $0.member("currency", cost.currency.code)
      }
    }
    name("stock")
    object { writer in
      for (warehouse, pieces) in variant.stock.sorted(by: { $0.key < $1.key }) {
        writer.name(text: warehouse)
        writer.int(Int64(pieces))
      }
    }
  }

  private mutating func members(of price: Price) {
    member("list", price.list.text)
    member("amount_minor", price.amount.minorUnits)
    member("currency", price.amount.currency.code)
    if let was = price.wasAmount { member("was_minor", was.minorUnits) }
    if price.minimumQuantity != 1 { member("minimum_quantity", price.minimumQuantity) }
    if let from = price.validFrom { member("valid_from", from.description) }
    if let until = price.validUntil { member("valid_until", until.description) }
  }

  private mutating func attributes(_ name: StaticString, _ attributes: [ProductRecord.Attribute]) {
    guard !attributes.isEmpty else { return }
    self.name(name)
    array { list in
      for attribute in attributes {
        list.object {
          $0.member("code", attribute.definition.code)
          $0.member("name", attribute.definition.name)
          $0.member("type", attribute.definition.type.rawValue)
          if let unit = attribute.definition.unit { $0.member("unit", unit) }
          $0.member("facet", attribute.definition.isFacet)
          $0.member("position", attribute.definition.position)
          $0.name("values")
          $0.array { values in for value in attribute.values { values.value(value) } }
        }
      }
    }
  }

  private mutating func value(_ value: AttributeValue) {
    switch value {
    case .text(let text): string(text)
    case .number(let number): double(number)
    case .boolean(let flag): bool(flag)
    case .date(let day): string(day.description)
    case .swatch(let name, let hex):
      object {
        $0.member("name", name)
        $0.member("hex", hex)
      }
    }
  }

  /// Hidden numbers have four decimals: enough for any test, and short.
  mutating func truth(_ name: StaticString, _ value: Double) { member(name, (value * 10_000).rounded() / 10_000) }

  mutating func truth(_ name: StaticString, _ taste: Taste) {
    self.name(name)
    array { list in
      for index in 0..<Taste.dimensions { list.double((taste.values[index] * 10_000).rounded() / 10_000) }
    }
  }
}
