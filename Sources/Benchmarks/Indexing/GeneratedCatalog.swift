package import Bootstrap
import Catalog
import Configuration
import Glibc
import LocalServices
import PostgresClient
import PostgresStore
package import Seeding

/// A catalog of generated products in a private Postgres, for measurements that need a large one.
package struct GeneratedCatalog {
  private static let databaseName = "bench"
  private static let batch = 5_000
  private static let priceConstraint = "price_no_overlap"
  /// Adding a constraint over some million prices takes minutes.
  private static let statementTimeout = Duration.seconds(1_800)

  let server: LocalPostgres
  let pool: PostgresPool
  /// How long the products took to load; nil if they were there already.
  package let loadSeconds: Double?

  /// Loads the products, or finds them in `folder` from an earlier run with the same options. Without a folder the
  /// database is temporary.
  package static func open(_ options: GenerationOptions, folder: String?, _ terminal: Terminal) async throws
    -> GeneratedCatalog
  {
    let server =
      if let folder { try await LocalPostgres.start(in: folder) } else { try await LocalPostgres.startTemporary() }
    do {
      var settings = try await server.makeDatabase(named: databaseName)
      settings.statementTimeout = statementTimeout
      settings.maxConnections = 32
      let pool = PostgresPool(settings)
      let label = "\(options.products) generated products, seed \(options.seed)"
      let found = try await pool.query(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
      _ = try await Migrator.shop.migrate(pool)
      if try found[0].decode(String?.self, at: 0) == label {
        return GeneratedCatalog(server: server, pool: pool, loadSeconds: nil)
      }
      let start = ContinuousClock.now
      try await load(options, pool, terminal)
      try await pool.execute("COMMENT ON DATABASE \(unsafeRaw: databaseName) IS '\(unsafeRaw: label)'")
      return GeneratedCatalog(server: server, pool: pool, loadSeconds: (.now - start) / .seconds(1))
    } catch {
      await server.stop()
      throw error
    }
  }

  struct OtherCatalog: Error, CustomStringConvertible {
    let description =
      "the folder given by --data holds another catalog: name an empty folder, or the products and seed it was made with"
  }

  private static func load(_ options: GenerationOptions, _ pool: PostgresPool, _ terminal: Terminal) async throws {
    guard try await pool.query("SELECT FROM catalog.product LIMIT 1").isEmpty else { throw OtherCatalog() }
    // Check the constraint once for all prices, not for each.
    let constraint: String = try await pool.query(
      "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(priceConstraint)")[0].decode(at: 0)
    try await pool.execute("ALTER TABLE pricing.price DROP CONSTRAINT \(unsafeRaw: priceConstraint)")
    let meter = terminal.progress("load", unit: "products", total: options.products)
    var copy = CatalogCopy(pool)
    var records: [ProductRecord] = []
    for record in Seeding.products(options) {
      records.append(record)
      guard records.count == batch else { continue }
      try await copy.load(records)
      meter.advance(by: records.count)
      records.removeAll(keepingCapacity: true)
    }
    try await copy.load(records)
    meter.advance(by: records.count)
    meter.finish()
    terminal.printError("indexing the prices, and statistics")
    try await pool.withConnection { connection in
      try await connection.executeScript(
        """
        SET maintenance_work_mem = '512MB';
        ALTER TABLE pricing.price ADD CONSTRAINT \(priceConstraint) \(constraint);
        RESET maintenance_work_mem;
        """)
      try await connection.executeScript("VACUUM (ANALYZE)")
    }
  }

  package func close() async {
    await pool.close()
    await server.stop()
  }
}
