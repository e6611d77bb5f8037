public import Catalog
public import Understanding

/// A product as a preview shows it.
public struct PreviewProduct: Sendable, Hashable {
  public var id: ProductID
  public var title: String
  public var brand: String?
  public var pictureURL: String?
  public var isInStock: Bool
  /// `£12.50`
  public var price: String

  public init(
    id: ProductID, title: String, brand: String?, pictureURL: String?, isInStock: Bool, price: String
  ) {
    self.id = id
    self.title = title
    self.brand = brand
    self.pictureURL = pictureURL
    self.isInStock = isInStock
    self.price = price
  }
}

/// The first results of a query under some rules.
public struct PreviewResults: Sendable, Hashable {
  public var products: [PreviewProduct]
  public var total: Int
  /// How the query was understood, step by step.
  public var steps: [String]
  public var effects: RuleEffects
  public var redirect: String?

  public init(
    products: [PreviewProduct], total: Int, steps: [String], effects: RuleEffects, redirect: String?
  ) {
    self.products = products
    self.total = total
    self.steps = steps
    self.effects = effects
    self.redirect = redirect
  }
}

/// Searches under rules that are not in force.
public protocol PreviewSearch: Sendable {
  func results(of query: String, under rules: QueryRules, limit: Int) async throws -> PreviewResults
  /// The products alone, in their order, and how many there are.
  func order(of query: String, under rules: QueryRules, limit: Int) async throws -> (ids: [ProductID], total: Int)
  /// The products that can no longer be found.
  func gone(among products: [ProductID]) async throws -> [ProductID]
}

/// A query's results before and after a change, side by side.
public struct Comparison: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public var product: PreviewProduct
    /// Places among the results, from 1; nil where it is not among the first.
    public var before: Int?
    public var after: Int?
    /// The reason of the move, in a merchandiser's words; nil where it did not move.
    public var reason: String?
  }

  public var before: PreviewResults
  public var after: PreviewResults
  /// The products after the change, in their order, and then those that are gone from the first results.
  public let rows: [Row]

  public init(before: PreviewResults, after: PreviewResults) {
    self.before = before
    self.after = after
    var places: [ProductID: Int] = [:]
    for (index, product) in before.products.enumerated() { places[product.id] = index + 1 }
    let pins = Dictionary(
      after.effects.pins.map { ($0.product, $0.place) }, uniquingKeysWith: { first, _ in first })
    var rows = after.products.enumerated().map { index, product in
      let former = places[product.id]
      return Row(
        product: product, before: former, after: index + 1,
        reason: former == index + 1 ? nil : Self.reason(of: product, from: former, pins: pins, after))
    }
    let shown = Set(after.products.map(\.id))
    rows += before.products.enumerated().filter { !shown.contains($0.element.id) }.map { index, product in
      Row(
        product: product, before: index + 1, after: nil,
        reason: after.effects.hidden.contains(product.id)
          ? "hidden by a rule" : "others stand before it, or it no longer fits")
    }
    self.rows = rows
  }

  public var isChanged: Bool { rows.contains { $0.before != $0.after } || before.total != after.total }

  private static func reason(
    of product: PreviewProduct, from former: Int?, pins: [ProductID: Int], _ after: PreviewResults
  ) -> String {
    if let place = pins[product.id], product.isInStock { return "pinned to place \(place)" }
    if !after.effects.weights.isEmpty { return "lifted or sunk by \(after.effects.applied.joined(separator: ", "))" }
    if former == nil { return "newly found" }
    return "moved by others"
  }
}

/// The queries of the log that a change touches.
public struct Impact: Sendable, Hashable {
  public struct Query: Sendable, Hashable {
    public var text: String
    public var searchesAWeek: Double
    public var totalBefore: Int
    public var totalAfter: Int
    /// nDCG@10 where there are judgments.
    public var qualityBefore: Double?
    public var qualityAfter: Double?
  }

  /// Queries that were tried, and their searches a week.
  public var tried = 0
  public var searchesAWeek = 0.0
  /// Those whose first results differ, the most searched first.
  public var affected: [Query] = []
  /// Judged queries that were tried, and the mean nDCG@10 over them.
  public var judged = 0
  public var qualityBefore: Double?
  public var qualityAfter: Double?

