// 1. The console has one frame: its navigation shows what the member's roles may see, the current page marked, and the way
//    back to the shop; nobody who has not signed in sees a navigation.
// 2. The page of jobs has every cell's heading beside it for narrow windows; times and figures are short, the outcome has its
//    colour, and a failure its reason, escaped.
import Catalog
import HTTPServer
import Ports
import Testing
import Web

@testable import Console
@testable import Edge

@Suite struct ConsoleFrameTests {
  private let now = Timestamp("2026-12-01T12:00:00Z")!

  private func page(_ roles: Set<Role>?) throws -> String {
    var request = try HTTPRequest(target: "/console/jobs")
    if let roles {
      let member = StaffMember(id: StaffID(rawValue: 1), name: "anna", roles: roles, isDisabled: false, createdAt: now)
      request.principal = .staff(
        StaffPrincipal(
          name: "anna", roles: roles, formToken: "<token>",
          session: StaffSession(digest: "d", member: member, seenAt: now)))
    }
    let response = ConsoleFrame(shopName: "Shop", request, .jobs).response(title: "Jobs", body: "")
    #expect(response.headers["Cache-Control"] == "no-store")
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("1: the frame")
  func frame() throws {
    let buyer = try page([.buyer])
    #expect(buyer.contains("<a href=\"/console/jobs\" aria-current=\"page\">Jobs</a>"))
    #expect(buyer.contains("<a class=\"to-shop\" href=\"/\">To the shop</a>") && !buyer.contains("/console/rules"))
    #expect(buyer.contains("value=\"&lt;token&gt;\""))
    let admin = try page([.admin])
    for page in ConsolePage.allCases { #expect(admin.contains("href=\"\(page.path)\"")) }
    #expect(try !page(nil).contains("<nav"))
  }

  @Test("2: jobs")
  func jobs() {
    let entry = JobEntry(
      name: "train", schedule: "30 3 * * *", timeZone: "UTC", after: ["import-history"],
      nextAt: Timestamp("2026-12-02T03:30:00Z"))
    let failed = JobRun(
      id: 1, job: "train", trigger: .dependency, attempt: 2, state: .failed, holder: "up",
      startedAt: Timestamp("2026-12-01T03:30:00.123456Z")!, finishedAt: Timestamp("2026-12-01T03:31:05.5Z"),
      figures: ["recall_at_20": 0.25583320453061326], reason: "<no> disk")
    let text = JobsView(
      statuses: [JobStatus(entry: entry, last: failed)], runs: [failed], now: now
    ).body.text
    #expect(text.contains("daily at 03:30 UTC; after import-history"))
    #expect(text.contains("data-label=\"Next\"><time datetime=\"2026-12-02T03:30:00Z\">2 Dec, 03:30</time>"))
    #expect(text.contains("class=\"outcome bad\">failed</span>") && text.contains("&lt;no&gt; disk"))
    #expect(text.contains(">1 min 5 s<") && text.contains("a job before it, try 2"))
    #expect(text.contains("<dt>recall at 20</dt><dd>0.256</dd>") && !text.contains("0.2558"))
    let none = JobsView(statuses: [], runs: [], now: now).body.text
    #expect(none.contains("No worker has run yet") && !none.contains("<table"))
  }
}
