/// The mean rating moved by how a user rates and how an item is rated: r̂ = μ + bᵤ + bᵢ (Koren 2010, section 2.1).
///
/// The biases are fitted by alternating least squares, as Surprise does by default: in each epoch first
/// bᵢ = Σᵤ (r − μ − bᵤ) / (λᵢ + |R(i)|), then bᵤ = Σᵢ (r − μ − bᵢ) / (λᵤ + |R(u)|).
public struct RatingBaseline: RatingPredictor {
  public struct Options: Sendable {
    public var epochs = 10
    /// λᵤ
    public var userRegularization = 15.0
    /// λᵢ
    public var itemRegularization = 10.0

    public init() {}
  }

  let mean: Double
  let userBias: [Double]
  let itemBias: [Double]

  public init(_ training: RatingTraining, options: Options = Options()) {
    mean = training.mean
    var userBias = [Double](repeating: 0, count: training.byUser.rowCount)
    var itemBias = [Double](repeating: 0, count: training.byItem.rowCount)
    for _ in 0..<options.epochs {
      itemBias = Self.biases(training.byItem, mean: mean, other: userBias, regularization: options.itemRegularization)
      userBias = Self.biases(training.byUser, mean: mean, other: itemBias, regularization: options.userRegularization)
    }
    self.userBias = userBias
    self.itemBias = itemBias
  }

  private static func biases(_ rows: SparseRows, mean: Double, other: [Double], regularization: Double) -> [Double] {
    (0..<rows.rowCount).map { row in
      let places = rows.range(row)
      let deviation = places.reduce(0) { $0 + Double(rows.values[$1]) - mean - other[Int(rows.columns[$1])] }
      return places.isEmpty ? 0 : deviation / (regularization + Double(places.count))
    }
  }

  /// A user or an item that was not learnt has no bias.
  public func estimates(for pairs: [UserItem]) -> [Double?] {
    pairs.map { mean + userBias[Int($0.user)] + itemBias[Int($0.item)] }
  }
}
