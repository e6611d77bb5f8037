import Catalog
public import Edge
import HTTPServer
public import Merchandising
import Ports
public import SearchService
import Web

/// Searches that no product answers in full, the most frequent first, each with a form that adds a synonym to a draft.
public struct ZeroResultsPage: Sendable {
  private static let days = 30
  private static let shown = 50
  private static let deadline = Duration.seconds(60)

  let merchandising: Merchandising
  let log: SearchLog?
  let shopName: String

  public init(merchandising: Merchandising, log: SearchLog?, shopName: String) {
    self.merchandising = merchandising
    self.log = log
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.unanswered.path, ConsolePage.unanswered.access)
    routes.get(
      path, Route(access: access, name: "zero results page", isPage: true, deadline: Self.deadline), page)
    routes.post(
      path,
      Route(
        access: ConsolePage.rules.access, name: "add synonym", isPage: true,
        maxBodyBytes: ConsoleForms.largestForm), add)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await page(request, notice: nil)
  }

  private func page(_ request: HTTPRequest, notice: String?, status: HTTPStatus = .ok) async throws -> HTTPResponse {
    guard let log else { throw Problem.logIsOff }
    let frame = ConsoleFrame(shopName: shopName, request, .unanswered)
    let mayChange = frame.member?.roles.contains(where: ConsolePage.rules.access.allows) ?? false
    let report = try await log.report(days: Self.days, limit: Self.shown)
    let rows = report.unanswered.map { row($0, frame.member, mayChange: mayChange) }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">Every search of the last \(Self.days) days found what it asked for.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Query</th><th scope=\"col\" class=\"number\">Searches</th><th scope=\"col\">Tried next with success</th><th scope=\"col\">Add as a synonym</th></tr></thead><tbody>\(rows)</tbody></table>"
    let body: HTML = """
      <div class="heading"><h1>Zero results</h1><p class="count">Searches without a full match, last \(Self.days) days</p></div>
      \(ConsoleForms.notice(notice, isBad: true))\(table)
      """
    return frame.response(title: "Zero results", body: body, status: status)
  }

  private func row(_ query: SearchReport.Query, _ member: StaffPrincipal?, mayChange: Bool) -> HTML {
    let preview = Address(path: ConsolePage.preview.path, parameters: [("q", query.text)]).text
    let form: HTML? =
      mayChange
      ? """
      <form method="post" action="\(ConsolePage.unanswered.path)">\(FormToken.field(member))<input type="hidden" name="query" value="\(query.text)"><span class="fields"><input class="grow" type="text" name="words" aria-label="What \(query.text) means" value="\(query.thenFound.first ?? "")" required maxlength="200"><button class="button quiet small" type="submit">Add<span class="hidden"> for \(query.text)</span></button></span></form>
      """ : nil
    return """
      <tr><th scope="row"><a href="\(preview)">\(query.text)</a></th><td class="number" data-label="Searches">\(ShopWords.number(query.figures.unanswered))</td><td data-label="Tried next">\(query.thenFound.joined(separator: ", "))</td><td class="wide">\(form)</td></tr>
      """
  }

  /// Adds `query => words` to the person's own draft.
  @Sendable private func add(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["query", "words"].contains($0) }
    let actor = ConsoleForms.actor(request)
    do {
      let id = try await merchandising.ownDraft(of: actor)
      try await merchandising.addSynonyms("\(form["query"] ?? "") => \(form["words"] ?? "")", to: id, by: actor)
      return .redirect(to: "\(ConsolePage.rules.path)/\(id)?done=added")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, status: .badRequest)
    }
  }
}
