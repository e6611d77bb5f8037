import Catalog
public import Edge
import HTTPServer
public import Merchandising
public import Ports
import Understanding
import Web

/// Drafts of rules: their list, and for each an editor with its difference from what is published, the way to publish it, and
/// what that would change for the queries of the log.
public struct RulePages: Sendable {
  /// Queries of the log that the page of a draft tries; the command and the API try more.
  private static let triedQueries = 200
  private static let deadline = Duration.seconds(60)

  let merchandising: Merchandising
  let preview: Preview
  let shopName: String
  let clock: any WallClock

  public init(merchandising: Merchandising, preview: Preview, shopName: String, clock: any WallClock) {
    self.merchandising = merchandising
    self.preview = preview
    self.shopName = shopName
    self.clock = clock
  }

  private static let access = ConsolePage.rules.access

  public func register(on routes: inout Routes) {
    let path = ConsolePage.rules.path
    func change(_ name: String, _ bytes: Int = ConsoleForms.largestForm) -> Route {
      Route(
        access: Self.access, name: name, isPage: true, rate: .free, maxBodyBytes: bytes, deadline: Self.deadline)
    }
    routes.get(path, Route(access: Self.access, name: "rules page", isPage: true, rate: .free), list)
    routes.post(path, change("begin draft"), begin)
    routes.get(
      path + "/{id}",
      Route(access: Self.access, name: "draft page", isPage: true, rate: .free, deadline: Self.deadline),
      draft)
    routes.post(path + "/{id}", change("save draft", ConsoleForms.largestTexts), save)
    routes.post(path + "/{id}/synonyms", change("add synonyms"), addSynonyms)
    routes.post(path + "/{id}/merge", change("merge draft"), merge)
    routes.post(path + "/{id}/settle", change("settle conflict"), settle)
    routes.post(path + "/{id}/publish", change("publish draft"), publish)
    routes.post(path + "/{id}/unschedule", change("unschedule draft"), unschedule)
    routes.post(path + "/{id}/delete", change("delete draft"), delete)
  }

  private func id(_ request: HTTPRequest) throws -> Int64 {
    guard let id = request.positiveNumber("id") else {
      throw Problem(APIProblem.draftNotFound, detail: "There is no such draft.")
    }
    return id
  }

