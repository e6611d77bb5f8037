public import Catalog
public import Ports
import PostgresClient
import Pricing

extension PostgresPriceDesk {
  /// A row of `pricing.price` that a publication changes.
  private struct Change {
    var price: Int64
    var product: ProductID
    var before: Int64
    var beforeWas: Int64?
    var after: Int64
    var afterWas: Int64?
  }

  /// Publications are one after the other: who publishes waits here for who does so now.
  static func standInLine(_ connection: PostgresConnection) async throws {
    try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('vitrine price publication', 0))")
  }

  public func publish(
    _ decisions: [PriceDecision], under base: Int64, currency: Currency, reason: String, audit: AuditEntry
  ) async throws -> PricePublishing {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await Self.standInLine(connection)
        guard try await Self.holdRules(at: base, connection) else {
          return .refused(["the price rules changed meanwhile: try again"])
        }
        let prices = Dictionary(decisions.map { ($0.proposal, $0.price) }) { first, _ in first }
        let rows = try await connection.query(
          """
          SELECT id, product_id, (record->>'current')::bigint AS current FROM pricing.proposal
          WHERE id = ANY (\(Array(prices.keys))) AND state = 'open' ORDER BY id FOR UPDATE
          """)
        let open = try rows.map { row in
          (
            id: try row.decode("id", as: Int64.self), product: try row.decode("product_id", as: ProductID.self),
            current: try row.decode("current", as: Int64.self)
          )
        }
        let known = Set(open.map(\.id))
        var refused = Set(prices.keys).subtracting(known)
        var refusals = refused.sorted().map { "proposal \($0) is no longer open" }
        let variants = try await Self.variants(of: open.map(\.product), currency, audit.at, on: connection)
        var changes: [Change] = []
        for (id, product, current) in open {
          let found = variants[product] ?? []
          do throws(MovedPrices.Refusal) {
            let moved = try MovedPrices.amounts(
              found.map { ($0.change.before, $0.cost) }, from: current, to: prices[id] ?? current,
              in: currency)
            for (variant, amount) in zip(found, moved) {
              var change = variant.change
              change.after = amount
              // A struck-out price stands only above the price.
              change.afterWas = change.beforeWas.flatMap { $0 > amount ? $0 : nil }
              changes.append(change)
            }
          } catch {
            refused.insert(id)
            refusals.append("proposal \(id): \(error)")
          }
        }
        guard refusals.isEmpty else { return .refused(refusals, proposals: refused) }
        let number = try await Self.add(changes, reason: reason, restoredFrom: nil, audit, on: connection)
        try await connection.execute(
          """
          UPDATE pricing.proposal SET state = 'published', decided_at = \(audit.at), decided_by = \(audit.actor),
            reason = \(reason), publication = \(number) WHERE id = ANY (\(open.map(\.id)))
          """)
        return .published(number)
      }
    }
  }

  /// Whether the rules in force have this number. No others come before the transaction ends.
  private static func holdRules(at number: Int64, _ connection: PostgresConnection) async throws -> Bool {
    try await lockRules(connection)
    let current: Int64 = try await connection.query("SELECT coalesce(max(number), 0) FROM pricing.desk_rules")[0]
      .decode(at: 0)
    return current == number
  }

  /// The prices that would move, by product, locked.
  private static func variants(
    of products: [ProductID], _ currency: Currency, _ time: Timestamp, on connection: PostgresConnection
  ) async throws -> [ProductID: [(change: Change, cost: Int64?)]] {
    let rows = try await connection.query(
      """
      SELECT regular.*, (SELECT cost.amount_minor_units FROM pricing.cost
        WHERE cost.variant_id = regular.variant_id AND cost.currency = \(currency.code)) AS cost
      FROM (\(fragment: regularPrices(currency, time))) AS regular
      JOIN pricing.price AS locked ON locked.id = regular.price_id
      WHERE regular.product_id = ANY (\(products)) ORDER BY regular.price_id FOR UPDATE OF locked
      """)
    return Dictionary(
      grouping: try rows.map { row in
        let before: Int64 = try row.decode("amount_minor_units")
        return (
          change: Change(
            price: try row.decode("price_id"), product: try row.decode("product_id"), before: before,
            beforeWas: try row.decode("was_minor_units"), after: before),
          cost: try row.decode("cost", as: Int64?.self)
        )
      }, by: \.change.product)
  }

  /// Writes the prices, the publication and the audit's entry; returns the publication's number.
  private static func add(
    _ changes: [Change], reason: String, restoredFrom: Int64?, _ audit: AuditEntry, on connection: PostgresConnection
  ) async throws -> Int64 {
    let number: Int64 = try await connection.query(
      """
      INSERT INTO pricing.publication (number, author, reason, published_at, restored_from)
      SELECT coalesce(max(number), 0) + 1, \(audit.actor), \(reason), \(audit.at), \(restoredFrom)::bigint
      FROM pricing.publication RETURNING number
      """)[0].decode(at: 0)
    // 0 stands for no struck-out price in the arrays.
    try await connection.execute(
      """
      INSERT INTO pricing.published_price (publication, price_id, product_id, before_minor_units,
        before_was_minor_units, after_minor_units, after_was_minor_units)
      SELECT \(number), price_id, product_id, before, nullif(before_was, 0), after, nullif(after_was, 0)
      FROM unnest(\(changes.map(\.price)), \(changes.map(\.product)), \(changes.map(\.before)),
        \(changes.map { $0.beforeWas ?? 0 }), \(changes.map(\.after)), \(changes.map { $0.afterWas ?? 0 }))
        AS given (price_id, product_id, before, before_was, after, after_was)
      """)
    try await connection.execute(
      """
      UPDATE pricing.price SET amount_minor_units = after_minor_units, was_minor_units = after_was_minor_units
      FROM pricing.published_price WHERE publication = \(number) AND price_id = price.id
      """)
    var entry = audit
    entry.subject = "publication \(number)"
    entry.detail = "\(changes.count) prices: \(reason)"
    try await connection.add(entry)
    return number
  }

  public func rollBack(_ number: Int64, reason: String, audit: AuditEntry) async throws -> PricePublishing? {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await Self.standInLine(connection)
        let rows = try await connection.query(
          """
          SELECT changed.*, price.amount_minor_units AS present FROM pricing.published_price AS changed
          JOIN pricing.price ON price.id = price_id WHERE publication = \(number) ORDER BY price_id FOR UPDATE OF price
          """)
        guard !rows.isEmpty else {
          let known = try await connection.query("SELECT 1 FROM pricing.publication WHERE number = \(number)")
          return known.isEmpty ? nil : .refused(["none of its prices exists any more"])
        }
        var changes: [Change] = []
        var refusals: Set<String> = []
        for row in rows {
          let change = Change(
            price: try row.decode("price_id"), product: try row.decode("product_id"),
            before: try row.decode("after_minor_units"), beforeWas: try row.decode("after_was_minor_units"),
            after: try row.decode("before_minor_units"), afterWas: try row.decode("before_was_minor_units"))
          if try row.decode("present", as: Int64.self) != change.before {
            refusals.insert("product \(change.product) has another price since")
          }
          changes.append(change)
        }
        guard refusals.isEmpty else { return .refused(refusals.sorted()) }
        let restored = try await Self.add(changes, reason: reason, restoredFrom: number, audit, on: connection)
        try await connection.execute(
          "UPDATE pricing.proposal SET state = 'rolled_back' WHERE publication = \(number) AND state = 'published'")
        return .published(restored)
      }
    }
  }

  public func publications(limit: Int) async throws -> [PricePublication] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT number, published_at, author, reason, restored_from,
          (SELECT count(*) FROM pricing.published_price WHERE publication = number) AS prices
        FROM pricing.publication ORDER BY number DESC LIMIT \(limit)
        """
      ).map { row in
        PricePublication(
          number: try row.decode("number"), publishedAt: try row.decode("published_at"),
          author: try row.decode("author"), reason: try row.decode("reason"),
          restoredFrom: try row.decode("restored_from"), prices: try row.decode("prices"))
      }
    }
  }
}
