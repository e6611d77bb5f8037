import CCrypto

/// SHA-256 by libcrypto.
public enum SHA256 {
  /// The digest in 64 hexadecimal digits, as `sha256sum` prints it.
  public static func hexadecimal(of bytes: some Collection<UInt8>) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let isDone = Array(bytes).withUnsafeBytes {
      EVP_Digest($0.baseAddress, $0.count, &digest, &length, EVP_sha256(), nil)
    }
    precondition(isDone == 1 && length == 32, "libcrypto has no SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.prefix(32).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
