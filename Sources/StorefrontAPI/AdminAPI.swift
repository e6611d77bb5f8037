import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import SearchService

/// Reports on searches for the shop's staff.
public struct AdminAPI: Sendable {
  /// A report counts the last minutes first, and may read a year of queries.
  public static let reportDeadline = Duration.seconds(60)

  let log: SearchLog?

  public init(log: SearchLog?) { self.log = log }

  public func register(on routes: inout Routes) {
    routes.get(
      "/v1/admin/search/analytics",
      Route(access: .staff(.merchandiser, .approver, .analyst), name: "searchAnalytics", deadline: Self.reportDeadline),
      analytics)
  }

  @Sendable private func analytics(_ request: HTTPRequest) async throws -> HTTPResponse {
    let input = try InputReading.strict.reportInput(of: request)
    guard let log else { throw Problem.logIsOff }
    var response = HTTPResponse.json(
      SearchJSON.bytes(of: try await log.report(days: input.days, limit: input.limit)))
    response.headers["Cache-Control"] = "no-store"
    return response
  }
}
