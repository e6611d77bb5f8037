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
    let aggregations = concerned(facets, options).enumerated().map { place, facet in
      NamedAggregation(
        Self.name(place),
        Aggregation(
          .filter(retrieval.conjunction(of: others(facet.code), input: input) ?? .matchAll()),
          aggregations: [NamedAggregation(Self.values, Aggregation(.filters(choices(facet))))]))
    }
    guard !aggregations.isEmpty else { return nil }
    return SearchRequest(
      query: retrieval.within(input.listing, query, input: input), size: 0, aggregations: aggregations,
      trackTotalHits: .never)
  }

  private func concerned(_ facets: [Facet], _ options: Set<String>) -> [Facet] {
    // Stock depends on the variants only beside a chosen option.
    let choosesOption = input.filters.contains { $0.attributeCode.map(options.contains) ?? false }
    let concerned = facets.filter {
      $0.spread == nil && (options.contains($0.code) || (choosesOption && $0.code == Self.stock))
    }
    return Array(concerned.prefix(Self.maxFacets))
  }

  private func others(_ code: String) -> [SearchFilter] { input.filters.filter { $0.facetCode != code } }

  /// The products that each value finds among those that the other conditions leave. The choice goes together with the
  /// ones that variants decide.
  private func choices(_ facet: Facet) -> [Aggregation.NamedFilter] {
    let options = others(facet.code).filter { $0.attributeCode != nil || $0 == .inStock }
    return facet.values.prefix(Self.maxValues).enumerated().map { place, value in
      let choice: SearchFilter =
        facet.code == Self.stock ? .inStock : .attribute(code: facet.code, values: [value.value])
      return .init(Self.name(place), retrieval.addition(of: choice, to: options, input: input))
    }
  }

  /// A page shows no more; what lies beyond keeps the count of any variant.
  private static let maxFacets = 12
  private static let maxValues = 50
  private static let values = "values"
  private static let stock = SearchFilter.inStock.facetCode

  /// Of a place: engines refuse some signs in names, and a merchant's value may have any.
  private static func name(_ place: Int) -> String { "\(place)" }

  /// The facets with these counts; a value that nothing has any more goes, unless it is chosen.
  func applied(to facets: [Facet], options: Set<String>, _ response: SearchResponse) -> [Facet] {
    let concerned = self.concerned(facets, options)
    return facets.map { facet in
      var facet = facet
      guard let place = concerned.firstIndex(where: { $0.code == facet.code }),
        case .single(let found) = response.aggregations[Self.name(place)],
        case .buckets(let result) = found.aggregations[Self.values]
      else { return facet }
      for (index, bucket) in zip(facet.values.indices, result.buckets) {
        facet.values[index].count = bucket.documentCount
      }
      facet.values.removeAll { $0.count == 0 && !$0.isSelected }
      return facet
    }
  }
}
