import Catalog
import SearchDSL

/// The facets of attributes: which of them, in which order, as values or as a range.
extension FacetReader {
  /// Attributes that one page offers; what is chosen is offered beyond them.
  private static let maxAttributes = 12
  /// A number with more values than these is asked for as a range.
  private static let maxListedNumbers = 8
  private static let bars = 12
  /// Most attributes of a page's results have no more.
  private static let usualValues = 8

  /// The counted values of an attribute.
  private struct Counted {
    var definition: AttributeDefinition
    /// Parts of their tokens: of hundreds a page shows some dozens.
    var values: [(value: Substring, count: Int)]
    var isCut: Bool
    /// The chosen values; empty where a range is chosen, nil where nothing is.
    var selected: [String]?
    var range: (lower: Double?, upper: Double?)?
    /// Of a number, where they are known beyond its counted values.
    var bounds: ClosedRange<Double>?
  }

  func attributes() -> [Facet] {
    let hexes = swatchHexes()
    return offered().map { facet(of: $0, hexes: hexes) }
  }

  /// The offered numbers of which values may be missing, since all attributes' values together were too many to count.
  func cutNumbers() -> [String] {
    guard counted(Retrieval.AggregationName.attributes).isCut else { return [] }
    return offered().filter { $0.definition.type == .number && $0.selected == nil }.map(\.definition.code)
  }

  /// The attributes that category or listing put first, then those that help most to choose (`FacetUse`).
  private func offered() -> [Counted] {
    let positions = firstPositions()
    let results = single(Retrieval.AggregationName.attributes)?.documentCount ?? 0
    let ranked = countedAttributes().compactMap { counted -> (counted: Counted, position: Int, use: Double)? in
      let use = FacetUse(counts: counted.values.map(\.count), results: results, shown: Self.maxValues)
      let position = positions[counted.definition.code]
      let isUseful = position == nil ? use.isEnough : use.bits > 0
      return isUseful || counted.selected != nil ? (counted, position ?? .max, use.value) : nil
    }.sorted { left, right in
      let (one, other) = (left.counted.definition, right.counted.definition)
      return (left.position, -left.use, one.position, one.code) < (
        right.position, -right.use, other.position, other.code
      )
    }
    let offered = ranked.enumerated().filter { $0.offset < Self.maxAttributes || $0.element.counted.selected != nil }
    return offered.map(\.element.counted)
  }

  private func countedAttributes() -> [Counted] {
    let (buckets, isCut) = counted(Retrieval.AggregationName.attributes)
    var found: [Counted] = []
    var codes = AttributeCodes()
    // The place in `found` of each code; nil for a code that is not a facet.
    var places: [Int?] = []
    for bucket in buckets {
      let token = bucket.key.text
      guard let (number, length) = codes.number(of: token) else { continue }
      let end = token.utf8.index(token.startIndex, offsetBy: length)
      if number == places.count {
        let definition = labels.attributes[String(token[..<end])]
        places.append(definition == nil ? nil : found.count)
        if let definition {
          found.append(Counted(definition: definition, values: [], isCut: isCut))
          found[found.count - 1].values.reserveCapacity(Self.usualValues)
        }
      }
      guard let place = places[number] else { continue }
      found[place].values.append((token[token.utf8.index(after: end)...], bucket.documentCount))
    }
    for filter in input.filters {
      guard let code = filter.attributeCode, let definition = labels.attributes[code] else { continue }
      let known = found.first { $0.definition.code == code }
      var entry = known ?? Counted(definition: definition, values: [], isCut: isCut)
      entry.selected = []
      let name = Retrieval.AggregationName.attribute(code)
      if single(name) != nil {
        let own = counted(name)
        entry.isCut = own.isCut
        entry.values = Self.values(of: own.buckets)
      }
      switch filter {
      case .attribute(_, let values): entry.selected = values
      case .attributeRange(_, let lower, let upper) where definition.type == .number: entry.range = (lower, upper)
      case .attributeRange(_, let lower, let upper): entry.selected = [SearchFilter.rangeText(lower, upper)]
      default: break
      }
      found.removeAll { $0.definition.code == code }
      found.append(entry)
    }
    return found
  }

  /// The positions that the listing or the category says itself; those of a listing go before.
  private func firstPositions() -> [String: Int] {
    let path = chosenCategory.flatMap { labels.tree.path(to: $0) }
    var positions = path.map { labels.rules.facetPositions(of: $0) } ?? [:]
    for (index, code) in (input.listing?.firstFacets ?? []).enumerated() { positions[code] = .min + index }
    return positions
  }

