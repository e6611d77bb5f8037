public import Accounts
import Catalog
public import Edge
import HTTPServer
import JSON
public import Merchandising
import Ports
import Understanding

/// Drafts, versions and previews of search rules, for staff and their programs.
public struct MerchandisingAPI: Sendable {
  private static let largestBody = 24 * 1024 * 1024
  private static let deadline = Duration.seconds(60)

  let merchandising: Merchandising
  let preview: Preview
  let accounts: Accounts

  public init(merchandising: Merchandising, preview: Preview, accounts: Accounts) {
    self.merchandising = merchandising
    self.preview = preview
    self.accounts = accounts
  }

  public func register(on routes: inout Routes) {
    let access = Access.staff(.merchandiser, .approver)
    func route(_ name: String, _ bytes: Int? = 16 * 1024) -> Route {
      Route(access: access, name: name, maxBodyBytes: bytes, deadline: Self.deadline)
    }
    routes.group("/v1/merchandising") { routes in
      routes.get("/versions", route("ruleVersions"), versions)
      routes.get("/versions/{number}", route("ruleVersion"), version)
      routes.post("/rollback", route("rollBackRules"), rollBack)
      routes.get("/drafts", route("ruleDrafts"), drafts)
      routes.post("/drafts", route("beginDraft"), begin)
      routes.get("/drafts/{id}", route("ruleDraft"), draft)
      routes.put("/drafts/{id}", route("saveDraft", Self.largestBody), save)
      routes.delete("/drafts/{id}", route("deleteDraft"), delete)
      routes.post("/drafts/{id}/merge", route("mergeDraft"), merge)
      routes.post("/drafts/{id}/settle", route("settleDraft", Self.largestBody), settle)
      routes.post("/drafts/{id}/publish", route("publishDraft"), publish)
      routes.post("/drafts/{id}/unschedule", route("unscheduleDraft"), unschedule)
      routes.get("/drafts/{id}/preview", route("previewDraft"), comparison)
      routes.get("/drafts/{id}/impact", route("draftImpact"), impact)
      routes.get(
        "/audit", Route(access: .staff(.approver, .analyst), name: "audit", deadline: Self.deadline), audit)
    }
  }

  private func actor(_ request: HTTPRequest) -> String { request.principal.auditName ?? "unknown" }

  private func number(_ request: HTTPRequest, _ name: String) throws -> Int64 {
    guard let number = request.positiveNumber(name) else {
      throw Problem(APIProblem.draftNotFound, detail: "The address has no number of a draft or version.")
    }
    return number
  }

  private func body(_ request: HTTPRequest) throws -> ObjectReader<Problem> {
    // The parser's reason is of no use to the sender.
    guard let json = try? JSONValue(parsing: request.body) else {
      throw Problem(APIProblem.invalidBody, detail: "The body is not valid JSON.")
    }
    return try ObjectReader(json, "the body") { Problem(APIProblem.invalidBody, detail: "\($0).") }
  }

  private func limit(_ request: HTTPRequest, _ standard: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = try request.query["limit"] else { return standard }
    guard let limit = Int(text), range.contains(limit) else {
      throw Problem(
        APIProblem.invalidParameter,
        detail: "limit is not a whole number from \(range.lowerBound) to \(range.upperBound).",
        extensions: ["parameter": .string("limit")])
    }
    return limit
  }

