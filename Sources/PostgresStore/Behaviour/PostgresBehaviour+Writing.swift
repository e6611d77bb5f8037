import Catalog
public import Ports
import PostgresClient
import Threading

extension PostgresBehaviour: EventStore {
  public func write(_ events: [ShopEvent]) async throws -> StoredEvents {
    guard !events.isEmpty else { return StoredEvents() }
    return try await writing {
      let key = try await log.key()
      let batch = EventBatch(events, key: key)
      do {
        return try await store(batch, key: key, meetsOthers: false)
      } catch let error as PostgresError where error.isOfMissingPartition || error.isUniqueViolation {
        // Another process dropped a partition that this one had seen, or stores one of these events at the same time.
        partitions.withLock { $0 = [] }
        return try await store(batch, key: key, meetsOthers: true)
      }
    }
  }

  /// `meetsOthers`: another process may store an event of the batch at the same time.
  private func store(_ given: EventBatch, key: [UInt8], meetsOthers: Bool) async throws -> StoredEvents {
    try await makePartitions(for: given)
    return try await pool.withTransaction { connection in
      var batch = given
      if !batch.people.isEmpty {
        try await Self.lockPeople(alone: false, on: connection)
        batch.countErased(by: try await Self.erasures(of: batch.people, key: key, on: connection))
      }
      var stored = StoredEvents(outcomes: Array(repeating: .repeated, count: batch.count))
      try await write(batch.deeds, meetsOthers: meetsOthers, to: &stored, on: connection)
      try await Self.write(batch.shown, to: &stored, on: connection)
      try await Self.write(batch.searches, to: &stored, on: connection)
      try await Self.write(batch.exposures, to: &stored, on: connection)
      try await Self.count(batch.counted, key: key, to: &stored, on: connection)
      return stored
    }
  }

  /// The moments at which people of a batch were erased.
  private static func erasures(
    of people: Set<Int64>, key: [UInt8], on connection: PostgresConnection
  ) async throws -> [Int64: Timestamp] {
    let marks = Dictionary(
      people.map { (erasureMark(of: $0, key: key), $0) }, uniquingKeysWith: { first, _ in first })
    let rows = try await connection.query(
      "SELECT mark, erased_at FROM behaviour.erasure WHERE mark = ANY (\(Array(marks.keys)))")
    var erasures: [Int64: Timestamp] = [:]
    for row in rows {
      if let person = marks[try row.decode(at: 0)] { erasures[person] = try row.decode(at: 1) }
    }
    return erasures
  }

  private func makePartitions(for batch: EventBatch) async throws {
    for (parent, days) in batch.partitions {
      let missing = partitions.withLock { known in days.filter { !known.contains("\(parent) \($0)") } }
      guard !missing.isEmpty else { continue }
      let list = "{\(missing.map(\.description).joined(separator: ","))}"
      try await pool.query("SELECT behaviour.make_partitions(\(parent), \(list)::date[])")
      partitions.withLock { known in for day in missing { known.insert("\(parent) \(day)") } }
    }
  }

