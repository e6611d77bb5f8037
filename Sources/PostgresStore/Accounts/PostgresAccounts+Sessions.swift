public import Catalog
public import Ports
import PostgresClient

/// Sessions and tokens, each found by the digest of a secret that the shop does not keep.
extension PostgresAccounts {
  /// The member's row is locked before the session is written: a change of the password or of the account, which ends
  /// all sessions, either is in force here, or finds this session and ends it.
  public func begin(
    digest: String, of id: StaffID, passwordHash: String, replacing replaced: String?, now: Timestamp,
    expiresAt: Timestamp, audit: AuditEntry
  ) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let begun = try await connection.execute(
        """
        INSERT INTO accounts.session (digest, staff_id, began_at, seen_at, expires_at)
        SELECT \(digest)::text, id, \(now)::timestamptz, \(now)::timestamptz, \(expiresAt)::timestamptz
        FROM accounts.staff
        WHERE id = \(id.rawValue) AND password_hash = \(passwordHash) AND disabled_at IS NULL FOR SHARE
        """)
      guard begun > 0 else { return nil }
      try await connection.execute(
        "DELETE FROM accounts.session WHERE digest = \(replaced)::text OR expires_at < \(now)")
      return true
    } ?? false
  }

  public func session(digest: String, now: Timestamp, unusedSince: Timestamp) async throws -> StaffSession? {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.memberColumns), seen_at FROM accounts.session JOIN accounts.staff ON staff.id = staff_id
        WHERE digest = \(digest) AND expires_at > \(now) AND seen_at > \(unusedSince) AND disabled_at IS NULL
        """
      ).first.map { row in
        StaffSession(digest: digest, member: try Self.member(row), seenAt: try row.decode("seen_at"))
      }
    }
  }

  public func touch(digest: String, now: Timestamp) async throws {
    _ = try await pool.reaching {
      try await pool.execute("UPDATE accounts.session SET seen_at = \(now) WHERE digest = \(digest)")
    }
  }

  public func endSession(digest: String, audit: AuditEntry) async throws {
    _ = try await changing(audit) { connection -> Bool? in
      try await connection.execute("DELETE FROM accounts.session WHERE digest = \(digest)") > 0 ? true : nil
    }
  }

  public func endSessions(of id: StaffID, audit: AuditEntry) async throws -> Int {
    try await changing(audit) { connection -> Int? in
      try await connection.execute("DELETE FROM accounts.session WHERE staff_id = \(id.rawValue)")
    } ?? 0
  }

  // MARK: Tokens

  public func add(_ token: APIToken, digest: String, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let added = try await connection.query(
        """
        INSERT INTO accounts.api_token (name, digest, roles, created_by, created_at, expires_at)
        VALUES (\(token.name), \(digest), \(Self.texts(token.roles)), \(token.createdBy), \(token.createdAt),
          \(token.expiresAt))
        ON CONFLICT (name) DO NOTHING RETURNING name
        """)
      return added.isEmpty ? nil : true
    } ?? false
  }

  public func token(digest: String, now: Timestamp) async throws -> APIToken? {
    try await tokens("WHERE digest = \(digest) AND revoked_at IS NULL AND expires_at > \(now)").first
  }

  public func tokens() async throws -> [APIToken] { try await tokens("ORDER BY name") }

  private func tokens(_ rest: SQL) async throws -> [APIToken] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT name, roles, created_by, created_at, expires_at, revoked_at FROM accounts.api_token \(fragment: rest)
        """
      ).map { row in
        APIToken(
          name: try row.decode("name"), roles: try Self.roles(row), createdBy: try row.decode("created_by"),
          createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"),
          isRevoked: try row.decode("revoked_at", as: Timestamp?.self) != nil)
      }
    }
  }

  public func revokeToken(_ name: String, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let revoked = try await connection.query(
        """
        UPDATE accounts.api_token SET revoked_at = \(audit.at) WHERE name = \(name) AND revoked_at IS NULL RETURNING name
        """)
      return revoked.isEmpty ? nil : true
    } ?? false
  }
}
