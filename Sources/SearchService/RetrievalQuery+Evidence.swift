import Foundation
import SearchDSL
import Understanding

/// Soft matching: what a product has of the query, and how much of it there must be.
///
///     score = (Σ words' scores + exact) · Π e^(missing_word · shareᵢ) over the parts i that it has · lifts
///
/// so that a part that is missing costs the more the more telling it is. The lifts are of products that are called by the
/// thing that is asked for, and of neighbouring words that stand together in the title.
extension RetrievalQuery {
  /// Parts whose absence is told apart; of a longer query the most telling ones.
  private static let maxParts = 8
  /// Neighbouring words that are looked for together in the title.
  private static let maxPairs = 4
  /// Lifts the thing itself where its word is all of the query.
  private static let aloneHead = 3.0
  /// A word may stand between two that are looked for together.
  private static let pairSlop = 1

  private var required: [QueryPlan.Slot] { plan.slots.filter { !$0.isOptional } }

  /// The required parts that some product has, the most telling first.
  private var telling: [QueryPlan.Slot] {
    Array(required.filter { $0.share > 0 }.sorted { $0.share > $1.share }.prefix(Self.maxParts))
  }

  /// A part number and a measure are found whole: half of one is another.
  private func anyOf(_ slot: QueryPlan.Slot) -> Query {
    let words = slot.words.split(separator: " ")
    // A number and its unit have other forms.
    let isMeasure = words.count == 2 && Double(words[0]) != nil && !slot.alternatives.isEmpty
    return found(slot, slot.isPartNumber || isMeasure ? .and : .or)
  }

  /// All that is found, each for its score: what has any required part. Where there is none, filters say what is.
  var evidence: Query {
    let words = groups(of: required).map(anyOf)
    var further = groups(of: plan.slots.filter(\.isOptional)).map(anyOf)
    if weights.exactWord > 0 { further += exactWords }
    let filter = floor.map { [$0] } ?? []
    guard !words.isEmpty else { return .bool(BoolQuery(must: [.matchAll()], should: further)) }
    if further.isEmpty { return .bool(BoolQuery(should: words, filter: filter, minimumShouldMatch: 1)) }
    let any = words.count == 1 ? words[0] : .bool(BoolQuery(should: words, minimumShouldMatch: 1))
    return .bool(BoolQuery(must: [any], should: further, filter: filter))
  }

  /// Words as they are written, in the singular or as typed, in the title: `dress` is no bowl that is dressed.
  private var exactWords: [Query] {
    var words: [String] = []
    for slot in plan.slots {
      for word in slot.words.split(separator: " ").map({ $0.lowercased() }) {
        for form in [word, QueryUnderstanding.singular(word)] where !words.contains(form) { words.append(form) }
      }
    }
    guard !words.isEmpty else { return [] }
    return [
      .match(
        MatchQuery(
          field: "title.exact", query: words.joined(separator: " "), boost: weights.exactWord * weights.title))
    ]
  }

  // MARK: How much there must be

  /// What a product must have to be a result at all; nil where any word will do.
  private var floor: Query? {
    if !steps.contains(.relaxation) { return everyWord }
    let parts = telling
    if parts.count == 1, required.count == 1, plan.isSureThing { return outsideSummary(parts[0]) }
    let unknown = required.filter { $0.share == 0 }
    if !unknown.isEmpty, !parts.isEmpty {
      // Beside a word that nothing has, a summary's mention of another is no answer: a dress for spinning in is no rod.
      let ways = parts.map { presence($0, in: .naming) } + unknown.map { presence($0) }
      return .bool(BoolQuery(should: ways, minimumShouldMatch: 1))
    }
    guard parts.count > 1, let least = parts.last?.share, least < leastShare else { return nil }
    return enough(leastShare, of: parts) ?? having(leastShare, of: parts)
  }

  /// A thing that titles are called by is not what a summary mentions: `mistaken for vases` is said of no vase.
  private func outsideSummary(_ slot: QueryPlan.Slot) -> Query {
    let categories = plan.recognitions.filter { $0.kind == .category }.map { clause($0.constraint) }
    let named = presence(slot, in: .naming)
    return categories.isEmpty ? named : .bool(BoolQuery(should: [named] + categories, minimumShouldMatch: 1))
  }

  /// Sets of parts of which one must be there; more cost an engine more than adding shares up does.
  private static let maxSets = 8

  /// The same as `having`, said by the least sets of parts that have so much: a filter without scores costs an engine less.
  /// nil where there are many such sets.
  func enough(_ share: Double, of parts: [QueryPlan.Slot]) -> Query? {
    let least = share * parts.reduce(0) { $0 + $1.share } - 1e-4
    var sets: [[Int]] = []
    // Sets of fewer parts come first, so that what has one of them is no least set.
    let all = (1..<(1 << parts.count)).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
    for bits in all {
      let set = parts.indices.filter { bits & (1 << $0) != 0 }
      guard set.reduce(0, { $0 + parts[$1].share }) >= least, !sets.contains(where: { $0.allSatisfy(set.contains) })
      else { continue }
      sets.append(set)
      if sets.count > Self.maxSets { return nil }
    }
    let ways = sets.map { set in
      set.count == 1 ? presence(parts[set[0]]) : Query.bool(BoolQuery(filter: set.map { presence(parts[$0]) }))
    }
    return ways.count == 1 ? ways[0] : .bool(BoolQuery(should: ways, minimumShouldMatch: 1))
  }

