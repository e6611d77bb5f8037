/// A query of the Elasticsearch query DSL, in the subset that every engine here runs alike.
///
/// `Query+JSON.swift` makes the request body; the embedded node runs the same values directly.
public indirect enum Query: Sendable, Hashable {
  case matchAll(boost: Double = 1)
  case matchNone
  case match(MatchQuery)
  case multiMatch(MultiMatchQuery)
  case matchPhrase(MatchPhraseQuery)
  case matchPhrasePrefix(MatchPhrasePrefixQuery)
  case term(field: String, value: FieldValue, boost: Double = 1)
  case terms(field: String, values: [FieldValue], boost: Double = 1)
  case range(RangeQuery)
  case exists(field: String, boost: Double = 1)
  case ids([String], boost: Double = 1)
  case prefix(field: String, value: String, boost: Double = 1)
  case bool(BoolQuery)
  case disMax(queries: [Query], tieBreaker: Double = 0, boost: Double = 1)
  case constantScore(filter: Query, boost: Double = 1)
  case boosting(positive: Query, negative: Query, negativeBoost: Double, boost: Double = 1)
  case functionScore(FunctionScoreQuery)
}

/// A field's value in a query: a keyword, a number, a Boolean.
public enum FieldValue: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  case string(String)
  case int(Int64)
  case double(Double)
  case bool(Bool)

  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// A field and its weight, written `title^5`.
public struct BoostedField: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  public var name: String
  public var boost: Double

  public init(_ name: String, boost: Double = 1) {
    self.name = name
    self.boost = boost
  }

  /// Reads `title` or `title^5`.
  public init(stringLiteral value: String) {
    let parts = value.split(separator: "^", maxSplits: 1)
    self.init(String(parts[0]), boost: parts.count == 2 ? Double(parts[1]) ?? 1 : 1)
  }

  public var description: String { boost == 1 ? name : "\(name)^\(boost)" }
}

public enum BooleanOperator: String, Sendable { case or, and }

/// How many optional clauses must match: a count, a percentage, or Elasticsearch's conditional form (`2<75%`).
public struct MinimumShouldMatch: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(integerLiteral value: Int) { text = String(value) }
  public init(stringLiteral value: String) { text = value }
}

/// The matches of a full-text query whose analysis leaves no term.
public enum ZeroTermsQuery: String, Sendable { case none, all }

public struct MatchQuery: Sendable, Hashable {
  public var field: String
  public var query: String
  public var `operator`: BooleanOperator
  public var minimumShouldMatch: MinimumShouldMatch?
  public var analyzer: String?
  public var zeroTermsQuery: ZeroTermsQuery
  public var boost: Double

  public init(
    field: String, query: String, operator: BooleanOperator = .or, minimumShouldMatch: MinimumShouldMatch? = nil,
    analyzer: String? = nil, zeroTermsQuery: ZeroTermsQuery = .none, boost: Double = 1
  ) {
    self.field = field
    self.query = query
    self.operator = `operator`
    self.minimumShouldMatch = minimumShouldMatch
    self.analyzer = analyzer
    self.zeroTermsQuery = zeroTermsQuery
    self.boost = boost
  }
}

public struct MultiMatchQuery: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    case bestFields = "best_fields"
    case mostFields = "most_fields"
    case crossFields = "cross_fields"
    case phrase
    case phrasePrefix = "phrase_prefix"
  }

  public var query: String
  public var fields: [BoostedField]
  public var kind: Kind
  public var `operator`: BooleanOperator
  public var minimumShouldMatch: MinimumShouldMatch?
  /// nil: the kind's own default (0 for best_fields and cross_fields, 1 for most_fields).
  public var tieBreaker: Double?
  public var analyzer: String?
  /// For the phrase kinds only.
  public var slop: Int
  public var zeroTermsQuery: ZeroTermsQuery
  public var boost: Double

  public init(
    query: String, fields: [BoostedField], kind: Kind = .bestFields, operator: BooleanOperator = .or,
    minimumShouldMatch: MinimumShouldMatch? = nil, tieBreaker: Double? = nil, analyzer: String? = nil, slop: Int = 0,
    zeroTermsQuery: ZeroTermsQuery = .none, boost: Double = 1
  ) {
    self.query = query
    self.fields = fields
    self.kind = kind
    self.operator = `operator`
    self.minimumShouldMatch = minimumShouldMatch
    self.tieBreaker = tieBreaker
    self.analyzer = analyzer
    self.slop = slop
    self.zeroTermsQuery = zeroTermsQuery
    self.boost = boost
  }
}

