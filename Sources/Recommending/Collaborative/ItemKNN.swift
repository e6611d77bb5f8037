public import Threading

/// Item kNN (Sarwar et al. 2001): items are alike that the same users chose; each keeps its most alike.
public enum ItemKNN {
  public struct Options: Sendable {
    public var weighting: InteractionWeighting
    /// Nil keeps every item that shares a user.
    public var neighbours: Int?
    public var workers: Int

    public init(
      weighting: InteractionWeighting = .cosine, neighbours: Int? = 50, workers: Int = availableProcessors
    ) {
      precondition(neighbours.map { $0 > 0 } ?? true, "an item needs a neighbour")
      self.weighting = weighting
      self.neighbours = neighbours
      self.workers = workers
    }
  }

  private typealias Neighbours = (columns: [Int32], values: [Float], counts: [Int])

  /// Learns from users × items, whose values are 1, counts or weights. Equally alike items: the first by place is kept.
  public static func fit(_ rows: SparseRows, options: Options = Options()) -> ItemWeights {
    let byUser = options.weighting.weighted(rows)
    let byItem = byUser.transposed()
    let itemCount = rows.columnCount
    let block = 64
    var blocks = [Neighbours](repeating: ([], [], []), count: (itemCount + block - 1) / block)
    blocks.withUnsafeMutableBufferPointer { blocks in
      nonisolated(unsafe) let blocks = blocks
      inParallel(
        itemCount, block: block, workers: options.workers, scratch: { SimilaritySums(itemCount: itemCount) }
      ) { items, sums in
        var found: Neighbours = ([], [], [])
        for item in items {
          sums.add(item, byItem, byUser)
          let count = sums.take(except: Int32(item), atMost: options.neighbours)
          for place in 0..<count {
            found.columns.append(sums.kept[place].item)
            found.values.append(sums.kept[place].weight)
          }
          found.counts.append(count)
        }
        blocks[items.lowerBound / block] = found
      }
    }
    var offsets = [0]
    offsets.reserveCapacity(itemCount + 1)
    for count in blocks.lazy.flatMap(\.counts) { offsets.append(offsets[offsets.count - 1] + count) }
    return ItemWeights(
      rows: SparseRows(
        columnCount: itemCount, offsets: offsets, columns: blocks.flatMap(\.columns), values: blocks.flatMap(\.values)))
  }
}

/// One item's sums with every other: a dense row, without allocation for an item. Where an item shares users with few, the
/// places in use are listed; else the row is walked whole. Only sums above 0 are neighbours.
private struct SimilaritySums {
  private var sums: [Float]
  /// Places whose sum was 0 when it was added to; one may stand twice where a sum came back to 0.
  private var touched: [Int32] = []
  private var isDense = false
  /// The first `take` of them are the neighbours.
  private(set) var kept: [(weight: Float, item: Int32)]

  init(itemCount: Int) {
    sums = .init(repeating: 0, count: itemCount)
    kept = .init(repeating: (0, 0), count: itemCount)
    touched.reserveCapacity(itemCount)
  }

  mutating func add(_ item: Int, _ byItem: SparseRows, _ byUser: SparseRows) {
    touched.removeAll(keepingCapacity: true)
    let additions = byItem.range(item).reduce(0) { $0 + byUser.range(Int(byItem.columns[$1])).count }
    isDense = additions > sums.count / 4
    byUser.columns.withUnsafeBufferPointer { columns in
      byUser.values.withUnsafeBufferPointer { values in
        sums.withUnsafeMutableBufferPointer { sums in
          for place in byItem.range(item) {
            let weight = byItem.values[place]
            let row = byUser.range(Int(byItem.columns[place]))
            if isDense {
              for other in row { sums[Int(columns[other])] += weight * values[other] }
            } else {
              for other in row {
                let column = Int(columns[other])
                if sums[column] == 0 { touched.append(columns[other]) }
                sums[column] += weight * values[other]
              }
            }
          }
        }
      }
    }
  }

  /// Keeps the greatest sums by ascending place, clears the sums, and gives the number of those kept.
  mutating func take(except item: Int32, atMost limit: Int?) -> Int {
    sums[Int(item)] = 0
    let limit = min(limit ?? kept.count, kept.count)
    if !isDense { touched.sort() }
    return sums.withUnsafeMutableBufferPointer { sums in
      kept.withUnsafeMutableBufferPointer { kept in
        var selection = Selection(kept: kept, limit: limit)
        if isDense {
          for place in sums.indices where sums[place] > selection.least { selection.take(sums[place], Int32(place)) }
          sums.update(repeating: 0)
        } else {
          for place in touched {
            if sums[Int(place)] > selection.least { selection.take(sums[Int(place)], place) }
            sums[Int(place)] = 0
          }
        }
        if selection.isFull { kept[..<selection.count].sort { $0.item < $1.item } }
        return selection.count
      }
    }
  }
}

/// The greatest of weights that come by ascending place; of equal ones the first.
private struct Selection {
  private let kept: UnsafeMutableBufferPointer<(weight: Float, item: Int32)>
  private let limit: Int
  private(set) var count = 0
  /// The bound that a weight must exceed to be taken.
  private(set) var least: Float = 0

  var isFull: Bool { count == limit }

  init(kept: UnsafeMutableBufferPointer<(weight: Float, item: Int32)>, limit: Int) {
    self.kept = kept
    self.limit = limit
  }

  mutating func take(_ weight: Float, _ item: Int32) {
    if isFull {
      kept[0] = (weight, item)
      sink(0)
    } else {
      kept[count] = (weight, item)
      count += 1
      guard isFull else { return }
      for root in (0..<count / 2).reversed() { sink(root) }
    }
    least = kept[0].weight
  }

  /// The heap's first is the one to go: the least, of equal ones the last by place.
  private func sink(_ start: Int) {
    var root = start
    while true {
      var first = 2 * root + 1
      if first >= count { return }
      if first + 1 < count && goesBefore(first + 1, first) { first += 1 }
      guard goesBefore(first, root) else { return }
      kept.swapAt(first, root)
      root = first
    }
  }

  private func goesBefore(_ left: Int, _ right: Int) -> Bool {
    kept[left].weight < kept[right].weight
      || kept[left].weight == kept[right].weight && kept[left].item > kept[right].item
  }
}
