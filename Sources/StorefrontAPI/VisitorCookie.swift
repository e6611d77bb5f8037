public import HTTPServer
public import Ports

/// The cookie that says which visitor asks, where the shop keeps what visitors did.
public enum VisitorCookie {
  private static let name = "visitor"
  private static let days = 30

  /// nil where the request has none, or one that is no visitor's.
  public static func visitor(of request: HTTPRequest) -> VisitorID? {
    let cookies = request.headers.values("Cookie").flatMap { $0.split(separator: ";") }
    return cookies.lazy.compactMap { cookie -> VisitorID? in
      let parts = cookie.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == name else { return nil }
      return VisitorID(String(parts[1]))
    }.first
  }

  /// Whom the query log may know a request's searches by: a visitor that came back with its cookie, and whose browser does
  /// not ask that it be left alone (Global Privacy Control).
  public static func loggedVisitor(of request: HTTPRequest) -> VisitorID? {
    wantsPrivacy(request) ? nil : visitor(of: request)
  }

  public static func wantsPrivacy(_ request: HTTPRequest) -> Bool {
    request.headers["Sec-GPC"] == "1" || request.headers["DNT"] == "1"
  }

  /// The value of `Set-Cookie` that gives a browser this visitor.
  public static func giving(_ visitor: VisitorID) -> String {
    "\(name)=\(visitor); Path=/; Max-Age=\(days * 86_400); HttpOnly; SameSite=Lax"
  }
}
