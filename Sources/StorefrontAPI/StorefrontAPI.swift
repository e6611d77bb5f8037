import Catalog
public import Edge
import HTTPServer
import JSON
public import SearchService

/// The API of shoppers' programs, under `/v1`.
public struct StorefrontAPI: Sendable {
  let service: SearchService
  let counters: SearchCounters

  public init(service: SearchService, counters: SearchCounters) {
    self.service = service
    self.counters = counters
  }

  /// Adds the routes; `OpenAPI` describes each of them.
  public func register(on routes: inout Routes) {
    routes.get("/v1/search", Route(access: .everyone, name: "search"), search)
    routes.get("/v1/suggest", Route(access: .everyone, name: "suggest"), suggest)
    routes.get("/v1/products/{id}", Route(access: .everyone, name: "product"), product)
    routes.get("/v1/categories", Route(access: .everyone, name: "categories"), categories)
    routes.get("/v1/categories/{slug}", Route(access: .everyone, name: "category"), category)
    routes.get("/v1/brands/{slug}", Route(access: .everyone, name: "brand"), brand)
    routes.get("/v1/facets/{code}/values", Route(access: .everyone, name: "facetValues"), facetValues)
    let description = OpenAPI.document.bytes
    routes.get("/openapi.json", Route(access: .everyone, name: "openapi", rate: .free, isImmediate: true)) { _ in
      .json(description)
    }
  }

  @Sendable private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await results(request, listing: nil)
  }

  @Sendable private func category(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(category: request.pathParameters["slug"] ?? "") else {
      throw Problem(APIProblem.listingNotFound, detail: "There is no category of this slug.")
    }
    return try await results(request, listing: listing)
  }

  @Sendable private func brand(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let listing = try await service.listing(brand: request.pathParameters["slug"] ?? "") else {
      throw Problem(APIProblem.listingNotFound, detail: "There is no brand of this slug.")
    }
    return try await results(request, listing: listing)
  }

  private func results(_ request: HTTPRequest, listing: Listing?) async throws -> HTTPResponse {
    let input = try await InputReading.strict.searchInput(of: request, listing: listing, for: service)
    let page = try await service.search(input, by: Visitors.searcher(of: request))
    counters.count(page)
    var response = HTTPResponse.json(SearchJSON.bytes(of: page))
    // A visitor's own order must reach nobody else.
    if request.visitor != nil { response.headers["Cache-Control"] = "private, no-store" }
    return response
  }

  @Sendable private func facetValues(_ request: HTTPRequest) async throws -> HTTPResponse {
    let input = try await InputReading.strict.facetValuesInput(of: request, for: service)
    guard let values = try await service.facetValues(input) else {
      throw Problem(
        APIProblem.facetNotFound, detail: "There is no facet of this code: brand, or that of an attribute.")
    }
    return .json(SearchJSON.bytes(of: values))
  }

  @Sendable private func suggest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let parameters = try request.query
    for name in parameters.names where name != "q" {
      throw InvalidInput(parameter: String(name.prefix(40)), reason: "is not a parameter of suggestions: they take q")
    }
    let input = try SearchInput(parameters: parameters.parameters.map { ($0.name, $0.value) })
    var response = HTTPResponse.json(
      SearchJSON.bytes(of: try await service.suggest(input.text, visitor: request.visitor)))
    // A visitor's own searches must reach nobody else.
    if request.visitor != nil { response.headers["Cache-Control"] = "private, no-store" }
    return response
  }

  @Sendable private func product(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = ProductID(request.pathParameters["id"] ?? ""), let page = try await service.product(id) else {
      throw Problem(APIProblem.productNotFound, detail: "There is no product of this id, or it is not on sale.")
    }
    return .json(SearchJSON.bytes(of: page))
  }

  @Sendable private func categories(_ request: HTTPRequest) async throws -> HTTPResponse {
    var response = HTTPResponse.json(
      SearchJSON.bytes(of: try await service.categories(), virtual: await service.virtualListings()))
    response.headers["Cache-Control"] = "public, max-age=30"
    return response
  }
}