  /// Products whose parts' shares add up to at least so much.
  func having(_ share: Double, of parts: [QueryPlan.Slot]) -> Query {
    let has = parts.map { Query.constantScore(filter: presence($0), boost: $0.share) }
    // Shares are rounded to floats by the engines.
    let least = share * parts.reduce(0) { $0 + $1.share } - 1e-4
    return .functionScore(
      FunctionScoreQuery(
        query: .bool(BoolQuery(should: has, minimumShouldMatch: 1)), functions: [], minimumScore: least))
  }

  /// Those that have enough of the query for a correction to be believed.
  var enoughParts: Query? { telling.isEmpty ? nil : having(Self.believedShare, of: telling) }

  /// Products that the one word of a query names: by title, brand, category, attributes or features. nil where more is asked
  /// for, or something else was understood.
  var named: Query? {
    guard required.count == 1, plan.recognitions.isEmpty, !required[0].isPartNumber, required[0].constraint == nil
    else {
      return nil
    }
    let named = presence(required[0], in: .naming)
    return identity.named.map { .bool(BoolQuery(should: [named, $0], minimumShouldMatch: 1)) } ?? named
  }

  /// Where a part is looked for.
  enum Place {
    case anywhere
    /// The fields that say what a product is, without its summary, which may speak of others.
    case naming
    /// The title and the category.
    case title

    fileprivate var fields: [BoostedField] {
      switch self {
      case .title: ["title", "category"]
      case .naming: ["title", "brand", "category", "attributes", "features"]
      case .anywhere: ["title", "brand", "category", "attributes", "features", "summary"]
      }
    }
  }

  /// Whether a product has a part of the query: a thing that titles are called by is one by what says what it is.
  /// `machine washable` makes no washing machine, in a summary or an attribute.
  func has(_ slot: QueryPlan.Slot) -> Query { presence(slot, in: slot.isThing ? .title : .anywhere) }

  /// Whether a product has a part: its words, what stands in for them, or an attribute that says so.
  func presence(_ slot: QueryPlan.Slot, in place: Place = .anywhere) -> Query {
    var ways = [words(slot.words, in: place, areTogether: slot.isPhrase)]
    ways += slot.alternatives.prefix(Self.maxForms).map {
      words($0.text, in: place, areTogether: Self.isPhrase($0.text))
    }
    if let code = slot.codeStart { ways.append(ProductIdentity.codeStarting(with: code)) }
    if let constraint = slot.constraint { ways.append(clause(constraint)) }
    return ways.count == 1 ? ways[0] : .bool(BoolQuery(should: ways, minimumShouldMatch: 1))
  }

  private func words(_ text: String, in place: Place, areTogether: Bool) -> Query {
    if areTogether { return Self.sideBySide(text, in: place) }
    switch place {
    case .anywhere: return .match(MatchQuery(field: "words", query: text, operator: .and))
    case .naming: return .match(MatchQuery(field: "names", query: text, operator: .and))
    case .title:
      return .multiMatch(MultiMatchQuery(query: text, fields: place.fields, kind: .crossFields, operator: .and))
    }
  }

  /// A substitute of several words is found only where they stand side by side: a memory stick may be a flash drive, and
  /// not a flash with a motor drive.
  static func isPhrase(_ text: String) -> Bool { text.contains { $0 == " " || $0 == "-" } }

  /// Products with the words side by side in one field.
  static func sideBySide(_ text: String, in place: Place = .anywhere) -> Query {
    .multiMatch(MultiMatchQuery(query: text, fields: place.fields, kind: .phrase))
  }

  // MARK: What lifts a product

  var evidenceFunctions: [FunctionScoreQuery.Function] {
    presenceFunctions + headFunctions + pairFunctions
  }

  private var presenceFunctions: [FunctionScoreQuery.Function] {
    let parts = telling
    // A part of several words is one whole: half of a bird bath is another thing.
    let hasWhole = parts.contains { $0.words.contains { !$0.isLetter && !$0.isNumber } }
    guard parts.count > 1 || hasWhole, weights.missingWord > 0 else { return [] }
    return parts.map { slot in
      let filter = plan.isSureThing ? has(slot) : presence(slot)
      return .init(.weight, filter: filter, weight: Self.rounded(exp(weights.missingWord * slot.share)))
    }
  }

  /// Before all others what is called by the thing, then what a later part of the title calls so.
  private var headFunctions: [FunctionScoreQuery.Function] {
    guard steps.contains(.heads), !plan.heads.isEmpty else { return [] }
    let words = plan.heads.joined(separator: " ")
    func lift(_ weight: Double) -> Double { Self.rounded(1 + (weight - 1) * plan.headSureness) }
    // In a query of one word nothing else tells the thing from an accessory that has the same word.
    let isAlone = required.count == 1 && plan.isSureThing && !required[0].words.contains(" ")
    let alone = isAlone ? Self.aloneHead : 1
    return [("head", lift(weights.head) * alone), ("heads", lift(weights.otherHead))].compactMap { field, weight in
      weight == 1
        ? nil : .init(.weight, filter: .match(MatchQuery(field: field, query: words)), weight: Self.rounded(weight))
    }
  }

  private var pairFunctions: [FunctionScoreQuery.Function] {
    let words = required.flatMap { $0.words.split(separator: " ").map(String.init) }
    let pairs = Array(zip(words, words.dropFirst()).prefix(Self.maxPairs))
    guard weights.pair > 0, !pairs.isEmpty else { return [] }
    let weight = Self.rounded(1 + weights.pair / Double(pairs.count))
    return pairs.map { first, second in
      let phrase = MatchPhraseQuery(field: "title", query: "\(first) \(second)", slop: Self.pairSlop)
      return .init(.weight, filter: .matchPhrase(phrase), weight: weight)
    }
  }

  /// Four digits: the query is read by people.
  private static func rounded(_ number: Double) -> Double { (number * 10_000).rounded() / 10_000 }
}
