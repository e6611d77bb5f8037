import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import PriceDesk
import Pricing

/// Proposals of prices, their publication and taking back, and the desk's rules, for pricing managers and their programs.
public struct PricingAPI: Sendable {
  private static let deadline = Duration.seconds(60)

  let desk: PriceDesk

  public init(desk: PriceDesk) { self.desk = desk }

  public func register(on routes: inout Routes) {
    func route(_ name: String) -> Route {
      Route(access: .staff(.pricingManager), name: name, maxBodyBytes: 64 * 1024, deadline: Self.deadline)
    }
    routes.group("/v1/pricing") { routes in
      routes.get("/proposals", route("priceProposals"), proposals)
      routes.get("/proposals/{id}", route("priceProposal"), proposal)
      routes.post("/rejections", route("rejectPrices"), reject)
      routes.get("/publications", route("pricePublications"), publications)
      routes.post("/publications", route("publishPrices"), publish)
      routes.post("/publications/{number}/rollback", route("rollBackPrices"), rollBack)
      routes.get("/effects", route("priceEffects"), effects)
      routes.get("/rules", route("priceRules"), rules)
      routes.put("/rules", route("publishPriceRules"), publishRules)
    }
  }

  private func actor(_ request: HTTPRequest) -> String { request.principal.auditName ?? "unknown" }

