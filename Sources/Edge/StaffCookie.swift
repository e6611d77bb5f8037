public import HTTPServer

/// The cookie of a signed-in member of the staff. A script cannot read it, and a form of another site does not send it.
public enum StaffCookie {
  static let name = "staff"
  private static let longest = 200

  /// The token of the request's cookie; nil where there is none.
  public static func token(of request: HTTPRequest) -> String? {
    request.cookies(name).first.flatMap { (1...longest).contains($0.utf8.count) ? $0 : nil }
  }

  /// The value of `Set-Cookie`. It has no age: the browser forgets it at its end, and the shop after some hours.
  public static func begin(_ token: String, on request: HTTPRequest) -> String {
    "\(name)=\(token); Path=/; HttpOnly; SameSite=Lax\(request.isSecure ? "; Secure" : "")"
  }

  /// The value of `Set-Cookie` that takes it away.
  public static func end(on request: HTTPRequest) -> String {
    "\(name)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\(request.isSecure ? "; Secure" : "")"
  }
}

extension HTTPRequest {
  /// Whether a proxy in front speaks TLS with the browser; a false claim harms the sender's own cookie alone.
  public var isSecure: Bool { headers["X-Forwarded-Proto"] == "https" }

  /// The values of the cookies of this name.
  public func cookies(_ name: String) -> [String] {
    headers.values("Cookie").flatMap { $0.split(separator: ";") }.compactMap { cookie -> String? in
      let parts = cookie.split(separator: "=", maxSplits: 1)
      return parts.count == 2 && parts[0].filter { $0 != " " } == name ? String(parts[1]) : nil
    }
  }

  /// The fields of a form that was sent as a body; what cannot be read is left out.
  public func form(taking isTaken: (String) -> Bool) throws(QueryParameters.Fault) -> QueryParameters {
    try QueryParameters(rawQuery: String(decoding: body, as: UTF8.self), taking: isTaken)
  }

  /// One field of a form; nil where there is none, or the form cannot be read.
  func formField(_ name: String) -> String? {
    guard headers["Content-Type"]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
      return nil
    }
    // The reason does not matter: a form that cannot be read brings no token.
    return try? form { $0 == name }[name]
  }
}
