import Catalog
import SearchDSL

/// Counts of options that are chosen together: of products with one variant that has all that is chosen.
///
/// A facet's own count is of products that have its value in any variant: beside colour:Red, size M would count a red S
/// with a blue M. Where options are chosen, each value that the page shows is counted as its choice would find it.
struct OptionCounts {
  let retrieval: Retrieval
  let input: SearchInput

  /// Whether a value's count depends on the variants.
  var isNeeded: Bool { input.filters.contains { if case .attribute = $0 { true } else { $0 == .inStock } } }

  /// The request for the values of some facets; nil where none of them is an option of what was found.
  func request(for facets: [Facet], options: Set<String>, query: Query) -> SearchRequest? {
    // Stock depends on the variants only beside a chosen option.
    let choosesOption = input.filters.contains { $0.attributeCode.map(options.contains) ?? false }
    let concerned = facets.filter {
      $0.spread == nil && (options.contains($0.code) || (choosesOption && $0.code == Self.stock))
    }
    let aggregations = concerned.flatMap { facet in
      facet.values.map { value in
        NamedAggregation(Self.name(facet, value), Aggregation(.filter(filter(facet.code, value.value))))
      }
    }
    guard !aggregations.isEmpty else { return nil }
    return SearchRequest(
      query: retrieval.within(input.listing, query, input: input), size: 0, aggregations: aggregations,
      trackTotalHits: .never)
  }

  /// What the choice of one value finds, the facet's other choices left out.
  private func filter(_ code: String, _ value: String) -> Query {
    let others = input.filters.filter { $0.facetCode != code }
    let choice = code == Self.stock ? SearchFilter.inStock : .attribute(code: code, values: [value])
    return retrieval.conjunction(of: others + [choice], input: input) ?? .matchAll()
  }

  private static let stock = SearchFilter.inStock.facetCode

  private static func name(_ facet: Facet, _ value: Facet.Value) -> String { "\(facet.code)=\(value.value)" }

  /// The facets with these counts; a value that nothing has any more goes, unless it is chosen.
  func applied(to facets: [Facet], _ response: SearchResponse) -> [Facet] {
    facets.map { facet in
      var facet = facet
      for index in facet.values.indices {
        guard case .single(let bucket) = response.aggregations[Self.name(facet, facet.values[index])] else { continue }
        facet.values[index].count = bucket.documentCount
      }
      facet.values.removeAll { $0.count == 0 && !$0.isSelected }
      return facet
    }
  }
}
