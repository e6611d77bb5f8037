import Catalog
public import Ports
public import Telemetry
import Threading

/// Runs jobs when they are due, a few at a time, until it is told to stop.
///
/// Any number of workers may run the same jobs: each run holds its job by a lease in the store. When a worker is killed,
/// its lease runs out and another worker takes the job up.
public final class Worker: Sendable {
  public struct Options: Sendable {
    /// Jobs that run at the same time in this worker.
    public var parallel = 2
    /// Between two looks for a due job.
    public var pollPause = Duration.seconds(1)
    /// How long a job stays with a worker that says nothing. With the pause, below ten seconds.
    public var lease = Duration.seconds(6)
    public var heartbeat = Duration.seconds(1)
    /// How long the end of a run is tried to be written while the store is away.
    public var finishPatience = Duration.seconds(60)

    public init() {}
  }

  private let jobs: [JobName: Job]
  private let store: any JobStore
  private let clock: any WallClock
  private let holder: String
  private let logger: Logger
  private let metrics: JobMetrics
  private let options: Options
  private let running = Guarded<Set<JobName>>([])

  /// Throws `InvalidJobs` if two jobs have one name or the jobs wait for one another in a circle. `holder` describes this
  /// process for people.
  public init(
    jobs: [Job], store: any JobStore, clock: any WallClock, holder: String, logger: Logger, metrics: MetricsRegistry,
    options: Options = Options()
  ) throws {
    try InvalidJobs.check(jobs)
    self.jobs = Dictionary(uniqueKeysWithValues: jobs.map { ($0.name, $0) })
    self.store = store
    self.clock = clock
    self.holder = holder
    self.logger = logger
    self.metrics = JobMetrics(metrics, jobs: jobs.map(\.name))
    self.options = options
  }

  /// Runs due jobs until cancelled; then cancels those under way, and returns when they have ended.
  public func run() async {
    var isRegistered = false
    var isStoreAway = false
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          if !isRegistered {
            try await register()
            isRegistered = true
          }
          while let (job, run) = try await claim() { group.addTask { await self.perform(job, run) } }
          isStoreAway = false
        } catch {
          if !isStoreAway, !Task.isCancelled {
            logger.warning("the worker cannot look for jobs", metadata: ["reason": .string("\(error)")])
          }
          isStoreAway = true
        }
        try? await Task.sleep(for: options.pollPause)  // A cancelled worker ends at the loop's head.
      }
    }
  }

  /// Tells the store of the jobs, so that they are listed and can be asked for.
  public func register() async throws {
    let now = clock.now()
    try await store.register(
      jobs.values.map { job in
        JobEntry(
          name: job.name, schedule: job.schedule?.expression.text, timeZone: job.schedule?.timeZone ?? "UTC",
          after: job.after, nextAt: job.schedule?.next(after: now))
      })
  }

  private func claim() async throws -> (Job, JobRun)? {
    let busy = running.withLock { $0 }
    guard busy.count < options.parallel, !Task.isCancelled else { return nil }
    let now = clock.now()
    let offers = jobs.values.filter { !busy.contains($0.name) }.map { job in
      JobOffer(name: job.name, nextAt: job.schedule?.next(after: now), maxAttempts: job.maxAttempts)
    }
    guard let run = try await store.claim(offers, holder: holder, lease: options.lease, now: now),
      let job = jobs[run.job]
    else { return nil }
    running.withLock { _ = $0.insert(job.name) }
    return (job, run)
  }

  private func perform(_ job: Job, _ run: JobRun) async {
    let logger = logger.with(job: run)
    logger.info("a job started", metadata: ["trigger": .string(run.trigger.rawValue)])
    let start = ContinuousClock.now
    metrics.started(job.name)
    let runner = JobRunner(store: store, clock: clock, logger: logger, options: options)
    let outcome = await runner.perform(job, run)
    metrics.ended(job.name, outcome, after: .now - start, at: clock.now())
    running.withLock { _ = $0.remove(job.name) }
    let level: Logger.Level = outcome == .succeeded || outcome == .interrupted ? .info : .warning
    logger.log(level: level, "a job ended", metadata: ["outcome": .string(outcome.rawValue)])
  }
}

extension Logger {
  fileprivate func with(job run: JobRun) -> Logger {
    var logger = self
    logger.metadata["job"] = .string(run.job.text)
    logger.metadata["run"] = .integer(Int(run.id))
    logger.metadata["attempt"] = .integer(run.attempt)
    return logger
  }
}

/// Jobs that do not fit together.
public struct InvalidJobs: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  static func check(_ jobs: [Job]) throws(InvalidJobs) {
    var after: [JobName: [JobName]] = [:]
    for job in jobs {
      guard after.updateValue(job.after, forKey: job.name) == nil else {
        throw InvalidJobs(description: "two jobs are named \(job.name)")
      }
    }
    // Jobs that wait for none of the rest are taken out, until none is left or a circle remains.
    while let free = after.first(where: { entry in entry.value.allSatisfy { after[$0] == nil } }) {
      after.removeValue(forKey: free.key)
    }
    guard after.isEmpty else {
      let names = after.keys.sorted().map(\.text).joined(separator: ", ")
      throw InvalidJobs(description: "these jobs wait for one another in a circle: \(names)")
    }
  }
}
