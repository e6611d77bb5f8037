/// Rated candidates of many queries with their feature values: the data that a ranking model learns from.
public struct RankingExamples: Sendable, Equatable {
  // Bounds of what is read from a file.
  public static let maxFeatures = 10_000
  public static let maxRows = 5_000_000
  /// Rows times features: 1.6 GB of doubles.
  public static let maxValues = 200_000_000
  /// Gains of 2^rating − 1 beyond this drown all others.
  public static let highestRating = 30.0

  public private(set) var featureNames: [String]
  /// A value for each row and feature, row after row; NaN is a missing value.
  public private(set) var values: [Double] = []
  /// By row: from 0 to 30.
  public private(set) var ratings: [Double] = []
  /// By row: the position at which it was shown, from 0; empty if unknown.
  public private(set) var positions: [Int32] = []
  /// Query q has the rows starts[q]..<starts[q + 1].
  public private(set) var starts = [0]

  public init(featureNames: [String]) {
    precondition(!featureNames.isEmpty, "examples need features")
    self.featureNames = featureNames
  }

  public var featureCount: Int { featureNames.count }
  public var rowCount: Int { ratings.count }
  public var queryCount: Int { starts.count - 1 }
  public var queries: [Range<Int>] { (0..<queryCount).map { starts[$0]..<starts[$0 + 1] } }

  /// Adds the candidates of one query. `positions` are given for all queries or for none.
  public mutating func addQuery(rows: [[Double]], ratings: [Double], positions: [Int32] = []) {
    precondition(rows.count == ratings.count, "\(rows.count) rows have \(ratings.count) ratings")
    precondition(rows.allSatisfy { $0.count == featureCount }, "a row has a value for each of \(featureCount) features")
    precondition(positions.isEmpty || positions.count == rows.count, "each row has a position, or none has")
    precondition(rowCount == 0 || positions.isEmpty == self.positions.isEmpty, "each query has positions, or none has")
    for row in rows { values += row }
    self.ratings += ratings
    self.positions += positions
    starts.append(self.ratings.count)
  }

  /// Adds one row of `features` values to the query under way, which `endQuery` ends.
  mutating func addRow(_ row: some Sequence<Double>, rating: Double) {
    values += row
    ratings.append(rating)
  }

  mutating func endQuery() {
    if ratings.count > starts[starts.count - 1] { starts.append(ratings.count) }
  }

  public func value(row: Int, feature: Int) -> Double { values[row * featureCount + feature] }

  /// The same queries with other values, as many.
  func with(values: [Double]) -> RankingExamples {
    precondition(values.count == self.values.count, "\(values.count) values replace \(self.values.count)")
    var copy = self
    copy.values = values
    return copy
  }

  /// The same rows under names of at least `count` features; the values of added features are 0.
  ///
  /// A test file of sparse lines may name fewer or more features than the training file.
  public func widened(to count: Int) -> RankingExamples {
    guard count > featureCount else { return self }
    var wide = RankingExamples(featureNames: featureNames + (featureCount..<count).map { "Column_\($0)" })
    let padding = Array(repeating: 0.0, count: count - featureCount)
    wide.values.reserveCapacity(rowCount * count)
    for row in 0..<rowCount { wide.values += values[row * featureCount..<(row + 1) * featureCount] + padding }
    (wide.ratings, wide.positions, wide.starts) = (ratings, positions, starts)
    return wide
  }

  /// The queries whose index is chosen, such as every fifth.
  public func queries(where isChosen: (Int) -> Bool) -> RankingExamples {
    var part = RankingExamples(featureNames: featureNames)
    for (index, rows) in queries.enumerated() where isChosen(index) {
      part.values += values[rows.lowerBound * featureCount..<rows.upperBound * featureCount]
      part.ratings += ratings[rows]
      if !positions.isEmpty { part.positions += positions[rows] }
      part.endQuery()
    }
    return part
  }

  /// The values scaled to 0…1 within each query's candidates: (x − least) / (greatest − least), 0 where all are equal or
  /// the value is missing.
  ///
  /// A model on such values carries over to queries and shops whose raw values lie elsewhere.
  public func normalizedWithinQueries() -> RankingExamples {
    var scaled = values
    for query in queries {
      for feature in 0..<featureCount {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        for row in query {
          let value = values[row * featureCount + feature]
          if value.isFinite { (least, greatest) = (min(least, value), max(greatest, value)) }
        }
        let width = greatest - least
        for row in query {
          let place = row * featureCount + feature
          let value = values[place]
          let bounded = value == .infinity ? greatest : value == -.infinity ? least : value
          scaled[place] = width > 0 && width.isFinite && !value.isNaN ? (bounded - least) / width : 0
        }
      }
    }
    return with(values: scaled)
  }
}
