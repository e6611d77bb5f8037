import Catalog
import SearchDSL
import Understanding

/// What the merchandisers' rules do to the engine's query.
extension RetrievalQuery {
  /// Above a product that the query names by its code, and far above any score of words.
  static let pinBoost = 1_000_000.0

  /// Many boosts of one product lift it no further: a product that the query names, and pins, stay before it.
  private static let maxLift = 100.0

  /// The scored words with what the rules lift and sink.
  func ruled(_ scored: Query) -> Query {
    let functions = plan.effects.weights.map { weight in
      let clauses = weight.filters.map(clause)
      let filter = clauses.count == 1 ? clauses[0] : .bool(BoolQuery(filter: clauses))
      return FunctionScoreQuery.Function(.weight, filter: filter, weight: weight.factor)
    }
    guard !functions.isEmpty else { return scored }
    return .functionScore(FunctionScoreQuery(query: scored, functions: functions, maxBoost: Self.maxLift))
  }

  /// The query without what is hidden, and with what is pinned before all others, as far as it is in stock.
  func ruled(_ query: Query, audience: Query) -> Query {
    let effects = plan.effects
    let pins = hasPins ? effects.pins : []
    guard !pins.isEmpty || !effects.hidden.isEmpty else { return query }
    var ways = [query]
    for pin in pins {
      let product = BoolQuery(
        filter: [.ids([pin.product.description]), .term(field: "is_in_stock", value: true)])
      ways.append(.constantScore(filter: .bool(product), boost: Self.pinBoost))
    }
    let found = ways.count == 1 ? query : .bool(BoolQuery(should: ways, minimumShouldMatch: 1))
    let hidden = effects.hidden.isEmpty ? [] : [Query.ids(effects.hidden.map(\.description))]
    return .bool(BoolQuery(must: [found], filter: [audience], mustNot: hidden))
  }

  /// The clause of a rule's filter.
  func clause(_ filter: SearchFilter) -> Query {
    Retrieval(weights: weights).clause(filter, input: SearchInput(shopper: shopper))
  }
}
