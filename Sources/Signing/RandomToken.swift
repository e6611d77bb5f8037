import CCrypto

/// Secrets that the shop gives out and stores only as a digest.
public enum RandomToken {
  private static let tokenBytes = 32

  /// A new secret of 256 bits in letters that need no escape.
  public static func make() -> String { Base64URL.text(of: bytes(tokenBytes)) }

  /// SHA-256 of a secret in hexadecimal digits: enough to find a secret of 256 random bits, of no use to a thief.
  public static func digest(of token: String) -> String {
    let bytes = Array(token.utf8)
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let isDone = EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
    precondition(isDone == 1 && length == 32, "libcrypto has no SHA-256")
    return digest.map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// From the system's generator, which cannot be foretold.
  static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
