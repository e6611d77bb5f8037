import Recommending

/// 700 ratings of 60 users and 40 items, from a linear congruential generator that any language has in a line: what the
/// peers' recorded figures were measured on.
enum GeneratedInteractions {
  static let rows: Interactions = {
    var state: UInt64 = 20_261_130
    func next(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    var seen: Set<UserItem> = []
    var rows: [Interactions.Row] = []
    while rows.count < 700 {
      let user = next(60)
      let item = next(40) * next(40) / 40
      let rating = min(5, max(1, (user % 4 == item % 4 ? 4 : 2) + next(3) - 1))
      guard seen.insert(UserItem(user: Int32(user), item: Int32(item))).inserted else { continue }
      rows.append(.init(user: Int32(user), item: Int32(item), rating: Float(rating), seconds: Int64(rows.count)))
    }
    return Interactions(
      users: (0..<60).map(String.init), items: (0..<40).map(String.init), rows: rows, hasRatings: true, hasTimes: true)
  }()

  static let part = InteractionSplit.mod5.parts(of: rows, seed: 1)[0]

  /// Rated 3 or more, lists of five.
  static let heldOut = TopNMeasure.HeldOut(
    train: rows.chosen(of: part.train, least: 3), test: rows.chosen(of: part.test, least: 3), depth: 5)

  /// A small matrix of 0, 1 and counts; a cell is filled with the chance 1 / `sparsity`.
  static func matrix(
    _ rows: Int, _ columns: Int, sparsity: Int, counts: Bool, using random: inout some RandomNumberGenerator
  ) -> (sparse: SparseRows, dense: [[Double]]) {
    var dense = [[Double]](repeating: .init(repeating: 0, count: columns), count: rows)
    var entries: [SparseRows.Entry] = []
    for row in 0..<rows {
      for column in 0..<columns where Int.random(in: 0..<sparsity, using: &random) == 0 {
        dense[row][column] = counts ? Double(Int.random(in: 1...5, using: &random)) : 1
        entries.append(.init(row: Int32(row), column: Int32(column), value: Float(dense[row][column])))
      }
    }
    return (SparseRows(rowCount: rows, columnCount: columns, entries: entries), dense)
  }
}