  // MARK: The list

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let done = try request.query { $0 == "done" }["done"]
    return try await list(request, notice: done == "deleted" ? "The draft was deleted." : nil)
  }

  private func list(
    _ request: HTTPRequest, notice: String?, isBad: Bool = false, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .rules)
    let (drafts, published) = (try await merchandising.drafts(), try await merchandising.publishedNumber())
    let rows = drafts.map { draft -> HTML in
      let state: HTML =
        draft.base == published
        ? "version \(draft.base)" : "version \(draft.base); <strong>version \(published) was published since</strong>"
      return """
        <tr><th scope="row"><a href="\(ConsolePage.rules.path)/\(draft.id)">\(draft.name)</a></th><td data-label="By">\(draft.author)</td><td data-label="Changed"><time datetime="\(draft.updatedAt.description)">\(ShopWords.shortTime(draft.updatedAt, now: clock.now()))</time></td><td data-label="Begun with">\(state)</td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">Nobody works on a draft. Begin one: searches stay as they are until it is published.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Draft</th><th scope=\"col\">By</th><th scope=\"col\">Changed</th><th scope=\"col\">Begun with</th></tr></thead><tbody>\(rows)</tbody></table>"
    let body: HTML = """
      <div class="heading"><h1>Rules</h1><p class="count">Published: <a href="\(ConsolePage.versions.path)">version \(published)</a></p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))
      <section class="row"><h2>Drafts</h2>\(table)</section>
      <form class="panel" method="post" action="\(ConsolePage.rules.path)">\(FormToken.field(frame.member))<div class="fields"><label class="grow">A new draft's name<input type="text" name="name" required maxlength="100" placeholder="Summer dresses"></label><button class="button" type="submit">Begin</button></div></form>
      """
    return frame.response(title: "Rules", body: body, status: status)
  }

  @Sendable private func begin(_ request: HTTPRequest) async throws -> HTTPResponse {
    do {
      let name = try request.form { $0 == "name" }["name"] ?? ""
      let id = try await merchandising.addDraft(named: name, by: ConsoleForms.actor(request))
      return .redirect(to: "\(ConsolePage.rules.path)/\(id)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await list(request, notice: reason, isBad: true, status: .badRequest)
    }
  }

  // MARK: One draft

  @Sendable private func draft(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = try request.query { ["done", "impact"].contains($0) }
    let notices = [
      "saved": "Saved. Nothing is published yet.", "merged": "Merged with what is published.",
      "added": "Added to the draft.", "scheduled": "It is published by itself at that moment.", "settled": "Settled.",
      "conflicts": "Merged. Some entries were changed on both sides: settle them below.",
      "proposed": "This shop asks for two people: an approver other than you must publish this draft.",
    ]
    return try await page(
      request, notice: query["done"].flatMap { notices[$0] }, wantsImpact: query["impact"] == "true")
  }

  /// Shows a draft. `texts` and `revision`: those that a person could not save. The page keeps the revision that the person
  /// saw, so that another try does not overwrite a change of somebody else.
  private func page(
    _ request: HTTPRequest, notice: String? = nil, isBad: Bool = false, texts: RuleTexts? = nil, revision: Int? = nil,
    wantsImpact: Bool = false, isHeldBack: Bool = false, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    var draft = try await merchandising.draft(id(request))
    draft.revision = revision ?? draft.revision
    let published = try await merchandising.publishedNumber()
    let frame = ConsoleFrame(shopName: shopName, request, .rules)
    let base = try await merchandising.known(draft.base)
    let rules = try await merchandising.compiled(draft.texts)
    let view = DraftView(
      draft: draft, published: published, shown: texts ?? draft.texts,
      difference: RuleDifference(from: base, to: draft.texts),
      findings: try await preview.findings(draft.texts, rules), products: try await products(of: draft, rules),
      impact: wantsImpact
        ? try await preview.impact(
          from: try await merchandising.rules(of: draft.base), to: rules, limit: Self.triedQueries) : nil,
      isHeldBack: isHeldBack, zone: merchandising.zone, member: frame.member)
    let purpose = draft.restores.map { "Back to version \($0), begun with" } ?? "Draft, begun with"
    let body: HTML = """
      <div class="heading"><h1>\(draft.name)</h1><p class="count">\(purpose) version \(draft.base)\(Self.authors(draft))</p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))\(view.body)
      """
    return frame.response(title: draft.name, body: body, status: status)
  }

  /// The products that the draft's rules name, and those of entries that are not settled.
  private func products(of draft: RuleDraft, _ rules: QueryRules) async throws -> [ProductID: RuleProduct] {
    var named = rules
    for conflict in draft.conflicts where conflict.kind == .rules {
      for text in [conflict.base, conflict.published, conflict.draft] {
        // An entry that cannot be read by itself is shown without titles.
        let own = RuleTexts([.rules: text, .campaigns: draft.texts[.campaigns]])
        named.queryRules += (try? await merchandising.compiled(own))?.queryRules ?? []
      }
    }
    return try await preview.products(named: named)
  }

  private static func authors(_ draft: RuleDraft) -> String {
    draft.authors.isEmpty ? "" : "; changed by \(draft.authors.joined(separator: ", "))"
  }

  /// Runs a change of a draft; a refusal is shown on the draft's page.
  private func changing(
    _ request: HTTPRequest, texts: RuleTexts? = nil, revision: Int? = nil, done: String,
    _ change: () async throws -> Void
  ) async throws -> HTTPResponse {
    do {
      try await change()
      return .redirect(to: "\(ConsolePage.rules.path)/\(try id(request))?done=\(done)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(
        request, notice: reason, isBad: true, texts: texts, revision: revision, status: .badRequest)
    }
  }

  @Sendable private func save(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { $0 != "form_token" }
    var draft = try await merchandising.draft(id(request))
    var texts = draft.texts
    // A text that the page did not show stays as it is; a browser ends lines with CR LF.
    for kind in RuleTexts.Kind.allCases {
      if let text = form[kind.rawValue] { texts[kind] = text.replacing("\r\n", with: "\n") }
    }
    // The revision that the person saw: another's change since is not overwritten.
    draft.revision = form["revision"].flatMap { Int($0) } ?? 0
    return try await changing(request, texts: texts, revision: draft.revision, done: "saved") { [draft, texts] in
      _ = try await merchandising.save(texts, of: draft, by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func addSynonyms(_ request: HTTPRequest) async throws -> HTTPResponse {
    let line = try request.form { $0 == "line" }["line"] ?? ""
    return try await changing(request, done: "added") {
      try await merchandising.addSynonyms(line, to: try id(request), by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func merge(_ request: HTTPRequest) async throws -> HTTPResponse {
    do {
      let conflicts = try await merchandising.merge(try id(request), by: ConsoleForms.actor(request))
      let done = conflicts.isEmpty ? "merged" : "conflicts"
      return .redirect(to: "\(ConsolePage.rules.path)/\(try id(request))?done=\(done)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, isBad: true, status: .badRequest)
    }
  }

  @Sendable private func settle(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["revision", "kind", "name", "keep"].contains($0) }
    return try await changing(request, done: "settled") {
      guard let kind = form["kind"].flatMap(RuleTexts.Kind.init),
        let choice = form["keep"].flatMap(RuleConflict.Choice.init)
      else { throw Problem(APIProblem.invalidParameter, detail: "The form names no entry and choice.") }
      try await merchandising.settle(
        form["name"] ?? "", kind, keeping: choice, in: try id(request),
        revision: form["revision"].flatMap { Int($0) } ?? 0, by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func publish(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["revision", "reason", "override", "at"].contains($0) }
    do {
      if let at = form["at"], !at.isEmpty { return try await schedule(at, request, form) }
      let number = try await merchandising.publish(
        try id(request), revision: form["revision"].flatMap { Int($0) } ?? 0, reason: form["reason"] ?? "",
        by: ConsoleForms.actor(request), isApprover: request.principal.isApprover,
        overridesGate: form["override"] == "true")
      return .redirect(to: "\(ConsolePage.versions.path)?published=\(number)")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      do {
        return try await page(
          request, notice: reason, isBad: true, isHeldBack: (error as? Merchandising.Refusal)?.kind == .heldBack,
          status: .conflict)
      } catch is Merchandising.Refusal {
        // The draft itself is gone.
        return try await list(request, notice: reason, isBad: true, status: .conflict)
      }
    }
  }

  private func schedule(_ at: String, _ request: HTTPRequest, _ form: QueryParameters) async throws -> HTTPResponse {
    guard let moment = merchandising.zone.moment(at) else {
      throw Problem(APIProblem.invalidParameter, detail: "The moment is not written 2026-12-24T18:00.")
    }
    try await merchandising.schedule(
      try id(request), revision: form["revision"].flatMap { Int($0) } ?? 0, at: moment, reason: form["reason"] ?? "",
      by: ConsoleForms.actor(request), isApprover: request.principal.isApprover,
      overridesGate: form["override"] == "true")
    return .redirect(to: "\(ConsolePage.rules.path)/\(try id(request))?done=scheduled")
  }

  @Sendable private func unschedule(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await changing(request, done: "saved") {
      try await merchandising.unschedule(try id(request), by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func delete(_ request: HTTPRequest) async throws -> HTTPResponse {
    let revision = try request.form { $0 == "revision" }["revision"].flatMap { Int($0) }
    do {
      try await merchandising.deleteDraft(try id(request), revision: revision, by: ConsoleForms.actor(request))
      return .redirect(to: "\(ConsolePage.rules.path)?done=deleted")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, isBad: true, status: .conflict)
    }
  }
}
