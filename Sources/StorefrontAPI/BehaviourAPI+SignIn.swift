import Behaviour
import Edge
import HTTPServer
import JSON
import Ports

/// `POST /v1/sign-ins`, by which the retailer's own system says which customer a browser has become.
///
/// The system proves itself by an API token and the browser by the value of its cookie, which this shop signed: nobody
/// joins a visitor whom only a number names.
extension BehaviourAPI {
  static let largestSignIn = 4_096

  @Sendable func signIn(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body: JSONValue
    do { body = try JSONValue(parsing: request.body) } catch {
      throw Problem(APIProblem.invalidBody, detail: "The body is not JSON: \(error)")
    }
    guard let text = body["customer"]?.string, let customer = CustomerCode(text) else {
      throw Problem(
        APIProblem.invalidBody,
        detail: "The customer must be a text of 1 to \(CustomerCode.maxBytes) bytes without control characters.",
        extensions: ["pointer": .string("/customer")])
    }
    guard let cookie = body["visitor_cookie"]?.string, let visitor = visitors.visitor(cookie: cookie) else {
      throw Problem(
        APIProblem.invalidBody, detail: "The visitor_cookie must be the value of a cookie `visitor` of this shop.",
        extensions: ["pointer": .string("/visitor_cookie")])
    }
    try await behaviour.join(visitor, to: customer)
    var response = HTTPResponse(status: .noContent)
    response.headers["Cache-Control"] = "no-store"
    return response
  }
}
