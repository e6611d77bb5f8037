import Catalog
import SearchDSL
import Understanding

/// A product that a query names itself, by its code or by its whole title: it comes first, whatever else was understood.
struct ProductIdentity {
  let plan: QueryPlan
  let steps: Set<SearchStep>

  /// Above the sum of everything else in a query.
  private static let boost = 100_000.0
  /// The boost of a code's beginning: about as much as a word of the title.
  private static let startBoost = 20.0

  /// Products with a code that begins so, or continues so after a sign or a change from letters to digits.
  static func codeStarting(with text: String) -> Query {
    .constantScore(filter: .prefix(field: "code_starts", value: text), boost: startBoost)
  }

  /// The products that the query names; nil where it can name none.
  var named: Query? {
    var ways = steps.contains(.codes) ? plan.codes.map { Query.term(field: "codes", value: .string($0)) } : []
    if plan.text.contains(" "), plan.text.contains(where: { $0.isLetter || $0.isNumber }) {
      ways.append(.term(field: "title.whole", value: .string(SearchText.normalised(plan.text))))
    }
    return ways.isEmpty ? nil : ways.count == 1 ? ways[0] : .bool(BoolQuery(should: ways, minimumShouldMatch: 1))
  }

  /// The understood query, with the named product before its results; a filter read out of the words does not hide it.
  func first(among understood: BoolQuery, audience: Query) -> Query {
    guard let named else {
      var all = understood
      all.filter.insert(audience, at: 0)
      return .bool(all)
    }
    let isNamed = Query.constantScore(filter: named, boost: Self.boost)
    return .bool(
      BoolQuery(
        must: [.bool(BoolQuery(should: [.bool(understood), isNamed], minimumShouldMatch: 1))], filter: [audience]))
  }
}