  /// One connection's table, emptied by each commit.
  private static let incoming: SQL = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming_event (
      place integer, kept smallint, id uuid, occurred_at timestamptz, kind text, shopper bigint,
      product_id bigint, sku text, quantity integer, unit_minor_units bigint, currency text, stars real, list bigint,
      position integer, placement text, basket bigint, sender text
    ) ON COMMIT DELETE ROWS
    """

  static let columns: SQL = """
    id, occurred_at, kind, shopper, quantity, unit_minor_units, currency, stars, list, position, placement, basket,
    sender
    """

  private func write(
    _ deeds: [EventBatch.Deed], meetsOthers: Bool, to stored: inout StoredEvents, on connection: PostgresConnection
  ) async throws {
    let days = deeds.map(\.event.at.day)
    guard let first = days.min(), let last = days.max() else { return }
    try await connection.execute(Self.incoming)
    try await connection.copyIn("COPY incoming_event FROM STDIN") { rows in
      for row in deeds { try await row.write(to: rows) }
    }
    let rows = try await connection.query(
      insertion(from: first, to: last, meetsOthers: meetsOthers))
    for row in rows {
      let place: Int32 = try row.decode(at: 0)
      guard let isStored: Bool = try row.decode(at: 1) else {
        stored.outcomes[Int(place)] = .unusable(reason: Self.noRoomAside)
        continue
      }
      guard isStored else {
        stored.outcomes[Int(place)] = .aside
        continue
      }
      stored.outcomes[Int(place)] = .stored
      let (shopper, product): (Int64?, ProductID) = (try row.decode(at: 2), try row.decode(at: 3))
      guard let shopper, let deed = deeds.first(at: Int(place)), deed.event.sender == .shopper else { continue }
      stored.interactions.append(
        Interaction(
          shopper: ShopperID(rawValue: shopper), product: product, kind: deed.deed.kind, weight: deed.deed.weight,
          at: deed.event.at))
    }
  }

  private static let noRoomAside = "too many events about unknown products wait: check the product's id or SKU"

  /// Stores what `incoming_event` has. A row of the answer for each event that is new: its place, whether it is stored (or
  /// waits aside; NULL: there was no room aside), its shopper and product.
  ///
  /// The same number under another time is the same event too, where the two days are near each other. An insertion that
  /// looks for a conflict of each row takes half as long again, and is needed only for rows that were not looked up before.
  private func insertion(from first: CalendarDay, to last: CalendarDay, meetsOthers: Bool) -> SQL {
    // A file in no order of time: a look into each day's partition for each of its events would take too long.
    let isWide = last.daysSinceEpoch - first.daysSinceEpoch > Self.maxLookedUpDays
    let conflict: SQL = isWide || meetsOthers ? "ON CONFLICT DO NOTHING" : ""
    let oldest = (isWide ? last : first).advanced(by: -Self.nearDays)
    return """
      WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (incoming.id) place, kept, incoming.id, occurred_at, kind,
          coalesce(identity.customer, incoming.shopper) AS shopper, incoming.product_id AS given_id,
          incoming.sku AS given_sku, coalesce(product.id, variant.product_id) AS product_id, quantity, unit_minor_units,
          currency, stars, list, incoming.position, placement, basket, sender
        FROM incoming_event AS incoming
        LEFT JOIN behaviour.identity ON identity.visitor = incoming.shopper
        LEFT JOIN catalog.product ON product.id = incoming.product_id
        LEFT JOIN catalog.variant ON variant.sku = incoming.sku
        ORDER BY incoming.id, place
      ), fresh AS MATERIALIZED (
        SELECT * FROM given WHERE coalesce(
          (SELECT false FROM behaviour.event AS earlier
            WHERE earlier.id = given.id AND earlier.kept = given.kept
              AND earlier.day BETWEEN \(oldest)::date AND \(last.advanced(by: 1))::date
            LIMIT 1),
          (SELECT false FROM behaviour.event_aside AS earlier WHERE earlier.id = given.id), true)
      ), numbered AS (
        SELECT *, row_number() OVER (ORDER BY place) AS of_all,
          row_number() OVER (PARTITION BY shopper ORDER BY place) AS of_sender
        FROM fresh WHERE product_id IS NULL
      ), unknown AS MATERIALIZED (
        SELECT *, of_all <= \(asideRoom.ofAll)::bigint - (SELECT count(*) FROM behaviour.event_aside)
          AND of_sender <= CASE
            WHEN shopper IS NULL
              THEN \(asideRoom.ofNobody)::bigint - (SELECT count(*) FROM behaviour.event_aside WHERE shopper IS NULL)
            ELSE \(asideRoom.ofPerson)::bigint
              - (SELECT count(*) FROM behaviour.event_aside AS waiting WHERE waiting.shopper = numbered.shopper)
          END AS has_room
        FROM numbered
      ), stored AS (
        INSERT INTO behaviour.event (kept, day, product_id, \(fragment: Self.columns))
        SELECT kept, (occurred_at AT TIME ZONE 'UTC')::date, product_id, \(fragment: Self.columns)
        FROM fresh WHERE product_id IS NOT NULL
        \(fragment: conflict) RETURNING id, true AS is_stored
      ), aside AS (
        INSERT INTO behaviour.event_aside (product_id, sku, \(fragment: Self.columns))
        SELECT given_id, given_sku, \(fragment: Self.columns) FROM unknown WHERE has_room
        ON CONFLICT DO NOTHING RETURNING id, false AS is_stored
      )
      SELECT place, is_stored, shopper, product_id FROM fresh
      JOIN (
        SELECT * FROM stored UNION ALL SELECT * FROM aside
        UNION ALL SELECT id, NULL FROM unknown WHERE NOT has_room
      ) AS written USING (id)
      """
  }

  /// How far apart the times of two sendings of one event may be: the API takes events of the last seven days.
  static let nearDays = 8
  private static let maxLookedUpDays: Int64 = 14

  private static func write(
    _ shown: [EventBatch.Shown], to stored: inout StoredEvents, on connection: PostgresConnection
  ) async throws {
    guard !shown.isEmpty else { return }
    let rows = try await connection.query(
      """
      INSERT INTO behaviour.impression
        (day, id, list, occurred_at, shopper, placement, ranked_by, first_position, products, sender)
      SELECT (given.occurred_at AT TIME ZONE 'UTC')::date, given.id::uuid, given.list, given.occurred_at,
        coalesce(identity.customer, given.shopper), given.placement, given.ranked_by, given.first_position,
        given.products::bigint[], given.sender
      FROM unnest(
        \(shown.map(\.event.id.description)), \(shown.map(\.list.list.rawValue)), \(shown.map(\.event.at)),
        \(shown.map(\.shopper)), \(shown.map(\.list.placement)), \(shown.map(\.list.rankedBy)),
        \(shown.map { Int32(clamping: $0.list.firstPosition) }),
        \(shown.map { "{\($0.list.products.map(\.description).joined(separator: ","))}" }),
        \(shown.map(\.event.sender.rawValue))
      ) AS given (id, list, occurred_at, shopper, placement, ranked_by, first_position, products, sender)
      LEFT JOIN behaviour.identity ON identity.visitor = given.shopper
      ON CONFLICT DO NOTHING RETURNING id::text
      """)
    let written = Set(try rows.map { try $0.decode(String.self, at: 0) })
    for row in shown where written.contains(row.event.id.description) { stored.outcomes[row.place] = .stored }
  }

  private static func write(
    _ searches: [EventBatch.Search], to stored: inout StoredEvents, on connection: PostgresConnection
  ) async throws {
    let written = try await PostgresSearchLog.insert(searches.map(\.row), on: connection)
    for search in searches where written.contains(search.row.search.id) { stored.outcomes[search.place] = .stored }
    let fresh = searches.map(\.row.search).filter { written.contains($0.id) }
    try await write(featuresOf: fresh, on: connection)
    try await write(interleavingOf: fresh, on: connection)
  }

  private static func write(featuresOf searches: [LoggedSearch], on connection: PostgresConnection) async throws {
    let kept = searches.compactMap { search in search.features.map { (search: search, features: $0) } }
    guard !kept.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO behaviour.search_features (search_id, searched_at, ranked_by, schema, features)
      SELECT id, searched_at, ranked_by, schema, decode(features, 'hex')
      FROM unnest(
        \(kept.map(\.search.id.rawValue)), \(kept.map(\.search.searchedAt)), \(kept.map(\.search.rankedBy)),
        \(kept.map { Int16(clamping: $0.features.schema) }), \(kept.map { hexadecimal($0.features.bytes) })
      ) AS given (id, searched_at, ranked_by, schema, features)
      ON CONFLICT (search_id) DO NOTHING
      """)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Adds to the sums, in the order of their keys, so that two processes do not wait for each other.
  private static func count(
    _ counted: [EventBatch.Counted], key: [UInt8], to stored: inout StoredEvents, on connection: PostgresConnection
  ) async throws {
    guard !counted.isEmpty else { return }
    let marks = counted.map { PostgresSearchLog.hash("counted \($0.id)", key: key) }
    let rows = try await connection.query(
      """
      WITH given AS (
        SELECT DISTINCT ON (mark) * FROM unnest(
          \(marks), \(counted.map(\.day.description)), \(counted.map(\.kind)), \(counted.map(\.product)),
          \(counted.map(\.sku))
        ) AS given (mark, day, kind, product_id, sku) ORDER BY mark
      ), fresh AS (
        INSERT INTO behaviour.counted (mark) SELECT mark FROM given ORDER BY mark ON CONFLICT DO NOTHING RETURNING mark
      ), summed AS (
        INSERT INTO behaviour.anonymous_day AS kept (day, kind, product_id, deeds)
        SELECT given.day::date, kind, coalesce(product.id, variant.product_id, 0) AS product, count(*)
        FROM given JOIN fresh USING (mark)
        LEFT JOIN catalog.product ON product.id = given.product_id LEFT JOIN catalog.variant ON variant.sku = given.sku
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (day, kind, product_id) DO UPDATE SET deeds = kept.deeds + excluded.deeds
      )
      SELECT mark FROM fresh
      """)
    var fresh = Set(try rows.map { try $0.decode(Int64.self, at: 0) })
    // The first of one number is counted, the others are its repetitions.
    for (row, mark) in zip(counted, marks) where fresh.remove(mark) != nil { stored.outcomes[row.place] = .counted }
  }
}

extension ProductDeed {
  /// As training reads it.
  var weight: Double { stars.map(InteractionKind.weight(rating:)) ?? kind.weight }
}

extension [EventBatch.Deed] {
  /// The deed of the event at a place of the batch; places only grow.
  fileprivate func first(at place: Int) -> EventBatch.Deed? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].place < place { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].place == place ? self[low] : nil
  }
}
