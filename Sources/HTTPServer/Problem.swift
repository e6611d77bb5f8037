/// An error meant for the client: RFC 9457's problem details, with a code from the application's one table.
public struct Problem: Error, Sendable, Equatable {
  /// The code by which a client's program distinguishes problems; the application's table (an enum) gives its status
  /// and title.
  public protocol Code: Sendable {
    /// Kebab case, stable: `"product-not-found"`.
    var code: String { get }
    var status: HTTPStatus { get }
    /// The same text for every problem with the code: `"Product not found"`.
    var title: String { get }
  }

  /// A value of an extension member.
  public enum Value: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case strings([String])
  }

  public let code: String
  public let status: HTTPStatus
  public let title: String
  /// The fault in this case and what to do about it; no secret, no SQL, no personal data.
  public let detail: String
  /// Further members by name: `["parameter": .string("page")]`.
  public var extensions: [String: Value]
  /// Headers of the answer: `Retry-After`, `Allow`, `WWW-Authenticate`.
  public var headers: HTTPHeaders

  /// Makes a problem with a code from the application's table.
  public init(_ code: some Code, detail: String, extensions: [String: Value] = [:], headers: HTTPHeaders = [:]) {
    self.code = code.code
    self.status = code.status
    self.title = code.title
    self.detail = detail
    self.extensions = extensions
    self.headers = headers
  }

  /// The problem as a response, with the request's ID as its `instance`.
  public func response(requestID: String) -> HTTPResponse {
    var json = "{\"type\":\"urn:vitrine:problem:"
    Self.append(code, to: &json)
    json += "\",\"title\":"
    Self.appendQuoted(title, to: &json)
    json += ",\"status\":\(status.code),\"code\":"
    Self.appendQuoted(code, to: &json)
    json += ",\"detail\":"
    Self.appendQuoted(detail, to: &json)
    json += ",\"instance\":"
    Self.appendQuoted("urn:vitrine:request:" + requestID, to: &json)
    for (name, value) in extensions.sorted(by: { $0.key < $1.key }) {
      json += ","
      Self.appendQuoted(name, to: &json)
      json += ":"
      switch value {
      case .string(let text): Self.appendQuoted(text, to: &json)
      case .integer(let number): json += String(number)
      case .boolean(let isTrue): json += isTrue ? "true" : "false"
      case .strings(let texts):
        json += "["
        for (index, text) in texts.enumerated() {
          if index > 0 { json += "," }
          Self.appendQuoted(text, to: &json)
        }
        json += "]"
      }
    }
    json += "}"
    var headers = headers
    headers.add("Content-Type", "application/problem+json")
    headers.add("Cache-Control", "no-store")
    return HTTPResponse(status: status, headers: headers, body: .bytes(Array(json.utf8)))
  }

  private static func appendQuoted(_ text: String, to json: inout String) {
    json += "\""
    append(text, to: &json)
    json += "\""
  }

  private static func append(_ text: String, to json: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n": json += "\\n"
      case "\r": json += "\\r"
      case "\t": json += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: json.unicodeScalars.append(scalar)
      }
    }
  }
}

/// The server's own problems: its part of the table code → status.
public enum ServerProblem: String, Problem.Code, CaseIterable {
  case malformedRequest = "malformed-request"
  case invalidQuery = "invalid-query"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case requestTimeout = "request-timeout"
  case contentTooLarge = "content-too-large"
  case expectationFailed = "expectation-failed"
  case headTooLarge = "head-too-large"
  case internalError = "internal-error"
  case methodNotImplemented = "method-not-implemented"
  case versionNotSupported = "version-not-supported"
  case overloaded = "overloaded"
  case shuttingDown = "shutting-down"
  case deadlineExceeded = "deadline-exceeded"

  public var code: String { rawValue }

  public var status: HTTPStatus {
    switch self {
    case .malformedRequest, .invalidQuery: .badRequest
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .requestTimeout: .requestTimeout
    case .contentTooLarge: .contentTooLarge
    case .expectationFailed: .expectationFailed
    case .headTooLarge: 431
    case .internalError: .internalServerError
    case .methodNotImplemented: .notImplemented
    case .versionNotSupported: 505
    case .overloaded, .shuttingDown, .deadlineExceeded: .serviceUnavailable
    }
  }

  public var title: String {
    switch self {
    case .malformedRequest: "Malformed request"
    case .invalidQuery: "Invalid query"
    case .notFound: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .requestTimeout: "Request timeout"
    case .contentTooLarge: "Content too large"
    case .expectationFailed: "Expectation failed"
    case .headTooLarge: "Head too large"
    case .internalError: "Internal error"
    case .methodNotImplemented: "Method not implemented"
    case .versionNotSupported: "HTTP version not supported"
    case .overloaded: "Overloaded"
    case .shuttingDown: "Shutting down"
    case .deadlineExceeded: "Deadline exceeded"
    }
  }
}
