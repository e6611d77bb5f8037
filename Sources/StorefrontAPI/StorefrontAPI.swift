import Catalog
public import HTTPServer
import JSON
public import SearchService
public import Telemetry

/// The shop's HTTP API under `/v1`, and what operators ask of any process.
public struct StorefrontAPI: Sendable {
  let service: SearchService
  let visitors: Visitors
  let metrics: MetricsRegistry
  let checks: [ReadinessCheck]
  let searches: Counter
  let corrected: Counter
  let relaxed: Counter
  let empty: Counter

  public init(
    service: SearchService, visitors: Visitors, metrics: MetricsRegistry, checks: [ReadinessCheck]
  ) {
    self.service = service
    self.visitors = visitors
    self.metrics = metrics
    self.checks = checks
    searches = metrics.counter("vitrine_searches_total", help: "Searches answered.")
    corrected = metrics.counter(
      "vitrine_searches_corrected_total", help: "Searches that found something only after their spelling was corrected."
    )
    relaxed = metrics.counter(
      "vitrine_searches_relaxed_total", help: "Searches whose words were relaxed to find anything.")
    empty = metrics.counter("vitrine_searches_empty_total", help: "Searches that found nothing.")
  }

  /// Adds the routes; `OpenAPI` describes each of them.
  public func register(on router: inout Router) {
    router.get("/v1/search", Route(name: "search"), search)
    router.get("/v1/suggest", Route(name: "suggest"), suggest)
    router.get("/v1/products/{id}", Route(name: "product"), product)
    router.get("/v1/categories", Route(name: "categories"), categories)
    router.get("/v1/categories/{slug}", Route(name: "category"), category)
    router.get("/v1/brands/{slug}", Route(name: "brand"), brand)
    router.get("/v1/facets/{code}/values", Route(name: "facetValues"), facetValues)
    OperatorAPI(metrics: metrics, checks: checks).register(on: &router)
    let description = OpenAPI.document.bytes
    router.get("/openapi.json", Route(name: "openapi", isImmediate: true)) { _ in .json(description) }
  }

  @Sendable private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating { try await results(request, listing: nil) }
  }

  @Sendable private func category(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      guard let listing = try await service.listing(category: request.pathParameters["slug"] ?? "") else {
        throw Problem(APIProblem.listingNotFound, detail: "There is no category of this slug.")
      }
      return try await results(request, listing: listing)
    }
  }

  @Sendable private func brand(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      guard let listing = try await service.listing(brand: request.pathParameters["slug"] ?? "") else {
        throw Problem(APIProblem.listingNotFound, detail: "There is no brand of this slug.")
      }
      return try await results(request, listing: listing)
    }
  }

  private func results(_ request: HTTPRequest, listing: Listing?) async throws -> HTTPResponse {
    let input = try SearchInput(
      parameters: request.query.parameters.map { ($0.name, $0.value) }, currency: service.currency, listing: listing,
      signer: service.signer)
    let page = try await service.search(input, by: visitors.searcher(of: request))
    searches.increment()
    if page.correctedText != nil { corrected.increment() }
    if page.relaxedTo != nil { relaxed.increment() }
    if page.total.value == 0 { empty.increment() }
    return .json(SearchJSON.bytes(of: page))
  }

  @Sendable private func facetValues(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      var parameters = try request.query.parameters.map { (name: $0.name, value: $0.value) }
      let named = parameters.first { $0.name == "listing" }?.value
      parameters.removeAll { $0.name == "listing" }
      let listing = try await service.listing(named: named)
      let input = try FacetValuesInput(
        code: request.pathParameters["code"] ?? "", parameters: parameters, currency: service.currency, listing: listing
      )
      guard let values = try await service.facetValues(input) else {
        throw Problem(
          APIProblem.facetNotFound, detail: "There is no facet of this code: brand, or that of an attribute.")
      }
      return .json(SearchJSON.bytes(of: values))
    }
  }

  @Sendable private func suggest(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      let parameters = try request.query
      for name in parameters.names where name != "q" {
        throw InvalidInput(parameter: String(name.prefix(40)), reason: "is not a parameter of suggestions: they take q")
      }
      let input = try SearchInput(parameters: parameters.parameters.map { ($0.name, $0.value) })
      let visitor = visitors.visitor(of: request)
      var response = HTTPResponse.json(
        SearchJSON.bytes(of: try await service.suggest(input.text, visitor: visitor)))
      // What a visitor searched for is nobody else's.
      if visitor != nil { response.headers["Cache-Control"] = "private, no-store" }
      return response
    }
  }

  @Sendable private func product(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      guard let id = ProductID(request.pathParameters["id"] ?? ""), let page = try await service.product(id) else {
        throw Problem(APIProblem.productNotFound, detail: "There is no product of this id, or it is not on sale.")
      }
      return .json(SearchJSON.bytes(of: page))
    }
  }

  @Sendable private func categories(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await Problem.translating {
      var response = HTTPResponse.json(
        SearchJSON.bytes(of: try await service.categories(), virtual: await service.virtualListings()))
      response.headers["Cache-Control"] = "public, max-age=30"
      return response
    }
  }
}
