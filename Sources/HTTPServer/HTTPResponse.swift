/// A handler's answer.
public struct HTTPResponse: Sendable {
  public var status: HTTPStatus
  public var headers: HTTPHeaders
  public var body: HTTPBody
  /// Whether a stream is endless and must end when the server drains, as events do.
  var endsOnDrain = false

  /// Makes a response.
  public init(status: HTTPStatus = .ok, headers: HTTPHeaders = [:], body: HTTPBody = .empty) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A body with a content type.
  public static func bytes(_ bytes: [UInt8], contentType: String, status: HTTPStatus = .ok) -> HTTPResponse {
    var headers = HTTPHeaders()
    headers.add("Content-Type", contentType)
    return HTTPResponse(status: status, headers: headers, body: .bytes(bytes))
  }

  /// JSON, already written as bytes.
  public static func json(_ bytes: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
    .bytes(bytes, contentType: "application/json", status: status)
  }

  /// A page.
  public static func html(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
    .bytes(Array(text.utf8), contentType: "text/html; charset=utf-8", status: status)
  }

  /// Plain text.
  public static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
    .bytes(Array(text.utf8), contentType: "text/plain; charset=utf-8", status: status)
  }

  /// Sends the client to another address; by default with 303 (a form was accepted).
  public static func redirect(to location: String, status: HTTPStatus = .seeOther) -> HTTPResponse {
    var headers = HTTPHeaders()
    headers.add("Location", location)
    return HTTPResponse(status: status, headers: headers)
  }

  /// A body that is written while it is sent; see `HTTPBodyWriter`.
  public static func stream(
    contentType: String, status: HTTPStatus = .ok,
    _ write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
  ) -> HTTPResponse {
    var headers = HTTPHeaders()
    headers.add("Content-Type", contentType)
    return HTTPResponse(status: status, headers: headers, body: .stream(write))
  }
}

/// A response's body.
public enum HTTPBody: Sendable {
  case empty
  case bytes([UInt8])
  /// Sent in chunks as they are written; if the closure throws, the connection breaks off, so that the client sees that
  /// the body is incomplete. The deadline ends when the first byte can be sent; the stream itself may last longer.
  case stream(@Sendable (HTTPBodyWriter) async throws -> Void)

  /// The body's number of bytes, if known.
  public var count: Int? {
    switch self {
    case .empty: 0
    case .bytes(let bytes): bytes.count
    case .stream: nil
    }
  }
}
