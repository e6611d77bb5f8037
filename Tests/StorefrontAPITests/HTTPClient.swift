import Glibc
import HTTPServer
import Threading

/// A client of one request a connection, which sends the target as it is given.
struct HTTPClient: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Long enough for a busy machine; no test waits for it to pass.
  private static let patienceSeconds = 120

  let port: Int

  /// `headers` are lines, each with its end.
  func get(_ target: String, method: String = "GET", headers: String = "", body: String = "") async throws -> Answer {
    let port = port
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
    return try await onOwnThread { () throws(Failure) in
      let bytes = try Self.exchange(
        port: port,
        "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\(length)\(headers)\r\n\(body)")
      return try Self.parse(bytes, hasBody: method != "HEAD")
    }
  }

  private static func exchange(port: Int, _ request: String) throws(Failure) -> [UInt8] {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
    defer { close(descriptor) }
    var time = timeval(tv_sec: patienceSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(description: "no connection to port \(port): errno \(errno)") }
    var rest = Array(request.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Failure(description: "the server took no more of the request: errno \(errno)") }
      rest = rest.dropFirst(count)
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw Failure(description: "the answer broke off: errno \(errno)") }
      if count == 0 { return answer }
      answer += buffer[..<count]
    }
  }

  private static func parse(_ bytes: [UInt8], hasBody: Bool) throws(Failure) -> Answer {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw Failure(description: "no answer: \(String(decoding: bytes.prefix(100), as: UTF8.self))")
    }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let status = lines.first.flatMap({ Int($0.split(separator: " ")[1]) }) else {
      throw Failure(description: "no status line")
    }
    var headers = HTTPHeaders()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw Failure(description: "no header: \(line)") }
      headers.add(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    let body = Array(bytes[end.upperBound...])
    if hasBody, let length = headers["Content-Length"], Int(length) != body.count {
      throw Failure(description: "\(body.count) bytes of \(length) came")
    }
    return Answer(status: status, headers: headers, body: body)
  }
}
