import Glibc

/// The admin token that `vitrine up` makes for itself, in a file that only its user can read.
struct AdminTokenFile {
  let path: String

  init(in stateFolder: String) { path = stateFolder + "/admin-token" }

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// The token in the file; both are made the first time.
  func token() throws -> String {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fault() }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw fault() }
    let known = String(decoding: buffer[..<count], as: UTF8.self).filter { !$0.isWhitespace }
    if !known.isEmpty { return known }
    let made = (0..<2).map { _ in
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    let bytes = Array((made + "\n").utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw fault() }
    return made
  }

  private func fault() -> Fault {
    Fault(description: "the admin token's file \(path) cannot be used: \(String(cString: strerror(errno)))")
  }
}
