public import Threading

/// Slope one (Lemire and Maclachlan 2005), the plain form: r̂ = μᵤ + 1/|Rᵢ(u)| · Σ dev(i, j) over the items j that u rated
/// and that somebody rated together with i; dev(i, j) is the mean of r(v, i) − r(v, j) over those who rated both.
///
/// The deviations of one item are summed when it is asked for, so that no matrix of items × items is held.
public struct SlopeOne: RatingPredictor {
  private let training: RatingTraining
  private let workers: Int

  public init(_ training: RatingTraining, workers: Int = availableProcessors) {
    self.training = training
    self.workers = workers
  }

  private struct Deviations {
    var sum: [Double]
    var count: [Int32]
  }

  public func estimates(for pairs: [UserItem]) -> [Double?] {
    let items = training.byItem.rowCount
    return training.estimates(
      for: pairs, by: \.item, of: items, workers: workers,
      scratch: { Deviations(sum: .init(repeating: 0, count: items), count: .init(repeating: 0, count: items)) },
      isKnown: training.isKnown(item:), prepare: sum
    ) { pair, deviations in
      let user = Int(pair.user)
      return training.isKnown(user: user) ? estimate(training.byUser, user, deviations) : nil
    }
  }

  private func sum(_ item: Int, _ deviations: inout Deviations) {
    let (byUser, byItem) = (training.byUser, training.byItem)
    for other in deviations.sum.indices {
      deviations.sum[other] = 0
      deviations.count[other] = 0
    }
    for place in byItem.range(item) {
      let rating = Double(byItem.values[place])
      for other in byUser.range(Int(byItem.columns[place])) {
        deviations.sum[Int(byUser.columns[other])] += rating - Double(byUser.values[other])
        deviations.count[Int(byUser.columns[other])] += 1
      }
    }
  }

  private func estimate(_ byUser: SparseRows, _ user: Int, _ deviations: Deviations) -> Double {
    var (total, deviation, count) = (0.0, 0.0, 0)
    for place in byUser.range(user) {
      total += Double(byUser.values[place])
      let other = Int(byUser.columns[place])
      guard deviations.count[other] > 0 else { continue }
      deviation += deviations.sum[other] / Double(deviations.count[other])
      count += 1
    }
    let mean = total / Double(byUser.range(user).count)
    return count == 0 ? mean : mean + deviation / Double(count)
  }
}
