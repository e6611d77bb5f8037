import Catalog
public import Edge
import Forecasting
import HTTPServer
import JSON
import Ports
public import Replenishment

/// Forecasts, the plan, proposals, suppliers and purchase orders, for buyers and their programs.
public struct ReplenishmentAPI: Sendable {
  private static let largestBody = 256 * 1024

  let replenishment: Replenishment

  public init(replenishment: Replenishment) { self.replenishment = replenishment }

  public func register(on routes: inout Routes) {
    func route(_ name: String) -> Route {
      Route(access: .staff(.buyer), name: name, maxBodyBytes: Self.largestBody)
    }
    let read = Access.staff(.buyer, .analyst)
    routes.get("/v1/forecasts", Route(access: read, name: "forecasts"), forecasts)
    routes.get("/v1/forecasts/{id}", Route(access: read, name: "productForecast"), forecast)
    routes.group("/v1/replenishment") { routes in
      routes.get("/plan", route("stockPlan"), plan)
      routes.get("/proposals", route("orderProposals"), proposals)
      routes.get("/proposals/{id}", route("orderProposal"), proposal)
      routes.put("/proposals/{id}", route("changeProposal"), change)
      routes.post("/proposals/{id}/order", route("orderFromSupplier"), order)
      routes.get("/orders", route("purchaseOrders"), orders)
      routes.get("/orders/{number}", route("purchaseOrder"), purchaseOrder)
      routes.post("/orders/{number}/receipts", route("receiveGoods"), receive)
      routes.get("/suppliers", route("suppliers"), suppliers)
      routes.post("/suppliers", route("saveSupplier"), save)
    }
  }

  // MARK: Reading of requests

  private func actor(_ request: HTTPRequest) -> String { request.principal.auditName ?? "unknown" }

  private func number(_ request: HTTPRequest, _ name: String) throws -> Int64 {
    guard let number = request.positiveNumber(name) else {
      throw Problem(APIProblem.planNotFound, detail: "The address has no number.")
    }
    return number
  }

  private func limit(_ request: HTTPRequest) throws -> Int {
    guard let text = try request.query["limit"] else { return 100 }
    guard let limit = Int(text), (1...Replenishment.maxListed).contains(limit) else {
      throw Self.invalid("limit", "limit is not a whole number from 1 to \(Replenishment.maxListed).")
    }
    return limit
  }

  private static func invalid(_ parameter: String, _ detail: String) -> Problem {
    Problem(APIProblem.invalidParameter, detail: detail, extensions: ["parameter": .string(parameter)])
  }

  private func body(_ request: HTTPRequest) throws -> ObjectReader<Problem> {
    // The parser's reason is of no use to the sender.
    guard let json = try? JSONValue(parsing: request.body) else {
      throw Problem(APIProblem.invalidBody, detail: "The body is not valid JSON.")
    }
    return try ObjectReader(json, "the body") { Problem(APIProblem.invalidBody, detail: "\($0).") }
  }

  /// `{"P-1": 3}`: counts by name. A count that is not a whole number from 0 on is refused.
  private func counts(_ value: JSONValue?, _ name: String) throws -> [String: Int] {
    guard let members = value?.object?.members else {
      throw Problem(APIProblem.invalidBody, detail: "\(name) is an object of names and whole numbers.")
    }
    return try members.reduce(into: [:]) { counts, member in
      guard let count = member.value.int, count >= 0 else {
        throw Problem(
          APIProblem.invalidBody, detail: "\(name): '\(member.name.prefix(80))' has no whole number from 0 on.")
      }
      counts[member.name] = Int(count)
    }
  }

