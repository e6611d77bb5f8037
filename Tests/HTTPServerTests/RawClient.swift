import Glibc
import HTTPServer
import Synchronization
import Telemetry
import Threading

/// A client that sends exactly the given bytes and reads the answer.
///
/// It blocks: a test uses it within `onThread`, never on the cooperative pool, which the server's handlers need.
final class RawClient: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Response: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    /// The sizes of a chunked body's chunks.
    var chunks: [Int] = []
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Long enough for a machine that is busy with other tests; no test waits for it to pass.
  static let patienceSeconds = 240

  let descriptor: Int32
  private let isOpen = Atomic<Bool>(true)
  private let buffer = Guarded<[UInt8]>([])

  init(port: Int, receiveBufferBytes: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
    if var bytes = receiveBufferBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
    var time = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let failure = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard failure == 0 else { throw Failure(description: "no connection to port \(port): errno \(errno)") }
  }

  deinit { end() }

  /// Closes the connection.
  func end() {
    if isOpen.exchange(false, ordering: .acquiringAndReleasing) { close(descriptor) }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + offset, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "send failed after \(offset) bytes: errno \(errno)") }
      offset += count
    }
  }

  /// Ends the sending side.
  func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Sends a reset instead of an orderly end when the client is released.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Reads more into the buffer; false at the end of the stream.
  private func fill() throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress!, $0.count, 0) }
    if count < 0, errno == ECONNRESET { return false }
    guard count >= 0 else {
      throw Failure(description: "nothing came within \(Self.patienceSeconds) s: errno \(errno)")
    }
    buffer.withLock { $0.append(contentsOf: bytes[0..<count]) }
    return count > 0
  }

  /// Reads at least one byte and returns everything available.
  func readSome() throws -> [UInt8] {
    if buffer.withLock({ $0.isEmpty }) { _ = try fill() }
    return buffer.withLock { buffer in
      defer { buffer = [] }
      return buffer
    }
  }

  /// Everything to the end of the stream.
  func readToEnd() throws -> String {
    while try fill() {}
    return buffer.withLock { buffer in
      defer { buffer = [] }
      return String(decoding: buffer, as: UTF8.self)
    }
  }

  /// Reads up to and including `mark`.
  func read(through mark: String) throws -> String {
    let mark = Array(mark.utf8)
    while true {
      let found: [UInt8]? = buffer.withLock { buffer in
        guard buffer.count >= mark.count else { return nil }
        for start in 0...(buffer.count - mark.count) where buffer[start..<start + mark.count].elementsEqual(mark) {
          let found = Array(buffer[..<(start + mark.count)])
          buffer.removeFirst(start + mark.count)
          return found
        }
        return nil
      }
      if let found { return String(decoding: found, as: UTF8.self) }
      guard try fill() else {
        throw Failure(description: "the stream ended before \(String(decoding: mark, as: UTF8.self))")
      }
    }
  }

  func read(count: Int) throws -> [UInt8] {
    while buffer.withLock({ $0.count }) < count {
      guard try fill() else { throw Failure(description: "the stream ended before \(count) bytes") }
    }
    return buffer.withLock { buffer in
      defer { buffer.removeFirst(count) }
      return Array(buffer[..<count])
    }
  }

  /// Reads a response by its own framing.
  func readResponse(toHead: Bool = false) throws -> Response {
    let head = try read(through: "\r\n\r\n")
    let lines = head.split(separator: "\r\n")
    let parts = lines[0].split(separator: " ")
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
      throw Failure(description: "no status line: \(lines[0])")
    }
    var headers = HTTPHeaders()
    for line in lines.dropFirst() {
      let colon = line.firstIndex(of: ":")!
      headers.add(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    var response = Response(status: status, headers: headers, body: [])
    if toHead || status < 200 || status == 204 || status == 304 { return response }
    if headers["Transfer-Encoding"] == "chunked" {
      while true {
        let line = try read(through: "\r\n")
        guard let size = Int(line.dropLast(), radix: 16) ?? Int(line.prefix { $0.isHexDigit }, radix: 16) else {
          throw Failure(description: "no chunk size: \(line)")
        }
        response.body += try read(count: size)
        _ = try read(through: "\r\n")
        if size == 0 { return response }
        response.chunks.append(size)
      }
    }
    if let length = headers["Content-Length"].flatMap({ Int($0) }) {
      response.body = try read(count: length)
    } else {
      response.body = Array(try readToEnd().utf8)
    }
    return response
  }

  /// Whether the server has closed: nothing follows except the end.
  func isAtEnd() throws -> Bool {
    guard buffer.withLock({ $0.isEmpty }) else { return false }
    return try !fill()
  }
}

/// Runs blocking code on a new thread.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await onOwnThread(body)
}

/// A test's own server, stopped at the end.
struct TestServer: Sendable {
  let server: HTTPServer
  let port: Int
  let metrics: MetricsRegistry
  let log: MemorySink

  func client() throws -> RawClient { try RawClient(port: port) }
}

func withServer<Result: Sendable>(
  _ change: (inout HTTPServer.Configuration) -> Void = { _ in }, routes: (inout Router) -> Void,
  gracePeriod: Duration = .seconds(1), body: (TestServer) async throws -> Result
) async throws -> Result {
  var configuration = HTTPServer.Configuration()
  configuration.port = 0
  change(&configuration)
  var router = Router()
  routes(&router)
  let sink = MemorySink()
  let metrics = MetricsRegistry()
  let server = HTTPServer(
    configuration: configuration, router: router, logger: Logger(label: "test", level: .debug, sink: sink),
    metrics: metrics)
  let port = try server.start()
  let test = TestServer(server: server, port: port, metrics: metrics, log: sink)
  do {
    let result = try await body(test)
    await server.shutdown(gracePeriod: gracePeriod)
    return result
  } catch {
    await server.shutdown(gracePeriod: gracePeriod)
    throw error
  }
}
