import Catalog
import SearchService

extension Shop {
  /// A search that the demo's catalog has products for.
  package static let demoSearch = "red dress"

  /// A search that finds something in this catalog: the demo's, or else a word of a product's title; nil for an empty catalog.
  package func exampleSearch() async -> String? {
    let service = searchService()
    // An example is worth no failure: without one the shop opens all the same.
    if let page = try? await service.search(SearchInput(text: Self.demoSearch)), page.relaxedTo == nil,
      page.total.value > 0
    {
      return Self.demoSearch
    }
    guard let title = try? await service.cards(of: SearchInput(pageSize: 1)).first?.title else { return nil }
    return title.split { !$0.isLetter }.max { $0.count < $1.count }?.lowercased()
  }
}
