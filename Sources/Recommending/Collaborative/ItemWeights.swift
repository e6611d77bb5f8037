/// Weights from item to item: the form of item kNN, of a shortened EASE and of co-purchase. A score is
/// s(j) = Σ over the history's items i of value(i) · w(i, j).
public struct ItemWeights: Explaining, Equatable {
  /// Row i holds the items j that i speaks for.
  public let rows: SparseRows

  public var itemCount: Int { rows.columnCount }

  public init(rows: SparseRows) {
    precondition(rows.rowCount == rows.columnCount, "weights from item to item are square")
    self.rows = rows
  }

  public func score(_ history: History, into scores: inout [Float]) {
    for item in scores.indices { scores[item] = 0 }
    for (item, value) in zip(history.items, history.values) {
      for place in rows.range(Int(item)) { scores[Int(rows.columns[place])] += value * rows.values[place] }
    }
  }

  /// The items that an item speaks most for, best first.
  public func neighbours(of item: Int32, atMost count: Int) -> [(item: Int32, weight: Float)] {
    let places = rows.range(Int(item)).sorted {
      (rows.values[$1], rows.columns[$0]) < (rows.values[$0], rows.columns[$1])
    }
    return places.prefix(count).map { (rows.columns[$0], rows.values[$0]) }
  }

  public func contributions(to item: Int32, from history: History) -> [Contribution] {
    zip(history.items, history.values).compactMap { seen, value in
      rows.range(Int(seen)).first { rows.columns[$0] == item }
        .map { Contribution(item: seen, share: value * rows.values[$0]) }
    }.sorted { $0.share > $1.share }
  }
}
