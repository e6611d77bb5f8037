import Threading

/// A client of one request a connection, which sends the target as it is given.
public struct HTTPClient: Sendable {
  public typealias Failure = RawClient.Failure
  public typealias Answer = RawClient.Response

  public let port: Int

  public init(port: Int) { self.port = port }

  /// Sends a request and reads the answer, after which the server must close. `headers` are lines, each with its end.
  public func get(
    _ target: String, method: String = "GET", headers: String = "", body: String = ""
  ) async throws -> Answer {
    let port = port
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
    return try await onOwnThread {
      let client = try RawClient(port: port)
      defer { client.end() }
      try client.send(
        "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\(length)\(headers)\r\n\(body)")
      let answer = try client.readResponse(toHead: method == "HEAD")
      guard try client.isAtEnd() else { throw Failure(description: "\(target): more bytes came than the answer has") }
      return answer
    }
  }

  /// The body of an answer with status 200, as text.
  public func text(_ target: String) async throws -> String {
    let answer = try await get(target)
    guard answer.status == 200 else {
      throw Failure(description: "\(target) answered \(answer.status): \(answer.text.prefix(200))")
    }
    return answer.text
  }
}
