import FoundationEssentials
public import HTTPServer
import Signing
public import Telemetry

/// Lets in whoever has the shop's admin token: as `Authorization: Bearer TOKEN`, or as the password that a browser
/// asks for, with any name. Guesses from one address become slow.
public struct StaffAccess: Sendable {
  /// Slips of the hand are free; then one try in some seconds.
  private static let guesses = TokenBuckets.Rate(perSecond: 0.2, burst: 20)

  private let token: [UInt8]?
  private let guesses = SenderBuckets(Self.guesses)
  private let logger: Logger?

  /// `token` nil: nobody is let in.
  public init(token: String?, logger: Logger? = nil) {
    self.token = token.map { Array($0.utf8) }
    self.logger = logger
  }

  /// The sender of a request to a route that is not everyone's. Throws a problem where the sender may not call it.
  public func principal(of request: HTTPRequest, for access: Access) throws(Problem) -> Principal {
    try check(request)
    // The token is the admin's, and `Access.staff` always allows admins.
    return .staff(roles: [.admin])
  }

  /// Whether the request is one of staff with such a role. Throws a problem where its token is not the right one.
  public func allows(_ request: HTTPRequest, to access: Access) throws(Problem) -> Bool {
    try principal(of: request, for: access).roles.contains(where: access.allows)
  }

  private func check(_ request: HTTPRequest) throws(Problem) {
    guard let token else {
      throw Problem(APIProblem.adminClosed, detail: "No admin token is set: start the shop with admin.token.")
    }
    let authorization = request.headers["Authorization"]
    // The right token too: else a wrong one would still be told from it.
    if authorization != nil, let wait = guesses.wait(of: request) { throw Problem.tooMany(wait: wait) }
    guard let given = Self.secret(of: authorization ?? ""), TokenSigner.isEqual(given, token) else {
      if authorization != nil {
        _ = guesses.take(of: request)
        logger?.with(requestID: request.id).warning(
          "a wrong admin token was given", metadata: ["remote": .string(request.remoteAddress)])
      }
      throw Problem(
        APIProblem.adminTokenWanted,
        detail: "This is for the shop's staff: send the admin token as a bearer token, or as a password with any name.",
        headers: ["WWW-Authenticate": "Basic realm=\"admin\", charset=\"UTF-8\""])
    }
  }

  private static func secret(of header: String) -> [UInt8]? {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0].lowercased() {
    case "bearer": return Array(parts[1].utf8)
    case "basic":
      guard let pair = Data(base64Encoded: String(parts[1])), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else {
        return nil
      }
      return Array(pair[pair.index(after: colon)...])
    default: return nil
    }
  }
}
