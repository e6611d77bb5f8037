import Catalog
public import Edge
import HTTPServer
public import Ports
public import PriceDesk
import Pricing
import Web

/// Proposals of prices: their list with bulk approval, and for each the evidence, the curve and the way to publish it.
public struct PricePages: Sendable {
  private static let shown = 50
  private static let deadline = Duration.seconds(60)

  let desk: PriceDesk
  let shopName: String
  let clock: any WallClock

  public init(desk: PriceDesk, shopName: String, clock: any WallClock) {
    self.desk = desk
    self.shopName = shopName
    self.clock = clock
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.prices.path, ConsolePage.prices.access)
    func change(_ name: String) -> Route {
      Route(
        access: access, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm,
        deadline: Self.deadline)
    }
    routes.get(path, Route(access: access, name: "prices page", isPage: true, rate: .free), list)
    routes.post(path, change("decide proposals"), decide)
    routes.get(path + "/{id}", Route(access: access, name: "proposal page", isPage: true, rate: .free), proposal)
    routes.post(path + "/{id}", change("decide proposal"), decideOne)
  }

  // MARK: The list

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = try request.query { ["kind", "published", "done"].contains($0) }
    let kind = query["kind"].flatMap(ProposalKind.init) ?? .change
    var notice = query["done"] == "rejected" ? "Rejected. The prices stay as they are." : nil
    if let number = query["published"].flatMap({ Int64($0) }) {
      notice = "Publication \(number) is out. Shoppers see its prices within a second."
    }
    return try await list(request, kind, notice: notice)
  }

  private func list(
    _ request: HTTPRequest, _ kind: ProposalKind, notice: String?, isBad: Bool = false, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .prices)
    let counts = try await desk.counts()
    let found = try await desk.proposals(kind, limit: Self.shown)
    let rules = try await desk.rules().rules
    let body: HTML = """
      <div class="heading"><h1>Prices</h1>\(tabs(kind, counts))</div>
      \(ConsoleForms.notice(notice, isBad: isBad))\(state(of: rules))
      \(table(found, kind, frame))
      """
    return frame.response(title: "Prices", body: body, status: status)
  }

  private func tabs(_ kind: ProposalKind, _ counts: [ProposalKind: Int]) -> HTML {
    let entries = ProposalKind.allCases.map { other -> HTML in
      let current: HTML = other == kind ? " aria-current=\"true\"" : ""
      return
        "<li><a href=\"\(ConsolePage.prices.path)?kind=\(other.rawValue)\"\(current)>\(Self.title(other)) (\(counts[other] ?? 0))</a></li>"
    }
    return """
      <nav class="periods" aria-label="Proposals"><ul>\(entries)<li><a href="\(PricePublicationPages.path)">Published</a></li><li><a href="\(PriceRulesPage.path)">Rules</a></li></ul></nav>
      """
  }

  private static func title(_ kind: ProposalKind) -> String {
    switch kind {
    case .change: "New prices"
    case .keep: "Kept"
    case .refused: "No estimate"
    }
  }

  private func state(of rules: PriceDeskRules) -> HTML? {
    if rules.isStopped {
      return
        "<p class=\"notice bad\" role=\"alert\">The kill switch is on: no price changes. <a href=\"\(PriceRulesPage.path)\">Rules</a></p>"
    }
    return rules.mode == .automatic
      ? "<p class=\"note\">Changes of at most \(rules.automaticBand.description) are published by themselves.</p>" : nil
  }

  private func text(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: desk.currency).displayText
  }

  private func table(_ found: [KeptProposal], _ kind: ProposalKind, _ frame: ConsoleFrame) -> HTML {
    guard !found.isEmpty else {
      return "<p class=\"notice\">There are none. The job “pricing” makes proposals from the sales each night.</p>"
    }
    guard kind == .change else {
      let rows = found.map { kept -> HTML in
        "<tr><th scope=\"row\"><a href=\"\(ConsolePage.prices.path)/\(kept.id)\">\(kept.title)</a></th><td data-label=\"Price\">\(text(kept.proposal.currentPrice))</td><td class=\"wide\" data-label=\"Why\"><span>\(Self.reason(kept.proposal))</span></td></tr>"
      }
      return
        "<table class=\"report\"><thead><tr><th scope=\"col\">Product</th><th scope=\"col\">Price</th><th scope=\"col\">Why</th></tr></thead><tbody>\(rows)</tbody></table>"
    }
    let rows = found.map { kept -> HTML in
      let proposal = kept.proposal
      return """
        <tr><td class="choice"><input type="checkbox" name="id" value="\(kept.id)" aria-label="Choose \(kept.title)"></td><th scope="row"><a href="\(ConsolePage.prices.path)/\(kept.id)">\(kept.title)</a></th><td data-label="Now">\(text(proposal.currentPrice))</td><td data-label="Proposed">\(text(proposal.price)) <span class="note">\(Self.percent(proposal))</span></td><td data-label="Margin a day">\(gain(proposal))</td><td class="wide" data-label="Rails"><span>\(proposal.bound.map(\.description).joined(separator: "; "))</span></td></tr>
        """
    }
    return """
      <form method="post" action="\(ConsolePage.prices.path)">\(FormToken.field(frame.member))
      <table class="report"><thead><tr><th scope="col"><span class="hidden">Choose</span></th><th scope="col">Product</th><th scope="col">Now</th><th scope="col">Proposed</th><th scope="col">Expected gain a day</th><th scope="col">Guard rails</th></tr></thead><tbody>\(rows)</tbody></table>
      <div class="panel"><div class="fields"><label class="grow">Why<input type="text" name="reason" required maxlength="1000"></label><button class="button" type="submit" name="act" value="publish">Publish chosen</button><button class="button quiet" type="submit" name="act" value="reject">Reject chosen</button></div></div></form>
      """
  }

  static func percent(_ proposal: PriceProposal) -> String {
    guard proposal.currentPrice > 0 else { return "" }
    let share = Double(proposal.price - proposal.currentPrice) / Double(proposal.currentPrice) * 100
    return "\(share > 0 ? "+" : "−")\(((abs(share) * 10).rounded() / 10).shortText) %"
  }

  private func gain(_ proposal: PriceProposal) -> String { text(Int64(saturating: proposal.gain.rounded())) }

  static func reason(_ proposal: PriceProposal) -> String {
    switch proposal.decision {
    case .change: ""
    case .keep(let reason), .refused(let reason): reason
    }
  }

  @Sendable private func decide(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["id", "reason", "act"].contains($0) }
    let ids = form.parameters.filter { $0.name == "id" }.compactMap { Int64($0.value) }
    do {
      return .redirect(
        to: try await decide(ids, form["act"] ?? "", form["reason"] ?? "", by: ConsoleForms.actor(request)))
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await list(request, .change, notice: reason, isBad: true, status: .badRequest)
    }
  }

  /// Publishes or rejects; returns the page to go to.
  private func decide(_ ids: [Int64], _ act: String, _ reason: String, by actor: String) async throws -> String {
    guard act == "publish" else {
      try await desk.reject(ids, reason: reason, by: actor)
      return ConsolePage.prices.path + "?done=rejected"
    }
    return "\(ConsolePage.prices.path)?published=\(try await desk.publish(ids, reason: reason, by: actor))"
  }

  // MARK: One proposal

  private func id(_ request: HTTPRequest) throws -> Int64 {
    guard let id = request.positiveNumber("id") else {
      throw Problem(APIProblem.proposalNotFound, detail: "There is no such proposal.")
    }
    return id
  }

  @Sendable private func proposal(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await page(request, notice: nil)
  }

  private func page(_ request: HTTPRequest, notice: String?, status: HTTPStatus = .ok) async throws -> HTTPResponse {
    let kept = try await desk.proposal(id(request))
    let frame = ConsoleFrame(shopName: shopName, request, .prices)
    let proposal = kept.proposal
    let heading =
      proposal.decision == .change ? "\(text(proposal.currentPrice)) → \(text(proposal.price))" : Self.reason(proposal)
    let evidence = (proposal.evidence + (proposal.bound + proposal.gaveWay).map(\.description)).map { line -> HTML in
      "<li>\(line)</li>"
    }
    let body: HTML = """
      <div class="heading"><h1>\(kept.title)</h1><p class="count">\(heading)</p></div>
      \(ConsoleForms.notice(notice, isBad: true))
      <section class="row" aria-labelledby="expected"><h2 id="expected">Expected of a day</h2>\(figures(proposal))\(PriceCurve(proposal: proposal, currency: desk.currency).svg)</section>
      <section class="row"><h2>Evidence</h2><ul>\(evidence)</ul></section>
      \(decision(kept, frame))
      <p class="note"><a href="/products/\(kept.product.description)">The product in the shop</a>. Made \(ShopWords.shortTime(kept.madeAt, now: clock.now())).</p>
      """
    return frame.response(title: kept.title, body: body, status: status)
  }

  private func figures(_ proposal: PriceProposal) -> HTML? {
    guard let now = proposal.now, let then = proposal.then else { return nil }
    func row(_ name: String, _ before: Expected?, _ after: Expected?, _ text: (Double) -> String) -> HTML? {
      guard let before, let after else { return nil }
      func cell(_ label: String, _ expected: Expected) -> HTML {
        "<td data-label=\"\(label)\">\(text(expected.value)) <span class=\"note\">\(text(expected.low)) to \(text(expected.high))</span></td>"
      }
      let gone: HTML? = proposal.decision == .change ? cell("At the proposed price", after) : nil
      return "<tr><th scope=\"row\">\(name)</th>\(cell("At the price of now", before))\(gone)</tr>"
    }
    func money(_ amount: Double) -> String { text(Int64(saturating: amount.rounded())) }
    let second: HTML? = proposal.decision == .change ? "<th scope=\"col\">At \(text(proposal.price))</th>" : nil
    return """
      <table class="report"><thead><tr><th scope="col">A day</th><th scope="col">At \(text(proposal.currentPrice))</th>\(second)</tr></thead><tbody>\(row("Units", now.units, then.units) { ShopWords.figure($0) })\(row("Revenue", now.revenue, then.revenue, money))\(row("Margin", now.margin, then.margin, money))</tbody></table>
      """
  }

  private func decision(_ kept: KeptProposal, _ frame: ConsoleFrame) -> HTML {
    guard kept.state == .open else {
      let who = kept.decidedBy.map { " by \($0)" } ?? ""
      let why = kept.reason.map { ": \($0)" } ?? ""
      return "<p class=\"notice\">\(kept.state.rawValue.replacing("_", with: " ").capitalizedFirst)\(who)\(why)</p>"
    }
    let price = Money(minorUnits: kept.proposal.price, currency: desk.currency).decimalText
    return """
      <form class="panel" method="post" action="\(ConsolePage.prices.path)/\(kept.id)">\(FormToken.field(frame.member))<div class="fields"><label>Price<input type="text" name="price" value="\(price)" inputmode="decimal" required maxlength="20"></label><label class="grow">Why<input type="text" name="reason" required maxlength="1000"></label><button class="button" type="submit" name="act" value="publish">Publish</button><button class="button quiet" type="submit" name="act" value="reject">Reject</button></div></form>
      """
  }

  @Sendable private func decideOne(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["price", "reason", "act"].contains($0) }
    let (id, reason, actor) = (try id(request), form["reason"] ?? "", ConsoleForms.actor(request))
    do {
      guard form["act"] == "publish" else {
        return .redirect(to: try await decide([id], "reject", reason, by: actor))
      }
      guard let price = Money(decimalText: (form["price"] ?? "").filter { !$0.isWhitespace }, currency: desk.currency)
      else {
        return try await page(request, notice: "Write the price as 12.34.", status: .badRequest)
      }
      let number = try await desk.publish(id, at: price, reason: reason, by: actor)
      return .redirect(to: "\(ConsolePage.prices.path)?published=\(number)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, status: .badRequest)
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
