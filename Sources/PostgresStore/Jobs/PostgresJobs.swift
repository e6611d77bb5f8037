public import Catalog
import JSON
public import Ports
public import PostgresClient

/// Jobs, their leases and the ledger of their runs, in the schema `jobs`.
///
/// Every change of a job's state locks its row first, so that two workers never decide on the same job at once.
public struct PostgresJobs: Sendable {
  /// Runs of a job that the ledger keeps: a year of a daily job.
  static let keptRuns = 500

  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  /// Runs `body` with the job's row locked, or returns nil if another worker has it locked or the job is unknown.
  private func withLocked<T>(_ job: JobName, _ body: (PostgresConnection) async throws -> T?) async throws -> T? {
    try await pool.withTransaction { connection in
      let locked = try await connection.query(
        "SELECT name FROM jobs.job WHERE name = \(job.text) FOR UPDATE SKIP LOCKED")
      return locked.isEmpty ? nil : try await body(connection)
    }
  }

  private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}

extension PostgresJobs: JobStore {
  public func register(_ jobs: [JobEntry]) async throws {
    try await pool.reaching {
      // In one order, so that workers that start together do not wait for one another in a circle.
      for job in jobs.sorted(by: { $0.name < $1.name }) {
        try await pool.execute(
          """
          INSERT INTO jobs.job AS old (name, schedule, time_zone, after, next_at)
          VALUES (\(job.name.text), \(job.schedule), \(job.timeZone), \(job.after.map(\.text)), \(job.nextAt))
          ON CONFLICT (name) DO UPDATE SET
            schedule = excluded.schedule, time_zone = excluded.time_zone, after = excluded.after,
            next_at = CASE
              WHEN (old.schedule, old.time_zone) IS NOT DISTINCT FROM (excluded.schedule, excluded.time_zone)
                THEN old.next_at
              ELSE excluded.next_at END
          WHERE (old.schedule, old.time_zone, old.after)
            IS DISTINCT FROM (excluded.schedule, excluded.time_zone, excluded.after)
          """)
      }
    }
  }

  public func claim(_ offers: [JobOffer], holder: String, lease: Duration, now: Timestamp) async throws -> JobRun? {
    try await pool.reaching {
      let names = offers.map(\.name.text)
      let due = try await pool.query("\(fragment: Self.due(among: names, now: now))")
      for row in due {
        let name: String = try row.decode("name")
        guard let offer = offers.first(where: { $0.name.text == name }) else { continue }
        let claimed = try await withLocked(offer.name) { connection in
          // Another worker may have decided since the look above: the look is repeated with the row locked.
          guard let row = try await connection.query("\(fragment: Self.due(among: [name], now: now))").first else {
            return JobRun?.none
          }
          return try await Self.begin(offer, row, holder: holder, lease: lease, now: now, on: connection)
        }
        if let claimed { return claimed }
      }
      return nil
    }
  }

  /// The jobs that a worker may begin or take up, the longest awaited first.
  private static func due(among names: [String], now: Timestamp) -> SQL {
    """
    SELECT name, run.id AS lost_run, run.attempt AS lost_attempt, job.attempt,
      requested_at IS NOT NULL AS is_requested, is_requested_by_hand, is_paused,
      coalesce(next_at <= \(now), false) AS is_scheduled
    FROM jobs.job LEFT JOIN jobs.run ON run.job = name AND state = 'running'
    WHERE name = ANY (\(names)) AND CASE
      WHEN run.id IS NOT NULL THEN lease_until < clock_timestamp()
      WHEN EXISTS (SELECT FROM jobs.run AS before WHERE before.state = 'running' AND before.job = ANY (after)
        AND before.lease_until >= clock_timestamp()) THEN false
      WHEN is_paused THEN is_requested_by_hand
      ELSE requested_at IS NOT NULL OR next_at <= \(now) OR retry_at <= \(now) END
    ORDER BY least(requested_at, next_at, retry_at), name
    """
  }

