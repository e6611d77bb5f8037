import Catalog
import SearchService

/// The lists and brands that the header and the home page lead to. None of them is empty.
struct BarEntries: Sendable {
  /// Virtual categories that have products.
  var lists: [Listing]
  /// Those with the most products; read only where the catalog has no categories to look around in.
  var brands: [String]

  static let maxBrands = 24

  /// How long a list that was filled or emptied keeps its old place in the header.
  static let freshFor = Duration.seconds(5)
  /// How long a page waits for it.
  static let share = Duration.milliseconds(150)

  static func read(_ service: SearchService) async throws -> BarEntries {
    var lists: [Listing] = []
    for listing in await service.virtualListings() {
      if try await service.count(of: SearchInput(listing: listing)) > 0 { lists.append(listing) }
    }
    guard try await service.categories().roots.isEmpty else { return BarEntries(lists: lists, brands: []) }
    var input = try FacetValuesInput(code: "brand", parameters: [])
    input.limit = maxBrands
    let brands = try await service.facetValues(input)?.facet.values.map(\.value) ?? []
    return BarEntries(lists: lists, brands: brands)
  }
}
