/// The address of a server and the credentials for it: `postgres://user:password@host:5432/database`.
///
/// Host, user, password and path are percent-decoded. A query or fragment is refused: separate settings hold such
/// options.
public struct ServerURL: Hashable, Sendable {
  public let scheme: String
  public let user: String?
  public let password: String?
  /// Without the brackets that an IPv6 address has in a URL.
  public let host: String
  public let port: Int?
  /// The text after the slash behind the host; empty if there is none.
  public let path: String

  /// nil if `text` is not such a URL.
  public init?(_ text: String) {
    guard text.allSatisfy({ !$0.isWhitespace }), !text.contains("?"), !text.contains("#"),
      let (scheme, rest) = text.cut(at: "://"), !scheme.isEmpty
    else { return nil }
    let (authority, path) = rest.cut(at: "/") ?? (rest, "")
    var address = authority
    var user: String?
    var password: String?
    if let at = authority.lastIndex(of: "@") {
      let credentials = authority[..<at]
      address = authority[authority.index(after: at)...]
      let (name, secret) = credentials.cut(at: ":") ?? (credentials, "")
      guard let name = percentDecoded(name), let secret = percentDecoded(secret) else { return nil }
      user = name.isEmpty ? nil : name
      password = secret.isEmpty ? nil : secret
    }
    guard let (host, port) = Self.hostAndPort(address), let path = percentDecoded(path) else { return nil }
    self.scheme = scheme.lowercased()
    self.user = user
    self.password = password
    self.host = host
    self.port = port
    self.path = path
  }

  /// The URL with `***` for the password, to be shown.
  public var blanked: String {
    let credentials = [user, password.map { _ in "***" }].compactMap { $0 }
    // With a password alone, the user is the empty text before the colon, as in Redis URLs.
    let shownCredentials = user == nil && password != nil ? ":***" : credentials.joined(separator: ":")
    return url(credentials: shownCredentials.isEmpty ? "" : shownCredentials + "@")
  }

  /// The URL without user and password.
  public var address: String { url(credentials: "") }

  private func url(credentials: String) -> String {
    let shownHost = host.contains(":") ? "[\(host)]" : host
    return "\(scheme)://" + credentials + shownHost + (port.map { ":\($0)" } ?? "") + (path.isEmpty ? "" : "/" + path)
  }

  private static func hostAndPort(_ address: Substring) -> (String, Int?)? {
    var host = address
    var portText: Substring = ""
    if address.hasPrefix("[") {
      guard let end = address.firstIndex(of: "]") else { return nil }
      host = address[address.index(after: address.startIndex)..<end]
      let rest = address[address.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      portText = rest.dropFirst()
    } else if let colon = address.firstIndex(of: ":") {
      host = address[..<colon]
      portText = address[address.index(after: colon)...]
    }
    guard let host = percentDecoded(host), !host.isEmpty else { return nil }
    if portText.isEmpty { return (host, nil) }
    guard let port = Int(portText), (1...65_535).contains(port) else { return nil }
    return (host, port)
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The parts before and after the first `separator`.
  func cut(at separator: String) -> (Substring, Substring)? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(separator) { return (self[..<start], self[start...].dropFirst(separator.count)) }
      start = index(after: start)
    }
    return nil
  }
}

/// nil if a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
func percentDecoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = Substring(text).utf8
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let digits = String(rest.prefix(2)), digits.count == 2, digits.allSatisfy(\.isHexDigit),
      let decoded = UInt8(digits, radix: 16)
    else { return nil }
    bytes.append(decoded)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}
