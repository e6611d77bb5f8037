import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import Recommendations
import Recommending
public import SearchService

/// Recommendations for shoppers' programs: `GET /v1/recommendations`.
public struct RecommendationsAPI: Sendable {
  private static let parameters = [
    "placement", "product", "cart", "category", "limit", "kinds", "why", "price_min", "price_max", "device",
  ]

  let recommendations: RecommendationService
  let search: SearchService

  public init(recommendations: RecommendationService, search: SearchService) {
    self.recommendations = recommendations
    self.search = search
  }

  public func register(on routes: inout Routes) {
    let staff = routes.staff
    routes.get("/v1/recommendations", Route(access: .everyone, name: "recommendations")) { request in
      // A token that is given must be the right one.
      var isStaff = false
      if request.headers["Authorization"] != nil {
        isStaff = try await staff.allows(request, to: .staff(.merchandiser))
      }
      return try await answer(request, isStaff: isStaff)
    }
  }

  private func answer(_ request: HTTPRequest, isStaff: Bool) async throws -> HTTPResponse {
    let input = try await input(of: request)
    var answer = await recommendations.recommend(input)
    if !isStaff { answer.hideRules() }
    let ids = Set(answer.rows.flatMap { $0.products.map(\.product) })
    var cards: [ProductID: ProductCard] = [:]
    do {
      for card in try await search.cards(of: ids.sorted()) { cards[card.id] = card }
    } catch {
      // Without the search engine the ids and reasons still serve.
      answer.degraded.append("products")
    }
    var response = HTTPResponse.json(
      RecommendationsJSON.bytes(of: answer, placement: input.placement, cards: cards))
    response.headers["Cache-Control"] = request.visitor == nil ? "public, max-age=30" : "private, no-store"
    return response
  }

  private func input(of request: HTTPRequest) async throws -> RecommendationRequest {
    let query = try request.query
    for name in query.names where !Self.parameters.contains(name) {
      throw InvalidInput(
        parameter: String(name.prefix(40)),
        reason: "is not a parameter of recommendations: they take \(Self.parameters.joined(separator: ", "))")
    }
    var input = RecommendationRequest(
      placement: try choice("placement", of: query, Placement.init(rawValue:), Placement.allCases.map(\.rawValue)))
    input.product = try query["product"].map { try product($0, parameter: "product") }
    if let cart = query["cart"], !cart.isEmpty {
      let ids = cart.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard ids.count <= RecommendationRequest.maxCart else {
        throw InvalidInput(parameter: "cart", reason: "has more than \(RecommendationRequest.maxCart) products")
      }
      input.cart = try ids.map { try product($0, parameter: "cart") }
    }
    if let slug = query["category"] {
      guard let node = try await search.categories().node(slug: slug) else {
        throw Problem(APIProblem.listingNotFound, detail: "There is no category of this slug.")
      }
      input.category = node.id
    }
    if let text = query["limit"] {
      guard let limit = Int(text), (1...RecommendationRequest.maxLimit).contains(limit) else {
        throw InvalidInput(parameter: "limit", reason: "must be 1 to \(RecommendationRequest.maxLimit)")
      }
      input.limit = limit
    }
    if let kinds = query["kinds"] {
      let names = RecommendationKind.allCases.map(\.rawValue)
      input.kinds = try kinds.split(separator: ",", omittingEmptySubsequences: false).prefix(names.count).map { name in
        guard let kind = RecommendationKind(rawValue: String(name)) else {
          throw InvalidInput(parameter: "kinds", reason: "takes \(names.joined(separator: ", ")), with commas between")
        }
        return kind
      }
    }
    input.prices = try prices(query)
    input.device = try device(of: request, query)
    input.explains = query["why"] == "true"
    input.person = request.visitor.map { .visitor($0) }
    return input
  }

  private static let highestPrice = 1e9

