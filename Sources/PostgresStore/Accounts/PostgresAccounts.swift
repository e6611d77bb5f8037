public import Catalog
public import Ports
public import PostgresClient

/// Staff, their sessions and programs' tokens, in the schema `accounts`.
public struct PostgresAccounts: Sendable {
  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  /// Runs a change and writes its audit entry in one transaction; a change that returns nil is not audited.
  func changing<T>(_ entry: AuditEntry, _ change: (PostgresConnection) async throws -> T?) async throws -> T? {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        guard let result = try await change(connection) else { return nil }
        try await connection.add(entry)
        return result
      }
    }
  }

  static let memberColumns: SQL = "staff.id, staff.name, staff.roles, staff.disabled_at, staff.created_at"

  static func member(_ row: PostgresRow) throws -> StaffMember {
    StaffMember(
      id: StaffID(rawValue: try row.decode("id")), name: try row.decode("name"), roles: try roles(row),
      isDisabled: try row.decode("disabled_at", as: Timestamp?.self) != nil, createdAt: try row.decode("created_at"))
  }

  /// A role of a newer program gives nothing here.
  static func roles(_ row: PostgresRow) throws -> Set<Role> {
    Set(try row.decode("roles", as: [String].self).compactMap(Role.init))
  }

  static func texts(_ roles: Set<Role>) -> [String] { roles.map(\.rawValue).sorted() }
}

extension PostgresConnection {
  /// Adds an entry to the audit, within the transaction of the change that it tells of.
  func add(_ entry: AuditEntry) async throws {
    try await execute(
      """
      INSERT INTO accounts.audit (at, actor, action, subject, detail)
      VALUES (\(entry.at), \(entry.actor.cut(100)), \(entry.action.cut(100)), \(entry.subject.cut(200)),
        \(entry.detail.cut(2_000)))
      """)
  }
}

extension String {
  fileprivate func cut(_ length: Int) -> String { String(unicodeScalars.prefix(length)) }
}

extension PostgresAccounts: AccountStore {
  // MARK: Staff

  public func add(
    name: String, passwordHash: String, roles: Set<Role>, audit: AuditEntry
  ) async throws -> StaffMember? {
    try await changing(audit) { connection in
      try await connection.query(
        """
        INSERT INTO accounts.staff (name, password_hash, roles, created_at)
        VALUES (\(name), \(passwordHash), \(Self.texts(roles)), \(audit.at))
        ON CONFLICT (name) DO NOTHING RETURNING \(fragment: Self.memberColumns)
        """
      ).first.map(Self.member)
    }
  }

  public func members() async throws -> [StaffMember] {
    try await pool.reaching {
      try await pool.query("SELECT \(fragment: Self.memberColumns) FROM accounts.staff ORDER BY name")
        .map(Self.member)
    }
  }

  public func member(named name: String) async throws -> (member: StaffMember, passwordHash: String)? {
    try await pool.reaching {
      try await pool.query(
        "SELECT \(fragment: Self.memberColumns), password_hash FROM accounts.staff WHERE name = \(name)"
      ).first.map { (try Self.member($0), try $0.decode("password_hash")) }
    }
  }

  public func setPassword(_ hash: String, of id: StaffID, audit: AuditEntry) async throws {
    _ = try await changing(audit) { connection -> Bool? in
      try await connection.execute("UPDATE accounts.staff SET password_hash = \(hash) WHERE id = \(id.rawValue)")
      try await connection.execute("DELETE FROM accounts.session WHERE staff_id = \(id.rawValue)")
      return true
    }
  }

  public func setDisabled(_ isDisabled: Bool, _ id: StaffID, audit: AuditEntry) async throws {
    let disabledAt: Timestamp? = isDisabled ? audit.at : nil
    _ = try await changing(audit) { connection -> Bool? in
      try await connection.execute(
        "UPDATE accounts.staff SET disabled_at = \(disabledAt)::timestamptz WHERE id = \(id.rawValue)")
      try await connection.execute("DELETE FROM accounts.session WHERE staff_id = \(id.rawValue)")
      return true
    }
  }

  // MARK: Tries to sign in

  public func countAttempt(_ limits: [AttemptLimit], now: Timestamp) async throws -> Double? {
    try await pool.reaching {
      try await pool.withTransaction { connection -> Double? in
        try await connection.execute(
          "DELETE FROM accounts.sign_in_attempt WHERE last_at < \(now)::timestamptz - interval '1 day'")
        // The address before the account: a sender who is locked out locks no account, and leaves no row for each name
        // that it invents. `forgiveAttempt` has the same order, so that the two do not wait for each other in a circle.
        for limit in limits.reversed() {
          if let seconds = try await Self.count(limit, now: now, on: connection) { return seconds }
        }
        return nil
      }
    }
  }

  /// The row's lock makes tries at once stand in line; the one behind a failure too many finds the subject locked.
  private static func count(
    _ limit: AttemptLimit, now: Timestamp, on connection: PostgresConnection
  ) async throws -> Double? {
    let counted = try await connection.query(
      """
      INSERT INTO accounts.sign_in_attempt AS old (subject, failures, last_at, locked_until)
      VALUES (\(limit.subject), 1, \(now), \(now))
      ON CONFLICT (subject) DO UPDATE SET
        failures = old.failures + 1, last_at = \(now),
        locked_until = \(now)::timestamptz + make_interval(secs =>
          CASE WHEN old.failures + 1 < \(limit.freeFailures)::int THEN 0
          ELSE least(\(limit.longestPauseSeconds)::int,
            power(2, least(30, old.failures + 1 - \(limit.freeFailures)::int))) END)
      WHERE old.locked_until <= \(now)
      RETURNING failures
      """)
    guard counted.isEmpty else { return nil }
    return try await connection.query(
      """
      SELECT extract(epoch FROM locked_until - \(now)::timestamptz)::float8 FROM accounts.sign_in_attempt
      WHERE subject = \(limit.subject)
      """
    ).first?.decode(at: 0)
  }

  /// The others' locks stay: a success from an address says nothing of the others who guess there.
  public func forgiveAttempt(_ limits: [AttemptLimit], now: Timestamp) async throws {
    guard let account = limits.first else { return }
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await Self.takeBack(limits.dropFirst(), on: connection)
        try await connection.execute("DELETE FROM accounts.sign_in_attempt WHERE subject = \(account.subject)")
      }
    }
  }

  public func takeBackAttempt(_ limits: [AttemptLimit]) async throws {
    try await pool.reaching {
      try await pool.withTransaction { connection in try await Self.takeBack(limits[...], on: connection) }
    }
  }

  private static func takeBack(_ limits: ArraySlice<AttemptLimit>, on connection: PostgresConnection) async throws {
    for limit in limits.reversed() {
      try await connection.execute(
        """
        UPDATE accounts.sign_in_attempt SET failures = greatest(0, failures - 1) WHERE subject = \(limit.subject)
        """)
    }
  }

  // MARK: The audit

  public func audit(limit: Int) async throws -> [AuditEntry] {
    try await pool.reaching {
      try await pool.query(
        "SELECT at, actor, action, subject, detail FROM accounts.audit ORDER BY id DESC LIMIT \(max(0, limit))"
      ).map { row in
        AuditEntry(
          at: try row.decode("at"), actor: try row.decode("actor"), action: try row.decode("action"),
          subject: try row.decode("subject"), detail: try row.decode("detail"))
      }
    }
  }
}
