/// The body of a search.
public struct SearchRequest: Sendable, Hashable {
  public var query: Query
  public var from: Int
  public var size: Int
  /// Empty: by score. The order of indexing always breaks ties.
  public var sort: [SortKey]
  public var aggregations: [NamedAggregation]
  public var postFilter: Query?
  public var minimumScore: Double?
  /// The sort values of the previous page's last hit; needs `sort`.
  public var searchAfter: [SortValue]?
  public var collapse: Collapse?
  public var source: SourceFilter
  public var highlight: Highlight?
  public var suggest: [NamedSuggester]
  public var trackTotalHits: TrackTotalHits
  /// Computes scores even if the sort does not need them.
  public var trackScores: Bool
  /// Includes the version of each hit's document: the external one, if it was written with one.
  public var includesVersion: Bool

  public init(
    query: Query = .matchAll(), from: Int = 0, size: Int = 10, sort: [SortKey] = [],
    aggregations: [NamedAggregation] = [], postFilter: Query? = nil, minimumScore: Double? = nil,
    searchAfter: [SortValue]? = nil, collapse: Collapse? = nil, source: SourceFilter = .all,
    highlight: Highlight? = nil, suggest: [NamedSuggester] = [], trackTotalHits: TrackTotalHits = .upTo(10_000),
    trackScores: Bool = false, includesVersion: Bool = false
  ) {
    self.query = query
    self.from = from
    self.size = size
    self.sort = sort
    self.aggregations = aggregations
    self.postFilter = postFilter
    self.minimumScore = minimumScore
    self.searchAfter = searchAfter
    self.collapse = collapse
    self.source = source
    self.highlight = highlight
    self.suggest = suggest
    self.trackTotalHits = trackTotalHits
    self.trackScores = trackScores
    self.includesVersion = includesVersion
  }
}

public enum TrackTotalHits: Sendable, Hashable {
  case exact
  case upTo(Int)
  case never
}

public struct SortKey: Sendable, Hashable {
  public enum Key: Sendable, Hashable {
    case score
    case field(String)
    /// The order of indexing within a shard.
    case document
  }
  public enum Direction: String, Sendable { case ascending = "asc", descending = "desc" }
  /// The value that represents a multi-valued field.
  public enum Mode: String, Sendable { case min, max, sum, avg, median }
  public enum Missing: Sendable, Hashable {
    case first
    case last
    case value(FieldValue)
  }

  public var key: Key
  public var direction: Direction
  public var missing: Missing
  /// nil: min when ascending, max when descending.
  public var mode: Mode?
  /// The type to assume for a field that the index's mapping does not have.
  public var unmappedType: String?

  public init(
    _ key: Key, _ direction: Direction, missing: Missing = .last, mode: Mode? = nil, unmappedType: String? = nil
  ) {
    self.key = key
    self.direction = direction
    self.missing = missing
    self.mode = mode
    self.unmappedType = unmappedType
  }

  public static let score = SortKey(.score, .descending)
}

/// A hit's sort value, to be passed back in `search_after`.
public enum SortValue: Sendable, Hashable {
  case null
  case string(String)
  case int(Int64)
  case double(Double)
}

/// One hit for each value of a keyword or number field, with its group's members on request.
public struct Collapse: Sendable, Hashable {
  public var field: String
  public var innerHits: [InnerHits]

  public struct InnerHits: Sendable, Hashable {
    public var name: String
    public var from: Int
    public var size: Int
    public var sort: [SortKey]
    public var source: SourceFilter

    public init(name: String, from: Int = 0, size: Int = 3, sort: [SortKey] = [], source: SourceFilter = .all) {
      self.name = name
      self.from = from
      self.size = size
      self.sort = sort
      self.source = source
    }
  }

  public init(field: String, innerHits: [InnerHits] = []) {
    self.field = field
    self.innerHits = innerHits
  }
}

/// The parts of `_source` to return; patterns may contain `*`.
public enum SourceFilter: Sendable, Hashable {
  case all
  case none
  case fields(includes: [String], excludes: [String] = [])
}

/// The plain highlighter (Lucene's `Highlighter` with the simple span fragmenter), which all engines have.
public struct Highlight: Sendable, Hashable {
  public struct Field: Sendable, Hashable {
    public var name: String
    /// nil: the request's fragment size.
    public var fragmentSize: Int?
    /// 0: the whole field as one fragment.
    public var numberOfFragments: Int?

    public init(_ name: String, fragmentSize: Int? = nil, numberOfFragments: Int? = nil) {
      self.name = name
      self.fragmentSize = fragmentSize
      self.numberOfFragments = numberOfFragments
    }
  }

  public var fields: [Field]
  public var preTag: String
  public var postTag: String
  public var fragmentSize: Int
  public var numberOfFragments: Int
  public var requireFieldMatch: Bool
  /// A query to take the terms from, in place of the request's.
  public var query: Query?

  public init(
    fields: [Field], preTag: String = "<em>", postTag: String = "</em>", fragmentSize: Int = 100,
    numberOfFragments: Int = 5, requireFieldMatch: Bool = true, query: Query? = nil
  ) {
    self.fields = fields
    self.preTag = preTag
    self.postTag = postTag
    self.fragmentSize = fragmentSize
    self.numberOfFragments = numberOfFragments
    self.requireFieldMatch = requireFieldMatch
    self.query = query
  }
}

public struct NamedSuggester: Sendable, Hashable {
  public var name: String
  public var suggester: TermSuggester

  public init(_ name: String, _ suggester: TermSuggester) {
    self.name = name
    self.suggester = suggester
  }
}

/// The `term` suggester: for each term of the text, terms of the index within an edit distance.
public struct TermSuggester: Sendable, Hashable {
  public enum SuggestMode: String, Sendable { case missing, popular, always }

  public var text: String
  public var field: String
  public var size: Int
  public var suggestMode: SuggestMode
  public var maxEdits: Int
  public var prefixLength: Int
  public var minimumWordLength: Int

  public init(
    text: String, field: String, size: Int = 5, suggestMode: SuggestMode = .missing, maxEdits: Int = 2,
    prefixLength: Int = 1, minimumWordLength: Int = 4
  ) {
    self.text = text
    self.field = field
    self.size = size
    self.suggestMode = suggestMode
    self.maxEdits = maxEdits
    self.prefixLength = prefixLength
    self.minimumWordLength = minimumWordLength
  }
}
