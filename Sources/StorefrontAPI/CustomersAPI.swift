import Catalog
public import CustomerInsight
public import Edge
import HTTPServer
import JSON
import Ports

/// Segments of customers and their lists, for marketers and their programs.
public struct CustomersAPI: Sendable {
  private static let deadline = Duration.seconds(60)

  let insight: CustomerInsight

  public init(insight: CustomerInsight) { self.insight = insight }

  public func register(on routes: inout Routes) {
    func route(_ name: String) -> Route {
      Route(access: .staff(.analyst), name: name, deadline: Self.deadline)
    }
    routes.get("/v1/customers/segments", route("customerSegments"), segments)
    routes.get("/v1/customers/segments/{name}", route("customerSegment"), segment)
  }

  private func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }

  @Sendable private func segments(_ request: HTTPRequest) async throws -> HTTPResponse {
    let run = try await insight.run()
    let segments = try await insight.segments()
    let json: JSONValue = [
      "counted_at": run.map { .string($0.madeAt.description) } ?? .null,
      "data_through": run.map { .string($0.dataThrough.description) } ?? .null,
      "data_digest": run.map { .string($0.dataDigest) } ?? .null, "currency": .string(insight.currency.code),
      "figures": .object(
        JSONObject((run?.figures ?? [:]).sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })),
      "notes": .array((run?.notes ?? []).map { .string($0) }),
      "segments": .array(
        segments.map { segment in
          [
            "segment": .string(CustomerInsight.slug(segment.name)), "name": .string(segment.name),
            "customers": .int(Int64(segment.customers)), "holdout": .int(Int64(segment.holdout)),
            "spent_minor_units": .int(segment.totalMinorUnits), "worth_minor_units": .int(segment.valueMinorUnits),
            "mean_churn": number(segment.meanChurn),
          ]
        }),
    ]
    return .json(json.bytes)
  }

  private static func invalid(_ parameter: String, _ detail: String) -> Problem {
    Problem(APIProblem.invalidParameter, detail: detail, extensions: ["parameter": .string(parameter)])
  }

  @Sendable private func segment(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = try insight.segment(request.pathParameters["name"] ?? "")
    let limit = try request.query["limit"].map { Int($0) ?? 0 } ?? 100
    guard (1...CustomerInsight.maxListed).contains(limit) else {
      throw Self.invalid("limit", "limit is a whole number from 1 to \(CustomerInsight.maxListed).")
    }
    let holdout = try request.query["holdout"] ?? "no"
    guard ["yes", "no"].contains(holdout) else { throw Self.invalid("holdout", "holdout is yes or no.") }
    let after = try request.query["after"].map { text in
      guard let shopper = ShopperID(code: text) else { throw Self.invalid("after", "after is next_after of a page.") }
      return shopper
    }
    let members = try await insight.members(of: name, includesHoldout: holdout == "yes", after: after, limit: limit)
    let json: JSONValue = [
      "segment": .string(CustomerInsight.slug(name)), "name": .string(name),
      "customers": .array(
        members.map { person in
          [
            "customer": .string(person.code), "purchases": .int(Int64(person.purchases)),
            "first_purchase": .string(person.firstPurchase.description),
            "last_purchase": .string(person.lastPurchase.description),
            "spent_minor_units": .int(person.totalMinorUnits),
            "recency": .int(Int64(person.recency)), "frequency": .int(Int64(person.frequency)),
            "monetary": .int(Int64(person.monetary)), "probability_alive": number(person.probabilityAlive),
            "worth_minor_units": person.valueMinorUnits.map { .int($0) } ?? .null, "churn": number(person.churn),
            "churn_reasons": .array(person.churnReasons.map { .string($0) }), "is_holdout": .bool(person.isHoldout),
          ]
        }),
      "next_after": members.count == limit ? .string(members[limit - 1].code) : .null,
    ]
    return .json(json.bytes)
  }
}