public struct MatchPhraseQuery: Sendable, Hashable {
  public var field: String
  public var query: String
  public var slop: Int
  public var analyzer: String?
  public var boost: Double

  public init(field: String, query: String, slop: Int = 0, analyzer: String? = nil, boost: Double = 1) {
    self.field = field
    self.query = query
    self.slop = slop
    self.analyzer = analyzer
    self.boost = boost
  }
}

public struct MatchPhrasePrefixQuery: Sendable, Hashable {
  public var field: String
  public var query: String
  public var slop: Int
  public var maxExpansions: Int
  public var analyzer: String?
  public var boost: Double

  public init(
    field: String, query: String, slop: Int = 0, maxExpansions: Int = 50, analyzer: String? = nil, boost: Double = 1
  ) {
    self.field = field
    self.query = query
    self.slop = slop
    self.maxExpansions = maxExpansions
    self.analyzer = analyzer
    self.boost = boost
  }
}

/// Bounds on a number, a date (ISO 8601 or epoch milliseconds) or a keyword (by code point).
public struct RangeQuery: Sendable, Hashable {
  public var field: String
  public var lower: Bound?
  public var upper: Bound?
  public var boost: Double

  public struct Bound: Sendable, Hashable {
    public var value: FieldValue
    public var isInclusive: Bool

    public static func inclusive(_ value: FieldValue) -> Bound { Bound(value: value, isInclusive: true) }
    public static func exclusive(_ value: FieldValue) -> Bound { Bound(value: value, isInclusive: false) }
  }

  public init(field: String, lower: Bound? = nil, upper: Bound? = nil, boost: Double = 1) {
    self.field = field
    self.lower = lower
    self.upper = upper
    self.boost = boost
  }
}

public struct BoolQuery: Sendable, Hashable {
  public var must: [Query]
  public var should: [Query]
  public var filter: [Query]
  public var mustNot: [Query]
  public var minimumShouldMatch: MinimumShouldMatch?
  public var boost: Double

  public init(
    must: [Query] = [], should: [Query] = [], filter: [Query] = [], mustNot: [Query] = [],
    minimumShouldMatch: MinimumShouldMatch? = nil, boost: Double = 1
  ) {
    self.must = must
    self.should = should
    self.filter = filter
    self.mustNot = mustNot
    self.minimumShouldMatch = minimumShouldMatch
    self.boost = boost
  }
}

public struct FunctionScoreQuery: Sendable, Hashable {
  public enum ScoreMode: String, Sendable, CaseIterable { case multiply, sum, avg, first, max, min }
  public enum BoostMode: String, Sendable, CaseIterable { case multiply, replace, sum, avg, max, min }

  public struct Function: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
      case weight
      case fieldValueFactor(field: String, factor: Double = 1, modifier: Modifier = .none, missing: Double? = nil)
      /// Gaussian decay over a number (plain numbers) or a date (`origin` ISO 8601 or `now`, `scale` and `offset` as
      /// `30d`).
      case gauss(field: String, origin: FieldValue, scale: FieldValue, offset: FieldValue? = nil, decay: Double = 0.5)
    }
    public enum Modifier: String, Sendable, CaseIterable {
      case none, log, log1p, log2p, ln, ln1p, ln2p, square, sqrt, reciprocal
    }

    public var kind: Kind
    public var filter: Query?
    public var weight: Double?

    public init(_ kind: Kind, filter: Query? = nil, weight: Double? = nil) {
      self.kind = kind
      self.filter = filter
      self.weight = weight
    }
  }

  public var query: Query
  public var functions: [Function]
  public var scoreMode: ScoreMode
  public var boostMode: BoostMode
  public var maxBoost: Double?
  public var minimumScore: Double?
  public var boost: Double

  public init(
    query: Query, functions: [Function], scoreMode: ScoreMode = .multiply, boostMode: BoostMode = .multiply,
    maxBoost: Double? = nil, minimumScore: Double? = nil, boost: Double = 1
  ) {
    self.query = query
    self.functions = functions
    self.scoreMode = scoreMode
    self.boostMode = boostMode
    self.maxBoost = maxBoost
    self.minimumScore = minimumScore
    self.boost = boost
  }
}
