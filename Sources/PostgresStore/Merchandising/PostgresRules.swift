public import Catalog
import JSON
public import Ports
public import PostgresClient

/// Rules, their versions and drafts, in the schema `merchandising`.
public struct PostgresRules: Sendable {
  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  private func changing<T>(_ entry: AuditEntry, _ change: (PostgresConnection) async throws -> T?) async throws -> T? {
    try await PostgresAccounts(pool).changing(entry, change)
  }

  // MARK: Texts

  /// Stores texts that are not stored yet; returns the digest of each as JSON.
  private static func store(_ texts: RuleTexts, on connection: PostgresConnection) async throws -> String {
    var members = JSONObject()
    for kind in RuleTexts.Kind.allCases where !texts[kind].isEmpty {
      let digest = SHA256.hexadecimal(of: texts[kind].utf8)
      try await connection.execute(
        """
        INSERT INTO merchandising.rule_text (digest, content) VALUES (\(digest), \(texts[kind]))
        ON CONFLICT (digest) DO NOTHING
        """)
      members[kind.rawValue] = .string(digest)
    }
    return JSONValue.object(members).text
  }

  private func texts(_ rows: [PostgresRow]) throws -> RuleTexts {
    var texts = RuleTexts()
    for row in rows {
      // A kind of a newer program is none of this one's.
      guard let kind = RuleTexts.Kind(rawValue: try row.decode("kind")) else { continue }
      texts[kind] = try row.decode("content")
    }
    return texts
  }

  private static func lockPointer(_ connection: PostgresConnection) async throws -> Int64? {
    try await connection.query("SELECT version FROM merchandising.published FOR UPDATE").first?.decode(at: 0)
  }

  /// Adds a version and moves the pointer; the pointer's row must be locked.
  private static func publish(
    _ texts: String, reason: String, restoredFrom: Int64?, audit: AuditEntry, on connection: PostgresConnection
  ) async throws -> Int64 {
    let number: Int64 = try await connection.query(
      """
      INSERT INTO merchandising.rule_version (number, texts, author, reason, published_at, restored_from)
      SELECT coalesce(max(number), 0) + 1, \(texts)::jsonb, \(audit.actor), \(reason), \(audit.at), \(restoredFrom)::bigint
      FROM merchandising.rule_version RETURNING number
      """)[0].decode(at: 0)
    try await connection.execute(
      """
      INSERT INTO merchandising.published (version) VALUES (\(number))
      ON CONFLICT (is_one) DO UPDATE SET version = excluded.version
      """)
    return number
  }
}

