// Both imports: which of the two modules owns struct sockaddr depends on the order in which they were built.
import CMicroHTTPD
import Glibc

/// A listening TCP socket; made here rather than by the library, so that a failure has its reason.
struct ListeningSocket {
  let descriptor: Int32
  let port: Int

  /// The kernel cuts this to net.core.somaxconn.
  private static let backlog: Int32 = 4_096

  init(host: String, port: Int) throws(HTTPServer.StartError) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
      throw .addressInvalid(host)
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      address.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw Self.failure(host, port) }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
      listen(descriptor, Self.backlog) == 0
    else {
      let failure = Self.failure(host, port)
      close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
    self.port = Self.boundPort(descriptor) ?? port
  }

  private static func failure(_ host: String, _ port: Int) -> HTTPServer.StartError {
    switch errno {
    case EADDRINUSE: .portTaken(host: host, port: port)
    case EACCES: .portForbidden(host: host, port: port)
    case EADDRNOTAVAIL: .addressInvalid(host)
    default: .failed(reason: "listening on \(host):\(port): \(String(cString: strerror(errno)))")
    }
  }

  private static func boundPort(_ descriptor: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
    }
    guard isNamed else { return nil }
    return withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
    }
  }
}

/// An address without its port, as text: `127.0.0.1`, `::1`.
func addressText(_ address: UnsafePointer<sockaddr>?) -> String {
  guard let address else { return "" }
  let length =
    Int32(address.pointee.sa_family) == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { host in
    let failure = getnameinfo(
      address, socklen_t(length), host.baseAddress, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
    return failure == 0 ? String(cString: host.baseAddress!) : ""
  }
}
