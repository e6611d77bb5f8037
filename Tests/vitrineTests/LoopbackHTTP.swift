import Glibc

/// The body of an answer with status 200.
func get(_ target: String, port: Int) throws(ProcessFailure) -> String {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var time = timeval(tv_sec: 120, tv_usec: 0)
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  var address = loopback(port)
  let status = withSocketAddress(&address) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  let request = Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
  guard status == 0, send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
    throw ProcessFailure(description: "port \(port) takes no request: errno \(errno)")
  }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { bytes += buffer[..<count] }
  let text = String(decoding: bytes, as: UTF8.self)
  guard text.hasPrefix("HTTP/1.1 200"), let end = text.firstRange(of: "\r\n\r\n") else {
    throw ProcessFailure(description: "\(target) answered: \(text.prefix(200))")
  }
  return String(text[end.upperBound...])
}

/// A socket that occupies a free port.
func listeningSocket() throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  var address = loopback(0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  guard withSocketAddress(&address, { bind(descriptor, $0, length) }) == 0, listen(descriptor, 1) == 0,
    withSocketAddress(&address, { getsockname(descriptor, $0, &length) }) == 0
  else { throw ProcessFailure(description: "no port could be taken: errno \(errno)") }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private func loopback(_ port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return address
}

private func withSocketAddress<Result>(
  _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
  withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
}
