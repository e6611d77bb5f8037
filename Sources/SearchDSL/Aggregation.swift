/// An aggregation and the name of its result.
public struct NamedAggregation: Sendable, Hashable {
  public var name: String
  public var aggregation: Aggregation

  public init(_ name: String, _ aggregation: Aggregation) {
    self.name = name
    self.aggregation = aggregation
  }
}

/// Counts and statistics over the documents that a query matches, with aggregations nested in its buckets.
public struct Aggregation: Sendable, Hashable {
  public indirect enum Kind: Sendable, Hashable {
    case terms(TermsAggregation)
    case range(field: String, ranges: [RangeBucket])
    case histogram(
      field: String, interval: Double, offset: Double = 0, minimumDocumentCount: Int = 0,
      extendedBounds: ClosedRange<Double>? = nil)
    case min(field: String)
    case max(field: String)
    case avg(field: String)
    case sum(field: String)
    case stats(field: String)
    case valueCount(field: String)
    case cardinality(field: String, precisionThreshold: Int = 3_000)
    case filter(Query)
    case filters([NamedFilter])
  }

  public struct RangeBucket: Sendable, Hashable {
    public var key: String?
    public var from: Double?
    public var to: Double?

    public init(key: String? = nil, from: Double? = nil, to: Double? = nil) {
      self.key = key
      self.from = from
      self.to = to
    }
  }

  public struct NamedFilter: Sendable, Hashable {
    public var name: String
    public var query: Query

    public init(_ name: String, _ query: Query) {
      self.name = name
      self.query = query
    }
  }

  public var kind: Kind
  public var aggregations: [NamedAggregation]

  public init(_ kind: Kind, aggregations: [NamedAggregation] = []) {
    self.kind = kind
    self.aggregations = aggregations
  }
}

public struct TermsAggregation: Sendable, Hashable {
  public enum Order: Sendable, Hashable {
    case countDescending
    case countAscending
    case keyAscending
    case keyDescending
    /// By a metric aggregation nested in the bucket: `rating` or `stats.max`.
    case metric(String, descending: Bool)
  }

  /// Selects the terms of a keyword field that get a bucket. Both engines accept it as a regular expression or a list.
  public enum Include: Sendable, Hashable {
    case prefix(String)
    case values([String])
  }

  public var field: String
  public var size: Int
  public var order: Order
  public var minimumDocumentCount: Int
  public var include: Include?
  public var missing: FieldValue?

  public init(
    field: String, size: Int = 10, order: Order = .countDescending, minimumDocumentCount: Int = 1,
    include: Include? = nil, missing: FieldValue? = nil
  ) {
    self.field = field
    self.size = size
    self.order = order
    self.minimumDocumentCount = minimumDocumentCount
    self.include = include
    self.missing = missing
  }
}
