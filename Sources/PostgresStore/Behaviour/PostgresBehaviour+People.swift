public import Catalog
public import Ports
import PostgresClient

extension PostgresBehaviour: PersonalData {
  public func join(_ visitor: VisitorID, to customer: CustomerCode) async throws {
    try await pool.reaching {
      let key = try await log.key()
      let (visitor, customer) = (
        Self.pseudonym(of: .visitor(visitor), key: key), Self.pseudonym(of: .customer(customer), key: key)
      )
      // First for events that come, then of those that are there.
      try await pool.withTransaction { connection in
        try await Self.lockPeople(alone: true, on: connection)
        try await connection.execute(
          """
          INSERT INTO behaviour.identity (visitor, customer) VALUES (\(visitor), \(customer))
          ON CONFLICT (visitor) DO UPDATE SET customer = excluded.customer, joined_at = now()
          """)
      }
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          for table in Self.tables where table.name != "exposure" {
            try await connection.execute(
              """
              UPDATE behaviour.\(unsafeRaw: table.name) SET \(unsafeRaw: table.column) = \(customer)
              WHERE \(unsafeRaw: table.column) = \(visitor)
              """)
          }
          try await Self.joinExposures(of: visitor, to: customer, on: connection)
        }
      }
    }
  }

  /// The tables that hold a person's records, and each one's column of people. Events that wait aside come first: one that
  /// is taken up during an erasure is then found among the events.
  private static let tables = [
    (name: "event_aside", column: "shopper"), (name: "event", column: "shopper"),
    (name: "impression", column: "shopper"), (name: "search", column: "visitor"),
    (name: "exposure", column: "shopper"), (name: "standing", column: "shopper"),
  ]

  public func pseudonyms(of person: Person) async throws -> [ShopperID] {
    try await pool.reaching { try await numbers(of: person).map(ShopperID.init(rawValue:)) }
  }

  private func numbers(of person: Person) async throws -> [Int64] {
    let own = Self.pseudonym(of: person, key: try await log.key())
    // A browser is many people's: its cookie alone does not reach the records of the customers who signed in there.
    guard case .customer = person else { return [own] }
    let rows = try await pool.query("SELECT visitor FROM behaviour.identity WHERE customer = \(own)")
    return try [own] + rows.map { try $0.decode(at: 0) }
  }

  public func export(_ person: Person, _ line: @Sendable ([UInt8]) async throws -> Void) async throws {
    try await pool.reaching {
      let people = try await numbers(of: person)
      for table in Self.tables {
        let names = "'\(table.column)', 'network', 'kept', 'day'"
        try await pool.forEachRow(
          """
          SELECT (jsonb_build_object('record', \(table.name == "event_aside" ? "event" : table.name)::text)
            || (to_jsonb(record) - ARRAY[\(unsafeRaw: names)]) || \(unsafeRaw: Self.titles(in: table.name)))::text
          FROM behaviour.\(unsafeRaw: table.name) AS record WHERE \(unsafeRaw: table.column) = ANY (\(people))
          """
        ) { row in
          try await line(Array(try row.decode(String.self, at: 0).utf8))
        }
      }
    }
  }

  /// The names of a record's products, for people: a number says nothing to them. A product that is gone has none.
  private static func titles(in table: String) -> String {
    switch table {
    case "event", "event_aside":
      "jsonb_strip_nulls(jsonb_build_object('title', (SELECT title FROM catalog.product WHERE id = record.product_id)))"
    case "exposure", "standing": "'{}'::jsonb"
    case "search": "\(productTitles) || \(searchParts)"
    default: productTitles
    }
  }

  private static let productTitles = """
    jsonb_build_object('titles', (SELECT coalesce(jsonb_agg(title ORDER BY place), '[]')
      FROM unnest(record.products) WITH ORDINALITY AS shown (id, place) LEFT JOIN catalog.product USING (id)))
    """

  /// The values that a search's products were ranked by, and the sides of a page that mixes two rankings.
  private static let searchParts = """
    jsonb_strip_nulls(jsonb_build_object(
      'ranked_by', (SELECT ranked_by FROM behaviour.search_features WHERE search_id = record.id),
      'ranking_values', (SELECT jsonb_build_object('schema', schema, 'base64', encode(features, 'base64'))
        FROM behaviour.search_features WHERE search_id = record.id),
      'interleaving', (SELECT to_jsonb(mixed) - 'search_id' FROM behaviour.search_interleaving AS mixed
        WHERE search_id = record.id)))
    """

  public func erase(_ person: Person, now: Timestamp) async throws -> [PersonalRecords] {
    try await pool.reaching {
      let key = try await log.key()
      let people = try await numbers(of: person)
      // First for events that come, then of those that are there.
      try await pool.withTransaction { connection in
        try await Self.lockPeople(alone: true, on: connection)
        try await connection.execute(
          """
          INSERT INTO behaviour.erasure AS old (mark, erased_at)
          SELECT mark, \(now) FROM unnest(\(people.map { Self.erasureMark(of: $0, key: key) })) AS given (mark)
          ON CONFLICT (mark) DO UPDATE SET erased_at = greatest(old.erased_at, excluded.erased_at)
          """)
      }
      return try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await Self.erase(people, on: connection)
        }
      }
    }
  }

  private static func erase(_ people: [Int64], on connection: PostgresConnection) async throws -> [PersonalRecords] {
    var records: [PersonalRecords] = []
    // No count of searches that began before may write the words again.
    try await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(PostgresSearchLog.lock), 0))")
    try await connection.execute(
      PostgresSearchLog.foldingRareQueries(
        where: """
          (day, query) IN (SELECT (searched_at AT TIME ZONE 'UTC')::date, query FROM behaviour.search
            WHERE visitor = ANY (\(people)))
          """))
    for table in tables {
      if table.name == "event" {
        records += try await eraseEvents(of: people, on: connection)
        continue
      }
      let count = try await connection.execute(
        "DELETE FROM behaviour.\(unsafeRaw: table.name) WHERE \(unsafeRaw: table.column) = ANY (\(people))")
      if count > 0 { records.append(PersonalRecords(kind: table.name, count: count)) }
    }
    try await connection.execute(
      "DELETE FROM behaviour.identity WHERE visitor = ANY (\(people)) OR customer = ANY (\(people))")
    return records
  }

  /// Deletes the deeds, and adds them to the sums.
  private static func eraseEvents(
    of people: [Int64], on connection: PostgresConnection
  ) async throws -> [PersonalRecords] {
    let deeds = try await connection.query(
      """
      WITH gone AS (
        DELETE FROM behaviour.event WHERE shopper = ANY (\(people)) RETURNING day, kind, product_id
      ), summed AS (
        INSERT INTO behaviour.anonymous_day AS kept (day, kind, product_id, deeds)
        SELECT day, kind, product_id, count(*) FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (day, kind, product_id) DO UPDATE SET deeds = kept.deeds + excluded.deeds
      )
      SELECT kind, count(*) FROM gone GROUP BY kind ORDER BY kind
      """)
    return try deeds.map { PersonalRecords(kind: try $0.decode(at: 0), count: try $0.decode(at: 1)) }
  }
}
