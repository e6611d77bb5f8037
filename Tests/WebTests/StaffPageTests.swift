// 1. The staff's pages have one frame: a bar with all of them, the current one marked, and the way back to the shop.
// 2. The page of jobs has every cell's heading beside it for narrow windows; times and figures are short, the outcome has its
//    colour, and a failure its reason, escaped.
// 3. A row's reasons are shown where they say more than the heading: not those of half the row, nor of the product on screen.
// 4. A visitor's history: the last products and searches, each once, newest first, and how many records there are.
import Catalog
import Ports
import Testing

@testable import Recommendations
@testable import Web

@Suite struct StaffPageTests {
  private let now = Timestamp("2026-12-01T12:00:00Z")!

  @Test("1: the frame")
  func frame() {
    let text = Layout(shopName: "Shop", staffPage: .jobs).page(title: "Jobs", description: "", body: "")
    #expect(text.contains("<a href=\"/admin/search\">Searches</a>") && text.contains("<a href=\"/\">To the shop</a>"))
    #expect(text.contains("<a href=\"/admin/jobs\" aria-current=\"page\">Jobs</a>"))
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

  private func product(_ id: Int64, _ text: String?, of other: Int64? = nil) -> RecommendedProduct {
    RecommendedProduct(
      product: ProductID(rawValue: id), score: 1,
      reason: text.map {
        RecommendationReason(code: .boughtWith, product: other.map(ProductID.init(rawValue:)), category: nil, text: $0)
      }, isExplored: false, explanation: nil)
  }

  @Test("3: reasons")
  func reasons() {
    func shown(_ products: [RecommendedProduct], kind: RecommendationKind = .forYou, on screen: Int64? = nil) -> [Int64]
    {
      let row = RecommendationRow(kind: kind, title: "Row", products: products)
      return RecommendationRows.reasons(in: row, on: screen.map(ProductID.init(rawValue:))).keys.map(\.rawValue)
        .sorted()
    }
    let popular = (1...5).map { product($0, "Popular") }
    #expect(shown(popular) == [])
    #expect(shown(popular + [product(6, "Because you viewed Lamp"), product(7, nil)]) == [6])
    let page = [product(1, "Bought with Lamp", of: 9), product(2, "Similar to Sofa", of: 8)]
    #expect(shown(page, on: 9) == [2])
    #expect(shown(page) == [1, 2])
    #expect(shown(page, kind: .recentlyViewed) == [])
  }

  @Test("4: a visitor's history")
  func history() {
    var own = OwnHistory()
    #expect(own.isEmpty)
    for line in [
      #"{"record":"event","kind":"view","product_id":7,"occurred_at":"2026-12-01T10:00:00+00:00"}"#,
      #"{"record":"event","kind":"view","product_id":"8","occurred_at":"2026-12-01T11:00:00+00:00"}"#,
      #"{"record":"event","kind":"view","product_id":7,"occurred_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"event","kind":"click","product_id":7,"occurred_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"search","query":"red dress","searched_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"search","query":"lamp","searched_at":"2026-12-01T09:01:00+00:00"}"#,
      #"{"record":"search","query":"red dress","searched_at":"2026-12-01T08:00:00+00:00"}"#,
      #"{"record":"impression"}"#, "{",
    ] { own.take(Array(line.utf8)) }
    #expect(own.products.map(\.rawValue) == [8, 7] && own.searches == ["lamp", "red dress"])
    #expect(own.summary == "3 views of products, 3 searches, 1 list that you were shown, 2 other records")
  }
}
