public import Accounts
public import HTTPServer
import Ports
public import Signing
public import Telemetry

/// Lets staff and programs in: a browser by the cookie of its session, a program by its API token.
///
/// A browser's request that changes something must bring the session's form token as well, because a page of another site
/// can make a browser send the cookie, but cannot read the token. Guesses of tokens from one address become slow.
public struct StaffAccess: Sendable {
  /// Slips of the hand are free; then one try in some seconds.
  private static let guesses = TokenBuckets.Rate(perSecond: 0.2, burst: 20)
  static let formField = "form_token"
  private static let purpose = "staff form"
  private static let longestToken = 200

  let accounts: Accounts?
  private let signer: TokenSigner
  private let guesses = SenderBuckets(Self.guesses)
  private let logger: Logger?

  /// `accounts` nil: nobody is let in.
  public init(accounts: Accounts?, signer: TokenSigner, logger: Logger? = nil) {
    self.accounts = accounts
    self.signer = signer
    self.logger = logger
  }

  /// The sender of a request to a route that is not everyone's. Throws a problem where the sender may not call it.
  public func principal(of request: HTTPRequest, for access: Access) async throws -> Principal {
    let principal: Principal
    if let header = request.headers["Authorization"] {
      principal = try await program(header, request)
    } else {
      principal = .staff(try await browser(request))
    }
    guard principal.roles.contains(where: access.allows) else {
      let names = access.roles.map(\.rawValue).sorted().joined(separator: ", ")
      throw Problem(APIProblem.roleRequired, detail: "This is for the roles \(names). An administrator gives roles.")
    }
    return principal
  }

  /// Whether the request is one of staff with such a role. Throws a problem where its token is not the right one.
  public func allows(_ request: HTTPRequest, to access: Access) async throws -> Bool {
    try await principal(of: request, for: access).roles.contains(where: access.allows)
  }

  // MARK: Browsers

  private func browser(_ request: HTTPRequest) async throws -> StaffPrincipal {
    guard let accounts, let token = StaffCookie.token(of: request),
      let session = try await accounts.session(token: token)
    else { throw Self.signInRequired }
    let formToken = signer.sign(Array(session.digest.utf8), purpose: Self.purpose)
    if ![.get, .head].contains(request.method) { try check(request, session.digest) }
    return StaffPrincipal(
      name: session.member.name, roles: session.member.roles, formToken: formToken, session: session)
  }

  private func check(_ request: HTTPRequest, _ digest: String) throws {
    let given = request.headers["X-Form-Token"] ?? request.formField(Self.formField) ?? ""
    guard signer.verify(given, purpose: Self.purpose) == Array(digest.utf8) else {
      throw Problem(
        APIProblem.formOutOfDate,
        detail: "Nothing was changed: this form is of another session. Open the page again and repeat the change.")
    }
  }

  private static let signInRequired = Problem(
    APIProblem.signInRequired,
    detail: "This is for the shop's staff: sign in at /console/sign-in, or send an API token as a bearer token.",
    headers: ["WWW-Authenticate": "Bearer realm=\"staff\""])

  // MARK: Programs

  private func program(_ header: String, _ request: HTTPRequest) async throws -> Principal {
    if let wait = guesses.wait(of: request) { throw Problem.tooMany(wait: wait) }
    let parts = header.split(separator: " ", maxSplits: 1)
    if let accounts, parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= Self.longestToken,
      let token = try await accounts.program(token: String(parts[1]))
    {
      return .service(name: token.name, roles: token.roles)
    }
    _ = guesses.take(of: request)
    logger?.with(requestID: request.id).warning(
      "a wrong API token was given", metadata: ["remote": .string(request.remoteAddress)])
    throw Self.signInRequired
  }
}
