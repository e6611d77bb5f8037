import Bootstrap
import Catalog
import Configuration
import JSON
import Ports
import Workers

/// `vitrine jobs`
struct JobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Shows, starts and pauses the jobs of the workers.",
    subcommands: [
      JobsListCommand.self, JobsRunCommand.self, JobsPauseCommand.self, JobsResumeCommand.self, JobsLogCommand.self,
    ])
}

extension CommandContext {
  /// Runs `body` with the shop, whose jobs the store knows then even if no worker has run yet.
  fileprivate func withJobs(_ body: (Shop, any JobStore) async throws -> Void) async throws {
    // A new private database would have no worker to ask, and no runs to tell of.
    guard Database.exists(self) else {
      terminal.printError(
        "vitrine: there is no shop in \(settings.stateFolder): name its settings by --config or its folder by --state-folder"
      )
      throw ExitCode.failure
    }
    try await Database.with(self) { pool in
      let shop = try Shop(self, pool: pool, isQuiet: true)
      try await shop.worker("jobs").register()
      try await body(shop, shop.jobStore)
    }
  }

  /// Pauses a job, or lets it start again.
  fileprivate func setPaused(_ isPaused: Bool, _ word: String) async throws {
    try await withJobs { _, store in
      let job = try await job(word, in: store)
      _ = try await store.setPaused(isPaused, job: job)
      terminal.print(
        isPaused
          ? "\(job) is paused: 'vitrine jobs resume \(job)' lets it start again" : "\(job) starts on its schedule again"
      )
    }
  }

  /// The job that a word names; ends the command if there is none.
  fileprivate func job(_ word: String, in store: any JobStore) async throws -> JobName {
    let names = try await store.statuses().map(\.entry.name)
    guard let name = JobName(word), names.contains(name) else {
      terminal.printError(
        "vitrine: there is no job '\(word.prefix(64))': there are \(names.map(\.text).joined(separator: ", "))")
      throw ExitCode.validationFailure
    }
    return name
  }
}

/// `vitrine jobs list`
struct JobsListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the jobs: when each starts next, and how its last run ended.")

  @Flag(help: "Prints a JSON object a line.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withJobs { _, store in
      for status in try await store.statuses() {
        context.terminal.print(json ? JobText.json(status).text : JobText.line(status))
      }
    }
  }
}

/// `vitrine jobs run`
struct JobsRunCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Asks for a run of a job now; a worker starts it within a second.",
    discussion: "A paused job runs once, and stays paused. 'vitrine jobs log' shows how it went.")

  @Argument(help: "The job's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withJobs { shop, store in
      let job = try await context.job(name, in: store)
      _ = try await store.requestRun(of: job, now: shop.clock.now())
      context.terminal.print("\(job) starts as soon as a worker is free ('vitrine up' and 'vitrine work' have one)")
    }
  }
}

/// `vitrine jobs pause`
struct JobsPauseCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Keeps a job from starting by itself; a run under way ends as usual.")

  @Argument(help: "The job's name.") var name: String

  func run(_ context: CommandContext) async throws { try await context.setPaused(true, name) }
}

/// `vitrine jobs resume`
struct JobsResumeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Lets a paused job start again; times that it missed are made up for by one run.")

  @Argument(help: "The job's name.") var name: String

  func run(_ context: CommandContext) async throws { try await context.setPaused(false, name) }
}

/// `vitrine jobs log`
struct JobsLogCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Shows runs of jobs with their outcome and figures, newest first.")

  @Argument(help: "The job's name; all jobs without it.") var name: String = ""
  @Option(help: "How many runs, 1 to 500.") var limit = 20
  @Flag(help: "Prints a JSON object a line.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withJobs { _, store in
      let job = name.isEmpty ? nil : try await context.job(name, in: store)
      for run in try await store.runs(of: job, limit: min(max(1, limit), 500)) {
        context.terminal.print(json ? JobText.json(run).text : JobText.line(run))
      }
    }
  }
}

/// Jobs and runs as lines, for people and for programs.
enum JobText {
  static func line(_ status: JobStatus) -> String {
    let entry = status.entry
    var parts = [entry.name.text]
    if let running = status.running {
      parts.append("running since \(running.startedAt)\(progress(running.progress)) on \(running.holder)")
    } else if status.isPaused {
      parts.append("paused")
    } else if status.requestedAt != nil {
      parts.append("waits for a worker")
    } else if let retry = status.retryAt {
      parts.append("is tried again at \(retry)")
    } else if let next = entry.nextAt {
      parts.append("next \(next)")
    }
    if let schedule = entry.schedule { parts.append("schedule '\(schedule)' \(entry.timeZone)") }
    if !entry.after.isEmpty { parts.append("after \(entry.after.map(\.text).joined(separator: ", "))") }
    if let last = status.last { parts.append("last \(outcome(last))") }
    return parts.joined(separator: "; ")
  }

  static func line(_ run: JobRun) -> String {
    let figures = run.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shortText)" }
    let rest = figures.isEmpty ? "" : "; " + figures.joined(separator: ", ")
    return "\(run.startedAt)  \(run.job) (\(run.trigger.rawValue), try \(run.attempt)): \(outcome(run))\(rest)"
  }

  private static func outcome(_ run: JobRun) -> String {
    guard let end = run.finishedAt else { return "running\(progress(run.progress))" }
    let seconds = Double(end.microsecondsSinceEpoch - run.startedAt.microsecondsSinceEpoch) / 1e6
    let reason = run.reason.map { ": \($0)" } ?? ""
    return "\(run.state.rawValue) at \(end) after \(inSeconds(seconds))\(reason)"
  }

  private static func progress(_ progress: JobProgress) -> String {
    let count = progress.total.map { ", \(progress.done) of \($0)" } ?? (progress.done > 0 ? ", \(progress.done)" : "")
    return count + (progress.note.isEmpty ? "" : ", \(progress.note)")
  }

  static func json(_ status: JobStatus) -> JSONValue {
    let entry = status.entry
    return [
      "name": .string(entry.name.text), "schedule": entry.schedule.map { .string($0) } ?? .null,
      "time_zone": .string(entry.timeZone), "after": .array(entry.after.map { .string($0.text) }),
      "is_paused": .bool(status.isPaused), "next_at": time(entry.nextAt), "requested_at": time(status.requestedAt),
      "retry_at": time(status.retryAt), "running": status.running.map(json) ?? .null,
      "last": status.last.map(json) ?? .null,
    ]
  }

  static func json(_ run: JobRun) -> JSONValue {
    [
      "id": .int(run.id), "job": .string(run.job.text), "trigger": .string(run.trigger.rawValue),
      "attempt": .int(Int64(run.attempt)), "state": .string(run.state.rawValue), "holder": .string(run.holder),
      "started_at": time(run.startedAt), "finished_at": time(run.finishedAt), "done": .int(run.progress.done),
      "total": run.progress.total.map { .int($0) } ?? .null, "note": .string(run.progress.note),
      "figures": .object(JSONObject(run.figures.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })),
      "reason": run.reason.map { .string($0) } ?? .null,
    ]
  }

  private static func time(_ moment: Timestamp?) -> JSONValue { moment.map { .string($0.description) } ?? .null }
}
