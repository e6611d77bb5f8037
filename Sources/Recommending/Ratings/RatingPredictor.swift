internal import Threading

/// Ratings that are learnt from, by user and by item.
public struct RatingTraining: Sendable {
  /// Users × items, each row in the order of the source.
  public let byUser: SparseRows
  /// Items × users, likewise.
  public let byItem: SparseRows
  /// The mean of all ratings.
  public let mean: Double
  /// The range to which a prediction is cut.
  public let scale: ClosedRange<Double>

  /// Takes the rows at these places of the interactions; there must be one.
  public init(_ interactions: Interactions, places: [Int]) {
    precondition(!places.isEmpty, "nothing to learn from")
    byUser = interactions.ratings(of: places)
    byItem = SparseRows(
      rowCount: interactions.items.count, columnCount: interactions.users.count,
      entries: places.lazy.map { place in
        let row = interactions.rows[place]
        return .init(row: row.item, column: row.user, value: row.rating)
      })
    mean = places.reduce(0) { $0 + Double(interactions.rows[$1].rating) } / Double(places.count)
    let range = interactions.scale ?? 0...0
    scale = Double(range.lowerBound)...Double(range.upperBound)
  }

  func isKnown(user: Int) -> Bool { !byUser.range(user).isEmpty }
  func isKnown(item: Int) -> Bool { !byItem.range(item).isEmpty }
}

extension RatingTraining {
  /// Estimates pairs that are gathered by one of their sides, `group`: `prepare` sums what all pairs of a group need, into a
  /// scratch value of its worker, and `estimate` reads it. A group is left out where `isKnown` says so.
  func estimates<Scratch>(
    for pairs: [UserItem], by group: @Sendable (UserItem) -> Int32, of groups: Int, workers: Int,
    scratch: @Sendable () -> Scratch, isKnown: @Sendable (Int) -> Bool,
    prepare: @Sendable (Int, inout Scratch) -> Void, estimate: @Sendable (UserItem, inout Scratch) -> Double?
  ) -> [Double?] {
    let asked = SparseRows(
      rowCount: groups, columnCount: max(1, pairs.count),
      entries: pairs.enumerated().map { .init(row: group($1), column: Int32($0), value: 0) })
    var estimates = [Double?](repeating: nil, count: pairs.count)
    estimates.withUnsafeMutableBufferPointer { estimates in
      nonisolated(unsafe) let estimates = estimates
      inParallel(groups, block: 8, workers: workers, scratch: scratch) { block, scratch in
        for row in block where !asked.range(row).isEmpty && isKnown(row) {
          prepare(row, &scratch)
          for place in asked.range(row) {
            let pair = Int(asked.columns[place])
            estimates[pair] = estimate(pairs[pair], &scratch)
          }
        }
      }
    }
    return estimates
  }
}

/// A user's place and an item's.
public struct UserItem: Sendable, Hashable {
  public var user: Int32
  public var item: Int32

  public init(user: Int32, item: Int32) {
    self.user = user
    self.item = item
  }
}

/// Predicts the rating that a user would give an item.
public protocol RatingPredictor: Sendable {
  /// A prediction for each pair, not cut to the scale; nil where the model has nothing to go by.
  func estimates(for pairs: [UserItem]) -> [Double?]
}

extension RatingPredictor {
  /// Predictions cut to the scale; the mean rating where the model has nothing to go by, or has run away to infinity.
  public func predictions(for pairs: [UserItem], training: RatingTraining) -> [Double] {
    estimates(for: pairs).map { estimate in
      let known = estimate.flatMap { $0.isFinite ? $0 : nil } ?? training.mean
      return min(max(known, training.scale.lowerBound), training.scale.upperBound)
    }
  }
}