  private func answer(_ json: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse { .json(json.bytes, status: status) }

  // MARK: Versions

  @Sendable private func versions(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try limit(request, 100, in: 1...Merchandising.maxVersions)
    let published = try await merchandising.publishedNumber()
    return answer([
      "published": .int(published),
      "versions": .array(try await merchandising.versions(limit: limit).map(MerchandisingJSON.version)),
    ])
  }

  @Sendable private func version(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = try number(request, "number")
    return answer(["number": .int(number), "texts": MerchandisingJSON.texts(try await merchandising.known(number))])
  }

  @Sendable private func rollBack(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let version = try body.int("version") ?? 0
    let reason = try body.string("reason") ?? ""
    try body.finish()
    switch try await merchandising.rollBack(to: Int64(version), reason: reason, by: actor(request)) {
    case .published(let number): return answer(["published": .int(number)])
    case .proposed(let draft): return answer(["draft": .int(draft)], status: .accepted)
    }
  }

  // MARK: Drafts

  @Sendable private func drafts(_ request: HTTPRequest) async throws -> HTTPResponse {
    answer(["drafts": .array(try await merchandising.drafts().map { MerchandisingJSON.draft($0) })])
  }

  @Sendable private func begin(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let name = try body.string("name") ?? ""
    try body.finish()
    let id = try await merchandising.addDraft(named: name, by: actor(request))
    return answer(try await whole(id), status: .created)
  }

  @Sendable private func draft(_ request: HTTPRequest) async throws -> HTTPResponse {
    answer(try await whole(number(request, "id")))
  }

  /// A draft with its texts and what is probably wrong with them.
  private func whole(_ id: Int64) async throws -> JSONValue {
    let draft = try await merchandising.draft(id)
    let rules = try await merchandising.compiled(draft.texts)
    return MerchandisingJSON.draft(draft, findings: try await preview.findings(draft.texts, rules))
  }

  @Sendable private func save(_ request: HTTPRequest) async throws -> HTTPResponse {
    var draft = try await merchandising.draft(number(request, "id"))
    var body = try body(request)
    draft.revision = try body.int("revision") ?? 0
    var texts = draft.texts
    if let given = body.value("texts") {
      var reader = try ObjectReader(given, "texts") { Problem(APIProblem.invalidBody, detail: "\($0).") }
      for kind in RuleTexts.Kind.allCases { if let text = try reader.string(kind.rawValue) { texts[kind] = text } }
      try reader.finish()
    }
    try body.finish()
    _ = try await merchandising.save(texts, of: draft, by: actor(request))
    return answer(try await whole(draft.id))
  }

  @Sendable private func delete(_ request: HTTPRequest) async throws -> HTTPResponse {
    var revision: Int?
    if let text = try request.query["revision"] {
      guard let given = Int(text) else {
        throw Problem(
          APIProblem.invalidParameter, detail: "revision is not a whole number.",
          extensions: ["parameter": .string("revision")])
      }
      revision = given
    }
    try await merchandising.deleteDraft(number(request, "id"), revision: revision, by: actor(request))
    return HTTPResponse(status: .noContent)
  }

  @Sendable private func merge(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try number(request, "id")
    _ = try await merchandising.merge(id, by: actor(request))
    return answer(try await whole(id))
  }

  /// Keeps one form, or both, of an entry that both sides changed.
  @Sendable private func settle(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try number(request, "id")
    var body = try body(request)
    let revision = try body.int("revision") ?? 0
    let name = try body.string("name") ?? ""
    guard let kind = (try body.string("kind")).flatMap(RuleTexts.Kind.init),
      let choice = (try body.string("keep")).flatMap(RuleConflict.Choice.init)
    else {
      throw Problem(
        APIProblem.invalidBody, detail: "kind is a kind of text, and keep is one of published, draft and both.")
    }
    try body.finish()
    try await merchandising.settle(name, kind, keeping: choice, in: id, revision: revision, by: actor(request))
    return answer(try await whole(id))
  }

  @Sendable private func publish(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let revision = try body.int("revision") ?? 0
    let reason = try body.string("reason") ?? ""
    let overrides = try body.bool("override") ?? false
    let at = try body.string("at")
    try body.finish()
    if let at {
      guard let moment = Timestamp(at) else {
        throw Problem(APIProblem.invalidBody, detail: "at is not a moment such as 2026-12-24T18:00:00Z.")
      }
      let id = try number(request, "id")
      try await merchandising.schedule(
        id, revision: revision, at: moment, reason: reason, by: actor(request),
        isApprover: request.principal.isApprover,
        overridesGate: overrides)
      return answer(MerchandisingJSON.draft(try await merchandising.draft(id)), status: .accepted)
    }
    let number = try await merchandising.publish(
      try number(request, "id"), revision: revision, reason: reason, by: actor(request),
      isApprover: request.principal.isApprover, overridesGate: overrides)
    let rules = try await merchandising.rules(of: number)
    let gone = try await preview.goneProducts(of: rules).map { product, rule -> JSONValue in
      ["product": .string(product.description), "rule": .string(rule)]
    }
    return answer(["published": .int(number), "pins_of_gone_products": .array(gone)])
  }

  @Sendable private func unschedule(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try number(request, "id")
    try await merchandising.unschedule(id, by: actor(request))
    return answer(MerchandisingJSON.draft(try await merchandising.draft(id)))
  }

  // MARK: Preview

  private func rules(_ request: HTTPRequest) async throws -> (old: QueryRules, new: QueryRules) {
    let draft = try await merchandising.draft(number(request, "id"))
    let published = try await merchandising.rules(of: try await merchandising.publishedNumber())
    return (published, try await merchandising.compiled(draft.texts))
  }

  @Sendable private func comparison(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let query = try request.query["q"], (1...Preview.longestQuery).contains(query.unicodeScalars.count) else {
      throw Problem(
        APIProblem.invalidParameter, detail: "q has 1 to \(Preview.longestQuery) characters.",
        extensions: ["parameter": .string("q")])
    }
    let (old, new) = try await rules(request)
    return answer(
      MerchandisingJSON.comparison(try await preview.comparison(of: query, from: old, to: new)))
  }

  @Sendable private func impact(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try limit(request, 200, in: 1...Preview.maxQueries)
    let (old, new) = try await rules(request)
    return answer(MerchandisingJSON.impact(try await preview.impact(from: old, to: new, limit: limit)))
  }

  @Sendable private func audit(_ request: HTTPRequest) async throws -> HTTPResponse {
    let entries = try await accounts.audit(limit: try limit(request, 100, in: 1...1_000))
    return answer(["entries": .array(entries.map(MerchandisingJSON.audit))])
  }
}
