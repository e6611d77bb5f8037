import Catalog
public import Edge
import Forecasting
import HTTPServer
import Ports
public import Replenishment
import Web

/// The proposal of an order to one supplier: the lines with their reasons, the buyer's units, and the button that orders.
public struct ProposalPage: Sendable {
  private static let path = "/console/proposals/{number}"

  let replenishment: Replenishment
  let shopName: String

  public init(replenishment: Replenishment, shopName: String) {
    self.replenishment = replenishment
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let access = ConsolePage.stock.access
    func route(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm)
    }
    routes.get(Self.path, route("proposal page"), page)
    routes.post(Self.path, route("change proposal"), change)
    routes.post(Self.path + "/reset", route("reset proposal"), reset)
    routes.post(Self.path + "/order", route("order proposal"), order)
  }

  private func supplier(_ request: HTTPRequest) throws -> SupplierID {
    guard let id = SupplierID(request.pathParameters["number"] ?? "") else {
      throw Problem(APIProblem.planNotFound, detail: "The address has no supplier's number.")
    }
    return id
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let done = try request.query { $0 == "done" }["done"]
    return try await page(request, notice: done == nil ? nil : "The units are saved.", isBad: false)
  }

  private func page(
    _ request: HTTPRequest, notice: String?, isBad: Bool, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let (proposal, lines) = try await replenishment.proposal(of: supplier(request))
    let frame = ConsoleFrame(shopName: shopName, request, .stock)
    let (supplier, terms) = (proposal.supplier, proposal.supplier.terms)
    let path = "/console/proposals/\(supplier.id.description)"
    let revision = ("revision", String(proposal.revision))
    let rows = lines.prefix(UnitsForm.maxFields).map { line -> HTML in
      """
      <tr><th scope="row"><a href="\(ConsolePage.stock.path)/\(line.product.description)">\(line.title)</a></th><td data-label="Runs out">\(StockPage.day(line.stockoutDay))</td><td class="wide" data-label="Why"><details><summary>Why \(ShopWords.number(line.proposedUnits))?</summary>\(line.reason)</details></td><td class="number" data-label="Cost">\(money(line.costMinorUnits))</td><td class="number" data-label="Units"><input type="number" name="units-\(line.product.description)" aria-label="Units of \(line.title)" value="\(line.units)" min="0" max="100000" step="\(supplier.packSize)"></td></tr>
      """
    }
    let edited: HTML? = proposal.editedBy.map { name in
      "<p class=\"notice\">Changed by \(name): the nightly plan leaves it as it is until it is ordered or reset.</p>"
    }
    let body: HTML = """
      <div class="heading"><h1>Order from \(supplier.name)</h1><p class="count">\(ShopWords.number(proposal.lineCount)) products, \(money(proposal.totalMinorUnits))</p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))\(edited)\(ConsoleForms.notice(proposal.note, isBad: true))
      <p class="note">Delivery in \(ShopWords.figure(terms.leadTimeDays)) days, an order every \(terms.reviewDays) days, packs of \(supplier.packSize). Forecast \(proposal.runNumber).</p>
      <form method="post" action="\(path)">\(FormToken.field(frame.member))<input type="hidden" name="revision" value="\(proposal.revision)">
      <table class="report"><thead><tr><th scope="col">Product</th><th scope="col">Runs out</th><th scope="col">Why</th><th scope="col" class="number">Cost</th><th scope="col" class="number">Units</th></tr></thead><tbody>\(rows)</tbody></table>
      \(lines.count > UnitsForm.maxFields ? "<p class=\"note\">The other lines stand in the API.</p>" : nil)<p><button class="button quiet" type="submit">Save the units</button></p></form>
      <div class="actions">\(ConsoleForms.button("Order for \(money(proposal.totalMinorUnits))", to: path + "/order", frame.member, [revision], kind: "button"))\(proposal.editedBy == nil ? nil : ConsoleForms.button("Back to the job's units", to: path + "/reset", frame.member, [revision]))</div>
      """
    return frame.response(title: "Order from \(supplier.name)", body: body, status: status)
  }

  private func money(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: replenishment.currency).displayText
  }

  /// Runs a change; a reason that the buyer can mend stands above the form again.
  private func changing(
    _ request: HTTPRequest, _ change: (_ revision: Int) async throws -> String
  ) async throws -> HTTPResponse {
    do {
      let revision = try request.form { $0 == "revision" }["revision"].flatMap { Int($0) } ?? 0
      return .redirect(to: try await change(revision))
    } catch let refusal as Replenishment.Refusal where refusal.kind != .missing {
      return try await page(
        request, notice: ConsoleForms.sentence("\(refusal)"), isBad: true,
        status: refusal.kind == .conflict ? .conflict : .badRequest)
    }
  }

  @Sendable private func change(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try supplier(request)
    return try await changing(request) { revision in
      try await replenishment.edit(
        id, revision: revision, units: try UnitsForm.units(request) { ProductID($0) },
        by: ConsoleForms.actor(request))
      return "/console/proposals/\(id.description)?done=saved"
    }
  }

  @Sendable private func reset(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try supplier(request)
    return try await changing(request) { revision in
      try await replenishment.reset(id, revision: revision, by: ConsoleForms.actor(request))
      return "/console/proposals/\(id.description)?done=reset"
    }
  }

  @Sendable private func order(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try supplier(request)
    return try await changing(request) { revision in
      let number = try await replenishment.approve(id, revision: revision, by: ConsoleForms.actor(request))
      return "\(ConsolePage.orders.path)/\(number)?done=ordered"
    }
  }
}

/// Fields of numbers in a form: `units-SUBJECT`.
enum UnitsForm {
  private static let prefix = "units-"
  /// Lines of one form: a form has 1,000 fields at the most. Lines without a field stay as they are.
  static let maxFields = 900

  /// An empty field is left out; another text than a whole number is refused.
  static func units<Subject: Hashable>(
    _ request: HTTPRequest, _ subject: (String) -> Subject?
  ) throws -> [Subject: Int] {
    var units: [Subject: Int] = [:]
    for parameter in try request.form(taking: { $0.hasPrefix(prefix) }).parameters where !parameter.value.isEmpty {
      guard let key = subject(String(parameter.name.dropFirst(prefix.count))) else { continue }
      guard let count = Int(parameter.value) else {
        throw Problem(
          APIProblem.orderRefused,
          detail: "'\(parameter.value.prefix(20))' units are not a whole number: nothing was changed.")
      }
      units[key] = count
    }
    return units
  }
}
