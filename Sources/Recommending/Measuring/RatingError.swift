/// How far predicted ratings are from those given.
public struct RatingError: Sendable, Equatable {
  public let count: Int
  /// √(Σ (r − r̂)² / n)
  public let rootMeanSquare: Double
  /// Σ |r − r̂| / n
  public let meanAbsolute: Double

  /// Nil without a pair.
  public init?(predictions: [Double], ratings: [Double]) {
    precondition(predictions.count == ratings.count, "a prediction without a rating")
    guard !ratings.isEmpty else { return nil }
    let errors = zip(predictions, ratings).map { $0 - $1 }
    count = errors.count
    rootMeanSquare = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    meanAbsolute = errors.reduce(0) { $0 + abs($1) } / Double(errors.count)
  }
}
