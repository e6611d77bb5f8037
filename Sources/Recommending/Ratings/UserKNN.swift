public import Threading

/// The ratings of the users most alike, weighted by likeness: Surprise's KNNBasic.
///
/// sim(u, v) = 1 / (msd + 1), msd the mean of (r(u, i) − r(v, i))² over the items that both rated; 0 where there is none.
/// r̂ = Σ sim(u, v) r(v, i) / Σ sim(u, v) over the k most alike who rated i; equally alike ones stand in the order of the
/// source. The similarities of one user are summed when they are asked for.
public struct UserKNN: RatingPredictor {
  public struct Options: Sendable {
    public var neighbours = 40
    /// With fewer neighbours there is no estimate.
    public var leastNeighbours = 1

    public init() {}
  }

  private let training: RatingTraining
  private let options: Options
  private let workers: Int

  public init(_ training: RatingTraining, options: Options = Options(), workers: Int = availableProcessors) {
    precondition(options.neighbours > 0, "kNN needs a neighbour")
    self.training = training
    self.options = options
    self.workers = workers
  }

  private struct Likeness {
    var squares: [Double]
    var common: [Int32]
    var neighbours: [(similarity: Double, rating: Double)] = []
  }

  public func estimates(for pairs: [UserItem]) -> [Double?] {
    let users = training.byUser.rowCount
    return training.estimates(
      for: pairs, by: \.user, of: users, workers: workers,
      scratch: { Likeness(squares: .init(repeating: 0, count: users), common: .init(repeating: 0, count: users)) },
      isKnown: training.isKnown(user:), prepare: compare
    ) { pair, likeness in estimate(item: Int(pair.item), &likeness) }
  }

  private func compare(_ user: Int, _ likeness: inout Likeness) {
    let (byUser, byItem) = (training.byUser, training.byItem)
    for other in likeness.squares.indices {
      likeness.squares[other] = 0
      likeness.common[other] = 0
    }
    for place in byUser.range(user) {
      let rating = Double(byUser.values[place])
      for other in byItem.range(Int(byUser.columns[place])) {
        let difference = rating - Double(byItem.values[other])
        likeness.squares[Int(byItem.columns[other])] += difference * difference
        likeness.common[Int(byItem.columns[other])] += 1
      }
    }
  }

  private func estimate(item: Int, _ likeness: inout Likeness) -> Double? {
    let byItem = training.byItem
    likeness.neighbours.removeAll(keepingCapacity: true)
    for place in byItem.range(item) {
      let other = Int(byItem.columns[place])
      guard likeness.common[other] > 0 else { continue }
      let distance = likeness.squares[other] / Double(likeness.common[other])
      likeness.neighbours.append((1 / (distance + 1), Double(byItem.values[place])))
    }
    guard likeness.neighbours.count >= options.leastNeighbours else { return nil }
    // The sort is stable, as the standard library's is.
    likeness.neighbours.sort { $0.similarity > $1.similarity }
    var (weighted, weight) = (0.0, 0.0)
    for neighbour in likeness.neighbours.prefix(options.neighbours) {
      weighted += neighbour.similarity * neighbour.rating
      weight += neighbour.similarity
    }
    return weighted / weight
  }
}
