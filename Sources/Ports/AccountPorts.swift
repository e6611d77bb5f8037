public import Catalog

/// A person's or a program's part in the shop.
public enum Role: String, Sendable, CaseIterable, Hashable {
  /// Anybody: a browser with the shop's signed cookie, or without.
  case visitor
  /// A shopper with an account.
  case customer
  /// Tunes searches and lists.
  case merchandiser
  /// Publishes the changes of others.
  case approver
  /// Orders from suppliers.
  case buyer
  /// Approves prices.
  case pricingManager = "pricing_manager"
  /// Reads reports.
  case analyst
  /// Helps customers.
  case support
  /// Does whatever staff may.
  case admin
  /// Another program of the shop.
  case service

  /// The roles that a member of the staff may have.
  public static let staff: [Role] = [
    .merchandiser, .approver, .buyer, .pricingManager, .analyst, .support, .admin,
  ]
  /// The roles that an API token may have.
  public static let programs: [Role] = staff + [.service]
}

/// The number of a member of the staff.
public struct StaffID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A person who works for the shop and may sign in.
public struct StaffMember: Sendable, Hashable {
  public var id: StaffID
  /// The name to sign in with, in lower case.
  public var name: String
  public var roles: Set<Role>
  public var isDisabled: Bool
  public var createdAt: Timestamp

  public init(id: StaffID, name: String, roles: Set<Role>, isDisabled: Bool, createdAt: Timestamp) {
    self.id = id
    self.name = name
    self.roles = roles
    self.isDisabled = isDisabled
    self.createdAt = createdAt
  }
}

/// A signed-in browser. The browser alone has the token; the shop keeps its digest.
public struct StaffSession: Sendable, Hashable {
  public var digest: String
  public var member: StaffMember
  public var seenAt: Timestamp

  public init(digest: String, member: StaffMember, seenAt: Timestamp) {
    self.digest = digest
    self.member = member
    self.seenAt = seenAt
  }
}

/// A program's access: what its token lets it do and for how long. The program alone has the token.
public struct APIToken: Sendable, Hashable {
  public var name: String
  public var roles: Set<Role>
  public var createdBy: String
  public var createdAt: Timestamp
  public var expiresAt: Timestamp
  public var isRevoked: Bool

  public init(
    name: String, roles: Set<Role>, createdBy: String, createdAt: Timestamp, expiresAt: Timestamp,
    isRevoked: Bool = false
  ) {
    self.name = name
    self.roles = roles
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.isRevoked = isRevoked
  }
}

/// A change that somebody made, in words.
public struct AuditEntry: Sendable, Hashable {
  public var at: Timestamp
  /// The name of the person or program.
  public var actor: String
  /// `published rules`
  public var action: String
  /// The thing that was changed: `version 12`.
  public var subject: String
  /// The reason, or what exactly changed.
  public var detail: String

  public init(at: Timestamp, actor: String, action: String, subject: String, detail: String = "") {
    self.at = at
    self.actor = actor
    self.action = action
    self.subject = subject
    self.detail = detail
  }
}

/// How tries to sign in are slowed down: the first are free, then each failure doubles the pause.
public struct AttemptLimit: Sendable, Hashable {
  /// `account anna`, `address 203.0.113.0`
  public var subject: String
  public var freeFailures: Int
  public var longestPauseSeconds: Int

  public init(subject: String, freeFailures: Int, longestPauseSeconds: Int) {
    self.subject = subject
    self.freeFailures = freeFailures
    self.longestPauseSeconds = longestPauseSeconds
  }
}

/// Keeps staff, their sessions, programs' tokens and the audit. Each change and its audit entry are one transaction.
public protocol AccountStore: Sendable {
  /// nil if the name is taken.
  func add(name: String, passwordHash: String, roles: Set<Role>, audit: AuditEntry) async throws -> StaffMember?
  /// By name.
  func members() async throws -> [StaffMember]
  func member(named name: String) async throws -> (member: StaffMember, passwordHash: String)?
  /// Ends every session of the member.
  func setPassword(_ hash: String, of id: StaffID, audit: AuditEntry) async throws
  /// Ends every session of the member.
  func setDisabled(_ isDisabled: Bool, _ id: StaffID, audit: AuditEntry) async throws

  /// Counts a try before its password is checked, so that tries at once are all counted. Returns the seconds to wait if
  /// a subject is locked: then the password must not be checked.
  func countAttempt(_ limits: [AttemptLimit], now: Timestamp) async throws -> Double?
  /// A success forgets the failures of the first subject, and takes back the try of the others.
  func forgiveAttempt(_ limits: [AttemptLimit], now: Timestamp) async throws
  /// Takes back a try of each subject whose password was not checked.
  func takeBackAttempt(_ limits: [AttemptLimit]) async throws

  /// Begins a session and ends the browser's former one, if `replaced` names it. `passwordHash` is the one that was
  /// checked; false if the member has another by now, or is disabled.
  func begin(
    digest: String, of id: StaffID, passwordHash: String, replacing replaced: String?, now: Timestamp,
    expiresAt: Timestamp, audit: AuditEntry
  ) async throws -> Bool
  /// The session of a member who is not disabled; nil if it has expired, or was not used since `unusedSince`.
  func session(digest: String, now: Timestamp, unusedSince: Timestamp) async throws -> StaffSession?
  func touch(digest: String, now: Timestamp) async throws
  func endSession(digest: String, audit: AuditEntry) async throws
  /// Returns how many there were.
  func endSessions(of id: StaffID, audit: AuditEntry) async throws -> Int

  /// false if the name is taken.
  func add(_ token: APIToken, digest: String, audit: AuditEntry) async throws -> Bool
  func token(digest: String, now: Timestamp) async throws -> APIToken?
  func tokens() async throws -> [APIToken]
  /// false if there is no such token.
  func revokeToken(_ name: String, audit: AuditEntry) async throws -> Bool

  /// Newest first.
  func audit(limit: Int) async throws -> [AuditEntry]
}
