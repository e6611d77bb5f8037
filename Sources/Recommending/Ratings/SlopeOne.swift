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
    let (byUser, byItem) = (training.byUser, training.byItem)
    let asked = SparseRows(
      rowCount: byItem.rowCount, columnCount: max(1, pairs.count),
      entries: pairs.enumerated().map { .init(row: $1.item, column: Int32($0), value: 0) })
    var estimates = [Double?](repeating: nil, count: pairs.count)
    estimates.withUnsafeMutableBufferPointer { estimates in
      nonisolated(unsafe) let estimates = estimates
      inParallel(
        byItem.rowCount, block: 8, workers: workers,
        scratch: {
          Deviations(
            sum: .init(repeating: 0, count: byItem.rowCount), count: .init(repeating: 0, count: byItem.rowCount))
        }
      ) { items, deviations in
        for item in items where !asked.range(item).isEmpty && training.isKnown(item: item) {
          sum(item, into: &deviations)
          for place in asked.range(item) {
            let pair = Int(asked.columns[place])
            let user = Int(pairs[pair].user)
            if training.isKnown(user: user) { estimates[pair] = estimate(byUser, user, deviations) }
          }
        }
      }
    }
    return estimates
  }

  private func sum(_ item: Int, into deviations: inout Deviations) {
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
