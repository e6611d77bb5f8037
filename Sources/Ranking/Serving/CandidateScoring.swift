/// A model that gives the candidates of one search their scores, by their features alone.
public protocol CandidateScoring: Sendable {
  /// Names it in cursors and logs, and in `why`.
  var version: String { get }
  /// The score of each row; the highest is shown first.
  func scores(of table: FeatureTable) -> [Double]
  /// The part of each feature in the score of one row, as many as there are features; nil where a
  /// score is not a sum of parts.
  func parts(of row: Int, in table: FeatureTable) -> [Double]?
}
