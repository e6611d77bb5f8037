import Catalog
public import Edge
import HTTPServer
public import Ports

/// The staff's page on jobs: when each starts next, what runs, and how the last runs ended.
public struct JobsPage: Sendable {
  private static let shownRuns = 30

  let store: any JobStore
  let shopName: String

  public init(store: any JobStore, shopName: String) {
    self.store = store
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    routes.get(
      "/admin/jobs", Route(access: .staff(.merchandiser, .analyst), name: "jobs page", isPage: true, rate: .free), page)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let statuses = try await store.statuses()
    let runs = try await store.runs(of: nil, limit: Self.shownRuns)
    let body: HTML = """
      <div class="heading"><h1>Jobs</h1></div>
      <section class="row"><table><thead><tr><th>Job</th><th>Schedule</th><th>Now</th><th>Next</th><th>Last run</th></tr></thead><tbody>\(statuses.map(row))</tbody></table></section>
      <section class="row"><h2>Last runs</h2><table><thead><tr><th>Start</th><th>Job</th><th>Why</th><th>Try</th><th>Outcome</th><th>Figures</th></tr></thead><tbody>\(runs.map(row))</tbody></table></section>
      <p class="note">vitrine jobs run, pause and resume change them.</p>
      """
    let layout = Layout(shopName: shopName, tree: CategoryTree(nodes: []), virtual: [])
    var response = HTTPResponse.html(
      layout.page(title: "Jobs – \(shopName)", description: "The shop's jobs.", body: body, isIndexed: false))
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  private func row(_ status: JobStatus) -> HTML {
    let entry = status.entry
    let schedule = entry.schedule.map { "\($0) (\(entry.timeZone))" } ?? "on request"
    let after = entry.after.isEmpty ? "" : ", after \(entry.after.map(\.text).joined(separator: ", "))"
    var now = status.isPaused ? "paused" : "waits"
    if let running = status.running { now = "runs since \(running.startedAt) \(progress(running.progress))" }
    let next = status.isPaused ? nil : status.retryAt ?? entry.nextAt
    return """
      <tr><th scope="row">\(entry.name.text)</th><td>\(schedule)\(after)</td><td>\(now)</td><td>\(next?.description ?? "")</td><td>\(status.last.map(outcome) ?? "")</td></tr>
      """
  }

  private func row(_ run: JobRun) -> HTML {
    let figures = run.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shortText)" }
    return """
      <tr><td>\(run.startedAt.description)</td><td>\(run.job.text)</td><td>\(run.trigger.rawValue)</td><td>\(run.attempt)</td><td>\(outcome(run))</td><td>\(figures.joined(separator: ", "))</td></tr>
      """
  }

  private func outcome(_ run: JobRun) -> String {
    guard let end = run.finishedAt else { return "runs \(progress(run.progress))" }
    return "\(run.state.rawValue), \(end)\(run.reason.map { ": \($0)" } ?? "")"
  }

  private func progress(_ progress: JobProgress) -> String {
    let count = progress.total.map { "\(progress.done) of \($0) " } ?? (progress.done > 0 ? "\(progress.done) " : "")
    return count + progress.note
  }
}
