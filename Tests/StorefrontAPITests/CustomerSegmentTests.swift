// The shop's customers by the night's job, the API and the marketer's page:
// 1. Every known person with an order has one standing; sizes, sums and holdout are those of a plain query over the orders;
//    the same history gives the same standings.
// 2. Value and churn are there where the history is enough, the churn model is judged on customers that it had not seen, and
//    with too few customers the run says so.
// 3. A list leaves the holdout out, pages through all, and the CSV has the same people.
// 4. A person who is forgotten leaves the lists at once and after the next run, also where the erasure comes while the job
//    computes; the export of a person shows the standing.
import Accounts
import Behaviour
import Catalog
import CustomerInsight
import Customers
import Dispatch
import JSON
import Ports
import PostgresClient
import PostgresStore
import StorefrontAPI
import TestSupport
import Testing
import Threading

@testable import Bootstrap

@Suite(.serialized) struct CustomerSegmentTests {
  private static let today = CalendarDay("2026-11-23")!

  private static let record = ProductRecord(
    code: "C1", title: "Cup", brand: "Brand", categories: [["Home"]],
    variants: [.init(sku: SKU("C1"), prices: [Price(amount: Money(minorUnits: 1_000, currency: .gbp))])])

  /// Person n orders each 3 + n % 40 days for 1 + n % 9 pieces, and a third of them stops at half time.
  private static func events(people: Int) -> [ShopEvent] {
    (0..<people).flatMap { person -> [ShopEvent] in
      stride(from: 200 - person % 13, to: person % 3 == 0 ? 100 : 0, by: -(3 + person % 40)).map { back in
        let day = today.advanced(by: -back)
        let money = Money(minorUnits: Int64(900 + 10 * (person % 30)), currency: .gbp)
        return ShopEvent(
          id: EventID(of: "customers \(person) \(back)"),
          at: Timestamp(microsecondsSinceEpoch: day.start.microsecondsSinceEpoch + 40_000_000_000),
          actor: .person(.customer(CustomerCode("person-\(person)")!)),
          content: .deed(
            ProductDeed(.purchase, .sku("C1"), quantity: 1 + person % 9, price: money, order: "o\(person)-\(back)")))
      }
    }
  }

  private func shop(people: Int) async throws -> TestShop {
    let shop = try await TestShop([Self.record], isIndexed: false)
    _ = try await PostgresBehaviour(shop.pool).write(Self.events(people: people))
    return shop
  }

  private func rows(_ shop: TestShop) async throws -> [String] {
    try await shop.pool.query("SELECT to_jsonb(s)::text FROM behaviour.standing AS s ORDER BY shopper").map {
      try $0.decode(at: 0)
    }
  }

