import Glibc

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
