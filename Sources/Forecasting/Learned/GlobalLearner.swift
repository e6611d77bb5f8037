/// A learner of all series together: it learns from rows of features, and predicts the scaled demand of a row.
///
/// The own one is `RandomForest`. An adapter of a library, such as LightGBM, is another; it belongs to the adapters and is
/// handed to the `Forecaster` by the wiring.
public protocol GlobalLearner: Sendable {
  /// The short name in reports: `forest`.
  var name: String { get }

  func trained(on rows: FeatureRows) throws -> any GlobalPredictor
}

/// The result of learning.
public protocol GlobalPredictor: Sendable {
  /// One prediction a row.
  func predictions(for rows: FeatureRows) -> [Float]
}

/// Rows of features, one after another, with their targets; a missing value is NaN.
public struct FeatureRows: Sendable {
  public let names: [String]
  public internal(set) var values: [Float] = []
  /// One a row for learning, none for predicting.
  public internal(set) var targets: [Float] = []

  public init(names: [String], values: [Float] = [], targets: [Float] = []) {
    self.names = names
    self.values = values
    self.targets = targets
  }

  public var count: Int { names.isEmpty ? 0 : values.count / names.count }
}
