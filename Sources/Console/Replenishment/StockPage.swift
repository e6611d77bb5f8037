import Catalog
public import Edge
import Forecasting
import HTTPServer
import Ports
public import Replenishment
import Web

/// The buyer's work list: proposals by supplier, and products by urgency, money, overstock, or because they cannot be
/// planned.
public struct StockPage: Sendable {
  private static let shown = 100

  let replenishment: Replenishment
  let shopName: String

  public init(replenishment: Replenishment, shopName: String) {
    self.replenishment = replenishment
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.stock.path, ConsolePage.stock.access)
    routes.get(path, Route(access: access, name: "stock page", isPage: true, rate: .free), page)
    routes.get(
      path + "/{id}", Route(access: access, name: "product demand page", isPage: true, rate: .free), product)
  }

  // MARK: The work list

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let parameters = try request.query { $0 == "order" }
    let order = parameters["order"].flatMap { PlanOrder(rawValue: $0) } ?? .urgency
    let run = try await replenishment.passedRun()
    let last = try await replenishment.runs().first
    let body: HTML = """
      <div class="heading"><h1>Stock</h1><p class="count">\(Self.provenance(run))</p></div>
      \(Self.warning(run, last))
      \(proposals(try await replenishment.proposals()))
      \(workList(try await replenishment.plan(in: order, limit: Self.shown), order))
      """
    return ConsoleFrame(shopName: shopName, request, .stock).response(title: "Stock", body: body)
  }

  static func provenance(_ run: ForecastRun?) -> String {
    guard let run else { return "No forecast is in use" }
    return "Forecast \(run.number), of sales up to \(ShopWords.date(run.dataThrough.description))"
  }

  private static func warning(_ run: ForecastRun?, _ last: ForecastRun?) -> HTML? {
    guard let last else {
      return
        "<p class=\"notice\">There is no forecast yet. The job <code>forecast</code> makes one each night; <code>vitrine jobs run forecast</code> makes one now.</p>"
    }
    if let reason = last.refusal {
      let use = run.map { "Forecast \($0.number) stays in use." } ?? "Nothing is proposed."
      return
        "<p class=\"notice bad\">The gate refused forecast \(last.number): \(reason). \(use)</p>"
    }
    let all = last.figures.filter { $0.group == "all" }
    guard let ensemble = all.first(where: { $0.model == "ensemble" })?.figures, let mase = ensemble.mase,
      let naive = all.first(where: { $0.model == "seasonal-naive" })?.figures.mase
    else { return nil }
    let held = ensemble.coverage.map { " The band held \(ShopWords.figure(100 * $0)) % of days." } ?? ""
    return
      "<p class=\"note\">Backtest: scaled error (MASE) \(ShopWords.figure(mase)), the same day of the week before \(ShopWords.figure(naive)).\(held)</p>"
  }

  private func proposals(_ proposals: [Proposal]) -> HTML {
    guard !proposals.isEmpty else {
      return "<section class=\"row\"><h2>Proposals</h2><p class=\"note\">Nothing has to be ordered.</p></section>"
    }
    let rows = proposals.map { proposal -> HTML in
      let edited: HTML? = proposal.editedBy.map { "<br><span class=\"note\">changed by \($0)</span>" }
      let note: HTML? = proposal.note.map { "<br><span class=\"note\">\($0)</span>" }
      return """
        <tr><th scope="row"><a href="/console/proposals/\(proposal.supplier.id.description)">\(proposal.supplier.name)</a>\(edited)\(note)</th><td class="number" data-label="Products">\(ShopWords.number(proposal.lineCount))</td><td class="number" data-label="Cost">\(money(proposal.totalMinorUnits))</td><td data-label="First runs out">\(StockPage.day(proposal.firstStockoutDay))</td></tr>
        """
    }
    return """
      <section class="row"><h2>Proposals</h2>
      <table class="report"><thead><tr><th scope="col">Supplier</th><th scope="col" class="number">Products</th><th scope="col" class="number">Cost</th><th scope="col">First runs out</th></tr></thead><tbody>\(rows)</tbody></table></section>
      """
  }

  private func workList(_ rows: [PlanRow], _ order: PlanOrder) -> HTML {
    let orders = PlanOrder.allCases.map { entry -> HTML in
      let current: HTML = entry == order ? " aria-current=\"true\"" : ""
      return
        "<li><a href=\"\(ConsolePage.stock.path)?order=\(entry.rawValue)\"\(current)>\(Self.title(entry))</a></li>"
    }
    let heading: HTML = """
      <div class="heading"><h2>Products</h2><nav class="periods" aria-label="Order of products"><ul>\(orders)</ul></nav></div>
      """
    guard !rows.isEmpty else { return "<section class=\"row\">\(heading)<p class=\"note\">None.</p></section>" }
    let lines = rows.map { order == .refused ? refused($0) : line($0) }
    let heads: HTML =
      order == .refused
      ? "<th scope=\"col\">Product</th><th scope=\"col\" class=\"number\">On hand</th><th scope=\"col\">Reason</th>"
      : "<th scope=\"col\">Product</th><th scope=\"col\" class=\"number\">On hand</th><th scope=\"col\" class=\"number\">On order</th><th scope=\"col\" class=\"number\">Sold a day</th><th scope=\"col\">Runs out</th><th scope=\"col\" class=\"number\">Sales at risk</th><th scope=\"col\" class=\"number\">Too much</th><th scope=\"col\" class=\"number\">Order</th>"
    return """
      <section class="row">\(heading)
      <table class="report"><thead><tr>\(heads)</tr></thead><tbody>\(lines)</tbody></table></section>
      """
  }

  private func name(_ row: PlanRow) -> HTML {
    let markdown: HTML? = row.isMarkdownCandidate ? "<br><span class=\"note\">mark down</span>" : nil
    return
      "<th scope=\"row\"><a href=\"\(ConsolePage.stock.path)/\(row.product.description)\">\(row.title)</a>\(markdown)</th>"
  }

  private func line(_ row: PlanRow) -> HTML {
    """
    <tr>\(name(row))<td class="number" data-label="On hand">\(ShopWords.number(row.onHand))</td><td class="number" data-label="On order">\(ShopWords.number(row.onOrder))</td><td class="number" data-label="Sold a day">\(ShopWords.figure(row.dailyDemand))</td><td data-label="Runs out">\(Self.day(row.stockoutDay))</td><td class="number" data-label="Sales at risk">\(money(row.shortageMinorUnits))</td><td class="number" data-label="Too much">\(money(row.overstockMinorUnits))</td><td class="number" data-label="Order">\(ShopWords.number(row.units))</td></tr>
    """
  }

  private func refused(_ row: PlanRow) -> HTML {
    """
    <tr>\(name(row))<td class="number" data-label="On hand">\(ShopWords.number(row.onHand))</td><td class="wide" data-label="Reason"><span>\(row.refusal ?? "")</span></td></tr>
    """
  }

  private static func title(_ order: PlanOrder) -> String {
    switch order {
    case .urgency: "Most urgent"
    case .money: "Most money"
    case .overstock: "Too much stock"
    case .refused: "Not planned"
    }
  }

  static func day(_ day: CalendarDay?) -> String { day.map { ShopWords.date($0.description) } ?? "not within a year" }

  private func money(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: replenishment.currency).shortText
  }

  // MARK: A product

  @Sendable private func product(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = ProductID(request.pathParameters["id"] ?? "") else {
      throw Problem(APIProblem.productNotFound, detail: "The address has no product's number.")
    }
    let form = try request.query { ["service", "lead"].contains($0) }
    let frame = ConsoleFrame(shopName: shopName, request, .stock)
    do {
      let service = try Self.number(form["service"], "the service level").map { $0 / 100 }
      let lead = try Self.number(form["lead"], "the lead time")
      let outlook = try await replenishment.outlook(of: id, serviceLevel: service, leadTimeDays: lead)
      let view = ProductDemandView(outlook: outlook, currency: replenishment.currency, notice: nil)
      return frame.response(title: outlook.product.title, body: view.body)
    } catch let refusal as Replenishment.Refusal where refusal.kind == .invalid {
      let outlook = try await replenishment.outlook(of: id)
      let view = ProductDemandView(
        outlook: outlook, currency: replenishment.currency, notice: ConsoleForms.sentence("\(refusal)"))
      return frame.response(title: outlook.product.title, body: view.body, status: .badRequest)
    }
  }

  /// An empty field is none.
  private static func number(_ text: String?, _ name: String) throws -> Double? {
    guard let text, !text.isEmpty else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw Problem(APIProblem.invalidParameter, detail: "\(name) is not a number.")
    }
    return value
  }
}