  /// nil where neither end is given.
  private func prices(_ query: QueryParameters) throws -> ClosedRange<Double>? {
    func price(_ name: String) throws -> Double? {
      try query[name].map { text in
        guard let price = Double(text), (0...Self.highestPrice).contains(price) else {
          throw InvalidInput(parameter: name, reason: "must be a price as 12 or 12.50")
        }
        return price
      }
    }
    let (least, most) = (try price("price_min"), try price("price_max"))
    guard least != nil || most != nil else { return nil }
    guard (least ?? 0) <= (most ?? Self.highestPrice) else {
      throw InvalidInput(parameter: "price_max", reason: "must not be below price_min")
    }
    return (least ?? 0)...(most ?? Self.highestPrice)
  }

  /// As the caller says, or as the browser does by its hint.
  private func device(of request: HTTPRequest, _ query: QueryParameters) throws -> DeviceClass? {
    if query["device"] != nil {
      return try choice("device", of: query, DeviceClass.init(rawValue:), DeviceClass.allCases.map(\.rawValue))
    }
    return request.saysMobile.map { $0 ? .mobile : .desktop }
  }

  private func choice<Value>(
    _ name: String, of query: QueryParameters, _ read: (String) -> Value?, _ known: [String]
  ) throws -> Value {
    guard let value = query[name].flatMap(read) else {
      throw InvalidInput(parameter: name, reason: "must be one of \(known.joined(separator: ", "))")
    }
    return value
  }

  private func product(_ text: String, parameter: String) throws -> ProductID {
    guard let id = ProductID(text) else {
      throw InvalidInput(parameter: parameter, reason: "takes products by their ids, as search gives them")
    }
    return id
  }
}

/// An answer with recommendations as JSON.
enum RecommendationsJSON {
  static func bytes(
    of answer: RecommendationAnswer, placement: Placement, cards: [ProductID: ProductCard]
  ) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 16_384)
    writer.object { writer in
      writer.member("placement", placement.rawValue)
      if let model = answer.model { writer.member("model", model.description) }
      writer.name("degraded")
      writer.array { writer in for reason in answer.degraded { writer.string(reason) } }
      writer.name("rows")
      writer.array { writer in for row in answer.rows { write(row, cards, &writer) } }
    }
    return writer.bytes
  }

  private static func write(
    _ row: RecommendationRow, _ cards: [ProductID: ProductCard], _ writer: inout JSONWriter
  ) {
    writer.object { writer in
      writer.member("kind", row.kind.rawValue)
      writer.member("title", row.title)
      writer.name("products")
      writer.array { writer in
        for product in row.products {
          // A product that is no longer sold has no card and is left out, unless no card can be had.
          if !cards.isEmpty, cards[product.product] == nil { continue }
          write(product, cards[product.product], &writer)
        }
      }
    }
  }

  private static func write(_ product: RecommendedProduct, _ card: ProductCard?, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", product.product.description)
      writer.member("score", product.score)
      writer.member("is_explored", product.isExplored)
      if let reason = product.reason {
        writer.name("reason")
        writer.object { writer in
          writer.member("code", reason.code.rawValue)
          writer.member("text", reason.text)
          if let product = reason.product { writer.member("product_id", product.description) }
          if let category = reason.category { writer.member("category_id", category.description) }
        }
      }
      if let card {
        writer.name("product")
        SearchJSON.write(card, &writer)
      }
      if let why = product.explanation { write(why, &writer) }
    }
  }

  private static func write(_ why: ScoreExplanation, _ writer: inout JSONWriter) {
    func write(_ parts: [ScoreExplanation.Part], _ writer: inout JSONWriter) {
      writer.array { writer in
        for part in parts {
          writer.object { writer in
            writer.member("name", part.name)
            writer.member("value", part.value)
          }
        }
      }
    }
    writer.name("why")
    writer.object { writer in
      writer.member("base", why.base)
      writer.member("diversity_penalty", why.diversityPenalty)
      writer.name("parts")
      write(why.parts, &writer)
      writer.name("rules")
      write(why.rules, &writer)
      writer.name("contributions")
      writer.array { writer in
        for contribution in why.contributions {
          writer.object { writer in
            writer.member("product_id", contribution.product.description)
            writer.member("share", contribution.weight)
          }
        }
      }
    }
  }
}
