import CCrypto

/// Signs what the shop hands out and takes back, such as a page's cursor or a visitor's cookie, so that nobody else can
/// make one.
///
/// A token is base64url of 32 bytes of HMAC-SHA256 (RFC 2104) and the payload, which everybody can read. Each purpose
/// has a key of its own, HMAC-SHA256(shop's key, purpose), so that a token of one is none of another.
public struct TokenSigner: Sendable {
  private static let digestBytes = 32

  private let key: [UInt8]
  /// The keys before it, whose tokens still hold.
  private let formerKeys: [[UInt8]]

  /// `key`: the shop's secret, the same in all its servers; at least 32 bytes that cannot be guessed.
  public init(key: [UInt8], formerKeys: [[UInt8]] = []) {
    self.key = key
    self.formerKeys = formerKeys
  }

  /// `purpose` names what the token is for: `page cursor`.
  public func sign(_ payload: [UInt8], purpose: String) -> String {
    Base64URL.text(of: Self.digest(of: payload, purpose: purpose, key: key) + payload)
  }

  /// The payload of a token that this shop signed for this purpose; nil for any other text.
  ///
  /// It takes as long for a digest that is nearly right as for any other.
  public func verify(_ token: String, purpose: String) -> [UInt8]? {
    guard let bytes = Base64URL.bytes(of: token), bytes.count >= Self.digestBytes else { return nil }
    let payload = Array(bytes[Self.digestBytes...])
    let isOurs = ([key] + formerKeys).contains { key in
      CRYPTO_memcmp(bytes, Self.digest(of: payload, purpose: purpose, key: key), Self.digestBytes) == 0
    }
    return isOurs ? payload : nil
  }

  /// Whether two secrets are the same. It takes as long for one that is nearly right as for any other of its length.
  public static func isEqual(_ given: [UInt8], _ secret: [UInt8]) -> Bool {
    given.count == secret.count && CRYPTO_memcmp(given, secret, secret.count) == 0
  }

  private static func digest(of payload: [UInt8], purpose: String, key: [UInt8]) -> [UInt8] {
    hmac(payload, key: hmac(Array(purpose.utf8), key: key))
  }

  static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: digestBytes)
    // Without memory it fails, as any array would.
    let made = HMAC(EVP_sha256(), key, CInt(clamping: key.count), message, message.count, &digest, nil)
    precondition(made != nil, "libcrypto cannot compute an HMAC")
    return digest
  }
}