  private static func begin(
    _ offer: JobOffer, _ row: PostgresRow, holder: String, lease: Duration, now: Timestamp,
    on connection: PostgresConnection
  ) async throws -> JobRun? {
    let trigger: JobTrigger
    var attempt = 1
    if let lost: Int64 = try row.decode("lost_run") {
      trigger = .takeover
      attempt = try row.decode("lost_attempt", as: Int.self) + 1
      let reason = "the worker let its lease run out: it was killed, stopped or cut off"
      try await connection.execute(
        "UPDATE jobs.run SET state = 'lost', finished_at = \(now), reason = \(reason) WHERE id = \(lost)")
      let isHeld = try row.decode("is_paused", as: Bool.self) && !row.decode("is_requested_by_hand", as: Bool.self)
      if isHeld, attempt <= offer.maxAttempts {
        // It may be the job that ended its worker: it is taken up when somebody lets it start again.
        try await connection.execute("UPDATE jobs.job SET retry_at = \(now) WHERE name = \(offer.name.text)")
        return nil
      }
    } else if try row.decode("is_requested", as: Bool.self) {
      trigger = try row.decode("is_requested_by_hand", as: Bool.self) ? .hand : .dependency
    } else if try row.decode("is_scheduled", as: Bool.self) {
      trigger = .schedule
    } else {
      trigger = .retry
      attempt = try row.decode("attempt", as: Int.self) + 1
    }
    // A job that ends its worker each time is not started for ever.
    guard attempt <= offer.maxAttempts else {
      try await connection.execute("UPDATE jobs.job SET retry_at = NULL WHERE name = \(offer.name.text)")
      return nil
    }
    // A run answers whatever was due: a request and a missed time are one run.
    try await connection.execute(
      """
      UPDATE jobs.job SET attempt = \(attempt), requested_at = NULL, is_requested_by_hand = false, retry_at = NULL,
        next_at = CASE WHEN next_at <= \(now) OR next_at IS NULL THEN \(offer.nextAt) ELSE next_at END
      WHERE name = \(offer.name.text)
      """)
    let rows = try await connection.query(
      """
      INSERT INTO jobs.run (job, trigger, attempt, state, holder, started_at, lease_until)
      VALUES (\(offer.name.text), \(trigger.rawValue), \(attempt), 'running', \(holder.prefixOfScalars(200)), \(now),
        clock_timestamp() + make_interval(secs => \(seconds(lease))))
      RETURNING id
      """)
    return JobRun(
      id: try rows[0].decode(at: 0), job: offer.name, trigger: trigger, attempt: attempt, state: .running,
      holder: holder, startedAt: now)
  }

  public func renew(run id: Int64, progress: JobProgress, lease: Duration) async throws -> Bool {
    try await pool.reaching {
      try await pool.execute(
        """
        UPDATE jobs.run SET lease_until = clock_timestamp() + make_interval(secs => \(Self.seconds(lease))),
          done = \(progress.done), total = \(progress.total), note = \(progress.note.prefixOfScalars(200))
        WHERE id = \(id) AND state = 'running'
        """) == 1
    }
  }

  public func finish(run id: Int64, _ end: JobEnd, now: Timestamp) async throws -> Bool {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        let rows = try await connection.query(
          "SELECT name FROM jobs.job WHERE name = (SELECT job FROM jobs.run WHERE id = \(id)) FOR UPDATE")
        guard let name: String = try rows.first?.decode(at: 0) else { return false }
        let figures = JSONValue.object(
          JSONObject(end.figures.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) }))
        let ended = try await connection.execute(
          """
          UPDATE jobs.run SET state = \(end.state.rawValue), finished_at = \(now), done = \(end.progress.done),
            total = \(end.progress.total), note = \(end.progress.note.prefixOfScalars(200)),
            figures = \(figures.text)::jsonb, reason = \(end.reason?.prefixOfScalars(2_000))
          WHERE id = \(id) AND state = 'running'
          """)
        guard ended == 1 else { return false }
        // An interrupted try does not count.
        try await connection.execute(
          """
          UPDATE jobs.job SET retry_at = \(end.retryAt), attempt = attempt - \(end.state == .interrupted ? 1 : 0)
          WHERE name = \(name)
          """)
        if end.state == .succeeded { try await Self.requestJobs(after: name, now: now, on: connection) }
        try await connection.execute(
          """
          DELETE FROM jobs.run WHERE job = \(name) AND state <> 'running' AND id < (
            SELECT id FROM jobs.run WHERE job = \(name) ORDER BY id DESC OFFSET \(Self.keptRuns) LIMIT 1)
          """)
        return true
      }
    }
  }

  private static func requestJobs(after name: String, now: Timestamp, on connection: PostgresConnection) async throws {
    try await connection.execute(
      "UPDATE jobs.job SET requested_at = coalesce(requested_at, \(now)) WHERE \(name) = ANY (after)")
  }

  public func requestRun(of job: JobName, now: Timestamp) async throws -> Bool {
    try await pool.reaching {
      try await pool.execute(
        """
        UPDATE jobs.job SET requested_at = coalesce(requested_at, \(now)), is_requested_by_hand = true
        WHERE name = \(job.text)
        """) == 1
    }
  }

  public func setPaused(_ isPaused: Bool, job: JobName) async throws -> Bool {
    try await pool.reaching {
      try await pool.execute("UPDATE jobs.job SET is_paused = \(isPaused) WHERE name = \(job.text)") == 1
    }
  }

  public func announce(_ name: JobName, now: Timestamp) async throws {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await Self.requestJobs(after: name.text, now: now, on: connection)
      }
    }
  }
}

extension String {
  /// The beginning of the text, in Unicode scalars, which Postgres counts as characters.
  fileprivate func prefixOfScalars(_ count: Int) -> String { String(unicodeScalars.prefix(count)) }
}