  private func answer(_ json: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse { .json(json.bytes, status: status) }

  // MARK: Forecasts

  @Sendable private func forecasts(_ request: HTTPRequest) async throws -> HTTPResponse {
    let after = try request.query["after"].map { text in
      guard let id = ProductID(text) else { throw Self.invalid("after", "after is not a product's id.") }
      return id
    }
    let limit = try limit(request)
    let last = try await replenishment.runs().first
    guard let (run, forecasts) = try await replenishment.forecasts(after: after, limit: limit) else {
      return answer([
        "run": .null, "last_run": last.map(ReplenishmentJSON.run) ?? .null, "forecasts": [], "next_after": .null,
      ])
    }
    return answer([
      "run": ReplenishmentJSON.run(run), "last_run": last.map(ReplenishmentJSON.run) ?? .null,
      "forecasts": .array(forecasts.map(ReplenishmentJSON.forecast)),
      "next_after": forecasts.count == limit ? .string(forecasts[limit - 1].product.description) : .null,
    ])
  }

  @Sendable private func forecast(_ request: HTTPRequest) async throws -> HTTPResponse {
    func number(_ name: String) throws -> Double? {
      try request.query[name].map { text in
        guard let value = Double(text), value.isFinite else { throw Self.invalid(name, "\(name) is not a number.") }
        return value
      }
    }
    let outlook = try await replenishment.outlook(
      of: ProductID(rawValue: try self.number(request, "id")),
      serviceLevel: try number("service_level"), leadTimeDays: try number("lead_time_days"))
    return answer(ReplenishmentJSON.outlook(outlook, replenishment.currency))
  }

  // MARK: The plan and proposals

  @Sendable private func plan(_ request: HTTPRequest) async throws -> HTTPResponse {
    let text = try request.query["order"] ?? PlanOrder.urgency.rawValue
    guard let order = PlanOrder(rawValue: text) else {
      let names = PlanOrder.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.invalid("order", "order is one of \(names).")
    }
    let rows = try await replenishment.plan(in: order, limit: limit(request))
    return answer(["products": .array(rows.map { ReplenishmentJSON.row($0, replenishment.currency) })])
  }

  @Sendable private func proposals(_ request: HTTPRequest) async throws -> HTTPResponse {
    let proposals = try await replenishment.proposals()
    return answer([
      "proposals": .array(proposals.map { ReplenishmentJSON.proposal($0, nil, replenishment.currency) })
    ])
  }

  private func shown(_ supplier: SupplierID) async throws -> HTTPResponse {
    let (proposal, lines) = try await replenishment.proposal(of: supplier)
    return answer(ReplenishmentJSON.proposal(proposal, lines, replenishment.currency))
  }

  @Sendable private func proposal(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await shown(SupplierID(rawValue: number(request, "id")))
  }

  @Sendable private func change(_ request: HTTPRequest) async throws -> HTTPResponse {
    let supplier = SupplierID(rawValue: try number(request, "id"))
    var body = try body(request)
    let revision = try body.int("revision") ?? 0
    let given = try counts(body.value("units"), "units")
    try body.finish()
    let units = try given.map { name, count -> (ProductID, Int) in
      guard let id = ProductID(name) else {
        throw Problem(APIProblem.invalidBody, detail: "units: '\(name.prefix(80))' is not a product's id.")
      }
      return (id, count)
    }
    try await replenishment.edit(
      supplier, revision: revision, units: Dictionary(units, uniquingKeysWith: { $1 }), by: actor(request))
    return try await shown(supplier)
  }

  @Sendable private func order(_ request: HTTPRequest) async throws -> HTTPResponse {
    let supplier = SupplierID(rawValue: try number(request, "id"))
    var body = try body(request)
    let revision = try body.int("revision") ?? 0
    try body.finish()
    let number = try await replenishment.approve(supplier, revision: revision, by: actor(request))
    return answer(ReplenishmentJSON.order(try await replenishment.order(number)), status: .created)
  }

  // MARK: Orders and suppliers

  @Sendable private func orders(_ request: HTTPRequest) async throws -> HTTPResponse {
    let orders = try await replenishment.orders(limit: limit(request))
    return answer(["orders": .array(orders.map(ReplenishmentJSON.order))])
  }

  @Sendable private func purchaseOrder(_ request: HTTPRequest) async throws -> HTTPResponse {
    answer(ReplenishmentJSON.order(try await replenishment.order(number(request, "number"))))
  }

  @Sendable private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = try number(request, "number")
    var body = try body(request)
    let revision = try body.int("revision") ?? 0
    let warehouse = try body.string("warehouse") ?? ""
    let units = try counts(body.value("units"), "units")
    try body.finish()
    try await replenishment.receive(number, revision: revision, into: warehouse, units: units, by: actor(request))
    return answer(ReplenishmentJSON.order(try await replenishment.order(number)))
  }

  @Sendable private func suppliers(_ request: HTTPRequest) async throws -> HTTPResponse {
    let suppliers = try await replenishment.suppliers()
    return answer([
      "suppliers": .array(suppliers.map { ReplenishmentJSON.supplier($0, replenishment.currency) })
    ])
  }

  @Sendable private func save(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let code = try body.string("code") ?? ""
    // A member that is left out keeps the value that the supplier has.
    let known = try await replenishment.suppliers().first { $0.terms.id == code }
    let minimum = try body.string("minimum_order")
    let supplier = try SupplierEntry(
      code: code, name: try body.string("name") ?? known?.name ?? "",
      leadTimeDays: try body.double("lead_time_days") ?? known?.terms.leadTimeDays,
      leadTimeDeviationDays: try body.double("lead_time_deviation_days") ?? known?.terms.leadTimeDeviationDays ?? 0,
      reviewDays: try body.int("review_days") ?? known?.terms.reviewDays ?? 7,
      minimumOrder: minimum.map { Money(decimalText: $0, currency: replenishment.currency) }
        ?? Money(minorUnits: known?.terms.minimumOrderMinorUnits ?? 0, currency: replenishment.currency),
      packSize: try body.int("pack_size") ?? known?.packSize ?? 1,
      minimumUnits: try body.int("minimum_units") ?? known?.minimumUnits ?? 0,
      brands: try Self.brands(body.value("brands")) ?? known?.brands ?? [])
    try body.finish()
    try await replenishment.save(supplier, by: actor(request))
    let saved = try await replenishment.suppliers().first { $0.terms.id == supplier.terms.id }
    return answer(saved.map { ReplenishmentJSON.supplier($0, replenishment.currency) } ?? .null)
  }

  /// nil where the body does not say which.
  private static func brands(_ given: JSONValue?) throws -> [String]? {
    guard let given else { return nil }
    let names = given.array?.compactMap(\.string)
    guard let names, names.count == given.array?.count else {
      throw InvalidInput(parameter: "brands", reason: "is a list of the brands' names")
    }
    return names
  }
}
