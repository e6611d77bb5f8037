import HTTPServer

/// The address of the staff's sign-in page, with the page to come back to.
public enum SignInAddress {
  public static let path = "/console/sign-in"

  static func text(behind request: HTTPRequest) -> String {
    guard [.get, .head].contains(request.method), request.target != "/console" else { return path }
    let safe = request.target.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._~/".utf8.contains(byte)
    }
    // A page with parameters is come back to without them.
    return safe ? "\(path)?to=\(request.target)" : path
  }

  /// The page of the console that a form asks to come back to; nothing outside of it.
  public static func back(to given: String?) -> String {
    guard let given, given.hasPrefix("/console"), given.utf8.count <= 500,
      given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
      given == "/console" || given.hasPrefix("/console/")
    else { return "/console" }
    return given
  }
}
