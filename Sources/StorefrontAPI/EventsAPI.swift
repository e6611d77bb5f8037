import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import SearchService

/// `POST /v1/events`: what shoppers did with what they were shown.
public struct EventsAPI: Sendable {
  private static let mostEvents = 100
  private static let largestBody = 16_384

  /// nil where searches are not logged: events are taken then, and none is kept.
  let log: SearchLog?

  public init(log: SearchLog?) { self.log = log }

  public func register(on routes: inout Routes) {
    routes.post(
      "/v1/events", Route(access: .everyone, name: "events", rate: .events, maximumBodyBytes: Self.largestBody), take)
  }

  @Sendable private func take(_ request: HTTPRequest) async throws -> HTTPResponse {
    // A page of another shop cannot send this type without being asked for leave first, which it does not get.
    guard request.headers["Content-Type"]?.lowercased().hasPrefix("application/json") == true else {
      throw Problem(APIProblem.invalidBody, detail: "Send the events as application/json.")
    }
    let clicks = try Self.clicks(in: request.body)
    let accepted = Visitors.searcher(of: request).flatMap { log?.record(clicks: clicks, by: $0) } ?? 0
    var writer = JSONWriter()
    writer.object { $0.member("accepted", accepted) }
    return .json(writer.bytes, status: .accepted)
  }

  private static func clicks(in body: [UInt8]) throws -> [(search: SearchID, product: ProductID)] {
    guard let document = try? JSONValue(parsing: body) else {
      throw Problem(APIProblem.invalidBody, detail: "The body is no JSON.")
    }
    guard let events = document["events"]?.array, (1...mostEvents).contains(events.count) else {
      throw Problem(
        APIProblem.invalidBody, detail: "The body is to be an object with a list of 1 to \(mostEvents) as its events.")
    }
    return try events.enumerated().map { index, event in
      func fault(_ member: String, _ wanted: String) -> Problem {
        Problem(
          APIProblem.invalidBody, detail: "The \(member) of an event is to be \(wanted).",
          extensions: ["pointer": .string("/events/\(index)/\(member)")])
      }
      guard event["type"]?.string == "click" else { throw fault("type", "click") }
      guard let search = event["search_id"]?.string.flatMap(SearchID.init) else {
        throw fault("search_id", "the one that the search's answer has: 16 hexadecimal digits")
      }
      guard let product = event["product_id"]?.string.flatMap(ProductID.init) else {
        throw fault("product_id", "a product's id as a string")
      }
      return (search, product)
    }
  }
}
