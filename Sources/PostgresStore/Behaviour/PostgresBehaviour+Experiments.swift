import Catalog
import Ports
import PostgresClient

/// The arms of experiments that people saw.
extension PostgresBehaviour {
  /// The columns of an exposure that add up when two rows of one person become one.
  static let exposureMerging: SQL = """
    ON CONFLICT (experiment, shopper, arm) DO UPDATE SET first_at = least(kept.first_at, excluded.first_at),
      last_at = greatest(kept.last_at, excluded.last_at), searches = kept.searches + excluded.searches,
      milliseconds = kept.milliseconds + excluded.milliseconds
    """

  static func write(
    _ exposures: [EventBatch.Exposure], to stored: inout StoredEvents, on connection: PostgresConnection
  ) async throws {
    guard !exposures.isEmpty else { return }
    let rows = exposures.flatMap { row in row.exposure.arms.map { (row: row, arm: $0) } }
    // In the order of the keys, so that two processes do not wait for each other.
    try await connection.execute(
      """
      INSERT INTO behaviour.exposure AS kept (experiment, shopper, arm, first_at, last_at, searches, milliseconds)
      SELECT experiment, coalesce(identity.customer, given.shopper), arm, min(at), max(at), count(*), sum(milliseconds)
      FROM unnest(
        \(rows.map(\.arm.experiment)), \(rows.map(\.row.shopper)), \(rows.map { Int16(clamping: $0.arm.arm) }),
        \(rows.map(\.row.event.at)), \(rows.map(\.row.exposure.milliseconds))
      ) AS given (experiment, shopper, arm, at, milliseconds)
      LEFT JOIN behaviour.identity ON identity.visitor = given.shopper
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      \(fragment: exposureMerging)
      """)
    for row in exposures { stored.outcomes[row.place] = .stored }
  }

  static func write(interleavingOf searches: [LoggedSearch], on connection: PostgresConnection) async throws {
    let mixed = searches.compactMap { search in search.interleaved.map { (id: search.id, page: $0) } }
    guard !mixed.isEmpty else { return }
    let sides = mixed.map { row in
      "{\(row.page.isTreatments.map { $0.map { $0 ? "t" : "f" } ?? "NULL" }.joined(separator: ","))}"
    }
    try await connection.execute(
      """
      INSERT INTO behaviour.search_interleaving (search_id, experiment, is_treatments)
      SELECT id, experiment, sides::boolean[]
      FROM unnest(\(mixed.map(\.id.rawValue)), \(mixed.map(\.page.experiment)), \(sides)) AS given (id, experiment, sides)
      ON CONFLICT (search_id) DO NOTHING
      """)
  }

  /// A visitor's exposures become the customer's; the same arm of both becomes one row.
  static func joinExposures(of visitor: Int64, to customer: Int64, on connection: PostgresConnection) async throws {
    try await connection.execute(
      """
      WITH moved AS (DELETE FROM behaviour.exposure WHERE shopper = \(visitor) RETURNING *)
      INSERT INTO behaviour.exposure AS kept (experiment, shopper, arm, first_at, last_at, searches, milliseconds)
      SELECT experiment, \(customer), arm, first_at, last_at, searches, milliseconds FROM moved ORDER BY 1, 3
      \(fragment: exposureMerging)
      """)
  }
}
