import Catalog
public import Edge
import HTTPServer
public import Merchandising
import Ports
import Understanding
import Web

/// A search before and after a draft, side by side, with buttons that pin, hide, lift and sink a product for the query, and
/// take each back.
public struct PreviewPage: Sendable {
  private static let tryPath = ConsolePage.preview.path + "/try"
  private static let rulePath = ConsolePage.preview.path + "/rule"

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
    func change(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm)
    }
    routes.get(path, Route(access: access, name: "preview page", isPage: true), page)
    routes.post(path, change("change preview"), self.change)
    routes.post(Self.rulePath, change("save previewed rule"), saveRule)
    routes.post(Self.tryPath, change("try rule"), tryRule)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = try request.query { ["q", "draft", "at"].contains($0) }
    return try await page(
      request, query: query["q"] ?? "", draft: DraftChoice(query["draft"]), at: query["at"] ?? "")
  }

  /// The draft that a page shows.
  private enum DraftChoice {
    /// The person's own, if there is one: nobody else's opens by itself.
    case own
    case published
    case draft(Int64)

    init(_ text: String?) {
      if let id = text.flatMap({ Int64($0) }) { self = .draft(id) } else { self = text == nil ? .own : .published }
    }
  }

  private func page(
    _ request: HTTPRequest, query: String, draft choice: DraftChoice, notice: String? = nil,
    at: String = "", rule: String? = nil, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .preview)
    let drafts = try await merchandising.drafts()
    let own = Merchandising.nameOfOwnDraft(of: ConsoleForms.actor(request))
    var notice = notice
    let draft: RuleDraft?
    switch choice {
    case .own: draft = drafts.first { $0.name == own }
    case .published: draft = nil
    case .draft(let id):
      draft = drafts.first { $0.id == id }
      if draft == nil { notice = notice ?? "That draft was published or deleted: this is what is published." }
    }
    let options = drafts.map { entry -> HTML in
      let mark: HTML = entry.id == draft?.id ? " selected" : ""
      return "<option value=\"\(entry.id)\"\(mark)>\(entry.name)</option>"
    }
    var results: HTML = """
      <p class="notice">Search as a shopper does, or name the page of a category: <code>/c/dresses</code>. The first button that you press on a product begins a draft of your own, if you chose none.</p>
      """
    if !query.isEmpty {
      results = try await compared(query, draft, frame.member, at: merchandising.zone.moment(at), rule: rule)
    }
    let edit: HTML? = draft.map {
      "<p class=\"count\"><a href=\"\(ConsolePage.rules.path)/\($0.id)\">Edit \($0.name)</a></p>"
    }
    let body: HTML = """
      <div class="heading"><h1>Preview</h1>\(edit)</div>\(ConsoleForms.notice(notice, isBad: true))
      <form class="panel" action="\(ConsolePage.preview.path)" role="search"><div class="fields"><label class="grow">Search<input type="search" name="q" value="\(query)" maxlength="300" required></label><label>Draft<select name="draft"><option value="">None, as published</option>\(options)</select></label><label>As of <span class="note">empty: now</span><input type="datetime-local" name="at" value="\(at)"></label><button class="button" type="submit">Show</button></div></form>
      \(results)
      """
    return frame.response(title: "Preview", body: body, status: status)
  }

  private func compared(
    _ query: String, _ draft: RuleDraft?, _ member: StaffPrincipal?, at moment: Timestamp?, rule: String?
  ) async throws -> HTML {
    let published = try await merchandising.publishedNumber()
    let old = try await merchandising.rules(of: published)
    let whole = try await draft.asyncMap { try await merchandising.draft($0.id) }
    var (texts, new) = (whole?.texts, old)
    if let texts { new = try await merchandising.compiled(texts) }
    let comparison = try await preview.comparison(of: query, from: old, to: new, at: moment)
    if texts == nil { texts = try await merchandising.known(published) }
    let applied = AppliedRule.all(comparison.after.effects, in: texts ?? RuleTexts(), new)
    let view = ComparisonView(
      comparison: comparison, query: query, draft: draft, published: published, applied: applied, member: member)
    let labels = RuleLabels(applied.isEmpty ? [:] : try await preview.products(named: Self.rules(new, applied)))
    let editor = PreviewEditor(
      query: query, draft: draft?.id, revision: whole?.revision ?? 0, applied: applied, labels: labels, text: rule,
      member: member)
    return """
      \(editor.body)<div id="comparison">\(view.results)</div>\(view.steps)
      """
  }

  /// The rules alone that a page shows, so that no other product is looked up.
  private static func rules(_ rules: QueryRules, _ applied: [AppliedRule]) -> QueryRules {
    var shown = QueryRules()
    let heads = Set(applied.map(\.head))
    shown.queryRules = rules.queryRules.filter { heads.contains($0.name) }
    return shown
  }

  // MARK: Changes

  private static let fields: Set<String> = [
    "q", "draft", "action", "product", "place", "filter", "line", "text", "rule", "heads", "revision",
  ]

  private func query(_ form: QueryParameters) -> String {
    String((form["q"] ?? "").unicodeScalars.prefix(Preview.longestQuery))
  }

  /// Runs a change of the draft that a form names, or of the person's own; then the preview is shown again.
  private func changing(
    _ request: HTTPRequest, _ form: QueryParameters, _ change: (Int64) async throws -> Void
  ) async throws -> HTTPResponse {
    var id = form["draft"].flatMap { Int64($0) }
    do {
      let draft: Int64
      if let id { draft = id } else { draft = try await merchandising.ownDraft(of: ConsoleForms.actor(request)) }
      id = draft
      try await change(draft)
      return .redirect(
        to: Address(path: ConsolePage.preview.path, parameters: [("q", query(form)), ("draft", "\(draft)")]).text)
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(
        request, query: query(form), draft: id.map { .draft($0) } ?? .own, notice: reason, rule: form["rule"],
        status: .badRequest)
    }
  }

  /// A button on a product, the form for the whole query, or "Remove" beside a line.
  @Sendable private func change(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { Self.fields.contains($0) }
    let actor = ConsoleForms.actor(request)
    return try await changing(request, form) { id in
      if form["action"] == "remove" {
        let line = form["line"].flatMap { Int($0) } ?? 0
        try await merchandising.remove(form["text"] ?? "", atLine: line, from: id, by: actor)
      } else {
        try await merchandising.add(action(form), forQuery: query(form), to: id, by: actor)
      }
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

  /// The rules of the editor, with a browser's ends of lines made plain, and the heads that they replace.
  private func edited(_ form: QueryParameters) -> (rules: String, heads: [String]) {
    let heads = (form["heads"] ?? "").replacing("\r\n", with: "\n").split(separator: "\n").map(String.init)
    return ((form["rule"] ?? "").replacing("\r\n", with: "\n"), heads)
  }

  @Sendable private func saveRule(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { Self.fields.contains($0) }
    let (rules, heads) = edited(form)
    let isOfDraft = form["draft"].flatMap { Int64($0) } != nil
    return try await changing(request, form) { id in
      try await merchandising.replace(
        heads, with: rules, in: id, revision: isOfDraft ? form["revision"].flatMap { Int($0) } : nil,
        by: ConsoleForms.actor(request))
    }
  }

  /// The results under rules that are being typed, as a part of the page; nothing is saved.
  @Sendable private func tryRule(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { Self.fields.contains($0) }
    let (rules, heads) = edited(form)
    let query = query(form)
    var part: HTML
    do {
      let published = try await merchandising.publishedNumber()
      let old = try await merchandising.rules(of: published)
      let draft = try await form["draft"].flatMap { Int64($0) }.asyncMap { try await merchandising.draft($0) }
      let base: RuleTexts
      if let draft { base = draft.texts } else { base = try await merchandising.known(published) }
      let texts = try await merchandising.trial(of: rules, replacing: heads, in: base)
      let new = try await merchandising.compiledQuickly(texts)
      let comparison = try await preview.comparison(of: query, from: old, to: new)
      part =
        ComparisonView(
          comparison: comparison, query: query, draft: draft, published: published, applied: [],
          member: ConsoleFrame(shopName: shopName, request).member, isTrial: true
        ).results
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      part = "<p class=\"notice bad\" role=\"status\">\(reason)</p>"
    }
    var response = HTTPResponse.html(part.text)
    response.headers["Cache-Control"] = "no-store"
    return response
  }
}

extension Optional {
  fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
