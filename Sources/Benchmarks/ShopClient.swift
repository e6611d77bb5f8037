import Glibc
import JSON

/// A client of a running shop for load: one connection that stays open, blocking, for a thread of its own.
final class ShopClient {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    func json() throws -> JSONValue { try JSONValue(parsing: body) }
  }

  /// More than any page; a longer answer is a fault.
  private static let maxBytes = 8 << 20
  private static let maxHeadBytes = 64 << 10
  private static let timeoutSeconds = 10

  private let host: String
  private let port: UInt16
  private var descriptor: Int32 = -1
  private var buffer: [UInt8] = []

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Sends a request as a browser behind a trusted proxy: `address` stands in `X-Forwarded-For`.
  func send(
    _ method: String = "GET", _ path: String, cookie: String? = nil, address: String, body: String = ""
  ) throws -> Answer {
    if descriptor < 0 { try connectSocket() }
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nX-Forwarded-For: \(address)\r\n"
    if let cookie { head += "Cookie: \(cookie)\r\n" }
    if method == "POST" { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
    do {
      try write(Array((head + "\r\n" + body).utf8))
      return try answer()
    } catch {
      close(descriptor)
      descriptor = -1
      buffer = []
      throw error
    }
  }

  private func connectSocket() throws {
    descriptor = socket(AF_INET, Int32(clamping: SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(clamping: AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      throw Failure(description: "\(host) is not an IPv4 address")
    }
    var limit = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(clamping: MemoryLayout<timeval>.size))
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(clamping: IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(clamping: MemoryLayout<Int32>.size))
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(clamping: MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(description: "no shop answers at \(host):\(port)") }
  }

  private func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(clamping: MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "the shop closed the connection") }
      sent += count
    }
  }

  private func answer() throws -> Answer {
    var end: Int?
    while true {
      end = Self.endOfHead(buffer)
      if end != nil { break }
      guard buffer.count < Self.maxHeadBytes else { throw Failure(description: "an endless head") }
      try receive()
    }
    let head = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
    buffer.removeFirst((end ?? 0) + 4)
    guard let status = head.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure(description: "no status: \(head.first ?? "")")
    }
    var headers: [String: String] = [:]
    for line in head.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    guard (0...Self.maxBytes).contains(length), headers["transfer-encoding"] == nil else {
      throw Failure(description: "an answer without a length, or of \(length) bytes")
    }
    while buffer.count < length { try receive() }
    let body = Array(buffer[..<length])
    buffer.removeFirst(length)
    return Answer(status: status, headers: headers, body: body)
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...(bytes.count - 4)).first {
      bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
    }
  }

  private func receive() throws {
    var part = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &part, part.count, 0)
    guard count > 0 else { throw Failure(description: "the shop did not answer in \(Self.timeoutSeconds) s") }
    buffer += part[..<count]
  }
}
