public import Catalog
public import Understanding

/// Shows a change before it goes out: one query side by side, or the queries of the log.
public struct Preview: Sendable {
  public static let shown = 24
  public static let longestQuery = 300
  /// Queries of the log that are tried.
  public static let maxQueries = 1_000

  let search: any PreviewSearch
  let catalog: any RuleCatalog
  /// The most searched queries of the last days, and those that found nothing.
  let queries: @Sendable (Int) async throws -> [LoggedQuery]
  /// nDCG@10 of an order of products for a query; nil without judgments of it.
  let quality: @Sendable (String, [ProductID]) async throws -> Double?

  public init(
    search: any PreviewSearch, catalog: any RuleCatalog,
    queries: @escaping @Sendable (Int) async throws -> [LoggedQuery],
    quality: @escaping @Sendable (String, [ProductID]) async throws -> Double? = { _, _ in nil }
  ) {
    self.search = search
    self.catalog = catalog
    self.queries = queries
    self.quality = quality
  }

  /// `moment`: as of then; nil: now.
  public func comparison(
    of query: String, from old: QueryRules, to new: QueryRules, at moment: Timestamp? = nil
  ) async throws -> Comparison {
    let query = String(query.unicodeScalars.prefix(Self.longestQuery))
    async let before = search.results(of: query, under: old, at: moment, limit: Self.shown)
    async let after = search.results(of: query, under: new, at: moment, limit: Self.shown)
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
      guard before != after else { continue }
      impact.affected.append(
        Impact.Query(
          text: query.text, searchesAWeek: query.searchesAWeek, before: before, after: after,
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
    let known = try await products(pins.map(\.product))
    return pins.filter { known[$0.product]?.isListed != true }
  }

  /// The findings that need the catalog and those that do not, by kind and line.
  public func findings(_ texts: RuleTexts, _ rules: QueryRules) async throws -> [RuleFinding] {
    let all = texts.findings(rules) + (try await RuleCheck(catalog: catalog).findings(rules))
    return all.sorted { ($0.kind.place, $0.line, $0.reason) < ($1.kind.place, $1.line, $1.reason) }
  }

  /// The products that the rules of a text name, by their numbers.
  public func products(named rules: QueryRules) async throws -> [ProductID: RuleProduct] {
    try await products(RuleCheck.products(of: rules).map(\.product))
  }

  private func products(_ ids: [ProductID]) async throws -> [ProductID: RuleProduct] {
    let wanted = Array(Set(ids)).sorted().prefix(RuleCheck.maxProducts)
    return wanted.isEmpty ? [:] : try await catalog.products(Array(wanted))
  }
}

extension RuleTexts.Kind {
  fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