  private func facet(of counted: Counted, hexes: [String: String]) -> Facet {
    var counted = counted
    if let numbers { complete(&counted, by: numbers) }
    let definition = counted.definition
    let spread = spread(of: counted)
    // A number that is asked for as a range lists its chosen values only.
    let limit = spread == nil ? Self.maxValues : 0
    var values = SizeOrder.sorted(merged(counted.values, selected: counted.selected ?? [], limit: limit))
    if definition.type == .swatch { for index in values.indices { values[index].hex = hexes[values[index].value] } }
    if let unit = definition.unit { for index in values.indices { values[index].label += " \(unit)" } }
    let kind: Facet.Kind = spread != nil ? .ranges : definition.type == .swatch ? .swatches : .values
    return Facet(
      code: definition.code, name: definition.name, unit: definition.unit, kind: kind, values: values,
      hasMore: spread == nil && (counted.isCut || counted.values.count > values.count), spread: spread)
  }

  /// The values of an attribute's own tokens.
  static func values(of buckets: [Bucket]) -> [(value: Substring, count: Int)] {
    buckets.compactMap { bucket in
      FacetToken.parse(bucket.key.text).map { ($0.value[...], bucket.documentCount) }
    }
  }

  /// Takes the values of a number from the answer that counted it alone.
  private func complete(_ counted: inout Counted, by numbers: SearchResponse) {
    guard case .single(let bucket) = numbers.aggregations[Retrieval.AggregationName.attribute(counted.definition.code)]
    else { return }
    func buckets(_ name: String) -> BucketsResult? {
      if case .buckets(let result) = bucket.aggregations[name] { result } else { nil }
    }
    func number(_ name: String) -> Double? {
      buckets(name)?.buckets.first.flatMap { FacetToken.number(of: $0.key.text) }.flatMap { $0.isFinite ? $0 : nil }
    }
    guard let values = buckets(Retrieval.AggregationName.values) else { return }
    counted.values = Self.values(of: values.buckets)
    counted.isCut = values.sumOfOtherDocumentCounts > 0
    if let lowest = number(Retrieval.AggregationName.lowest), let highest = number(Retrieval.AggregationName.highest) {
      counted.bounds = lowest...max(lowest, highest)
    }
  }

  /// How the values of a number spread; nil where there are so few that each is listed.
  private func spread(of counted: Counted) -> Facet.Spread? {
    guard counted.definition.type == .number, counted.values.count > Self.maxListedNumbers || counted.range != nil
    else { return nil }
    return Self.spread(of: counted.values, range: counted.range, bounds: counted.bounds)
  }

  private static func finite(_ text: some StringProtocol) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

  /// The bounds and bars of counted numbers; nil where there is none.
  static func spread(
    of values: [(value: Substring, count: Int)], range: (lower: Double?, upper: Double?)?,
    bounds: ClosedRange<Double>? = nil
  ) -> Facet.Spread? {
    let numbers = values.compactMap { value, count in finite(value).map { (number: $0, count: count) } }
    guard let least = numbers.map(\.number).min(), let most = numbers.map(\.number).max() else { return nil }
    let (lowest, highest) = (min(least, bounds?.lowerBound ?? least), max(most, bounds?.upperBound ?? most))
    // Of halves, for the difference of two numbers may be none.
    let width = (highest / 2 - lowest / 2) / Double(bars) * 2
    var counts = (0..<bars).map { index in
      Facet.Spread.Bar(lower: lowest + width * Double(index), upper: lowest + width * Double(index + 1), count: 0)
    }
    for (number, count) in numbers where width > 0 {
      let place = (number / 2 - lowest / 2) / (width / 2)
      counts[min(bars - 1, max(0, Int(saturating: place)))].count += count
    }
    return Facet.Spread(
      lowest: lowest, highest: highest, chosenLower: range?.lower, chosenUpper: range?.upper,
      bars: width > 0 ? counts : [])
  }

  /// The tone of each colour.
  func swatchHexes() -> [String: String] {
    guard case .buckets(let tokens) = response.aggregations[Retrieval.AggregationName.swatches] else { return [:] }
    // The most frequent tone of a name stands first and is kept.
    return Dictionary(
      tokens.buckets.compactMap { FacetToken.parse($0.key.text) }.map { ($0.code, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }
}
