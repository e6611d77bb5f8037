import Catalog
public import HTTPServer
public import Ports
public import SearchService
import StorefrontAPI

/// The shop's pages, rendered on the server.
public struct Storefront: Sendable {
  let service: SearchService
  let shopName: String
  /// nil where the shop has no Redis.
  let recentlyViewed: (any RecentlyViewed)?

  /// Products in a row of the home page.
  private static let homeRow = 8

  /// What a page may load: the shop's own style, script and data; pictures from wherever the catalog says.
  public static let contentSecurityPolicy =
    "default-src 'self'; img-src 'self' http: https: data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

  public init(service: SearchService, shopName: String, recentlyViewed: (any RecentlyViewed)? = nil) {
    self.service = service
    self.shopName = shopName
    self.recentlyViewed = recentlyViewed
  }

  public func register(on router: inout Router) {
    router.get("/", Route(name: "home")) { request in try await guarded(request, home) }
    router.get("/search", Route(name: "search page")) { request in try await guarded(request, search) }
    router.get("/categories/{slug}", Route(name: "category page")) { request in try await guarded(request, category) }
    router.get("/products/{id}", Route(name: "product page")) { request in try await guarded(request, product) }
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
    return Layout(shopName: shopName, tree: tree)
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
    let bestselling = try await service.search(SearchInput(sort: .bestselling, pageSize: Self.homeRow))
    let deals = try await service.search(
      SearchInput(filters: [.reduced, .inStock], sort: .discount, pageSize: Self.homeRow))
    let newest = try await service.search(SearchInput(filters: [.inStock], sort: .newest, pageSize: Self.homeRow))
    func row(_ title: String, _ page: SearchPage, _ href: String) -> HTML? {
      guard !page.products.isEmpty else { return nil }
      return """
        <section class="row"><div class="heading"><h2>\(title)</h2><a href="\(href)">See all<span class="hidden"> of \(title)</span></a></div>\(ProductGrid.html(page.products))</section>
        """
    }
    let departments = layout.tree.roots.map { node -> HTML in
      let children = layout.tree.children(of: node.id).prefix(5).map { child -> HTML in
        "<li><a href=\"/categories/\(child.slug)\">\(child.name)</a></li>"
      }
      return "<li><h2><a href=\"/categories/\(node.slug)\">\(node.name)</a></h2><ul>\(Array(children))</ul></li>"
    }
    let body: HTML = """
      <section class="welcome"><h1>Find what you came for</h1><p>\(bestselling.total.value) products, one search box.</p></section>
      <section class="row" aria-label="Departments"><ul class="tiles">\(departments)</ul></section>
      \(row("Bestsellers", bestselling, "/search?sort=bestselling"))
      \(row("Reduced", deals, "/search?filter=reduced:yes&sort=discount"))
      \(row("New", newest, "/search?sort=newest"))
      """
    return .html(
      layout.page(title: shopName, description: "Fashion, electronics and home at \(shopName).", body: body))
  }

  private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    let input = try SearchInput(
      parameters: request.query.parameters.map { ($0.name, $0.value) }, currency: service.currency)
    return try await results(input, category: nil)
  }

  private func category(_ request: HTTPRequest) async throws -> HTTPResponse {
    let tree = try await service.categories()
    guard let node = tree.node(slug: request.pathParameters["slug"] ?? "") else {
      throw Problem(ServerProblem.notFound, detail: "There is no such category. It may have moved: try a search.")
    }
    var input = try SearchInput(
      parameters: request.query.parameters.map { ($0.name, $0.value) }, currency: service.currency)
    input.filters.removeAll { if case .category = $0 { true } else { false } }
    input.filters.insert(.category(node.id), at: 0)
    return try await results(input, category: node)
  }

  private func results(_ input: SearchInput, category: CategoryTree.Node?) async throws -> HTTPResponse {
    let layout = await layout()
    let found = try await service.search(input)
    let page = ResultsPage(page: found, category: category, tree: layout.tree, currency: service.currency)
    return .html(
      layout.page(
        title: "\(page.title) – \(shopName)", query: input.text,
        description: "\(found.total.value) products: \(page.title) at \(shopName).", body: page.body))
  }

  private func product(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = ProductID(request.pathParameters["id"] ?? ""), let product = try await service.product(id) else {
      throw Problem(
        APIProblem.productNotFound, detail: "There is no such product, or it is no longer sold. Try a search.")
    }
    let chosen = try request.query["variant"].flatMap { VariantID($0) }
    let known = Self.visitor(of: request)
    let visitor = known ?? .random()
    let viewed = await viewedBefore(product.id, by: visitor)
    let view = ProductView(product: product, chosen: chosen, viewed: viewed)
    var response = HTTPResponse.html(
      await layout().page(
        title: "\(product.title) – \(shopName)", description: product.summary.isEmpty ? product.title : product.summary,
        body: view.body))
    if recentlyViewed != nil, known == nil {
      let days = 30 * 86_400
      response.headers.add("Set-Cookie", "visitor=\(visitor); Path=/; Max-Age=\(days); HttpOnly; SameSite=Lax")
    }
    response.headers["Cache-Control"] = "private, no-cache"
    return response
  }

  // MARK: Recently viewed

  /// Cards of a row under a product.
  private static let viewedRow = 6

  private static func visitor(of request: HTTPRequest) -> VisitorID? {
    let cookies = request.headers.values("Cookie").flatMap { $0.split(separator: ";") }
    return cookies.lazy.compactMap { cookie -> VisitorID? in
      let parts = cookie.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == "visitor" else { return nil }
      return VisitorID(String(parts[1]))
    }.first
  }

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
