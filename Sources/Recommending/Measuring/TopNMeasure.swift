internal import Ranking
public import Threading

/// How good lists of recommendations are on held-out choices, and what they show of the catalog.
///
/// Each user with a held-out choice counts once: the items that the model learnt from the user are left out of the list,
/// then recall@k = hits / |held out|, nDCG@k = Σ over hits of 1 / log₂(rank + 1), over that of the ideal list
/// (`RankingMetrics`).
public struct TopNMeasure: Sendable {
  public let users: Int
  public let recall: Double
  public let ndcg: Double
  public let bias: PopularityBias

  /// Whose lists are measured and against what.
  public struct HeldOut: Sendable {
    /// Users × items that were learnt from.
    public var train: SparseRows
    /// Users × items that were held out.
    public let test: SparseRows
    /// Users × items that no list may show; `train` unless told.
    public let leftOut: SparseRows
    public let depth: Int

    public init(train: SparseRows, test: SparseRows, leftOut: SparseRows? = nil, depth: Int = 20) {
      precondition(depth > 0 && train.rowCount == test.rowCount && train.columnCount == test.columnCount)
      self.train = train
      self.test = test
      self.leftOut = leftOut ?? train
      self.depth = depth
    }

    /// The users who have a held-out choice.
    public var users: [Int] { (0..<test.rowCount).filter { !test.range($0).isEmpty } }
  }

  /// Sets the scores of all items for a user.
  public typealias Scorer = @Sendable (_ user: Int, _ history: History, _ scores: inout [Float]) -> Void

  /// Measures any scorer; nil where nobody has a held-out choice.
  public init?(_ heldOut: HeldOut, workers: Int = availableProcessors, scorer: Scorer) {
    let users = heldOut.users
    guard !users.isEmpty else { return nil }
    let lists = Self.lists(heldOut, users, workers, scorer)
    var (recall, ndcg) = (0.0, 0.0)
    for (user, list) in zip(users, lists) {
      let ratings = Dictionary(
        heldOut.test.range(user).map { (heldOut.test.columns[$0], 1.0) }, uniquingKeysWith: { first, _ in first })
      recall += RankingMetrics.recall(of: list, ratings: ratings, at: heldOut.depth) ?? 0
      ndcg += RankingMetrics.nDCG(of: list, ratings: ratings, at: heldOut.depth) ?? 0
    }
    self.users = users.count
    self.recall = recall / Double(users.count)
    self.ndcg = ndcg / Double(users.count)
    bias = PopularityBias(lists: lists, train: heldOut.train)
  }

  /// Measures a model that scores by the history alone.
  public init?(_ heldOut: HeldOut, model: some ItemScoring, workers: Int = availableProcessors) {
    self.init(heldOut, workers: workers) { _, history, scores in model.score(history, into: &scores) }
  }

  /// The nDCG of one list, whose wanted items all have the gain 1.
  static func ndcg(of list: [Int32], wanted: Set<Int32>, depth: Int) -> Double {
    RankingMetrics.nDCG(
      of: list, ratings: Dictionary(uniqueKeysWithValues: wanted.map { ($0, 1.0) }), at: depth) ?? 0
  }

  private static func lists(
    _ heldOut: HeldOut, _ users: [Int], _ workers: Int, _ scorer: Scorer
  ) -> [[Int32]] {
    var lists = [[Int32]](repeating: [], count: users.count)
    lists.withUnsafeMutableBufferPointer { lists in
      nonisolated(unsafe) let lists = lists
      let itemCount = heldOut.train.columnCount
      inParallel(
        users.count, block: 16, workers: workers, scratch: { [Float](repeating: 0, count: itemCount) }
      ) { block, scores in
        for place in block {
          scorer(users[place], History(heldOut.train, user: users[place]), &scores)
          for left in heldOut.leftOut.range(users[place]) { scores[Int(heldOut.leftOut.columns[left])] = -.infinity }
          lists[place] = Ranked.best(heldOut.depth, of: scores)
        }
      }
    }
    return lists
  }
}