  public var affectedSearchesAWeek: Double { affected.reduce(0) { $0 + $1.searchesAWeek } }
  /// Searches a week that found nothing and now find something.
  public var answered: Double {
    affected.filter { $0.totalBefore == 0 && $0.totalAfter > 0 }.reduce(0) { $0 + $1.searchesAWeek }
  }
  /// Searches a week that found something and now find nothing.
  public var lost: Double {
    affected.filter { $0.totalBefore > 0 && $0.totalAfter == 0 }.reduce(0) { $0 + $1.searchesAWeek }
  }
}

/// A query of the log with its searches a week.
public struct LoggedQuery: Sendable, Hashable {
  public var text: String
  public var searchesAWeek: Double

  public init(text: String, searchesAWeek: Double) {
    self.text = text
    self.searchesAWeek = searchesAWeek
  }
}

/// Shows a change before it goes out: one query side by side, or the queries of the log.
public struct Preview: Sendable {
  public static let shown = 24
  public static let longestQuery = 300
  /// Queries of the log that are tried.
  public static let maxQueries = 1_000

  let search: any PreviewSearch
  /// The most searched queries of the last days, and those that found nothing.
  let queries: @Sendable (Int) async throws -> [LoggedQuery]
  /// nDCG@10 of an order of products for a query; nil without judgments of it.
  let quality: @Sendable (String, [ProductID]) async throws -> Double?

  public init(
    search: any PreviewSearch, queries: @escaping @Sendable (Int) async throws -> [LoggedQuery],
    quality: @escaping @Sendable (String, [ProductID]) async throws -> Double? = { _, _ in nil }
  ) {
    self.search = search
    self.queries = queries
    self.quality = quality
  }

  public func comparison(of query: String, from old: QueryRules, to new: QueryRules) async throws -> Comparison {
    let query = String(query.unicodeScalars.prefix(Self.longestQuery))
    async let before = search.results(of: query, under: old, limit: Self.shown)
    async let after = search.results(of: query, under: new, limit: Self.shown)
    return Comparison(before: try await before, after: try await after)
  }

  /// Tries queries of the log one after the other, so that shoppers' searches keep their share.
  public func impact(from old: QueryRules, to new: QueryRules, limit: Int = maxQueries) async throws -> Impact {
    var impact = Impact()
    var (sumBefore, sumAfter) = (0.0, 0.0)
    for query in try await queries(min(max(0, limit), Self.maxQueries)) {
      try Task.checkCancellation()
      let before = try await search.order(of: query.text, under: old, limit: Self.shown)
      let after = try await search.order(of: query.text, under: new, limit: Self.shown)
      impact.tried += 1
      impact.searchesAWeek += query.searchesAWeek
      let qualityBefore = try await quality(query.text, before.ids)
      let qualityAfter = try await quality(query.text, after.ids)
      if let qualityBefore, let qualityAfter {
        impact.judged += 1
        sumBefore += qualityBefore
        sumAfter += qualityAfter
      }
      guard before.ids != after.ids || before.total != after.total else { continue }
      impact.affected.append(
        Impact.Query(
          text: query.text, searchesAWeek: query.searchesAWeek, totalBefore: before.total, totalAfter: after.total,
          qualityBefore: qualityBefore, qualityAfter: qualityAfter))
    }
    impact.affected.sort { ($1.searchesAWeek, $0.text) < ($0.searchesAWeek, $1.text) }
    if impact.judged > 0 {
      impact.qualityBefore = sumBefore / Double(impact.judged)
      impact.qualityAfter = sumAfter / Double(impact.judged)
    }
    return impact
  }

  /// Products that rules pin and that can no longer be found, with the rules' names.
  public func goneProducts(of rules: QueryRules) async throws -> [(product: ProductID, rule: String)] {
    let pins = rules.queryRules.flatMap { rule in
      rule.actions.compactMap { action -> (product: ProductID, rule: String)? in
        if case .pin(let product, _) = action { (product, rule.name) } else { nil }
      }
    }
    guard !pins.isEmpty else { return [] }
    let gone = Set(try await search.gone(among: Array(Set(pins.map(\.product))).sorted()))
    return pins.filter { gone.contains($0.product) }
  }
}
