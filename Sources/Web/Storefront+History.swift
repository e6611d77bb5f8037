import Behaviour
import Edge
import HTTPServer
import Ports
import SearchService

/// A page with the shop's memory of this browser's visitor, and a button that deletes it.
extension Storefront {
  func registerHistory(on routes: inout Routes) {
    routes.get(HistoryPage.path, Route(access: .everyone, name: "history page", isPage: true), ownHistory)
    routes.post(
      HistoryPage.deletePath,
      Route(access: .everyone, name: "delete history page", isPage: true, maxBodyBytes: 4_096), deleteOwnHistory)
  }

  @Sendable private func ownHistory(_ request: HTTPRequest) async throws -> HTTPResponse {
    let deleted = try request.query { $0 == "deleted" }["deleted"].flatMap { Int($0) }
    let notice: HTML? = deleted.map { count in
      "<p class=\"notice\" role=\"status\">Deleted. The shop no longer has \(count == 1 ? "this record" : "these \(ShopWords.number(max(0, count))) records") of you.</p>"
    }
    return try await historyPage(for: request, notice: notice)
  }

  @Sendable private func deleteOwnHistory(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let visitor = visitors.owner(of: request) else { return .redirect(to: HistoryPage.path) }
    let form = try QueryParameters(rawQuery: String(decoding: request.body, as: UTF8.self)) { $0 == "token" }
    guard let token = form["token"], history.forms.isValid(token, of: visitor) else {
      return try await historyPage(
        for: request, status: .forbidden,
        notice: "<p class=\"notice\" role=\"alert\">Nothing was deleted: this form was out of date. Try again.</p>")
    }
    let records = try await history.behaviour.erase(.visitor(visitor))
    let count = records.reduce(0) { $0.adding(saturating: $1.count) }
    return .redirect(to: "\(HistoryPage.path)?deleted=\(count)")
  }

  private func historyPage(
    for request: HTTPRequest, status: HTTPStatus = .ok, notice: HTML?
  ) async throws -> HTTPResponse {
    var records: HTML = """
      <p>This browser sent no cookie of the shop, so that no record here is yours.</p>
      """
    if let visitor = visitors.owner(of: request) { records = try await self.records(of: visitor) }
    let body: HTML = """
      <div class="heading"><h1>Your history</h1></div>
      \(notice)\(records)
      \(privacy)
      """
    var response = HTTPResponse.html(
      await layout().page(
        title: "Your history – \(shopName)", description: "What \(shopName) remembers of this browser.", body: body,
        isIndexed: false), status: status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  private func records(of visitor: VisitorID) async throws -> HTML {
    let own = try await history.records(of: visitor)
    guard !own.isEmpty else { return "<p>The shop remembers nothing of this browser.</p>" }
    let cards = try await service.cards(of: own.products)
    let products: HTML? =
      cards.isEmpty
      ? nil
      : "<section class=\"row\"><h2>Viewed lately</h2>\(ProductGrid.html(cards, isEager: false, isStrip: true))</section>"
    let links = own.searches.map { text -> HTML in
      "<li><a rel=\"nofollow\" href=\"\(Address(path: "/search", parameters: [("q", text)]).text)\">\(text)</a></li>"
    }
    let searches: HTML? =
      links.isEmpty
      ? nil : "<section class=\"row\"><h2>Searched for lately</h2><ul class=\"links\">\(links)</ul></section>"
    return """
      <p>The shop remembers \(own.summary).</p>
      \(products)\(searches)
      <form class="row" method="post" action="\(HistoryPage.deletePath)"><input type="hidden" name="token" value="\(history.forms.token(for: visitor))"><button class="danger" type="submit">Delete your history</button></form>
      """
  }

  private static func time(_ days: Int) -> String {
    days >= 730 && days % 365 == 0 ? "\(days / 365) years" : "\(days) days"
  }

  private var privacy: HTML {
    let days = history.behaviour.options.retention
    let searches: HTML? = history.searchDays.map { "<li>Your searches, for \(Self.time($0)).</li>" }
    return """
      <section class="row prose" id="privacy"><h2>Privacy</h2>
      <p>A cookie with a random number tells the shop that two visits are of one browser. The number says nothing about you. With it the shop remembers:</p>
      <ul><li>The products that you view, click on or dismiss, for \(Self.time(days.browsingDays)).</li>\(searches)<li>Orders and ratings, for \(Self.time(days.orderDays)).</li><li>The lists that you are shown, for \(Self.time(days.shownDays)).</li></ul>
      <p>From these come your recommendations and the searches that the search box offers again. If your browser sends Global Privacy Control or Do Not Track, the shop sets no cookie and keeps no record of you.</p></section>
      """
  }
}