extension PostgresRules: RuleStore {
  public func seed(_ texts: RuleTexts, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      try await connection.execute("LOCK TABLE merchandising.published IN SHARE ROW EXCLUSIVE MODE")
      guard try await Self.lockPointer(connection) == nil else { return nil }
      let stored = try await Self.store(texts, on: connection)
      _ = try await Self.publish(stored, reason: audit.detail, restoredFrom: nil, audit: audit, on: connection)
      return true
    } ?? false
  }

  public func publishedNumber() async throws -> Int64? {
    try await pool.reaching {
      try await pool.query("SELECT version FROM merchandising.published").first?.decode(at: 0)
    }
  }

  public func texts(of version: Int64) async throws -> RuleTexts? {
    try await pool.reaching {
      let found = try await pool.query(
        """
        SELECT kind, content FROM merchandising.rule_version
        LEFT JOIN jsonb_each_text(texts) AS named (kind, digest) ON true
        LEFT JOIN merchandising.rule_text USING (digest) WHERE number = \(version)
        """)
      guard !found.isEmpty else { return nil }
      return try texts(found.filter { try $0.decode("kind", as: String?.self) != nil })
    }
  }

  public func versions(limit: Int) async throws -> [RuleVersion] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT number, published_at, author, reason, restored_from FROM merchandising.rule_version
        ORDER BY number DESC LIMIT \(max(0, limit))
        """
      ).map { row in
        RuleVersion(
          number: try row.decode("number"), publishedAt: try row.decode("published_at"),
          author: try row.decode("author"), reason: try row.decode("reason"),
          restoredFrom: try row.decode("restored_from"))
      }
    }
  }

  // MARK: Drafts

  private static let draftColumns: SQL =
    "id, name, base, revision, author, authors, updated_at, conflicts::text AS conflicts, restores, publish_at, publish_reason, publish_by"

  private static func draft(_ row: PostgresRow) throws -> RuleDraft {
    let moment: Timestamp? = try row.decode("publish_at")
    let schedule = try moment.map { moment in
      RuleSchedule(at: moment, reason: try row.decode("publish_reason"), author: try row.decode("publish_by"))
    }
    return RuleDraft(
      id: try row.decode("id"), name: try row.decode("name"), base: try row.decode("base"),
      revision: try row.decode("revision"), author: try row.decode("author"), authors: try row.decode("authors"),
      updatedAt: try row.decode("updated_at"), conflicts: try StoredConflicts.read(row.decode("conflicts")),
      restores: try row.decode("restores"), schedule: schedule)
  }

  public func drafts() async throws -> [RuleDraft] {
    try await pool.reaching {
      try await pool.query(
        "SELECT \(fragment: Self.draftColumns) FROM merchandising.draft ORDER BY name"
      ).map(Self.draft)
    }
  }

  public func draft(_ id: Int64) async throws -> RuleDraft? {
    try await pool.reaching {
      // One statement, so that texts and revision are of one moment.
      let rows = try await pool.query(
        """
        SELECT \(fragment: Self.draftColumns), kind, content FROM merchandising.draft
        LEFT JOIN jsonb_each_text(texts) AS named (kind, digest) ON true
        LEFT JOIN merchandising.rule_text USING (digest) WHERE id = \(id)
        """)
      guard let first = rows.first else { return nil }
      var draft = try Self.draft(first)
      draft.texts = try texts(rows.filter { try $0.decode("kind", as: String?.self) != nil })
      return draft
    }
  }

  public func addDraft(named name: String, restoring version: Int64?, audit: AuditEntry) async throws -> Int64? {
    // A proposal to go back has an author; the beginning of a draft changes nothing yet.
    let authors = version == nil ? [] : [audit.actor]
    return try await changing(audit) { connection in
      try await connection.query(
        """
        INSERT INTO merchandising.draft (name, base, texts, author, authors, updated_at, restores)
        SELECT \(name), published.version, texts, \(audit.actor), \(authors), \(audit.at), \(version)::bigint
        FROM merchandising.published JOIN merchandising.rule_version ON number = coalesce(\(version)::bigint, version)
        ON CONFLICT (name) DO NOTHING RETURNING id
        """
      ).first?.decode(at: 0)
    }
  }

  public func save(_ draft: RuleDraft, audit: AuditEntry) async throws -> Int? {
    try await changing(audit) { connection in
      let stored = try await Self.store(draft.texts, on: connection)
      return try await connection.query(
        """
        UPDATE merchandising.draft SET texts = \(stored)::jsonb, base = \(draft.base), revision = revision + 1,
          conflicts = \(StoredConflicts.text(draft.conflicts))::jsonb, author = \(audit.actor), updated_at = \(audit.at),
          publish_at = \(draft.schedule?.at)::timestamptz, publish_reason = \(draft.schedule?.reason)::text,
          publish_by = \(draft.schedule?.author)::text,
          restores = CASE WHEN texts = \(stored)::jsonb THEN restores END,
          authors = CASE WHEN \(audit.actor) = ANY (authors) THEN authors ELSE array_append(authors, \(audit.actor)) END
        WHERE id = \(draft.id) AND revision = \(draft.revision) RETURNING revision
        """
      ).first?.decode(at: 0)
    }
  }

  public func schedule(
    _ schedule: RuleSchedule?, of id: Int64, revision: Int, audit: AuditEntry
  ) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      try await connection.execute(
        """
        UPDATE merchandising.draft SET publish_at = \(schedule?.at)::timestamptz,
          publish_reason = \(schedule?.reason)::text, publish_by = \(schedule?.author)::text
        WHERE id = \(id) AND revision = \(revision)
        """) > 0 ? true : nil
    } ?? false
  }

  public func deleteDraft(_ id: Int64, revision: Int, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      try await connection.execute(
        "DELETE FROM merchandising.draft WHERE id = \(id) AND revision = \(revision)") > 0 ? true : nil
    } ?? false
  }

  // MARK: Publishing

  public func publish(
    _ id: Int64, revision: Int, reason: String, audit: AuditEntry
  ) async throws -> DraftPublication {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        // Two who publish at once stand in line here; the second sees the first's version.
        guard let published = try await Self.lockPointer(connection) else { return .gone }
        let rows = try await connection.query(
          """
          SELECT base, revision, name, texts::text AS texts, conflicts = '[]' AS is_settled, restores
          FROM merchandising.draft WHERE id = \(id) FOR UPDATE
          """)
        guard let draft = rows.first else { return .gone }
        guard try draft.decode("revision", as: Int.self) == revision else { return .changed }
        guard try draft.decode("base", as: Int64.self) == published else { return .outdated(published: published) }
        guard try draft.decode("is_settled", as: Bool.self) else { return .unsettled }
        let number = try await Self.publish(
          try draft.decode("texts"), reason: reason, restoredFrom: try draft.decode("restores"), audit: audit,
          on: connection)
        try await connection.execute("DELETE FROM merchandising.draft WHERE id = \(id)")
        var entry = audit
        entry.subject = "version \(number)"
        entry.detail = "draft \(try draft.decode("name", as: String.self)): \(reason)"
        try await connection.add(entry)
        return .published(number)
      }
    }
  }

  public func rollBack(to version: Int64, reason: String, audit: AuditEntry) async throws -> Int64? {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        _ = try await Self.lockPointer(connection)
        let found = try await connection.query(
          "SELECT texts::text FROM merchandising.rule_version WHERE number = \(version)")
        guard let texts: String = try found.first?.decode(at: 0) else { return nil }
        let number = try await Self.publish(
          texts, reason: reason, restoredFrom: version, audit: audit, on: connection)
        var entry = audit
        entry.subject = "version \(number)"
        entry.detail = "version \(version) again: \(reason)"
        try await connection.add(entry)
        return number
      }
    }
  }

  // MARK: Products

  public func products(coded codes: [String]) async throws -> [String: [ProductID]] {
    try await pool.reaching {
      // A code is unique within its source, and there are few sources: each is looked up by the index of both.
      let rows = try await pool.query(
        """
        WITH RECURSIVE origin AS (
          SELECT min(source) AS source FROM catalog.product
          UNION ALL
          SELECT (SELECT min(source) FROM catalog.product WHERE source > origin.source) FROM origin
          WHERE origin.source IS NOT NULL
        )
        SELECT code, id FROM origin JOIN catalog.product USING (source) WHERE code = ANY (\(codes)) ORDER BY id
        """)
      var found: [String: [ProductID]] = [:]
      for row in rows { found[try row.decode("code"), default: []].append(try row.decode("id")) }
      return found
    }
  }
}
