import Catalog
import SearchDSL
import Understanding

/// A product that a query names itself, by a code of it or by its whole title: it comes first, whatever else was understood.
struct ProductIdentity {
  let plan: QueryPlan
  let steps: Set<SearchStep>

  /// Above what all else of a query gives together.
  private static let boost = 100_000.0
  /// Of a code's beginning: as much as a word of the title mostly gives.
  private static let startBoost = 20.0

  /// Products whose code begins so, or runs on so from a sign or a change from letters to digits on.
  static func codeStarting(with text: String) -> Query {
    .constantScore(filter: .prefix(field: "code_starts", value: text), boost: startBoost)
  }

  /// What was understood, and before it the product that is named; a filter that was read out of the words hides it not.
  func first(among understood: BoolQuery, audience: Query) -> Query {
    var named = steps.contains(.codes) ? plan.codes.map { Query.term(field: "codes", value: .string($0)) } : []
    let title = SearchText.normalised(plan.text)
    if plan.text.contains(" "), plan.text.contains(where: { $0.isLetter || $0.isNumber }) {
      named.append(.term(field: "title.whole", value: .string(title)))
    }
    guard !named.isEmpty else {
      var all = understood
      all.filter.insert(audience, at: 0)
      return .bool(all)
    }
    let isNamed = Query.constantScore(
      filter: named.count == 1 ? named[0] : .bool(BoolQuery(should: named, minimumShouldMatch: 1)), boost: Self.boost)
    return .bool(
      BoolQuery(
        must: [.bool(BoolQuery(should: [.bool(understood), isNamed], minimumShouldMatch: 1))], filter: [audience]))
  }
}
