import Glibc
import Synchronization
import Threading

/// A client that sends exactly the given bytes and reads the answer.
///
/// It blocks: a test uses it on a thread of its own, never on the cooperative pool, which the server's handlers need.
public final class RawClient: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// A response's header fields, in their order; names match in any case.
  public struct Headers: Sendable {
    private var fields: [(name: String, value: String)] = []

    /// The first value of a field; nil if it is absent.
    public subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// Every value of a field, in order.
    public func values(_ name: String) -> [String] {
      fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    fileprivate mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }
  }

  public struct Response: Sendable {
    public var status: Int
    public var headers: Headers
    public var body: [UInt8]
    /// The sizes of a chunked body's chunks.
    public var chunks: [Int] = []
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Long enough for a machine that is busy with other tests, and short enough for a test of broken framing, which waits
  /// for bytes that never come.
  public static let patienceSeconds = 30

  public let descriptor: Int32
  private let isOpen = Atomic<Bool>(true)
  private let buffer = Guarded<[UInt8]>([])

  public init(port: Int, receiveBufferBytes: Int32? = nil) throws {
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
  public func end() {
    if isOpen.exchange(false, ordering: .acquiringAndReleasing) { close(descriptor) }
  }

  public func send(_ text: String) throws { try send(Array(text.utf8)) }

  public func send(_ bytes: [UInt8]) throws {
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
  public func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Sends a reset instead of an orderly end when the client is released.
  public func resetOnClose() {
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
  public func readSome() throws -> [UInt8] {
    if buffer.withLock({ $0.isEmpty }) { _ = try fill() }
    return buffer.withLock { buffer in
      defer { buffer = [] }
      return buffer
    }
  }

  /// Everything to the end of the stream.
  public func readToEnd() throws -> String {
    while try fill() {}
    return buffer.withLock { buffer in
      defer { buffer = [] }
      return String(decoding: buffer, as: UTF8.self)
    }
  }

  /// Reads up to and including `mark`.
  public func read(through mark: String) throws -> String {
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

  public func read(count: Int) throws -> [UInt8] {
    while buffer.withLock({ $0.count }) < count {
      guard try fill() else { throw Failure(description: "the stream ended before \(count) bytes") }
    }
    return buffer.withLock { buffer in
      defer { buffer.removeFirst(count) }
      return Array(buffer[..<count])
    }
  }

  /// Reads a response by its own framing.
  public func readResponse(toHead: Bool = false) throws -> Response {
    let head = try read(through: "\r\n\r\n")
    let lines = head.split(separator: "\r\n")
    let parts = lines[0].split(separator: " ")
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
      throw Failure(description: "no status line: \(lines[0])")
    }
    var headers = Headers()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw Failure(description: "no header: \(line)") }
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
  public func isAtEnd() throws -> Bool {
    guard buffer.withLock({ $0.isEmpty }) else { return false }
    return try !fill()
  }
}