  @Test("1, 2, 3: standings and lists", .timeLimit(.minutes(5)))
  func standings() async throws {
    let shop = try await shop(people: 300)
    let insight = shop.shop.customerInsight
    let figures = try await insight.count { _, _, _ in }
    #expect(figures["customers"] == 300 && (figures["churn_auc"] ?? 0) > 0.7, "\(figures)")
    let segments = try await insight.segments()
    #expect(segments.reduce(0) { $0 + $1.customers } == 300)
    let plain = try await shop.pool.query(
      """
      SELECT count(DISTINCT shopper) AS people, sum(quantity * unit_minor_units)::int8 AS spent FROM behaviour.event
      WHERE kind = 'purchase'
      """)[0]
    #expect(try plain.decode("people", as: Int.self) == 300)
    let spent: Int64 = try plain.decode("spent")
    #expect(segments.reduce(0) { $0 + $1.totalMinorUnits } == spent)
    #expect((15...50).contains(segments.reduce(0) { $0 + $1.holdout }))
    let once = try await rows(shop)
    _ = try await insight.count { _, _, _ in }
    #expect(try await rows(shop) == once && once.count == 300)
    let run = try #require(try await insight.run())
    #expect(run.customers == 300 && !run.dataDigest.isEmpty && run.notes.isEmpty, "\(run.notes)")
    // Those who stopped leave more surely than those who did not.
    let churn = try await shop.pool.query(
      """
      SELECT avg(churn) FILTER (WHERE last_purchase < '2026-08-20') AS gone, avg(churn) FILTER (WHERE last_purchase > '2026-11-10') AS here,
        count(*) FILTER (WHERE value_minor_units > 0) AS worth FROM behaviour.standing
      """)[0]
    let (gone, here): (Double, Double) = (try churn.decode("gone"), try churn.decode("here"))
    #expect(gone > here + 0.3)
    #expect(try churn.decode("worth", as: Int.self) > 200)
    let headers = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    let validator = SchemaValidator(document: OpenAPI.document)
    func schema(_ path: String) -> JSONValue? {
      OpenAPI.document["paths"]?[path]?["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
    }
    let all = try await shop.client.get("/v1/customers/segments", headers: headers)
    #expect(
      validator.problems(try JSONValue(parsing: all.body), try #require(schema("/v1/customers/segments"))).isEmpty)
    let largest = try #require(segments.max { $0.customers < $1.customers })
    let path = "/v1/customers/segments/\(CustomerInsight.slug(largest.name))"
    var (codes, after) = ([String](), "")
    repeat {
      let answer = try await shop.client.get("\(path)?limit=7\(after)", headers: headers)
      let json = try JSONValue(parsing: answer.body)
      #expect(validator.problems(json, try #require(schema("/v1/customers/segments/{name}"))).isEmpty)
      codes += json["customers"]?.array?.compactMap { $0["customer"]?.string } ?? []
      #expect(json["customers"]?.array?.allSatisfy { $0["is_holdout"] == false } == true)
      after = json["next_after"]?.string.map { "&after=\($0)" } ?? ""
    } while !after.isEmpty
    #expect(Set(codes).count == largest.customers - largest.holdout && Set(codes).count == codes.count)
    #expect(try await shop.client.get("/v1/customers/segments/friends", headers: headers).status == 404)
    #expect(try await shop.client.get("\(path)?limit=0", headers: headers).status == 400)
    _ = try await shop.shop.accounts.add(name: "mara", password: "correct horse battery", roles: [.analyst], by: "test")
    let browser = StaffBrowser(shop.client)
    _ = try await browser.signIn("mara", "correct horse battery")
    let page = try await browser.get("/console/customers").text
    #expect(page.contains(largest.name) && page.contains("area under the curve"))
    let csv = try await browser.get("/console/customers/\(CustomerInsight.slug(largest.name))/csv").text
    #expect(csv.split(separator: "\r\n").dropFirst().map { String($0.prefix { $0 != "," }) } == codes)
    let out = try await browser.get("/console/customers/\(CustomerInsight.slug(largest.name))/csv?holdout=only").text
    #expect(out.split(separator: "\r\n").count == largest.holdout + 1)
  }

  @Test("2, 4: few customers, and the forgotten", .timeLimit(.minutes(5)))
  func forgotten() async throws {
    let shop = try await shop(people: 40)
    let insight = shop.shop.customerInsight
    let empty = try await TestShop([Self.record], isIndexed: false)
    _ = try await empty.shop.customerInsight.count { _, _, _ in }
    #expect(try await empty.shop.customerInsight.run()?.notes == ["no order of a known person is in the history"])
    _ = try await insight.count { _, _, _ in }
    #expect(try await insight.run()?.notes.contains { $0.hasPrefix("no churn") } == true)
    #expect(try await rows(shop).count == 40)
    let person = Person.customer(CustomerCode("person-7")!)
    let lines = Guarded<[String]>([])
    try await PostgresBehaviour(shop.pool).export(person) { line in
      lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
    #expect(lines.withLock { $0.contains { $0.contains("\"record\": \"standing\"") && $0.contains("\"segment\"") } })
    _ = try await shop.behaviour.erase(person)
    #expect(try await rows(shop).count == 39)
    // The erasure comes after the job has read the orders.
    _ = try await insight.count { done, _, _ in
      if done == 2 { try erasing(shop) }
    }
    #expect(try await rows(shop).count == 38)
    _ = try await insight.count { _, _, _ in }
    #expect(try await rows(shop).count == 38)
  }

  /// Erases person 8 and waits for it.
  private func erasing(_ shop: TestShop) throws {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      _ = try await shop.behaviour.erase(.customer(CustomerCode("person-8")!))
      done.signal()
    }
    guard done.wait(timeout: .now() + 60) == .success else { throw CancellationError() }
  }
}
