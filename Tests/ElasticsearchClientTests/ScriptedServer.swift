import Foundation
import Glibc
import Threading

/// An HTTP server that follows a test's script, on its own port. One thread for each connection; ends with `stop`.
final class ScriptedServer: Sendable {
  /// The reaction of a connection to a request.
  enum Behaviour: Sendable {
    /// A complete answer; the connection stays open.
    case answer(status: Int, body: [UInt8], headers: [String] = ["Content-Type: application/json"])
    /// Exactly these bytes, then the connection ends.
    case sendAndClose([UInt8])
    /// Exactly these bytes, then the connection is reset.
    case sendAndReset([UInt8])
    /// Nothing until the client gives up.
    case silence
    /// These bytes one by one with a pause before each.
    case drip([UInt8], pauseMicroseconds: UInt32)
    /// A beginning, then the same bytes again and again until the client gives up.
    case forever([UInt8], again: [UInt8], pauseMicroseconds: UInt32 = 0)

    static func json(_ text: String, status: Int = 200) -> Behaviour { .answer(status: status, body: Array(text.utf8)) }

    /// A complete answer of status 200 with a body that is compressed, or claims to be.
    static func encoded(_ body: [UInt8], as encoding: String = "gzip") -> Behaviour {
      .answer(status: 200, body: body, headers: ["Content-Encoding: \(encoding)", "Content-Type: application/json"])
    }

    static func html(_ text: String, status: Int, _ headers: [String] = []) -> Behaviour {
      .answer(status: status, body: Array(text.utf8), headers: ["Content-Type: text/html"] + headers)
    }

    /// The head of an answer, then single bytes without end.
    static var endless: Behaviour {
      .forever(
        Array("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
        again: Array("1\r\n \r\n".utf8), pauseMicroseconds: 5_000)
    }
  }

  /// A received request.
  struct Arrival: Sendable {
    var head: String
    var body: [UInt8]
    var time: ContinuousClock.Instant
  }

  private struct State {
    var arrivals: [Arrival] = []
    var connections = 0
    var open: Set<Int32> = []
    var maxOpen = 0
    var isStopped = false
  }

  private let listener: Int32
  private let state = Guarded(State())
  private let script: @Sendable (_ number: Int, _ head: String) -> Behaviour
  let address: String

  /// `script` receives the request's number, from 0, and its head.
  init(_ script: @escaping @Sendable (_ number: Int, _ head: String) -> Behaviour) throws {
    self.script = script
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let port: UInt16? = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(listener, address, length) == 0, listen(listener, 512) == 0 else { return false }
        return getsockname(listener, address, &length) == 0
      } ? UInt16(bigEndian: pointer.pointee.sin_port) : nil
    }
    guard let port else { throw POSIXError(.EADDRINUSE) }
    address = "http://127.0.0.1:\(port)"
    Thread.detachNewThread { self.acceptConnections() }
  }

  var arrivals: [Arrival] { state.withLock { $0.arrivals } }
  /// The heads of the requests.
  var requests: [String] { arrivals.map(\.head) }
  var connectionCount: Int { state.withLock { $0.connections } }
  var openCount: Int { state.withLock { $0.open.count } }
  var maxOpen: Int { state.withLock { $0.maxOpen } }

  func stop() {
    state.withLock { state in
      state.isStopped = true
      for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func acceptConnections() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      let isStopped = state.withLock { state in
        state.connections += 1
        state.open.insert(connection)
        state.maxOpen = max(state.maxOpen, state.open.count)
        return state.isStopped
      }
      if isStopped { shutdown(connection, Int32(SHUT_RDWR)) }
      Thread.detachNewThread { self.serve(connection) }
    }
    close(listener)
  }

  private func serve(_ connection: Int32) {
    var isReset = false
    defer {
      state.withLock { _ = $0.open.remove(connection) }
      // Ends the connection even if a process that another test started at that moment inherited it.
      if !isReset { shutdown(connection, Int32(SHUT_RDWR)) }
      close(connection)
    }
    var buffer: [UInt8] = []
    while let arrival = nextRequest(connection, &buffer) {
      let number = state.withLock { state in
        state.arrivals.append(arrival)
        return state.arrivals.count - 1
      }
      switch script(number, arrival.head) {
      case .answer(let status, let body, let headers):
        let head =
          "HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n"
        guard send(connection, Array(head.utf8) + body) else { return }
      case .sendAndClose(let bytes):
        _ = send(connection, bytes)
        return
      case .sendAndReset(let bytes):
        _ = send(connection, bytes)
        isReset = true
        // Closed without lingering, with unread bytes discarded: the client gets a reset.
        var noLinger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &noLinger, socklen_t(MemoryLayout<linger>.size))
        return
      case .silence:
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
        return
      case .drip(let bytes, let pause):
        for byte in bytes {
          usleep(pause)
          guard send(connection, [byte]) else { return }
        }
      case .forever(let beginning, let again, let pause):
        guard send(connection, beginning) else { return }
        while send(connection, again) { usleep(pause) }
        return
      }
    }
  }

  /// Reads a head and the body that its Content-Length announces; nil if the client is gone.
  private func nextRequest(_ connection: Int32, _ buffer: inout [UInt8]) -> Arrival? {
    while true {
      if let end = buffer.firstRange(of: [13, 10, 13, 10]) {
        let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        let length =
          head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        if buffer.count >= end.upperBound + length {
          let body = Array(buffer[end.upperBound..<end.upperBound + length])
          buffer.removeFirst(end.upperBound + length)
          return Arrival(head: head, body: body, time: .now)
        }
      }
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      buffer += piece[..<count]
    }
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
