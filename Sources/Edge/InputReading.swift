public import HTTPServer
public import SearchService

/// How a request's parameters are read.
public enum InputReading: Sendable {
  /// A program wrote the address: an unknown parameter is its mistake, and is refused.
  case strict
  /// A person followed a link: parameters that others added to it are left out unread, and so are conditions that the catalog
  /// no longer has.
  case lenient

  /// The search that a request asks for.
  public func searchInput(
    of request: HTTPRequest, listing: Listing?, for service: SearchService
  ) async throws -> SearchInput {
    let parameters = try parameters(of: request, taking: SearchInput.takes)
    let input = try SearchInput(
      parameters: parameters, currency: service.currency, listing: listing, signer: service.signer)
    return self == .strict ? input : await service.leavingOutUnknownConditions(of: input)
  }

  /// The facet's values that a request asks for; its path names the facet, and the parameter `listing` the list.
  public func facetValuesInput(of request: HTTPRequest, for service: SearchService) async throws -> FacetValuesInput {
    var parameters = try parameters(of: request) { $0 == "listing" || FacetValuesInput.takes(parameter: $0) }
    let listing = try await service.listing(named: parameters.first { $0.name == "listing" }?.value)
    parameters.removeAll { $0.name == "listing" }
    var input = try FacetValuesInput(
      code: request.pathParameters["code"] ?? "", parameters: parameters, currency: service.currency, listing: listing)
    if self == .lenient { input.search = await service.leavingOutUnknownConditions(of: input.search) }
    return input
  }

  /// The days and queries that a request for a report names.
  public func reportInput(of request: HTTPRequest) throws -> ReportInput {
    try ReportInput(parameters: parameters(of: request, taking: ReportInput.takes))
  }

  private func parameters(
    of request: HTTPRequest, taking isTaken: (String) -> Bool
  ) throws -> [(name: String, value: String)] {
    let query = self == .strict ? try request.query : try request.query(taking: isTaken)
    return query.parameters.map { ($0.name, $0.value) }
  }
}

extension HTTPRequest {
  /// A part of the path that is the number of something, from 1 on; nil for another text.
  public func positiveNumber(_ parameter: String) -> Int64? {
    Int64(pathParameters[parameter] ?? "").flatMap { $0 > 0 ? $0 : nil }
  }
}
