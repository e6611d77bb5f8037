import Catalog
public import CustomerInsight
public import Edge
import HTTPServer
import Ports
import Statistics
import Web

/// The marketer's page: segments with size, worth and churn, and each one's list for a campaign.
public struct CustomersPage: Sendable {
  private static let shown = 100

  let insight: CustomerInsight
  let shopName: String

  public init(insight: CustomerInsight, shopName: String) {
    self.insight = insight
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.customers.path, ConsolePage.customers.access)
    func route(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, deadline: .seconds(60))
    }
    routes.get(path, route("customers page"), page)
    routes.get(path + "/{name}", route("segment page"), segment)
    routes.get(path + "/{name}/csv", route("segment file"), file)
  }

  private func money(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: insight.currency).shortText
  }

  private func percent(_ share: Double?) -> String {
    share.map { "\(ShopWords.figure((1_000 * $0).rounded() / 10)) %" } ?? "–"
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .customers)
    guard let run = try await insight.run() else {
      return frame.response(
        title: "Customers",
        body:
          "<div class=\"heading\"><h1>Customers</h1></div><p class=\"notice\">No customer is counted yet. The job <code>customers</code> counts each night.</p>"
      )
    }
    let rows = try await insight.segments().map { segment -> HTML in
      """
      <tr><th scope="row"><a href="\(ConsolePage.customers.path)/\(CustomerInsight.slug(segment.name))">\(segment.name)</a></th><td class="number" data-label="Customers">\(ShopWords.number(segment.customers))</td><td class="number" data-label="Holdout">\(ShopWords.number(segment.holdout))</td><td class="number" data-label="Spent">\(money(segment.totalMinorUnits))</td><td class="number" data-label="Worth, 12 months">\(money(segment.valueMinorUnits))</td><td class="number" data-label="Churn">\(percent(segment.meanChurn))</td></tr>
      """
    }
    let notes = run.notes.map { "<p class=\"notice\">\(ConsoleForms.sentence($0))</p>" as HTML }
    let judged: HTML? = run.figures["churn_auc"].map { area in
      "<p class=\"note\">Churn: no purchase in the \(ShopWords.figure(run.figures["churn_window_days"] ?? 0)) days ahead. On customers that the model had not seen: area under the curve \(ShopWords.figure(area)), calibration error \(ShopWords.figure(run.figures["churn_calibration_error"] ?? 0)).</p>"
    }
    let body: HTML = """
      <div class="heading"><h1>Customers</h1><p class="count">\(ShopWords.number(run.customers)) with orders up to \(ShopWords.date(run.dataThrough.description))</p></div>
      \(notes)<table class="report"><thead><tr><th scope="col">Segment</th><th scope="col" class="number">Customers</th><th scope="col" class="number">Holdout</th><th scope="col" class="number">Spent</th><th scope="col" class="number">Worth, 12 months</th><th scope="col" class="number">Churn</th></tr></thead><tbody>\(rows)</tbody></table>
      \(judged)<p class="note">Segments are by recency, frequency and value, each in fifths. The holdout is left out of lists, so that a campaign's effect can be measured.</p>
      """
    return frame.response(title: "Customers", body: body)
  }

  private func name(_ request: HTTPRequest) throws -> String {
    try insight.segment(request.pathParameters["name"] ?? "")
  }

  @Sendable private func segment(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = try name(request)
    let path = "\(ConsolePage.customers.path)/\(CustomerInsight.slug(name))"
    let size = try await insight.segments().first { $0.name == name }
    let rows = try await insight.members(of: name, limit: Self.shown).map { person -> HTML in
      """
      <tr><th scope="row">\(person.code)</th><td class="number" data-label="Purchases">\(person.purchases)</td><td data-label="Last">\(ShopWords.date(person.lastPurchase.description))</td><td class="number" data-label="Spent">\(money(person.totalMinorUnits))</td><td class="number" data-label="Worth">\(person.valueMinorUnits.map(money) ?? "–")</td><td class="number" data-label="Churn">\(percent(person.churn))</td><td class="wide" data-label="Because of"><span>\(person.churnReasons.joined(separator: ", "))</span></td></tr>
      """
    }
    let listed = (size?.customers ?? 0) - (size?.holdout ?? 0)
    let body: HTML = """
      <div class="heading"><h1>\(name)</h1><p class="count">\(ShopWords.number(listed)) in the list, \(ShopWords.number(size?.holdout ?? 0)) held out</p></div>
      <div class="actions"><a href="\(path)/csv" download>CSV of the list</a><a href="\(path)/csv?holdout=only" download>CSV of the holdout</a></div>
      <table class="report"><thead><tr><th scope="col">Customer</th><th scope="col" class="number">Purchases</th><th scope="col">Last</th><th scope="col" class="number">Spent</th><th scope="col" class="number">Worth</th><th scope="col" class="number">Churn</th><th scope="col">Because of</th></tr></thead><tbody>\(rows)</tbody></table>
      <p class="note">Customers stand as pseudonyms, which the shop cannot turn back into names. <a href="\(ConsolePage.customers.path)">All segments</a></p>
      """
    return ConsoleFrame(shopName: shopName, request, .customers).response(title: name, body: body)
  }

  @Sendable private func file(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = try name(request)
    let isHoldout = try request.query { $0 == "holdout" }["holdout"] == "only"
    var text = DelimitedText.line(["customer", "segment", "purchases", "last_purchase", "spent", "worth", "churn"])
    var after: ShopperID?
    var left = CustomerInsight.maxExported
    while left > 0 {
      let page = try await insight.members(
        of: name, includesHoldout: isHoldout, after: after, limit: min(left, CustomerInsight.maxListed))
      for person in page where !isHoldout || person.isHoldout {
        text += DelimitedText.line([
          person.code, person.segment, String(person.purchases), person.lastPurchase.description,
          Money(minorUnits: person.totalMinorUnits, currency: insight.currency).decimalText,
          person.valueMinorUnits.map { Money(minorUnits: $0, currency: insight.currency).decimalText } ?? "",
          person.churn.map { ShopWords.figure($0) } ?? "",
        ])
      }
      guard page.count == CustomerInsight.maxListed else { break }
      (after, left) = (page.last?.shopper, left - page.count)
    }
    return .csv(text, named: "\(CustomerInsight.slug(name))\(isHoldout ? "-holdout" : "").csv")
  }
}
