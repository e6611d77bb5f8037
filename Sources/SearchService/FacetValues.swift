public import Catalog
import SearchDSL
import Understanding

/// The values of one facet, all or those that a text leads to; of a number, their spread over all of them.
public struct FacetValues: Sendable, Hashable {
  /// Its values are those of the page asked for.
  public var facet: Facet
  /// The text that was looked for in them; empty: all.
  public var text: String
  /// Values that fit, on all pages.
  public var total: Int
  /// Whether the results may have values beyond those that were looked through.
  public var isCut: Bool
}

/// A question for the values of one facet.
public struct FacetValuesInput: Sendable, Hashable {
  public static let maxValues = 1_000
  public static let defaultLimit = 100
  private static let longestPrefix = 100

  /// The search whose results are counted; the facet's own filter is left out.
  public var search: SearchInput
  public var code: String
  /// The beginning of one of a value's words.
  public var prefix: String
  public var limit: Int

  /// Reads the parameters of an address: those of a search, `prefix` and `limit`.
  public init(
    code: String, parameters: [(name: String, value: String)], currency: Currency = .gbp, listing: Listing? = nil
  ) throws(InvalidInput) {
    prefix = ""
    limit = Self.defaultLimit
    var rest: [(name: String, value: String)] = []
    for (name, value) in parameters where !value.isEmpty {
      switch name {
      case "prefix":
        guard value.unicodeScalars.count <= Self.longestPrefix else {
          throw InvalidInput(parameter: name, reason: "has more than \(Self.longestPrefix) characters")
        }
        prefix = value
      case "limit": limit = try SearchInput.number(value, parameter: name, in: 1...Self.maxValues)
      case "page", "page_size", "cursor":
        throw InvalidInput(parameter: name, reason: "is of a search, not of a facet's values; they take `limit`")
      default: rest.append((name, value))
      }
    }
    search = try SearchInput(parameters: rest, currency: currency, listing: listing)
    self.code = code
  }

  /// Whether a page of a facet's values has a parameter of this name.
  public static func takes(parameter name: String) -> Bool {
    switch name {
    case "prefix", "limit": true
    case "page", "page_size", "cursor": false
    default: SearchInput.takes(parameter: name)
    }
  }

  /// The facet's values that the search has chosen.
  var selected: [String] {
    for filter in search.filters where filter.facetCode == code {
      switch filter {
      case .brand(let names): return names
      case .attribute(_, let values): return values
      case .attributeRange(_, let lower, let upper): return [SearchFilter.rangeText(lower, upper)]
      default: break
      }
    }
    return []
  }

  /// The range that the search has chosen.
  var range: (lower: Double?, upper: Double?)? {
    for case .attributeRange(code, let lower, let upper) in search.filters { return (lower, upper) }
    return nil
  }
}

extension FacetCounter {
  /// The values of a facet under the search's other filters, the most frequent first; numbers in their order.
  ///
  /// Takes `brand` and the code of any attribute that is a facet; nil for another. The search of `run` is the question's,
  /// of one product.
  func values(_ input: FacetValuesInput, in run: inout SearchRun) async throws -> FacetValues? {
    let labels = run.labels
    let definition = labels.attributes[input.code]
    guard definition != nil || input.code == "brand" else { return nil }
    try labels.check(input.search)
    let candidates = try await retriever.candidates(in: &run)
    let request = retriever.requests.valuesRequest(of: input.code, query: candidates.query, input: input.search)
    let response = try await retriever.index.search(request, by: run.limits.answer)

    let reader = FacetReader(response: response, input: input.search, labels: labels, priceSteps: priceSteps)
    let (buckets, isCut) = reader.counted(Retrieval.AggregationName.attribute(input.code))
    let counted =
      definition == nil
      ? buckets.map { (value: $0.key.text[...], count: $0.documentCount) } : FacetReader.values(of: buckets)
    let fitting = counted.filter { String($0.value).hasWord(beginningWith: input.prefix) }
    let selected = input.selected
    var values = reader.merged(
      fitting, selected: input.prefix.isEmpty ? selected : [], limit: input.limit)
    values = SizeOrder.sorted(values)
    let hexes = definition?.type == .swatch ? reader.swatchHexes() : [:]
    for index in values.indices {
      values[index].isSelected = selected.contains(values[index].value)
      values[index].hex = hexes[values[index].value]
      if let unit = definition?.unit { values[index].label += " \(unit)" }
    }
    let facet = Facet(
      code: input.code, name: definition?.name ?? "Brand", unit: definition?.unit,
      kind: definition?.type == .swatch ? .swatches : .values, values: values,
      hasMore: isCut || fitting.count > values.count,
      spread: definition?.type == .number ? FacetReader.spread(of: counted, range: input.range) : nil)
    return FacetValues(facet: facet, text: input.prefix, total: fitting.count, isCut: isCut)
  }
}