  private func number(_ request: HTTPRequest, _ name: String) throws -> Int64 {
    guard let number = request.positiveNumber(name) else {
      throw Problem(APIProblem.proposalNotFound, detail: "The address has no number of a proposal or publication.")
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

  private func parameter<Value>(_ name: String, _ allowed: String, _ value: Value?) throws -> Value {
    guard let value else {
      throw Problem(
        APIProblem.invalidParameter, detail: "\(name) is not \(allowed).", extensions: ["parameter": .string(name)])
    }
    return value
  }

  private func whole(_ request: HTTPRequest, _ name: String, _ standard: Int, in range: ClosedRange<Int>) throws -> Int
  {
    guard let text = try request.query[name] else { return standard }
    let value = Int(text).flatMap { range.contains($0) ? $0 : nil }
    return try parameter(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", value)
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ request: HTTPRequest, _ name: String, _ standard: Word
  ) throws -> Word where Word.RawValue == String {
    guard let text = try request.query[name] else { return standard }
    let allowed = Word.allCases.map(\.rawValue).joined(separator: ", ")
    return try parameter(name, "one of \(allowed)", Word(rawValue: text))
  }

  // MARK: Proposals

  @Sendable private func proposals(_ request: HTTPRequest) async throws -> HTTPResponse {
    let kind = try word(request, "kind", ProposalKind.change)
    let state = try word(request, "state", KeptProposal.State.open)
    let limit = try whole(request, "limit", 50, in: 1...PriceDesk.maxListed)
    let offset = try whole(request, "offset", 0, in: 0...1_000_000)
    let found = try await desk.proposals(kind, state: state, limit: limit, offset: offset)
    let counts = try await desk.counts()
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("open")
      writer.object { writer in
        for kind in ProposalKind.allCases {
          writer.name(text: kind.rawValue)
          writer.int(Int64(counts[kind] ?? 0))
        }
      }
      writer.name("proposals")
      writer.array { writer in for kept in found { write(kept, to: &writer) } }
    }
    return .json(writer.bytes)
  }

  @Sendable private func proposal(_ request: HTTPRequest) async throws -> HTTPResponse {
    var writer = JSONWriter()
    write(try await desk.proposal(number(request, "id")), to: &writer)
    return .json(writer.bytes)
  }

  private func write(_ kept: KeptProposal, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", "\(kept.id)")
      writer.member("product", kept.product.description)
      writer.member("title", kept.title)
      writer.member("state", kept.state.rawValue)
      writer.member("made_at", kept.madeAt.description)
      if let time = kept.decidedAt { writer.member("decided_at", time.description) }
      if let actor = kept.decidedBy { writer.member("decided_by", actor) }
      if let reason = kept.reason { writer.member("reason", reason) }
      if let number = kept.publication { writer.member("publication", number) }
      writer.name("proposal")
      kept.proposal.write(to: &writer, in: desk.currency)
    }
  }

  /// Ids are texts, as everywhere.
  private func ids(_ body: inout ObjectReader<Problem>) throws -> [Int64] {
    let values = body.value("proposals")?.array ?? []
    let ids = values.compactMap { $0.string.flatMap { Int64($0) } }
    guard ids.count == values.count, !ids.isEmpty else {
      throw Problem(APIProblem.invalidBody, detail: "proposals must be a list of ids, such as [\"17\", \"18\"].")
    }
    return ids
  }

  @Sendable private func reject(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let ids = try ids(&body)
    let reason = try body.string("reason") ?? ""
    try body.finish()
    try await desk.reject(ids, reason: reason, by: actor(request))
    return HTTPResponse(status: .noContent)
  }

  // MARK: Publications

  @Sendable private func publications(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try whole(request, "limit", 100, in: 1...PriceDesk.maxListed)
    let found = try await desk.publications(limit: limit).map { publication -> JSONValue in
      var json: JSONObject = [
        "number": .int(publication.number), "published_at": .string(publication.publishedAt.description),
        "author": .string(publication.author), "reason": .string(publication.reason),
        "prices": .int(Int64(publication.prices)),
      ]
      if let old = publication.restoredFrom { json["restored_from"] = .int(old) }
      return .object(json)
    }
    let json: JSONValue = ["publications": .array(found)]
    return .json(json.bytes)
  }

  /// Several proposals at their own prices, or one at a price that a person typed.
  @Sendable private func publish(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let ids = try ids(&body)
    let typed = try body.string("price")
    let reason = try body.string("reason") ?? ""
    try body.finish()
    guard let typed else {
      return answer(try await desk.publish(ids, reason: reason, by: actor(request)))
    }
    guard ids.count == 1, let price = Money(decimalText: typed, currency: desk.currency) else {
      throw Problem(
        APIProblem.invalidBody,
        detail: "price must be a text such as \"12.34\", and stand beside one proposal alone.")
    }
    return answer(try await desk.publish(ids[0], at: price, reason: reason, by: actor(request)))
  }

  private func answer(_ number: Int64) -> HTTPResponse {
    let json: JSONValue = ["published": .int(number)]
    return .json(json.bytes)
  }

  @Sendable private func rollBack(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let reason = try body.string("reason") ?? ""
    try body.finish()
    return answer(try await desk.rollBack(number(request, "number"), reason: reason, by: actor(request)))
  }

  /// Predicted against actual, a mean day each; money in minor units of the shop's currency.
  @Sendable private func effects(_ request: HTTPRequest) async throws -> HTTPResponse {
    let found = try await desk.effects()
    let rows = found.effects.map { effect -> JSONValue in
      let proposal = effect.proposal.proposal
      func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
      return [
        "proposal": .string("\(effect.proposal.id)"), "product": .string(effect.proposal.product.description),
        "title": .string(effect.proposal.title), "days": .int(Int64(effect.days)),
        "units_before": .double(effect.unitsBefore), "units_after": .double(effect.unitsAfter),
        "units_predicted": number(proposal.then?.units.value), "margin_before": .double(effect.marginBefore),
        "margin_after": .double(effect.marginAfter), "margin_predicted": number(proposal.then?.margin?.value),
      ]
    }
    var json: JSONObject = ["currency": .string(desk.currency.code), "effects": .array(rows)]
    if let measured = found.measured {
      json["measured"] = [
        "actual": .double(measured.actual), "low": .double(measured.interval.lowerBound),
        "high": .double(measured.interval.upperBound), "predicted": .double(measured.predicted),
      ]
    }
    return .json(JSONValue.object(json).bytes)
  }

  // MARK: Rules

  @Sendable private func rules(_ request: HTTPRequest) async throws -> HTTPResponse {
    let current = try await desk.rules()
    let json: JSONValue = ["number": .int(current.number), "rules": current.rules.json]
    return .json(json.bytes)
  }

  @Sendable private func publishRules(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let base = try body.int("base") ?? 0
    let given = try body.required("rules")
    let reason = try body.string("reason") ?? ""
    try body.finish()
    let rules = try PriceDeskRules(json: given, standard: try await desk.rules().rules)
    return answer(try await desk.publish(rules, after: Int64(base), reason: reason, by: actor(request)))
  }
}
