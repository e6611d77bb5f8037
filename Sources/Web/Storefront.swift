import Catalog
public import HTTPServer
public import Ports
public import SearchService
public import StorefrontAPI

/// The shop's pages, rendered on the server.
public struct Storefront: Sendable {
  let service: SearchService
  let shopName: String
  let visitors: Visitors
  /// nil where the shop has no Redis.
  let recentlyViewed: (any RecentlyViewed)?
  let adminAccess: AdminAccess
  /// Keeps what the pages themselves know of: views, and lists as they were shown.
  let events: PageEvents?

  /// Products in a row of the home page.
  private static let homeRow = 8
  private static let homeRows = 4

  /// What a page may load: the shop's own style, script and data; pictures from wherever the catalog says.
  public static let contentSecurityPolicy =
    "default-src 'self'; img-src 'self' http: https: data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

  public init(
    service: SearchService, shopName: String, visitors: Visitors, recentlyViewed: (any RecentlyViewed)? = nil,
    adminAccess: AdminAccess = AdminAccess(token: nil), events: PageEvents? = nil
  ) {
    self.events = events
    self.service = service
    self.shopName = shopName
    self.visitors = visitors
    self.recentlyViewed = recentlyViewed
    self.adminAccess = adminAccess
  }

  public func register(on router: inout Router) {
    router.get("/", Route(name: "home")) { request in try await guarded(request, home) }
    router.get("/search", Route(name: "search page")) { request in try await guarded(request, search) }
    router.get("/c/{slug}", Route(name: "category page")) { request in try await guarded(request, category) }
    router.get("/b/{slug}", Route(name: "brand page")) { request in try await guarded(request, brand) }
    router.get("/facets/{code}", Route(name: "facet page")) { request in try await guarded(request, facetValues) }
    router.get("/products/{id}", Route(name: "product page")) { request in try await guarded(request, product) }
    router.get("/admin/search", Route(name: "search report page", deadline: AdminAPI.reportDeadline)) { request in
      try await guarded(request, searchReport)
    }
    Assets.register(on: &router, shopName: shopName)
  }

  /// Runs a page and turns what went wrong into a page that says what to do.
  private func guarded(
    _ request: HTTPRequest, _ page: (HTTPRequest) async throws -> HTTPResponse
  ) async throws -> HTTPResponse {
    do {
      return try await Problem.translating { try await page(request) }
    } catch let problem as Problem {
      return await self.page(of: problem)
    }
  }

  private func layout() async -> Layout {
    // Without the database the header has no departments; the page itself says what is missing.
    let tree = (try? await service.categories()) ?? CategoryTree(nodes: [])
    return Layout(shopName: shopName, tree: tree, virtual: await service.virtualListings())
  }

  private func page(of problem: Problem) async -> HTTPResponse {
    let body: HTML = """
      <div class="heading"><h1>\(problem.title)</h1></div>
      <p class="notice">\(problem.detail)</p><p><a href="/">Back to the shop's front</a></p>
      """
    let text = await layout().page(title: "\(problem.title) – \(shopName)", description: problem.title, body: body)
    var response = HTTPResponse.html(text, status: problem.status)
    for field in problem.headers.fields { response.headers.add(field.name, field.value) }
    return response
  }

  private func home(_ request: HTTPRequest) async throws -> HTTPResponse {
    let layout = await layout()
    let products = try await service.search(SearchInput(pageSize: 1)).total.value
    var rows: [HTML] = []
    var shown: [ShownList] = []
    for listing in await service.virtualListings().prefix(Self.homeRows) {
      let page = try await service.search(
        SearchInput(sort: listing.defaultSort, pageSize: Self.homeRow, listing: listing))
      if let row = row(listing, page) { rows.append(row) }
      shown.append(
        ShownList(list: .random(), placement: "home", rankedBy: "listing", products: page.products.map(\.id)))
    }
    events?.shown(shown, on: request)
    let departments = layout.tree.roots.map { node -> HTML in
      let children = layout.tree.children(of: node.id).prefix(5).map { child -> HTML in
        "<li><a href=\"/c/\(child.slug)\">\(child.name)</a></li>"
      }
      return "<li><h2><a href=\"/c/\(node.slug)\">\(node.name)</a></h2><ul>\(Array(children))</ul></li>"
    }
    let body: HTML = """
      <section class="welcome"><h1>Find what you came for</h1><p>\(products) products, one search box.</p></section>
      <section class="row" aria-label="Departments"><ul class="tiles">\(departments)</ul></section>
      \(rows)
      """
    return .html(
      layout.page(title: shopName, description: "Fashion, electronics and home at \(shopName).", body: body))
  }

  private func row(_ listing: Listing, _ page: SearchPage) -> HTML? {
    guard !page.products.isEmpty else { return nil }
    return """
      <section class="row"><div class="heading"><h2>\(listing.name)</h2><a href="\(listing.path)">See all<span class="hidden"> of \(listing.name)</span></a></div>\(ProductGrid.html(page.products))</section>
      """
  }

