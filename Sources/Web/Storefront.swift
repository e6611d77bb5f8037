import Catalog
public import Edge
import HTTPServer
import Ports
public import Recommendations
public import SearchService
import Understanding

/// The shop's pages, rendered on the server.
public struct Storefront: Sendable {
  let service: SearchService
  let shopName: String
  let visitors: Visitors
  let counters: SearchCounters
  /// Keeps what the pages themselves know of: views, and lists as they were shown.
  let events: PageEvents?
  let recommended: RecommendationRows
  let history: HistoryPage
  /// The header's lists and brands, read anew each few seconds.
  private let remembered: Remembered<BarEntries>

  /// The sources that a page may load: the shop's own style, script and data; pictures from wherever the catalog says.
  public static let contentSecurityPolicy =
    "default-src 'self'; img-src 'self' http: https: data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

  public init(
    service: SearchService, shopName: String, visitors: Visitors, counters: SearchCounters,
    events: PageEvents? = nil, recommendations: RecommendationService, history: HistoryPage
  ) {
    self.events = events
    self.history = history
    remembered = Remembered(freshFor: BarEntries.freshFor, share: BarEntries.share) {
      try await BarEntries.read(service)
    }
    self.service = service
    self.shopName = shopName
    self.visitors = visitors
    self.counters = counters
    recommended = RecommendationRows(recommendations: recommendations, search: service, events: events)
  }

  public func register(on routes: inout Routes) {
    func page(_ name: String) -> Route { Route(access: .everyone, name: name, isPage: true) }
    routes.get("/", page("home"), home)
    routes.get("/search", page("search page"), search)
    routes.get("/c/{slug}", page("category page"), category)
    routes.get("/b/{slug}", page("brand page"), brand)
    routes.get("/facets/{code}", page("facet page"), facetValues)
    routes.get("/products/{id}", page("product page"), product)
    registerHistory(on: &routes)
    Assets.register(on: &routes, shopName: shopName)
    routes.showProblems(as: self.page(of:))
  }

  func layout() async -> Layout {
    let (tree, entries) = await (tree(), entries())
    return Layout(shopName: shopName, tree: tree, lists: entries.lists, brands: entries.brands)
  }

  /// Without the database the header has no departments; the page itself says what is missing.
  func tree() async -> CategoryTree { (try? await service.categories()) ?? CategoryTree(nodes: []) }

  /// Until the lists could be counted, none of them is taken for empty.
  func entries() async -> BarEntries {
    if let entries = await remembered.value() { return entries }
    return BarEntries(lists: await service.virtualListings(), brands: [])
  }

  @Sendable private func page(of problem: Problem) async -> HTTPResponse {
    let message = ShopWords.message(of: problem)
    let body: HTML = """
      <div class="heading"><h1>\(message.title)</h1></div>
      <p class="notice">\(message.text)</p><p><a href="/">Back to the shop's front</a></p>
      """
    let text = await layout().page(title: "\(message.title) – \(shopName)", description: message.title, body: body)
    var response = HTTPResponse.html(text, status: problem.status)
    for field in problem.headers.fields { response.headers.add(field.name, field.value) }
    return response
  }

