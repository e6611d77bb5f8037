extension ItemWeights {
  /// Two models as one table: (1 − share) · this + share · other, each scaled first so that its items' greatest weights are 1
  /// on average. Each item keeps the weights of the greatest magnitude.
  public func mixed(with other: ItemWeights, share: Float, keeping limit: Int) -> ItemWeights {
    precondition(itemCount == other.itemCount && (0...1).contains(share) && limit > 0)
    let (ownScale, otherScale) = ((1 - share) / meanGreatest, share / other.meanGreatest)
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<itemCount {
      var sums: [Int32: Float] = [:]
      for place in rows.range(row) { sums[rows.columns[place], default: 0] += ownScale * rows.values[place] }
      for place in other.rows.range(row) {
        sums[other.rows.columns[place], default: 0] += otherScale * other.rows.values[place]
      }
      let kept = sums.sorted { (abs($1.value), $0.key) < (abs($0.value), $1.key) }.prefix(limit)
      for (column, value) in kept.sorted(by: { $0.key < $1.key }) {
        columns.append(column)
        values.append(value)
      }
      offsets.append(columns.count)
    }
    return ItemWeights(rows: SparseRows(columnCount: itemCount, offsets: offsets, columns: columns, values: values))
  }

  /// The mean over the items of their greatest weight; 1 where there is none.
  private var meanGreatest: Float {
    let greatest = (0..<itemCount).compactMap { row in rows.range(row).lazy.map { rows.values[$0] }.max() }
    let sum = greatest.reduce(0.0) { $0 + Double(max(0, $1)) }
    return sum > 0 ? Float(sum / Double(greatest.count)) : 1
  }
}
