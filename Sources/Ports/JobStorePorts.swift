public import Catalog

/// A job's name: lower-case words of letters and digits, joined by hyphens, 64 bytes at most.
public struct JobName: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String

  /// nil if `text` is not such a name.
  public init?(_ text: String) {
    let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let isName = words.allSatisfy { word in
      !word.isEmpty && word.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
    }
    guard isName, text.utf8.count <= 64 else { return nil }
    self.text = text
  }

  /// A name in the source; a wrong one ends the program in its first test.
  public init(stringLiteral text: String) {
    guard let name = JobName(text) else { preconditionFailure("'\(text)' is not a job's name") }
    self = name
  }

  public var description: String { text }

  public static func < (left: JobName, right: JobName) -> Bool { left.text < right.text }
}

/// The part of a job that its store keeps.
public struct JobEntry: Sendable, Hashable {
  public var name: JobName
  /// As typed; nil: the job starts on request, or after another.
  public var schedule: String?
  public var timeZone: String
  /// A success of one of these starts the job, and while one of them runs it does not start.
  public var after: [JobName]
  /// The schedule's next time.
  public var nextAt: Timestamp?

  public init(name: JobName, schedule: String?, timeZone: String, after: [JobName], nextAt: Timestamp?) {
    self.name = name
    self.schedule = schedule
    self.timeZone = timeZone
    self.after = after
    self.nextAt = nextAt
  }
}

/// The reason why a run began.
public enum JobTrigger: String, Sendable, CaseIterable {
  case schedule, hand, dependency, retry
  /// The worker of the run before was lost.
  case takeover
}

/// The state of a run: under way, or its outcome.
public enum JobRunState: String, Sendable, CaseIterable {
  case running, succeeded, failed
  case timedOut = "timed_out"
  /// The worker was told to stop; the job starts again at once.
  case interrupted
  /// The worker let its lease run out: it was killed, stopped or cut off.
  case lost
}

/// How far a run is.
public struct JobProgress: Sendable, Hashable {
  public var done: Int64
  /// nil: not known.
  public var total: Int64?
  public var note: String

  public init(done: Int64 = 0, total: Int64? = nil, note: String = "") {
    self.done = done
    self.total = total
    self.note = note
  }
}

/// A row of the ledger of runs.
public struct JobRun: Sendable, Hashable {
  public var id: Int64
  public var job: JobName
  public var trigger: JobTrigger
  /// 1 for the first try, counted up by retries and takeovers.
  public var attempt: Int
  public var state: JobRunState
  /// The worker's own description of itself.
  public var holder: String
  public var startedAt: Timestamp
  public var finishedAt: Timestamp?
  public var progress: JobProgress
  public var figures: [String: Double]
  /// Why it did not succeed.
  public var reason: String?

  public init(
    id: Int64, job: JobName, trigger: JobTrigger, attempt: Int, state: JobRunState, holder: String,
    startedAt: Timestamp, finishedAt: Timestamp? = nil, progress: JobProgress = JobProgress(),
    figures: [String: Double] = [:], reason: String? = nil
  ) {
    self.id = id
    self.job = job
    self.trigger = trigger
    self.attempt = attempt
    self.state = state
    self.holder = holder
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.progress = progress
    self.figures = figures
    self.reason = reason
  }
}

/// A job as it stands: when it starts next, its run under way and its last one.
public struct JobStatus: Sendable, Hashable {
  public var entry: JobEntry
  public var isPaused: Bool
  /// Somebody, or a job before this one, asked for a run.
  public var requestedAt: Timestamp?
  public var retryAt: Timestamp?
  public var running: JobRun?
  public var last: JobRun?

  public init(
    entry: JobEntry, isPaused: Bool = false, requestedAt: Timestamp? = nil, retryAt: Timestamp? = nil,
    running: JobRun? = nil, last: JobRun? = nil
  ) {
    self.entry = entry
    self.isPaused = isPaused
    self.requestedAt = requestedAt
    self.retryAt = retryAt
    self.running = running
    self.last = last
  }
}

/// A worker's offer to run a job.
public struct JobOffer: Sendable, Hashable {
  public var name: JobName
  /// The schedule's next time after now, which a run of the schedule moves the job to.
  public var nextAt: Timestamp?
  /// Tries of one round: the first and its retries.
  public var maxAttempts: Int

  public init(name: JobName, nextAt: Timestamp?, maxAttempts: Int) {
    self.name = name
    self.nextAt = nextAt
    self.maxAttempts = maxAttempts
  }
}

/// The end of a run.
public struct JobEnd: Sendable, Hashable {
  public var state: JobRunState
  public var progress: JobProgress
  public var figures: [String: Double]
  public var reason: String?
  /// When the job is tried again; nil: the round is over.
  public var retryAt: Timestamp?

  public init(
    state: JobRunState, progress: JobProgress = JobProgress(), figures: [String: Double] = [:], reason: String? = nil,
    retryAt: Timestamp? = nil
  ) {
    self.state = state
    self.progress = progress
    self.figures = figures
    self.reason = reason
    self.retryAt = retryAt
  }
}

/// Keeps jobs, their leases and the ledger of their runs. One run of a job is under way at a time among all workers.
///
/// A run holds its job by a lease, which ends by the store's own clock. A worker that lost its lease cannot end the run
/// any more: another may have taken the job up.
public protocol JobStore: Sendable {
  /// Repeatable: a paused job stays paused, and a job whose schedule is the same keeps its next time.
  func register(_ jobs: [JobEntry]) async throws
  /// Begins a run of one of the offered jobs that is due, or takes up one whose worker was lost; nil if none is.
  func claim(_ offers: [JobOffer], holder: String, lease: Duration, now: Timestamp) async throws -> JobRun?
  /// Renews the lease and notes the progress; false if the lease was lost.
  func renew(run id: Int64, progress: JobProgress, lease: Duration) async throws -> Bool
  /// Ends the run, and requests the jobs after this one if it succeeded; false if the lease was lost.
  func finish(run id: Int64, _ end: JobEnd, now: Timestamp) async throws -> Bool
  /// By name.
  func statuses() async throws -> [JobStatus]
  /// Newest first; nil: of all jobs.
  func runs(of job: JobName?, limit: Int) async throws -> [JobRun]
  /// Asks for a run as soon as possible, even of a paused job; false if there is no such job.
  func requestRun(of job: JobName, now: Timestamp) async throws -> Bool
  /// A paused job is not started by its schedule, a retry or another job; false if there is no such job.
  func setPaused(_ isPaused: Bool, job: JobName) async throws -> Bool
  /// Requests the jobs after this name, as a success of a job of this name does; work outside of workers calls it.
  func announce(_ name: JobName, now: Timestamp) async throws
}
