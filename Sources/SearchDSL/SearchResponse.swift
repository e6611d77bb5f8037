public import JSON

/// The result of a search: the page's hits, the counts, the aggregations.
public struct SearchResponse: Sendable, Equatable {
  public var tookMilliseconds: Int
  public var isTimedOut: Bool
  public var total: TotalHits?
  public var maxScore: Double?
  public var hits: [Hit]
  public var aggregations: [String: AggregationResult]
  public var suggest: [String: [SuggestEntry]]

  public init(
    tookMilliseconds: Int = 0, isTimedOut: Bool = false, total: TotalHits? = nil, maxScore: Double? = nil,
    hits: [Hit] = [], aggregations: [String: AggregationResult] = [:], suggest: [String: [SuggestEntry]] = [:]
  ) {
    self.tookMilliseconds = tookMilliseconds
    self.isTimedOut = isTimedOut
    self.total = total
    self.maxScore = maxScore
    self.hits = hits
    self.aggregations = aggregations
    self.suggest = suggest
  }
}

public struct TotalHits: Sendable, Equatable {
  public var value: Int
  /// False if the count stopped at `track_total_hits`: there are at least `value` hits.
  public var isExact: Bool

  public init(value: Int, isExact: Bool) {
    self.value = value
    self.isExact = isExact
  }
}

public struct Hit: Sendable, Equatable {
  public var index: String
  public var id: String
  public var score: Double?
  /// The document's `_version`, if the request asked for it; `get` always returns it.
  public var version: Int64?
  public var source: JSONValue?
  public var sort: [SortValue]
  public var highlight: [String: [String]]
  public var innerHits: [String: InnerHitsResult]
  /// The collapse field's value.
  public var fields: [String: [FieldValue]]

  public init(
    index: String, id: String, score: Double? = nil, version: Int64? = nil, source: JSONValue? = nil,
    sort: [SortValue] = [], highlight: [String: [String]] = [:], innerHits: [String: InnerHitsResult] = [:],
    fields: [String: [FieldValue]] = [:]
  ) {
    self.index = index
    self.id = id
    self.score = score
    self.version = version
    self.source = source
    self.sort = sort
    self.highlight = highlight
    self.innerHits = innerHits
    self.fields = fields
  }
}

public struct InnerHitsResult: Sendable, Equatable {
  public var total: TotalHits
  public var maxScore: Double?
  public var hits: [Hit]

  public init(total: TotalHits, maxScore: Double? = nil, hits: [Hit] = []) {
    self.total = total
    self.maxScore = maxScore
    self.hits = hits
  }
}

public struct SuggestEntry: Sendable, Equatable {
  public struct Option: Sendable, Equatable {
    public var text: String
    public var score: Double
    public var frequency: Int

    public init(text: String, score: Double, frequency: Int) {
      self.text = text
      self.score = score
      self.frequency = frequency
    }
  }

  public var text: String
  public var offset: Int
  public var length: Int
  public var options: [Option]

  public init(text: String, offset: Int, length: Int, options: [Option]) {
    self.text = text
    self.offset = offset
    self.length = length
    self.options = options
  }
}

public indirect enum AggregationResult: Sendable, Equatable {
  /// terms, histogram, range and filters.
  case buckets(BucketsResult)
  /// filter: one bucket.
  case single(SingleBucket)
  /// min, max, avg, sum, value_count and cardinality; nil if there was no value.
  case metric(Double?)
  case stats(StatsResult)
}

public struct BucketsResult: Sendable, Equatable {
  public var buckets: [Bucket]
  /// Documents in terms without a bucket (terms only).
  public var sumOfOtherDocumentCounts: Int

  public init(buckets: [Bucket], sumOfOtherDocumentCounts: Int = 0) {
    self.buckets = buckets
    self.sumOfOtherDocumentCounts = sumOfOtherDocumentCounts
  }
}

public struct Bucket: Sendable, Equatable {
  public var key: FieldValue
  public var from: Double?
  public var to: Double?
  public var documentCount: Int
  public var aggregations: [String: AggregationResult]

  public init(
    key: FieldValue, from: Double? = nil, to: Double? = nil, documentCount: Int,
    aggregations: [String: AggregationResult] = [:]
  ) {
    self.key = key
    self.from = from
    self.to = to
    self.documentCount = documentCount
    self.aggregations = aggregations
  }
}

public struct SingleBucket: Sendable, Equatable {
  public var documentCount: Int
  public var aggregations: [String: AggregationResult]

  public init(documentCount: Int, aggregations: [String: AggregationResult] = [:]) {
    self.documentCount = documentCount
    self.aggregations = aggregations
  }
}

public struct StatsResult: Sendable, Equatable {
  public var count: Int
  public var min: Double?
  public var max: Double?
  public var avg: Double?
  public var sum: Double

  public init(count: Int, min: Double?, max: Double?, avg: Double?, sum: Double) {
    self.count = count
    self.min = min
    self.max = max
    self.avg = avg
    self.sum = sum
  }
}
