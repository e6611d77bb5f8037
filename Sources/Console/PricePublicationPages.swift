import Catalog
public import Edge
import HTTPServer
import Ports
public import PriceDesk
import Pricing
import Web

/// The publications of prices: when, by whom and why, and the form that takes one back.
public struct PricePublicationPages: Sendable {
  static let path = "/console/price-publications"
  private static let shown = 100

  let desk: PriceDesk
  let shopName: String

  public init(desk: PriceDesk, shopName: String) {
    self.desk = desk
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let access = ConsolePage.prices.access
    routes.get(Self.path, Route(access: access, name: "price publications page", isPage: true, rate: .free), list)
    routes.post(
      Self.path + "/{number}/restore",
      Route(
        access: access, name: "take prices back", isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm),
      restore)
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = try request.query { $0 == "published" }["published"].flatMap { Int64($0) }
    return try await list(request, notice: number.map { "Publication \($0) gave the prices of before." })
  }

  private func list(
    _ request: HTTPRequest, notice: String?, isBad: Bool = false, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .prices)
    let found = try await desk.publications(limit: Self.shown)
    let back = Set(found.compactMap(\.restoredFrom))
    let rows = found.map { publication -> HTML in
      let again = publication.restoredFrom.map { "Took publication \($0) back. " } ?? ""
      let state: HTML =
        back.contains(publication.number)
        ? "<span class=\"outcome\">taken back</span>"
        : "<form class=\"actions\" method=\"post\" action=\"\(Self.path)/\(publication.number)/restore\">\(FormToken.field(frame.member))<label><span class=\"hidden\">Why take publication \(publication.number) back</span><input type=\"text\" name=\"reason\" required maxlength=\"1000\" placeholder=\"Why\"></label><button class=\"button quiet small\" type=\"submit\">Take back</button></form>"
      return """
        <tr><th scope="row">Publication \(publication.number)</th><td data-label="When">\(ShopWords.time(publication.publishedAt))</td><td data-label="Who">\(publication.author)</td><td data-label="Prices">\(publication.prices)</td><td class="wide" data-label="Why"><span>\(again + publication.reason)</span></td><td>\(state)</td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">No price was published from a proposal yet.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Publication</th><th scope=\"col\">When</th><th scope=\"col\">Who</th><th scope=\"col\">Prices</th><th scope=\"col\">Why</th><th scope=\"col\">State</th></tr></thead><tbody>\(rows)</tbody></table>"
    let body: HTML = """
      <div class="heading"><h1>Published prices</h1><p class="count"><a href="\(ConsolePage.prices.path)">Proposals</a></p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))\(table)
      <section class="row"><h2>Predicted and actual</h2>\(effects(try await desk.effects()))</section>
      """
    return frame.response(title: "Published prices", body: body, status: status)
  }

  private func effects(_ found: PriceEffects) -> HTML {
    guard !found.effects.isEmpty else {
      return "<p class=\"note\">A published price is looked at after a week.</p>"
    }
    func money(_ minorUnits: Double?) -> String {
      minorUnits.map { Money(minorUnits: Int64(saturating: $0.rounded()), currency: desk.currency).displayText } ?? "–"
    }
    let rows = found.effects.prefix(Self.shown).map { effect -> HTML in
      let then = effect.proposal.proposal.then
      return """
        <tr><th scope="row"><a href="\(ConsolePage.prices.path)/\(effect.proposal.id)">\(effect.proposal.title)</a></th><td data-label="Units before">\(ShopWords.figure(effect.unitsBefore))</td><td data-label="Predicted">\(ShopWords.figure(then?.units.value ?? .nan))</td><td data-label="Actual">\(ShopWords.figure(effect.unitsAfter))</td><td data-label="Margin before">\(money(effect.marginBefore))</td><td data-label="Predicted">\(money(then?.margin?.value))</td><td data-label="Actual">\(money(effect.marginAfter))</td></tr>
        """
    }
    let measured = found.measured.map { effect -> HTML in
      "<p>Beside products that kept their prices, margin a day and product grew by \(money(effect.actual)), 95 % between \(money(effect.interval.lowerBound)) and \(money(effect.interval.upperBound)); predicted were \(money(effect.predicted)).</p>"
    }
    return """
      \(measured)<table class="report"><thead><tr><th scope="col">A mean day</th><th scope="col">Units before</th><th scope="col">Predicted</th><th scope="col">Actual</th><th scope="col">Margin before</th><th scope="col">Predicted</th><th scope="col">Actual</th></tr></thead><tbody>\(rows)</tbody></table>
      """
  }

  @Sendable private func restore(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let number = request.positiveNumber("number") else {
      throw Problem(APIProblem.proposalNotFound, detail: "There is no such publication.")
    }
    do {
      let reason = try request.form { $0 == "reason" }["reason"] ?? ""
      let restored = try await desk.rollBack(number, reason: reason, by: ConsoleForms.actor(request))
      return .redirect(to: "\(Self.path)?published=\(restored)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await list(request, notice: reason, isBad: true, status: .badRequest)
    }
  }
}
