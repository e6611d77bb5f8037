public import Ports
public import Telemetry
import Threading

/// A piece of work that runs on a schedule, on request or after another job.
///
/// A job may be killed at any moment and run again: its work takes up where it was, or does nothing twice.
public struct Job: Sendable {
  public var name: JobName
  /// nil: on request, or after another job.
  public var schedule: JobSchedule?
  /// A success of one of these starts the job, and while one of them runs it does not start.
  public var after: [JobName]
  /// After this the work is cancelled, and the run counts as a failure.
  public var timeout: Duration
  /// The pauses before the second try, the third, and so on; after the last one the job waits for its next time.
  public var pauses: [Duration]
  /// Returns the figures for the ledger. It must obey cancellation; `JobContext.note` helps it to.
  public var work: @Sendable (JobContext) async throws -> [String: Double]

  public init(
    _ name: JobName, schedule: JobSchedule? = nil, after: [JobName] = [], timeout: Duration = .seconds(3600),
    pauses: [Duration] = [.seconds(30), .seconds(120), .seconds(600)],
    work: @escaping @Sendable (JobContext) async throws -> [String: Double]
  ) {
    self.name = name
    self.schedule = schedule
    self.after = after
    self.timeout = timeout
    self.pauses = pauses
    self.work = work
  }

  var maxAttempts: Int { pauses.count + 1 }
}

/// The things that a job's work is given: its try, its logger and the place of its progress.
public struct JobContext: Sendable {
  public let job: JobName
  /// 1 for the first try.
  public let attempt: Int
  public let logger: Logger
  let progress: Guarded<JobProgress>

  init(run: JobRun, logger: Logger) {
    (job, attempt) = (run.job, run.attempt)
    self.logger = logger
    progress = Guarded(JobProgress())
  }

  /// Notes how far the work is; throws `CancellationError` when it must end.
  public func note(_ done: Int, of total: Int? = nil, _ text: String = "") throws {
    progress.withLock { $0 = JobProgress(done: Int64(done), total: total.map { Int64($0) }, note: text) }
    try Task.checkCancellation()
  }
}
