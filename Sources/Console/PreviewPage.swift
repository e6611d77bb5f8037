import Catalog
public import Edge
import HTTPServer
public import Merchandising
import Ports
import Web

/// A search before and after a draft, side by side, with buttons that pin, hide, lift and sink a product for the query.
public struct PreviewPage: Sendable {
  let merchandising: Merchandising
  let preview: Preview
  let shopName: String

  public init(merchandising: Merchandising, preview: Preview, shopName: String) {
    self.merchandising = merchandising
    self.preview = preview
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.preview.path, ConsolePage.preview.access)
    routes.get(path, Route(access: access, name: "preview page", isPage: true), page)
    routes.post(
      path, Route(access: access, name: "change preview", isPage: true, maxBodyBytes: ConsoleForms.largestForm),
      change)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = try request.query { ["q", "draft"].contains($0) }
    return try await page(request, query: query["q"] ?? "", draft: query["draft"].flatMap { Int64($0) })
  }

  private func page(
    _ request: HTTPRequest, query: String, draft id: Int64?, notice: String? = nil, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .preview)
    let drafts = try await merchandising.drafts()
    let draft = drafts.first { $0.id == id } ?? (id == nil && drafts.count == 1 ? drafts[0] : nil)
    let options = drafts.map { entry -> HTML in
      let mark: HTML = entry.id == draft?.id ? " selected" : ""
      return "<option value=\"\(entry.id)\"\(mark)>\(entry.name)</option>"
    }
    var results: HTML = """
      <p class="notice">Search as a shopper does. The first button that you press on a product begins a draft, if you chose none.</p>
      """
    if !query.isEmpty { results = try await compared(query, draft, frame.member) }
    let edit: HTML? = draft.map {
      "<p class=\"count\"><a href=\"\(ConsolePage.rules.path)/\($0.id)\">Edit \($0.name)</a></p>"
    }
    let body: HTML = """
      <div class="heading"><h1>Preview</h1>\(edit)</div>\(ConsoleForms.notice(notice, isBad: true))
      <form class="panel" action="\(ConsolePage.preview.path)" role="search"><div class="fields"><label class="grow">Search<input type="search" name="q" value="\(query)" maxlength="300" required></label><label>Draft<select name="draft"><option value="">None yet</option>\(options)</select></label><button class="button" type="submit">Show</button></div></form>
      \(results)
      """
    return frame.response(title: "Preview", body: body, status: status)
  }

  private func compared(_ query: String, _ draft: RuleDraft?, _ member: StaffPrincipal?) async throws -> HTML {
    let published = try await merchandising.publishedNumber()
    let old = try merchandising.compiled(try await merchandising.known(published))
    let new = try await draft.asyncMap { try merchandising.compiled(try await merchandising.draft($0.id).texts) } ?? old
    let comparison = try await preview.comparison(of: query, from: old, to: new)
    return ComparisonView(
      comparison: comparison, query: query, draft: draft, published: published, member: member
    ).body
  }

  /// A button on a product, or the form for the whole query.
  @Sendable private func change(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["q", "draft", "action", "product", "place", "filter"].contains($0) }
    let query = String((form["q"] ?? "").unicodeScalars.prefix(Preview.longestQuery))
    let actor = ConsoleForms.actor(request)
    var id = form["draft"].flatMap { Int64($0) }
    do {
      if id == nil { id = try await merchandising.ownDraft(of: actor) }
      guard let id else { return .redirect(to: ConsolePage.preview.path) }
      try await merchandising.add(
        action(form), forQuery: query, to: id, by: actor)
      return .redirect(
        to: Address(path: ConsolePage.preview.path, parameters: [("q", query), ("draft", "\(id)")]).text)
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, query: query, draft: id, notice: reason, status: .badRequest)
    }
  }

  private func action(_ form: QueryParameters) -> String {
    let product = form["product"] ?? ""
    return switch form["action"] {
    case "pin": "pin \(form["place"] ?? "1"): \(product)"
    case "hide": "hide: \(product)"
    case "boost": "boost 2: \(form["filter"] ?? "")"
    case "bury": "bury 2: \(form["filter"] ?? "")"
    case "filter": "filter: \(form["filter"] ?? "")"
    default: "nothing: \(product)"
    }
  }
}

extension Optional {
  fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
