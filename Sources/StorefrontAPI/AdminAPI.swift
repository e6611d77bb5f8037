import Catalog
public import HTTPServer
import JSON
import Ports
public import SearchService

/// What the shop's staff ask, behind the admin token.
public struct AdminAPI: Sendable {
  /// A report counts the last minutes first, and may read a year of queries.
  public static let reportDeadline = Duration.seconds(60)

  let log: SearchLog?
  let access: AdminAccess

  public init(log: SearchLog?, access: AdminAccess) {
    self.log = log
    self.access = access
  }

  public func register(on router: inout Router) {
    router.get(
      "/v1/admin/search/analytics", Route(name: "searchAnalytics", deadline: Self.reportDeadline), analytics)
  }

  @Sendable private func analytics(_ request: HTTPRequest) async throws -> HTTPResponse {
    try access.check(request)
    return try await Problem.translating {
      let input = try ReportInput(parameters: request.query.parameters.map { ($0.name, $0.value) })
      guard let log else { throw Problem.logIsOff }
      var response = HTTPResponse.json(
        SearchJSON.bytes(of: try await log.report(days: input.days, limit: input.limit)))
      response.headers["Cache-Control"] = "no-store"
      return response
    }
  }
}

extension Problem {
  /// There is no log to report of.
  public static let logIsOff = Problem(
    APIProblem.logIsOff, detail: "Searches are not logged in this shop: set queryLog.enabled to have reports.")
}
