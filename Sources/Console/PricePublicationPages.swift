import Catalog
public import Edge
import HTTPServer
import Ports
public import PriceDesk
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
      """
    return frame.response(title: "Published prices", body: body, status: status)
  }

  @Sendable private func restore(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let number = Int64(request.pathParameters["number"] ?? ""), number > 0 else {
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