  @Sendable private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await results(request, listing: nil)
  }

  @Sendable private func category(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(category: request.pathParameters["slug"] ?? "") else {
      throw Problem(
        APIProblem.listingNotFound, detail: "There is no such category. It may have moved: try a search.")
    }
    return try await results(request, listing: listing)
  }

  @Sendable private func brand(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(brand: request.pathParameters["slug"] ?? "") else {
      throw Problem(APIProblem.listingNotFound, detail: "We have no such brand. Try a search.")
    }
    return try await results(request, listing: listing)
  }

  /// A page's request, with a number for a visitor who has none, where the shop keeps what visitors do.
  func greeted(_ request: HTTPRequest) -> HTTPRequest { events == nil ? request : visitors.greet(request) }

  private func results(_ given: HTTPRequest, listing: Listing?) async throws -> HTTPResponse {
    let request = greeted(given)
    var input = try await InputReading.lenient.searchInput(of: request, listing: listing, for: service)
    input.isHighlighted = true
    let layout = await layout()
    let known = request.visitor
    let found = try await service.search(input, by: Visitors.searcher(of: request))
    counters.count(found)
    if let address = found.plan.redirect, listing == nil, input.page == 1, input.position == nil, input.filters.isEmpty
    {
      return .redirect(to: address)
    }
    noteShown(found, listing: listing, on: request)
    let addresses = ListAddress(input: input, tree: await tree(), currency: service.currency)
    let page = ResultsPage(
      page: found, addresses: addresses, fullMatches: await service.fullMatches(of: found),
      recommended: await rows(beside: found, for: request))
    var response = HTTPResponse.html(
      layout.page(
        title: "\(page.title) – \(shopName)", query: input.text,
        description: "\(found.total.value) products: \(page.title) at \(shopName).", body: page.body,
        hasResults: !found.products.isEmpty))
    // A browser that does not come back with the cookie is nobody whose searches are offered again.
    if service.remembersVisitors, !input.text.isEmpty, let known { await service.remember(found, of: known) }
    // An answer that is logged, or a visitor's own, is nobody else's.
    if found.searchID != nil || known != nil { response.headers["Cache-Control"] = "private, no-cache" }
    visitors.welcome(request, &response)
    return response
  }

  /// Rows under the first page of a category, and in place of results that are not to be had.
  private func rows(beside page: SearchPage, for request: HTTPRequest) async -> HTML? {
    if page.total.value == 0 { return await recommended.html(.noResults, for: request).all }
    guard let category = page.input.listing?.category, page.input.page == 1, page.input.position == nil else {
      return nil
    }
    return await recommended.html(.category, for: request, category: category).all
  }

  /// A search's results are in the query log already.
  private func noteShown(_ page: SearchPage, listing: Listing?, on request: HTTPRequest) {
    guard page.searchID == nil else { return }
    events?.shown(
      [
        ShownList(
          list: .random(), placement: listing == nil ? "search" : "listing", rankedBy: "search",
          firstPosition: page.input.resultsBefore + 1, products: page.products.map(\.id))
      ], on: request)
  }

  @Sendable private func facetValues(_ request: HTTPRequest) async throws -> HTTPResponse {
    var input = try await InputReading.lenient.facetValuesInput(of: request, for: service)
    let layout = await layout()
    let addresses = ListAddress(input: input.search, tree: await tree(), currency: service.currency)
    input.limit = min(FacetValuesInput.maxValues, addresses.linksOfPage)
    guard let values = try await service.facetValues(input) else {
      throw Problem(APIProblem.facetNotFound, detail: "There is nothing of this kind to choose by.")
    }
    let page = FacetValuesPage(values: values, addresses: addresses)
    return .html(
      layout.page(
        title: "\(page.title) – \(shopName)", query: input.search.text, description: page.title, body: page.body))
  }

  @Sendable private func product(_ given: HTTPRequest) async throws -> HTTPResponse {
    let request = greeted(given)
    guard let id = ProductID(request.pathParameters["id"] ?? ""), let product = try await service.product(id) else {
      throw Problem(
        APIProblem.productNotFound, detail: "There is no such product, or it is no longer sold. Try a search.")
    }
    let query = try request.query { $0 == "variant" || $0 == "picture" }
    let chosen = query["variant"].flatMap { VariantID($0) }
    let rows = await recommended.html(.product, for: request, product: product.id)
    let view = ProductView(
      product: product, chosen: chosen, shownPicture: query["picture"].flatMap { Int($0) } ?? 1,
      recommended: rows.all)
    var response = HTTPResponse.html(
      await layout().page(
        title: "\(product.title) – \(shopName)", description: product.summary.isEmpty ? product.title : product.summary,
        body: view.body))
    // After the rows: they are of what was seen before this product.
    events?.viewed(product.id, from: ShownPlace(request), on: request)
    response.headers["Cache-Control"] = "private, no-cache"
    visitors.welcome(request, &response)
    return response
  }
}
