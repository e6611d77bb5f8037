import Glibc

/// A secret that `vitrine up` makes for itself, in a file that its user alone can read.
package struct SecretFile {
  package let path: String
  /// `signing key`
  let name: String
  /// The length of a new secret.
  let hexadecimalDigits: Int

  /// The password of the administrator that `vitrine up` makes.
  package static func administratorPassword(in stateFolder: String) -> SecretFile {
    SecretFile(path: stateFolder + "/admin-password", name: "administrator password", hexadecimalDigits: 32)
  }

  /// The key that signs cursors and cookies.
  package static func signingKey(in stateFolder: String) -> SecretFile {
    SecretFile(path: stateFolder + "/signing-key", name: "signing key", hexadecimalDigits: 64)
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// The file's; made the first time.
  package func secret() throws -> String {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fault() }
    defer { close(descriptor) }
    // Of two programs that start together, the second reads the secret of the first.
    guard flock(descriptor, LOCK_EX) == 0 else { throw fault() }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw fault() }
    let known = String(decoding: buffer[..<count], as: UTF8.self).filter { !$0.isWhitespace }
    if !known.isEmpty { return known }
    // The system's generator, which cannot be foretold.
    let made = (0..<hexadecimalDigits).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined()
    let bytes = Array((made + "\n").utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw fault() }
    return made
  }

  private func fault() -> Fault {
    Fault(description: "the \(name)'s file \(path) cannot be used: \(String(cString: strerror(errno)))")
  }
}
