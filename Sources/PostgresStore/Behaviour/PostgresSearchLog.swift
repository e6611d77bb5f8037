public import Catalog
public import Ports
public import PostgresClient
import Threading

/// The searches of the history in Postgres: each for some days, and their counts by day for longer.
///
/// A visitor's number is hashed here, before it is sent: no statement, and so no server log, contains it.
public struct PostgresSearchLog: Sendable {
  /// A query that this many visitors used on one day, from as many networks, says nothing about any one of them and is not
  /// the work of one sender.
  static let fewestVisitors = 3
  /// For the roll-up of a day of millions, and reports over a year of such days.
  static let statementTimeout = Duration.seconds(600)
  /// Millions of queries are grouped in memory, not in files; the memory is freed when the transaction ends.
  static let enoughMemory: SQL = "SET LOCAL work_mem = '128MB'"

  let pool: PostgresPool
  private let visitorKey = Guarded<[UInt8]?>(nil)

  public init(_ pool: PostgresPool) { self.pool = pool }

  func key() async throws -> [UInt8] {
    if let key = visitorKey.withLock({ $0 }) { return key }
    let key: [UInt8] = try await pool.query("SELECT visitor_key FROM behaviour.search_log")[0].decode(at: 0)
    visitorKey.withLock { $0 = key }
    return key
  }

  /// 64 bits of the SHA-256 of the key and the visitor's number.
  static func hash(_ visitor: VisitorID, key: [UInt8]) -> Int64 { hash(Array(visitor.text.utf8), key: key) }

  /// The same of a network; nil where it is not known.
  static func hash(range: [UInt8], key: [UInt8]) -> Int64? {
    range.isEmpty ? nil : hash(Array("range ".utf8) + range, key: key)
  }

  /// The same of a name.
  static func hash(_ text: String, key: [UInt8]) -> Int64 { hash(Array(text.utf8), key: key) }

  private static func hash(_ bytes: [UInt8], key: [UInt8]) -> Int64 {
    let digits = SHA256.hexadecimal(of: key + bytes).prefix(16)
    return Int64(bitPattern: UInt64(digits, radix: 16) ?? 0)
  }
}

extension PostgresSearchLog: SearchLogStore {
  /// A search with its searcher hashed.
  struct Row {
    var search: LoggedSearch
    var visitor: Int64?
    var network: Int64?
    var sender: EventSender = .shopper
  }

  /// Stores searches; returns those that were not stored before.
  static func insert(_ rows: [Row], on connection: PostgresConnection) async throws -> Set<SearchID> {
    guard !rows.isEmpty else { return [] }
    let searches = rows.map(\.search)
    let products = searches.map { "{\($0.products.map(\.description).joined(separator: ","))}" }
    let written = try await connection.query(
      """
      INSERT INTO behaviour.search
        (id, searched_at, visitor, network, query, outcome, total, filter_count, first_rank, products, sender)
      SELECT id, searched_at, coalesce(identity.customer, given.visitor), network, query, outcome, total, filter_count,
        first_rank, products::bigint[], sender
      FROM unnest(
        \(searches.map(\.id.rawValue)), \(searches.map(\.searchedAt)),
        \(rows.map(\.visitor)), \(rows.map(\.network)), \(searches.map(\.query)),
        \(searches.map(\.outcome.rawValue)), \(searches.map { Int32(clamping: $0.total) }),
        \(searches.map { Int16(clamping: $0.filterCount) }), \(searches.map { Int32(clamping: $0.firstRank) }),
        \(products), \(rows.map(\.sender.rawValue))
      ) AS given
        (id, searched_at, visitor, network, query, outcome, total, filter_count, first_rank, products, sender)
      LEFT JOIN behaviour.identity ON identity.visitor = given.visitor
      ON CONFLICT (id) DO NOTHING RETURNING id
      """)
    return Set(try written.map { SearchID(rawValue: try $0.decode(at: 0)) })
  }

  public func forget(now: Timestamp, searchDays: Int, countDays: Int) async throws {
    // Whole days, so that the counts of a day are never made from a part of it.
    let oldest = now.day.advanced(by: 1 - searchDays)
    try await pool.reaching {
      while try await deleteBatch(before: oldest.start) {}
      try await pool.execute(Self.foldingRareQueries(where: "day < \(oldest)::date"))
      try await pool.execute(
        "DELETE FROM behaviour.search_day WHERE day < \(now.day.advanced(by: 1 - countDays))::date")
    }
  }

  /// Adds the counts of queries of few visitors to those of the query '' of their day, and deletes their words.
  static func foldingRareQueries(where condition: SQL) -> SQL {
    """
    WITH gone AS (
      DELETE FROM behaviour.search_day
      WHERE \(fragment: condition) AND visitors < \(fewestVisitors) AND query <> '' RETURNING *
    )
    INSERT INTO behaviour.search_day AS kept
      (day, query, searches, visitors, found_nothing, relaxed, corrected, clicked, reciprocal_ranks)
    SELECT day, '', sum(searches), 0, sum(found_nothing), sum(relaxed), sum(corrected), sum(clicked),
      sum(reciprocal_ranks)
    FROM gone GROUP BY day
    ON CONFLICT (day, query) DO UPDATE SET
      searches = kept.searches + excluded.searches, found_nothing = kept.found_nothing + excluded.found_nothing,
      relaxed = kept.relaxed + excluded.relaxed, corrected = kept.corrected + excluded.corrected,
      clicked = kept.clicked + excluded.clicked,
      reciprocal_ranks = kept.reciprocal_ranks + excluded.reciprocal_ranks
    """
  }

  /// Rows of one statement: none holds locks, or makes the server's log grow, for long.
  private static let deletedAtOnce = 10_000

  private func deleteBatch(before oldest: Timestamp) async throws -> Bool {
    let deleted = try await pool.execute(
      """
      DELETE FROM behaviour.search WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM behaviour.search WHERE searched_at < \(oldest) LIMIT \(Self.deletedAtOnce)))
      """)
    return deleted == Self.deletedAtOnce
  }
}

/// Text that the server reads as a date in a date's place: `\(day)::date`.
extension CalendarDay: PostgresEncodable {
  public static var postgresType: PostgresType { .inferred }
  public var postgresParameter: PostgresParameter { PostgresParameter(.inferred, text: description) }
}