  private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await results(request, listing: nil)
  }

  private func category(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(category: request.pathParameters["slug"] ?? "") else {
      throw Problem(
        APIProblem.listingNotFound, detail: "There is no such category. It may have moved: try a search.")
    }
    return try await results(request, listing: listing)
  }

  private func brand(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(brand: request.pathParameters["slug"] ?? "") else {
      throw Problem(APIProblem.listingNotFound, detail: "We have no such brand. Try a search.")
    }
    return try await results(request, listing: listing)
  }

  private func results(_ request: HTTPRequest, listing: Listing?) async throws -> HTTPResponse {
    var input = try SearchInput(
      parameters: request.query(taking: SearchInput.takes).parameters.map { ($0.name, $0.value) },
      currency: service.currency, listing: listing, signer: service.signer)
    input = await service.leavingOutUnknownConditions(of: input)
    input.isHighlighted = true
    let layout = await layout()
    let known = visitors.visitor(of: request)
    let found = try await service.search(input, by: visitors.searcher(of: request))
    noteShown(found, listing: listing, on: request)
    let addresses = ListAddress(input: input, tree: layout.tree, currency: service.currency)
    let page = ResultsPage(page: found, addresses: addresses)
    var response = HTTPResponse.html(
      layout.page(
        title: "\(page.title) – \(shopName)", query: input.text,
        description: "\(found.total.value) products: \(page.title) at \(shopName).", body: page.body))
    if service.remembersVisitors, !input.text.isEmpty {
      // A browser that does not come back with the cookie is nobody whose searches are kept.
      if let known { await service.remember(found, of: known) }
      visitors.welcome(request, &response)
    }
    // An answer that is logged, or a visitor's own, is nobody else's.
    if found.searchID != nil || known != nil || response.headers["Set-Cookie"] != nil {
      response.headers["Cache-Control"] = "private, no-cache"
    }
    return response
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

  private func facetValues(_ request: HTTPRequest) async throws -> HTTPResponse {
    var parameters = try request.query { $0 == "listing" || FacetValuesInput.takes(parameter: $0) }
      .parameters.map { (name: $0.name, value: $0.value) }
    let listing = try await service.listing(named: parameters.first { $0.name == "listing" }?.value)
    parameters.removeAll { $0.name == "listing" }
    var input = try FacetValuesInput(
      code: request.pathParameters["code"] ?? "", parameters: parameters, currency: service.currency, listing: listing)
    input.search = await service.leavingOutUnknownConditions(of: input.search)
    let layout = await layout()
    let addresses = ListAddress(input: input.search, tree: layout.tree, currency: service.currency)
    input.limit = min(FacetValuesInput.mostValues, addresses.linksOfPage)
    guard let values = try await service.facetValues(input) else {
      throw Problem(APIProblem.facetNotFound, detail: "There is nothing of this kind to choose by.")
    }
    let page = FacetValuesPage(values: values, addresses: addresses)
    return .html(
      layout.page(
        title: "\(page.title) – \(shopName)", query: input.search.text, description: page.title, body: page.body))
  }

  private func product(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = ProductID(request.pathParameters["id"] ?? ""), let product = try await service.product(id) else {
      throw Problem(
        APIProblem.productNotFound, detail: "There is no such product, or it is no longer sold. Try a search.")
    }
    let chosen = try request.query { $0 == "variant" }["variant"].flatMap { VariantID($0) }
    var viewed: [ProductCard] = []
    if let visitor = visitors.visitor(of: request) { viewed = await viewedBefore(product.id, by: visitor) }
    let view = ProductView(product: product, chosen: chosen, viewed: viewed)
    var response = HTTPResponse.html(
      await layout().page(
        title: "\(product.title) – \(shopName)", description: product.summary.isEmpty ? product.title : product.summary,
        body: view.body))
    events?.viewed(product.id, on: request)
    if recentlyViewed != nil || events != nil { visitors.welcome(request, &response) }
    response.headers["Cache-Control"] = "private, no-cache"
    return response
  }

  private func searchReport(_ request: HTTPRequest) async throws -> HTTPResponse {
    try adminAccess.check(request)
    guard let log = service.log else { throw Problem.logIsOff }
    var input = try ReportInput(
      parameters: request.query(taking: ReportInput.takes).parameters.map { ($0.name, $0.value) })
    input.limit = min(input.limit, SearchReportPage.mostQueries)
    let page = SearchReportPage(report: try await log.report(days: input.days, limit: input.limit))
    var response = HTTPResponse.html(
      await layout().page(
        title: "Searches – \(shopName)", description: "What shoppers searched for.", body: page.body, isIndexed: false))
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  // MARK: Recently viewed

  /// Cards of a row under a product.
  private static let viewedRow = 6

  /// What the visitor saw before this product, which is remembered as well. Empty where Redis does not answer: the page
  /// is whole without.
  private func viewedBefore(_ product: ProductID, by visitor: VisitorID) async -> [ProductCard] {
    guard let recentlyViewed else { return [] }
    do {
      let ids = try await recentlyViewed.products(of: visitor, limit: Self.viewedRow + 1)
      try await recentlyViewed.record(product, by: visitor)
      return try await service.cards(of: Array(ids.filter { $0 != product }.prefix(Self.viewedRow)))
    } catch {
      return []
    }
  }
}
