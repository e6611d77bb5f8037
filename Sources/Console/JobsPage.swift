import Catalog
public import Edge
import HTTPServer
public import Ports
import Web

/// The staff's page on jobs: when each starts next, what runs, and how the last runs ended.
public struct JobsPage: Sendable {
  private static let shownRuns = 30

  let store: any JobStore
  let shopName: String
  let clock: any WallClock

  public init(store: any JobStore, shopName: String, clock: any WallClock) {
    self.store = store
    self.shopName = shopName
    self.clock = clock
  }

  public func register(on routes: inout Routes) {
    routes.get(
      ConsolePage.jobs.path, Route(access: .anyStaff, name: "jobs page", isPage: true, rate: .free), page)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = JobsView(
      statuses: try await store.statuses(), runs: try await store.runs(of: nil, limit: Self.shownRuns),
      now: clock.now()
    ).body
    return ConsoleFrame(shopName: shopName, request, .jobs).response(title: "Jobs", body: body)
  }
}

/// Jobs and their runs as tables; on a narrow window each row is a small list.
struct JobsView {
  let statuses: [JobStatus]
  /// Newest first.
  let runs: [JobRun]
  let now: Timestamp

  var body: HTML {
    """
    <div class="heading"><h1>Jobs</h1><p class="count">Times in UTC, now \(ShopWords.shortTime(now, now: now))</p></div>
    <section class="row">\(jobs)</section>
    <section class="row"><h2>Last runs</h2>\(ledger)</section>
    <p class="note">To start, pause or resume a job, use <code>vitrine jobs run</code>, <code>pause</code> or <code>resume</code> with its name.</p>
    """
  }

  private var jobs: HTML {
    guard !statuses.isEmpty else {
      return "<p class=\"notice\">No worker has run yet: start one with <code>vitrine work</code>.</p>"
    }
    return """
      <table class="report"><thead><tr><th scope="col">Job</th><th scope="col">Starts</th><th scope="col">Now</th><th scope="col">Next</th><th scope="col">Last run</th></tr></thead><tbody>\(statuses.map(row))</tbody></table>
      """
  }

  private var ledger: HTML {
    guard !runs.isEmpty else { return "<p class=\"note\">No job has run yet.</p>" }
    return """
      <table class="report"><thead><tr><th scope="col">Job</th><th scope="col">Started</th><th scope="col">Because of</th><th scope="col">Took</th><th scope="col">Outcome</th><th scope="col">Figures</th></tr></thead><tbody>\(runs.map(row))</tbody></table>
      """
  }

  private func row(_ status: JobStatus) -> HTML {
    let entry = status.entry
    var starts: [String] = []
    if let schedule = entry.schedule { starts.append("\(ShopWords.schedule(schedule)) \(entry.timeZone)") }
    if !entry.after.isEmpty { starts.append("after \(entry.after.map(\.text).joined(separator: ", "))") }
    if starts.isEmpty { starts.append("on request") }
    let next = status.isPaused ? nil : status.retryAt ?? entry.nextAt
    return """
      <tr><th scope="row">\(entry.name.text)</th>\(cell("Starts", "\(starts.joined(separator: "; "))"))\(cell("Now", "\(state(of: status))"))\(cell("Next", next.map(time)))\(cell("Last run", status.last.map { "\(outcome($0)) \($0.finishedAt.map(time))" }))</tr>
      """
  }

  private func state(of status: JobStatus) -> String {
    if let running = status.running {
      return "running since \(ShopWords.shortTime(running.startedAt, now: now))\(progress(running.progress))"
    }
    if status.isPaused { return "paused" }
    if status.requestedAt != nil { return "waiting for a worker" }
    return status.retryAt == nil ? "waiting" : "waiting to try again"
  }

  private func row(_ run: JobRun) -> HTML {
    let took = run.finishedAt.map { end in
      ShopWords.duration(
        .microseconds(end.microsecondsSinceEpoch.subtracting(saturating: run.startedAt.microsecondsSinceEpoch)))
    }
    let reason: HTML? = run.reason.map { "<br><span class=\"note\">\($0)</span>" }
    let tries = run.attempt > 1 ? ", try \(run.attempt)" : ""
    return """
      <tr><th scope="row">\(run.job.text)</th>\(cell("Started", time(run.startedAt)))\(cell("Because of", "\(cause(of: run))\(tries)"))\(cell("Took", took.map { "<span class=\"short\">\($0)</span>" }))\(cell("Outcome", "<span>\(outcome(run))\(reason)</span>", isWide: true))\(cell("Figures", figures(of: run), isWide: true))</tr>
      """
  }

  private func cell(_ label: String, _ content: HTML?, isWide: Bool = false) -> HTML {
    guard let content else { return "<td></td>" }
    let kind: HTML = isWide ? " class=\"wide\"" : ""
    return "<td\(kind) data-label=\"\(label)\">\(content)</td>"
  }

  private func time(_ time: Timestamp) -> HTML {
    "<time datetime=\"\(time.description)\">\(ShopWords.shortTime(time, now: now))</time>"
  }

  private func cause(of run: JobRun) -> String {
    switch run.trigger {
    case .schedule: "its schedule"
    case .hand: "a request"
    case .dependency: "a job before it"
    case .retry: "a failure"
    case .takeover: "a lost worker"
    }
  }

  private func outcome(_ run: JobRun) -> HTML {
    switch run.state {
    case .running: "<span class=\"outcome\">running\(progress(run.progress))</span>"
    case .succeeded: "<span class=\"outcome good\">succeeded</span>"
    case .failed: "<span class=\"outcome bad\">failed</span>"
    case .timedOut: "<span class=\"outcome bad\">took too long</span>"
    case .interrupted: "<span class=\"outcome\">interrupted</span>"
    case .lost: "<span class=\"outcome bad\">worker lost</span>"
    }
  }

  /// Folded: they are for those who look into one run.
  private func figures(of run: JobRun) -> HTML? {
    guard !run.figures.isEmpty else { return nil }
    let rows = run.figures.sorted { $0.key < $1.key }.map { name, value -> HTML in
      "<dt>\(name.replacing("_", with: " "))</dt><dd>\(ShopWords.figure(value))</dd>"
    }
    let count = rows.count == 1 ? "1 figure" : "\(rows.count) figures"
    return "<details><summary>\(count)</summary><dl>\(rows)</dl></details>"
  }

  private func progress(_ progress: JobProgress) -> String {
    var parts: [String] = []
    if let total = progress.total {
      parts.append("\(ShopWords.number(progress.done)) of \(ShopWords.number(total))")
    } else if progress.done > 0 {
      parts.append(ShopWords.number(progress.done))
    }
    if !progress.note.isEmpty { parts.append(progress.note) }
    return parts.map { ", \($0)" }.joined()
  }
}
