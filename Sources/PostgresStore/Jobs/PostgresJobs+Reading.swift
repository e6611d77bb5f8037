import Catalog
import JSON
public import Ports
import PostgresClient

extension PostgresJobs {
  private static let runColumns: SQL = """
    run.id, run.job, run.trigger, run.attempt, run.state, run.holder, run.started_at, run.finished_at, run.done,
    run.total, run.note, run.figures::text AS figures, run.reason
    """

  public func runs(of job: JobName?, limit: Int) async throws -> [JobRun] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.runColumns) FROM jobs.run
        WHERE \(job?.text)::text IS NULL OR job = \(job?.text) ORDER BY id DESC LIMIT \(max(0, limit))
        """
      ).compactMap(Self.run)
    }
  }

  public func statuses() async throws -> [JobStatus] {
    try await pool.reaching {
      let jobs = try await pool.query(
        """
        SELECT name, schedule, time_zone, after, is_paused, next_at, requested_at, retry_at FROM jobs.job ORDER BY name
        """)
      let runs = try await pool.query(
        """
        SELECT \(fragment: Self.runColumns) FROM jobs.job CROSS JOIN LATERAL (
          (SELECT * FROM jobs.run WHERE job = name AND state = 'running')
          UNION ALL
          (SELECT * FROM jobs.run WHERE job = name AND state <> 'running' ORDER BY id DESC LIMIT 1)) AS run
        """
      ).compactMap(Self.run)
      return try jobs.compactMap { row in
        guard let name = JobName(try row.decode("name", as: String.self)) else { return nil }
        let own = runs.filter { $0.job == name }
        return JobStatus(
          entry: JobEntry(
            name: name, schedule: try row.decode("schedule"), timeZone: try row.decode("time_zone"),
            after: try row.decode("after", as: [String].self).compactMap { JobName($0) },
            nextAt: try row.decode("next_at")),
          isPaused: try row.decode("is_paused"), requestedAt: try row.decode("requested_at"),
          retryAt: try row.decode("retry_at"), running: own.first { $0.state == .running },
          last: own.first { $0.state != .running })
      }
    }
  }

  /// nil for a row of a newer program's kind.
  private static func run(_ row: PostgresRow) throws -> JobRun? {
    guard let job = JobName(try row.decode("job", as: String.self)),
      let trigger = JobTrigger(rawValue: try row.decode("trigger")),
      let state = JobRunState(rawValue: try row.decode("state"))
    else { return nil }
    let figures = try JSONValue(parsing: try row.decode("figures", as: String.self)).object
    return JobRun(
      id: try row.decode("id"), job: job, trigger: trigger, attempt: try row.decode("attempt"), state: state,
      holder: try row.decode("holder"), startedAt: try row.decode("started_at"),
      finishedAt: try row.decode("finished_at"),
      progress: JobProgress(
        done: try row.decode("done"), total: try row.decode("total"), note: try row.decode("note")),
      figures: (figures?.members ?? []).reduce(into: [:]) { $0[$1.name] = $1.value.double },
      reason: try row.decode("reason"))
  }
}
