import Catalog
import Edge
import HTTPServer
import Ports
import Recommendations
import SearchService

/// The shop's front: departments or brands, a first list, the rows for this shopper, and the other lists.
extension Storefront {
  /// Products in a row.
  private static let rowLength = 8
  /// Fewer make no row of their own where the rows above have the others.
  private static let leastOwn = 4
  private static let maxRows = 4

  /// A row and the address of the whole list.
  private struct Row {
    var title: String
    var path: String
    var products: [ProductCard]
  }

  @Sendable func home(_ given: HTTPRequest) async throws -> HTTPResponse {
    let request = greeted(given)
    let (layout, tree, entries) = await (layout(), tree(), entries())
    let products = try await service.count()
    let rows = try await rows(of: entries)
    events?.shown(
      rows.map {
        ShownList(list: .random(), placement: "home", rankedBy: "listing", products: $0.products.map(\.id))
      }, on: request)
    let made = await recommended.html(.home, for: request)
    let lists = rows.enumerated().map { html($1, isFirst: $0 == 0) }
    let body: HTML = """
      <section class="welcome"><h1>Find what you came for</h1><p>\(ShopWords.number(products)) \(products == 1 ? "product" : "products"), one search box.</p></section>
      \(departments(tree))\(brands(entries.brands))
      \(Array(lists.prefix(1)))
      \(made.own)
      \(Array(lists.dropFirst()))
      \(made.others)
      """
    var response = HTTPResponse.html(
      layout.page(title: shopName, description: "\(products) products at \(shopName).", body: body))
    if request.visitor != nil { response.headers["Cache-Control"] = "private, no-cache" }
    visitors.welcome(request, &response)
    return response
  }

  /// The departments with their first categories; a phone shows the departments alone.
  private func departments(_ tree: CategoryTree) -> HTML? {
    let departments = tree.roots.map { node -> HTML in
      let children = tree.children(of: node.id).prefix(5).map { child -> HTML in
        "<li><a href=\"/c/\(child.slug)\">\(child.name)</a></li>"
      }
      let list: HTML? = children.isEmpty ? nil : "<ul>\(Array(children))</ul>"
      return "<li><h2><a href=\"/c/\(node.slug)\">\(node.name)</a></h2>\(list)</li>"
    }
    guard !departments.isEmpty else { return nil }
    return
      "<section class=\"row departments-row\" aria-label=\"Departments\"><ul class=\"tiles\">\(departments)</ul></section>"
  }

  private func brands(_ names: [String]) -> HTML? {
    guard !names.isEmpty else { return nil }
    let links = names.map { name -> HTML in "<li><a href=\"\(Address.brand(name))\">\(name)</a></li>" }
    return "<section class=\"row\"><h2>Brands</h2><ul class=\"links\">\(links)</ul></section>"
  }

  /// The shop's lists, each product in the first that has it; all products, where there is no list.
  private func rows(of entries: BarEntries) async throws -> [Row] {
    var seen: Set<ProductID> = []
    var rows: [Row] = []
    for listing in entries.lists.prefix(Self.maxRows) {
      // Twice as many as a row has, since some stand above.
      let found = try await service.cards(
        of: SearchInput(sort: listing.defaultSort, pageSize: Self.rowLength * 2, listing: listing))
      let own = found.filter { !seen.contains($0.id) }
      let shown = Array((own.count < Self.leastOwn ? found : own).prefix(Self.rowLength))
      guard !shown.isEmpty else { continue }
      seen.formUnion(shown.map(\.id))
      rows.append(Row(title: listing.name, path: listing.path, products: shown))
    }
    if rows.isEmpty {
      let all = try await service.cards(of: SearchInput(pageSize: Self.rowLength))
      if !all.isEmpty { rows.append(Row(title: "Products", path: "/search", products: all)) }
    }
    return rows
  }

  private func html(_ row: Row, isFirst: Bool) -> HTML {
    """
    <section class="row"><div class="heading"><h2>\(row.title)</h2><a href="\(row.path)">See all<span class="hidden"> of \(row.title)</span></a></div>\(ProductGrid.html(row.products, isEager: isFirst, isStrip: true))</section>
    """
  }
}
