import SearchDSL

/// A query in terms of the index: analysed, with field types resolved. Lucene calls it a `Query`.
///
/// `IndexQueryBuilder` makes it from the DSL's query; `WeightBuilder` makes `Weight`s from it, and the highlighter reads its
/// terms.
indirect enum IndexQuery: Sendable {
  case matchAll
  case matchNone
  case term(IndexTerm)
  /// Terms that count as one: their frequencies are added.
  case synonym(field: String, terms: [[UInt8]])
  case phrase(IndexPhrase)
  case phrasePrefix(IndexPhrasePrefix)
  case boolean(BooleanClauses)
  case disMax([IndexQuery], tieBreaker: Float)
  case constantScore(IndexQuery)
  case boost(IndexQuery, Float)
  /// Documents with any of the terms; score 1.
  case termsIn(field: String, terms: [[UInt8]])
  case termRange(field: String, range: TermRange)
  case prefix(field: String, prefix: [UInt8])
  case numberRange(field: String, range: ClosedRange<Int64>)
  case numbersIn(field: String, values: [Int64])
  case exists(field: String)
  case ids([String])
  case boosting(positive: IndexQuery, negative: IndexQuery, negativeBoost: Float)
  case functionScore(IndexFunctionScore)
}

struct IndexTerm: Sendable {
  var field: String
  var bytes: [UInt8]
  /// The document frequency for scoring in place of the index's own (cross_fields blends it over fields).
  var blendedDocumentFrequency: Int?
}

/// Terms at positions; several terms at one position are alternatives.
struct IndexPhrase: Sendable {
  struct Position: Sendable {
    var terms: [[UInt8]]
    var position: Int
  }
  var field: String
  var positions: [Position]
  var slop: Int
}

/// A phrase whose last position is the beginning of a term.
struct IndexPhrasePrefix: Sendable {
  /// The part before the prefix.
  var phrase: IndexPhrase
  var prefixes: [[UInt8]]
  var position: Int
  var maxExpansions: Int
  /// The query over the index's terms with the prefix.
  var expanded: IndexQuery
}

struct BooleanClauses: Sendable {
  var must: [IndexQuery] = []
  var filter: [IndexQuery] = []
  var should: [IndexQuery] = []
  var mustNot: [IndexQuery] = []
  var minimumShouldMatch = 0
}

struct TermRange: Sendable {
  var lower: [UInt8]?
  var includesLower = true
  var upper: [UInt8]?
  var includesUpper = true
}

struct IndexFunctionScore: Sendable {
  struct Function: Sendable {
    var kind: Kind
    var filter: PlannedFilter?
    var weight: Float?
  }
  enum Kind: Sendable {
    case weight
    case fieldValueFactor(
      field: String?, factor: Float, modifier: FunctionScoreQuery.Function.Modifier, missing: Double?)
    case gauss(field: String, origin: Double, offset: Double, scale: Double)
  }
  var query: IndexQuery
  var functions: [Function]
  var scoreMode: FunctionScoreQuery.ScoreMode
  var boostMode: FunctionScoreQuery.BoostMode
  var maxBoost: Float
  var minimumScore: Float?
}
