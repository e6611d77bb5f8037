internal import Statistics
internal import Threading

/// Regression trees on samples of rows and features, averaged (Breiman 2001), with split places at quantiles.
public struct RandomForest: GlobalLearner {
  public let name = "forest"
  public var trees = 60
  public var deepest = 14
  public var leastRowsInLeaf = 8
  public var maxRowsOfTree = 40_000
  public var seed: UInt64

  public init(seed: UInt64 = 1) { self.seed = seed }

  public func trained(on rows: FeatureRows) throws -> any GlobalPredictor {
    let bins = FeatureBins(rows)
    return Forest(
      width: rows.names.count,
      trees: inParallel(trees) { tree in
        var grower = TreeGrower(
          forest: self, bins: bins, targets: rows.targets, random: SplitMix64(seed: seed &+ UInt64(clamping: tree)))
        return grower.grown()
      })
  }
}

private struct Forest: GlobalPredictor {
  let width: Int
  let trees: [Tree]

  func predictions(for rows: FeatureRows) -> [Float] {
    inParallel(rows.count, block: 256) { row in
      var sum: Float = 0
      for tree in trees { sum += tree.value(rows.values, from: row * width) }
      return sum / Float(max(1, trees.count))
    }
  }
}

/// Nodes in arrays. A missing value goes left.
private struct Tree: Sendable {
  var feature: [Int32] = []
  var threshold: [Float] = []
  var left: [Int32] = []
  var right: [Int32] = []
  /// The values of leaves, whose `feature` is −1.
  var value: [Float] = []

  mutating func addLeaf(_ mean: Float) -> Int {
    feature.append(-1)
    threshold.append(0)
    left.append(0)
    right.append(0)
    value.append(mean)
    return feature.count - 1
  }

  func value(_ rows: [Float], from start: Int) -> Float {
    var node = 0
    while feature[node] >= 0 {
      node = Int(rows[start + Int(feature[node])] > threshold[node] ? right[node] : left[node])
    }
    return value[node]
  }
}

/// Each value as the number of its bin, column by column; bins end at quantiles.
private struct FeatureBins: Sendable {
  static let most = 64
  let rows: Int
  let ends: [[Float]]
  let bins: [[UInt8]]

  init(_ table: FeatureRows) {
    let (rows, width) = (table.count, table.names.count)
    self.rows = rows
    var (ends, bins): ([[Float]], [[UInt8]]) = ([], [])
    let stride = max(1, rows / 20_000)
    for column in 0..<width {
      let sample = Swift.stride(from: 0, to: rows, by: stride).map { table.values[$0 * width + column] }
        .filter { !$0.isNaN }.sorted()
      var columnEnds: [Float] = []
      for part in 1..<Self.most where !sample.isEmpty {
        let end = sample[part * (sample.count - 1) / Self.most]
        if columnEnds.last.map({ $0 < end }) ?? true { columnEnds.append(end) }
      }
      ends.append(columnEnds)
      bins.append((0..<rows).map { Self.bin(table.values[$0 * width + column], columnEnds) })
    }
    self.ends = ends
    self.bins = bins
  }

  /// The first bin whose end is not below the value; 0 for no value.
  private static func bin(_ value: Float, _ ends: [Float]) -> UInt8 {
    guard !value.isNaN else { return 0 }
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < value { low = middle + 1 } else { high = middle }
    }
    return UInt8(truncatingIfNeeded: low)
  }
}

private struct TreeGrower {
  let forest: RandomForest
  let bins: FeatureBins
  let targets: [Float]
  var random: SplitMix64
  private var rows: [Int] = []

  init(forest: RandomForest, bins: FeatureBins, targets: [Float], random: SplitMix64) {
    self.forest = forest
    self.bins = bins
    self.targets = targets
    self.random = random
  }

  private struct Work {
    let node: Int
    let range: Range<Int>
    let depth: Int
  }

  private struct Split {
    let feature: Int
    let bin: Int
    let gain: Double
  }

  mutating func grown() -> Tree {
    rows = (0..<min(bins.rows, forest.maxRowsOfTree)).map { _ in random.below(bins.rows) }
    var tree = Tree()
    var work = [Work(node: tree.addLeaf(mean(rows.indices)), range: rows.indices, depth: 0)]
    while let next = work.popLast() {
      guard next.depth < forest.deepest, let split = bestSplit(next.range) else { continue }
      let middle = part(next.range, by: split)
      let (low, high) = (next.range.lowerBound..<middle, middle..<next.range.upperBound)
      let (left, right) = (tree.addLeaf(mean(low)), tree.addLeaf(mean(high)))
      tree.feature[next.node] = Int32(truncatingIfNeeded: split.feature)
      tree.threshold[next.node] = bins.ends[split.feature][split.bin]
      tree.left[next.node] = Int32(truncatingIfNeeded: left)
      tree.right[next.node] = Int32(truncatingIfNeeded: right)
      work.append(Work(node: left, range: low, depth: next.depth + 1))
      work.append(Work(node: right, range: high, depth: next.depth + 1))
    }
    return tree
  }

  private func mean(_ range: Range<Int>) -> Float {
    guard !range.isEmpty else { return 0 }
    return Float(rows[range].reduce(0.0) { $0 + Double(targets[$1]) } / Double(range.count))
  }

  /// The split of a third of the features with the greatest fall of squared error; nil if no split leaves two leaves.
  private mutating func bestSplit(_ range: Range<Int>) -> Split? {
    let least = forest.leastRowsInLeaf
    guard range.count >= 2 * least else { return nil }
    let total = rows[range].reduce(0.0) { $0 + Double(targets[$1]) }
    let whole = total * total / Double(range.count)
    var best: Split?
    for feature in random.permutation(of: bins.ends.count).prefix(max(1, bins.ends.count / 3)) {
      let ends = bins.ends[feature].count
      guard ends > 0 else { continue }
      var sums = [Double](repeating: 0, count: ends + 1)
      var counts = [Int](repeating: 0, count: ends + 1)
      let column = bins.bins[feature]
      for row in rows[range] {
        let bin = Int(column[row])
        sums[bin] += Double(targets[row])
        counts[bin] += 1
      }
      var (sum, count) = (0.0, 0)
      for bin in 0..<ends {
        sum += sums[bin]
        count += counts[bin]
        let rest = range.count - count
        guard count >= least else { continue }
        guard rest >= least else { break }
        let gain = sum * sum / Double(count) + (total - sum) * (total - sum) / Double(rest) - whole
        if gain > best?.gain ?? 1e-9 { best = Split(feature: feature, bin: bin, gain: gain) }
      }
    }
    return best
  }

  private mutating func part(_ range: Range<Int>, by split: Split) -> Int {
    var middle = range.lowerBound
    for place in range where Int(bins.bins[split.feature][rows[place]]) <= split.bin {
      rows.swapAt(place, middle)
      middle += 1
    }
    return middle
  }
}
