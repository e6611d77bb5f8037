public import Ports
import PostgresClient

extension PostgresBehaviour: PersonalData {
  public func join(_ visitor: VisitorID, to customer: CustomerCode) async throws {
    try await pool.reaching {
      let key = try await log.key()
      let (visitor, customer) = (
        Self.pseudonym(of: .visitor(visitor), key: key), Self.pseudonym(of: .customer(customer), key: key)
      )
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.execute(
            """
            INSERT INTO behaviour.identity (visitor, customer) VALUES (\(visitor), \(customer))
            ON CONFLICT (visitor) DO UPDATE SET customer = excluded.customer, joined_at = now()
            """)
          for table in ["event", "impression", "event_aside"] {
            try await connection.execute(
              "UPDATE behaviour.\(unsafeRaw: table) SET shopper = \(customer) WHERE shopper = \(visitor)")
          }
        }
      }
    }
  }

  /// The tables that hold a person's records, and each one's column of people.
  private static let tables = [
    (name: "event", column: "shopper"), (name: "event_aside", column: "shopper"),
    (name: "impression", column: "shopper"), (name: "search", column: "visitor"),
  ]

  /// The person's own pseudonym, and those of the visitors and the customer joined to it.
  private func pseudonyms(of person: Person) async throws -> [Int64] {
    let own = Self.pseudonym(of: person, key: try await log.key())
    let rows = try await pool.query(
      """
      WITH customer AS (
        SELECT coalesce((SELECT customer FROM behaviour.identity WHERE visitor = \(own)), \(own)) AS id
      )
      SELECT id FROM customer UNION SELECT visitor FROM behaviour.identity, customer WHERE identity.customer = customer.id
      UNION SELECT \(own)
      """)
    return try rows.map { try $0.decode(at: 0) }
  }

  public func export(_ person: Person, _ line: @Sendable ([UInt8]) async throws -> Void) async throws {
    try await pool.reaching {
      let people = try await pseudonyms(of: person)
      for table in Self.tables {
        let names = "'\(table.column)', 'network', 'kept', 'day'"
        try await pool.forEachRow(
          """
          SELECT (jsonb_build_object('record', \(table.name == "event_aside" ? "event" : table.name)::text)
            || (to_jsonb(record) - ARRAY[\(unsafeRaw: names)]))::text
          FROM behaviour.\(unsafeRaw: table.name) AS record WHERE \(unsafeRaw: table.column) = ANY (\(people))
          """
        ) { row in
          try await line(Array(try row.decode(String.self, at: 0).utf8))
        }
      }
    }
  }

  public func erase(_ person: Person) async throws -> (records: [PersonalRecords], shoppers: [ShopperID]) {
    try await pool.reaching {
      let people = try await pseudonyms(of: person)
      let records = try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await Self.erase(people, on: connection)
        }
      }
      return (records, people.map(ShopperID.init(rawValue:)))
    }
  }

  private static func erase(_ people: [Int64], on connection: PostgresConnection) async throws -> [PersonalRecords] {
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
    var records = try deeds.map { PersonalRecords(kind: try $0.decode(at: 0), count: try $0.decode(at: 1)) }
    for table in Self.tables.dropFirst() {
      let count = try await connection.execute(
        "DELETE FROM behaviour.\(unsafeRaw: table.name) WHERE \(unsafeRaw: table.column) = ANY (\(people))")
      if count > 0 { records.append(PersonalRecords(kind: table.name, count: count)) }
    }
    try await connection.execute(
      "DELETE FROM behaviour.identity WHERE visitor = ANY (\(people)) OR customer = ANY (\(people))")
    return records
  }
}
