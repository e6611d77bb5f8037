public import HTTPServer
public import Ports
public import SearchService
public import Signing

/// Tells visitors apart by a cookie that the shop signed, so that nobody can make up more of them.
public struct Visitors: Sendable {
  private static let name = "visitor"
  private static let days = 30
  /// Of a visitor's number.
  private static let bytes = 16

  private let signer: TokenSigner

  public init(signer: TokenSigner) { self.signer = signer }

  /// Finds the visitor of each request once, for everything behind it; `HTTPRequest.visitor` gives it.
  public func identify() -> Middleware {
    { request, next in
      // A request is a stranger's until it is changed, and changing it copies it.
      guard let visitor = visitor(of: request) else { return try await next(request) }
      var request = request
      request.principal = .visitor(visitor)
      return try await next(request)
    }
  }

  /// nil where the request has no cookie of a visitor's, or one that this shop did not sign, or wants privacy.
  func visitor(of request: HTTPRequest) -> VisitorID? { Self.wantsPrivacy(request) ? nil : owner(of: request) }

  /// The actor of a request's events, as far as the shop may know.
  public static func actor(of request: HTTPRequest) -> EventActor {
    if wantsPrivacy(request) { return .withoutConsent }
    return request.eventVisitor.map { .person(.visitor($0)) } ?? .nobody
  }

  /// The network of the address; empty where it is not known, or must not be.
  public static func network(of request: HTTPRequest) -> [UInt8] {
    wantsPrivacy(request) ? [] : NetworkAddress(request.remoteAddress)?.range ?? []
  }

  /// The visitor whom a cookie's value names; nil where this shop did not sign it.
  public func visitor(cookie value: String) -> VisitorID? {
    guard let number = signer.verify(value, purpose: Self.name), number.count == Self.bytes else { return nil }
    return VisitorID(number.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined())
  }

  /// The visitor of the cookie, also of a browser that asks to be left alone: to read or erase what is the visitor's own.
  public func owner(of request: HTTPRequest) -> VisitorID? {
    request.cookies(Self.name).lazy.compactMap(visitor(cookie:)).first
  }

  /// Whom the query log may know a request's searches by. Of what a browser does that asks to be left alone nothing is kept;
  /// its searches are counted.
  public static func searcher(of request: HTTPRequest) -> Searcher {
    guard !wantsPrivacy(request) else { return .withoutRecord(sender: request.sender) }
    var searcher = Searcher(
      visitor: request.eventVisitor, range: network(of: request), sender: request.sender)
    let agent = request.headers["User-Agent"]
    if SenderConduct.isRobot(agent) { searcher.kind = .robot }
    // Browsers of phones say so; programs say nothing of a screen.
    searcher.isMobile = agent.flatMap { $0.hasPrefix("Mozilla/") ? $0.contains("Mobi") : nil }
    return searcher
  }

  /// Whether the browser asks to be left alone: Global Privacy Control, or Do Not Track.
  public static func wantsPrivacy(_ request: HTTPRequest) -> Bool {
    request.headers["Sec-GPC"] == "1" || request.headers["DNT"] == "1"
  }

  /// The request of a browser without a visitor's cookie, with a new visitor's number, so that its first page counts;
  /// `welcome` gives the browser the cookie. Not of a browser that asks to be left alone, nor of a program that says that it
  /// is one.
  public func greet(_ request: HTTPRequest) -> HTTPRequest {
    guard request.principal == .visitor(nil), !Self.wantsPrivacy(request),
      !SenderConduct.isRobot(request.headers["User-Agent"])
    else { return request }
    var request = request
    request.principal = .newcomer(.random())
    return request
  }

  /// Gives a newcomer the cookie of the number that its request has.
  public func welcome(_ request: HTTPRequest, _ response: inout HTTPResponse) {
    guard case .newcomer(let visitor) = request.principal else { return }
    response.headers.add("Set-Cookie", cookie(visitor, isSecure: request.isSecure))
    // The answer is this browser's alone.
    response.headers["Cache-Control"] = "private, no-cache"
  }

  /// The value of `Set-Cookie`. `isSecure`: a proxy in front speaks TLS with the browser; who says so without one harms
  /// its own cookie alone.
  public func cookie(_ visitor: VisitorID, isSecure: Bool = false) -> String {
    let digits = Array(visitor.text)
    let number = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0 }
    return "\(Self.name)=\(signer.sign(number, purpose: Self.name)); Path=/; Max-Age=\(Self.days * 86_400); HttpOnly; "
      + "SameSite=Lax\(isSecure ? "; Secure" : "")"
  }
}
