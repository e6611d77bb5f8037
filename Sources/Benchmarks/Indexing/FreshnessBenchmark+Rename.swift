import PostgresClient
import SearchDSL

extension FreshnessBenchmark {
  /// A brand with many products that is renamed while other products change.
  struct Rename: Sendable {
    private static let pollPause = Duration.milliseconds(100)
    private static let watchPause = Duration.milliseconds(20)
    private static let deadline = Duration.seconds(60)

    let brand: Int64
    let products: Int
    let pool: PostgresPool

    /// Gives `count` products the brand of one of them, past the triggers.
    static func prepare(products count: Int, _ pool: PostgresPool) async throws -> Rename {
      let brand: Int64 = try await pool.query(
        "SELECT brand_id FROM catalog.product WHERE brand_id IS NOT NULL ORDER BY id LIMIT 1")[0].decode(at: 0)
      try await pool.withTransaction { connection in
        try await connection.execute("SET LOCAL session_replication_role = replica")
        try await connection.execute(
          """
          UPDATE catalog.product SET brand_id = \(brand) WHERE id IN (
            SELECT id FROM indexing.searchable_product ORDER BY id LIMIT \(count))
          """)
      }
      let products: Int = try await pool.query(
        """
        SELECT count(*) FROM indexing.searchable_product JOIN catalog.product USING (id) WHERE brand_id = \(brand)
        """)[0].decode(at: 0)
      return Rename(brand: brand, products: products, pool: pool)
    }

    /// Renames the brand; returns the time until a search finds all its products under the new name.
    func run(_ engine: any SearchEngine, in index: String) async throws -> Duration {
      let name: String = try await pool.query(
        "UPDATE catalog.brand SET name = name || ' ' || md5(random()::text) WHERE id = \(brand) RETURNING name")[0]
        .decode(at: 0)
      let start = ContinuousClock.now
      let query = Query.term(field: "brand.keyword", value: .string(name))
      while try await engine.count(query, in: index, deadline: .now + Self.deadline) < products {
        try await Task.sleep(for: Self.pollPause)
      }
      return .now - start
    }

    /// Watches, until cancelled, how long the transactions of the database have been open; returns the longest.
    func longestTransaction() async throws -> Duration {
      var longest = 0.0
      while !Task.isCancelled {
        let seconds: Double = try await pool.query(
          """
          SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
          """)[0].decode(at: 0)
        longest = max(longest, seconds)
        // Cut short when there is nothing more to watch.
        try? await Task.sleep(for: Self.watchPause)
      }
      return .seconds(longest)
    }
  }
}
