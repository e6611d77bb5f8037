public import Catalog
public import Experiments
import JSON
public import Ports
public import PostgresClient

/// Experiments, in the schema `experiments`.
public struct PostgresExperiments: Sendable {
  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  private static let columns: SQL = """
    name, question, kind, arms::text AS arms, layer, first_bucket, end_bucket, exposed_buckets, devices, customers, metric,
    planned_visitors, state, author, created_at, started_at, stopped_at, conclusion
    """

  private func read(_ rest: SQL) async throws -> [StoredExperiment] {
    try await pool.reaching {
      try await pool.query("SELECT \(fragment: Self.columns) FROM experiments.experiment \(fragment: rest)")
        .compactMap(Self.experiment)
    }
  }

  /// nil for an experiment of a newer program, which this one cannot run.
  private static func experiment(_ row: PostgresRow) throws -> StoredExperiment? {
    guard let kind = ExperimentPlan.Kind(rawValue: try row.decode("kind")),
      let metric = ExperimentMetric(rawValue: try row.decode("metric")),
      let state = StoredExperiment.State(rawValue: try row.decode("state")),
      let arms = try arms(try row.decode("arms"))
    else { return nil }
    let devices = try row.decode("devices", as: [String].self).map(ExperimentVisitor.Device.init)
    let customers = try row.decode("customers", as: [String].self).map(ExperimentVisitor.Customer.init)
    guard !devices.contains(nil), !customers.contains(nil) else { return nil }
    let first: Int = try row.decode("first_bucket")
    let plan = try ExperimentPlan(
      name: try row.decode("name"), question: try row.decode("question"), kind: kind, arms: arms,
      layer: try row.decode("layer"), buckets: first..<(try row.decode("end_bucket")),
      exposedBuckets: try row.decode("exposed_buckets"),
      targeting: Targeting(devices: Set(devices.compactMap { $0 }), customers: Set(customers.compactMap { $0 })),
      metric: metric, plannedVisitors: try row.decode("planned_visitors"))
    return StoredExperiment(
      plan: plan, state: state, author: try row.decode("author"), createdAt: try row.decode("created_at"),
      startedAt: try row.decode("started_at"), stoppedAt: try row.decode("stopped_at"),
      conclusion: try row.decode("conclusion"))
  }

  private static func arms(_ text: String) throws -> [ExperimentPlan.Arm]? {
    var arms: [ExperimentPlan.Arm] = []
    for arm in try JSONValue(parsing: text).array ?? [] {
      guard let name = arm["name"]?.string, let weight = arm["weight"]?.int,
        let value = arm["value"]?.string.flatMap({ ArmValue($0) })
      else { return nil }
      arms.append(.init(name: name, weight: Int(weight), value: value))
    }
    return arms
  }

  private static func text(_ arms: [ExperimentPlan.Arm]) -> String {
    JSONValue.array(
      arms.map { arm -> JSONValue in
        ["name": .string(arm.name), "weight": .int(Int64(arm.weight)), "value": .string(arm.value.text)]
      }
    ).text
  }

  private func changing(_ entry: AuditEntry, _ change: (PostgresConnection) async throws -> Int) async throws -> Bool {
    let count = try await PostgresAccounts(pool).changing(entry) { connection -> Int? in
      let count = try await change(connection)
      return count > 0 ? count : nil
    }
    return count != nil
  }
}

extension PostgresExperiments: ExperimentStore {
  public func add(_ experiment: StoredExperiment, audit: AuditEntry) async throws -> Bool {
    let plan = experiment.plan
    let slice = plan.assignment.slice
    return try await changing(audit) { connection in
      try await connection.execute(
        """
        INSERT INTO experiments.experiment
          (name, question, kind, arms, layer, first_bucket, end_bucket, exposed_buckets, devices, customers, metric,
            planned_visitors, state, author, created_at)
        VALUES (\(plan.name), \(plan.question), \(plan.kind.rawValue), \(Self.text(plan.arms))::jsonb, \(slice.layer),
          \(slice.buckets.lowerBound), \(slice.buckets.upperBound), \(plan.assignment.exposedBuckets),
          \(plan.targeting.devices.map(\.rawValue).sorted()), \(plan.targeting.customers.map(\.rawValue).sorted()),
          \(plan.metric.rawValue), \(plan.plannedVisitors), 'draft', \(experiment.author), \(experiment.createdAt))
        ON CONFLICT (name) DO NOTHING
        """)
    }
  }

  public func experiments(limit: Int) async throws -> [StoredExperiment] {
    try await read("ORDER BY created_at DESC, name LIMIT \(max(0, limit))")
  }

  public func experiment(_ name: String) async throws -> StoredExperiment? {
    try await read("WHERE name = \(name)").first
  }

  public func running() async throws -> RunningPlans {
    let plans = try await read("WHERE state = 'running' ORDER BY name").map(\.plan)
    let buckets: Int? = try await pool.reaching {
      try await pool.query("SELECT buckets FROM experiments.holdout").first?.decode(at: 0)
    }
    return RunningPlans(plans: plans, holdoutBuckets: buckets ?? 0)
  }

  public func start(
    _ name: String, at now: Timestamp, audit: AuditEntry,
    check: @Sendable (ExperimentPlan, [ExperimentPlan]) throws -> Void
  ) async throws -> Bool {
    try await changing(audit) { connection in
      // Two that start at once see each other.
      try await connection.execute("LOCK TABLE experiments.experiment IN SHARE ROW EXCLUSIVE MODE")
      let rows = try await connection.query(
        """
        SELECT \(fragment: Self.columns) FROM experiments.experiment
        WHERE state = 'running' OR (name = \(name) AND state = 'draft')
        """
      ).compactMap(Self.experiment)
      guard let draft = rows.first(where: { $0.plan.name == name && $0.state == .draft }) else { return 0 }
      try check(draft.plan, rows.filter { $0.state == .running }.map(\.plan))
      return try await connection.execute(
        "UPDATE experiments.experiment SET state = 'running', started_at = \(now) WHERE name = \(name)")
    }
  }

  public func expose(_ buckets: Int, of name: String, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection in
      try await connection.execute(
        """
        UPDATE experiments.experiment SET exposed_buckets = \(buckets)
        WHERE name = \(name) AND state = 'running' AND exposed_buckets <= \(buckets)
        """)
    }
  }

  public func stop(_ name: String, at now: Timestamp, conclusion: String, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection in
      try await connection.execute(
        """
        UPDATE experiments.experiment
        SET state = 'stopped', stopped_at = greatest(\(now), started_at), conclusion = \(conclusion)
        WHERE name = \(name) AND state = 'running'
        """)
    }
  }

  public func delete(_ name: String, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection in
      try await connection.execute("DELETE FROM experiments.experiment WHERE name = \(name) AND state = 'draft'")
    }
  }

  public func holdOut(_ buckets: Int, audit: AuditEntry) async throws {
    _ = try await changing(audit) { connection in
      try await connection.execute(
        """
        INSERT INTO experiments.holdout (buckets) VALUES (\(buckets))
        ON CONFLICT (is_one) DO UPDATE SET buckets = excluded.buckets
        """)
    }
  }
}
