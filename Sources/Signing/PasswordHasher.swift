import CArgon2
public import Threading

/// Hashes passwords by argon2id (RFC 9106), one at a time on a thread of its own, because a hash takes tens of
/// milliseconds and 19 MiB.
public actor PasswordHasher {
  /// More passwords wait than the thread hashes in a second.
  public struct Busy: Error, Sendable, CustomStringConvertible {
    public let description = "too many passwords are being checked at once: try again in a few seconds"
  }

  /// OWASP's least cost for argon2id: 19 MiB, two passes, one lane.
  private static let memoryKiB: UInt32 = 19_456
  private static let passes: UInt32 = 2
  private static let saltBytes = 16
  private static let hashBytes = 32
  /// About a second of work.
  private static let maxWaiting = 24

  private let thread: ThreadExecutor
  private nonisolated let waiting = Guarded(0)

  nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  public init() throws(ThreadError) { thread = try ThreadExecutor() }

  deinit { thread.stop() }

  /// The text to store: cost, salt and hash, `$argon2id$v=19$m=…`.
  public nonisolated func hash(_ password: String) async throws(Busy) -> String {
    try enter()
    defer { leave() }
    return await hashNow(Array(password.utf8))
  }

  /// Whether the password is the one that was hashed. False for a stored text that is not a hash.
  public nonisolated func isRight(_ password: String, _ stored: String) async throws(Busy) -> Bool {
    try enter()
    defer { leave() }
    return await isRightNow(Array(password.utf8), stored)
  }

  private nonisolated func enter() throws(Busy) {
    let isFull = waiting.withLock { count in
      guard count < Self.maxWaiting else { return true }
      count += 1
      return false
    }
    if isFull { throw Busy() }
  }

  private nonisolated func leave() { waiting.withLock { $0 -= 1 } }

  private func hashNow(_ password: [UInt8]) -> String {
    let salt = RandomToken.bytes(Self.saltBytes)
    let length = argon2_encodedlen(
      Self.passes, Self.memoryKiB, 1, UInt32(clamping: Self.saltBytes), UInt32(clamping: Self.hashBytes), Argon2_id)
    var encoded = [CChar](repeating: 0, count: length)
    let status = argon2id_hash_encoded(
      Self.passes, Self.memoryKiB, 1, password, password.count, salt, salt.count, Self.hashBytes, &encoded, length)
    // Only memory can be lacking: every parameter is a constant above.
    precondition(status == ARGON2_OK.rawValue, "argon2: \(String(cString: argon2_error_message(status)))")
    return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func isRightNow(_ password: [UInt8], _ stored: String) -> Bool {
    argon2id_verify(stored, password, password.count) == ARGON2_OK.rawValue
  }
}
