import Catalog
public import Ports
public import Signing
import Telemetry

/// The shop's staff and programs: who they are, how they sign in, and what they may do.
public struct Accounts: Sendable {
  public struct Options: Sendable {
    /// A session ends after a working day, however much it is used.
    public var longestSession = Duration.seconds(12 * 3_600)
    /// An unused session ends sooner.
    public var longestUnused = Duration.seconds(2 * 3_600)
    /// Slips of the hand that cost no pause.
    public var freeFailuresOfAccount = 5
    /// Several of the staff sit behind one address.
    public var freeFailuresOfAddress = 20
    /// The pauses grow to this; at one try in 15 minutes, 10,000 guesses take 100 days.
    public var longestPause = Duration.seconds(15 * 60)

    public init() {}
  }

  /// A change that cannot be made, with what to do instead.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// NIST SP 800-63B: length counts, rules about letters and signs do not.
  public static let passwordLengths = 12...200
  public static let longestName = 100
  /// Days that an API token may last.
  public static let tokenDays = 1...366
  /// A session's time of last use is written at most so often.
  private static let touchPause = Duration.seconds(60)

  let store: any AccountStore
  let hasher: PasswordHasher
  let clock: any WallClock
  let options: Options

  public init(store: any AccountStore, hasher: PasswordHasher, clock: any WallClock, options: Options = Options()) {
    self.store = store
    self.hasher = hasher
    self.clock = clock
    self.options = options
  }

  // MARK: Staff

  /// Adds a member of the staff. `actor` is whoever does so.
  public func add(name: String, password: String, roles: Set<Role>, by actor: String) async throws -> StaffMember {
    let name = try Self.checked(name: name)
    try Self.check(password, of: name)
    guard !roles.isEmpty, roles.isSubset(of: Role.staff) else {
      throw Refusal("a member of the staff has one or more of the roles \(Self.list(Role.staff))")
    }
    let hash = try await hasher.hash(password)
    let entry = entry(actor, "added staff", name, "roles \(Self.list(Array(roles)))")
    guard let member = try await store.add(name: name, passwordHash: hash, roles: roles, audit: entry) else {
      throw Refusal("there is a member of the staff called \(name) already")
    }
    return member
  }

  public func members() async throws -> [StaffMember] { try await store.members() }

  /// Ends every session of the member.
  public func setPassword(_ password: String, of name: String, by actor: String) async throws {
    let member = try await member(name)
    try Self.check(password, of: member.name)
    let hash = try await hasher.hash(password)
    try await store.setPassword(hash, of: member.id, audit: entry(actor, "changed password", member.name))
  }

  /// Disabling ends every session of the member.
  public func setDisabled(_ isDisabled: Bool, _ name: String, by actor: String) async throws {
    let member = try await member(name)
    try await store.setDisabled(
      isDisabled, member.id, audit: entry(actor, isDisabled ? "disabled staff" : "enabled staff", member.name))
  }

  /// Ends the member's sessions in every browser; returns how many there were.
  public func endSessions(of name: String, by actor: String) async throws -> Int {
    let member = try await member(name)
    return try await store.endSessions(of: member.id, audit: entry(actor, "ended all sessions", member.name))
  }

  private func member(_ name: String) async throws -> StaffMember {
    guard let found = try await store.member(named: name.lowercased()) else {
      throw Refusal("there is no member of the staff called \(name.prefix(Self.longestName))")
    }
    return found.member
  }

  /// Newest first.
  public func audit(limit: Int) async throws -> [AuditEntry] { try await store.audit(limit: limit) }

  func entry(_ actor: String, _ action: String, _ subject: String, _ detail: String = "") -> AuditEntry {
    AuditEntry(at: clock.now(), actor: actor, action: action, subject: subject, detail: detail)
  }

  // MARK: Checks

  private static func checked(name: String) throws -> String {
    let name = name.lowercased()
    let isPlain = name.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || "._@+-".utf8.contains(byte)
    }
    guard isPlain, let first = name.utf8.first, (97...122).contains(first) || (48...57).contains(first),
      name.utf8.count <= longestName
    else {
      throw Refusal(
        "a name to sign in with has 1 to \(longestName) letters, digits and . _ @ + -, and begins with a letter or digit"
      )
    }
    return name
  }

  private static func check(_ password: String, of name: String) throws {
    guard passwordLengths.contains(password.unicodeScalars.count) else {
      throw Refusal(
        "a password has \(passwordLengths.lowerBound) to \(passwordLengths.upperBound) characters; several words make a good one"
      )
    }
    guard !password.lowercased().contains(name) || name.count < 4, Set(password).count >= 5 else {
      throw Refusal("this password is easily guessed: it holds the name, or repeats a few characters")
    }
  }

  static func list(_ roles: [Role]) -> String { roles.map(\.rawValue).sorted().joined(separator: ", ") }
}

extension Accounts {
  // MARK: Sessions

  /// The member whose browser has this token; nil if the session has ended.
  public func session(token: String) async throws -> StaffSession? {
    let now = clock.now()
    guard
      let session = try await store.session(
        digest: RandomToken.digest(of: token), now: now, unusedSince: now.adding(.zero - options.longestUnused))
    else { return nil }
    if session.seenAt.adding(Self.touchPause) < now { try await store.touch(digest: session.digest, now: now) }
    return session
  }

  public func signOut(_ session: StaffSession) async throws {
    try await store.endSession(
      digest: session.digest, audit: entry(session.member.name, "signed out", session.member.name))
  }
}

extension Timestamp {
  func adding(_ duration: Duration) -> Timestamp {
    Timestamp(
      microsecondsSinceEpoch: microsecondsSinceEpoch.adding(
        saturating: Int64(saturating: (duration / .microseconds(1)).rounded())))
  }
}
