/// Translates offsets in a filtered text to offsets in the text before the filter, in UTF-16 code units.
struct OffsetCorrections: Sendable {
  /// From `offset` in the filtered text on, `difference` must be added.
  private var steps: [(offset: Int, difference: Int)] = []

  var isEmpty: Bool { steps.isEmpty }

  /// The last recorded difference.
  var lastDifference: Int { steps.last?.difference ?? 0 }

  /// Records that offsets from `offset` on differ by `difference`; replaces an earlier record at the same offset.
  mutating func add(offset: Int, difference: Int) {
    if let last = steps.last, last.offset == offset {
      steps[steps.count - 1].difference = difference
    } else {
      steps.append((offset, difference))
    }
  }

  /// The offset in the text before the filter.
  func corrected(_ offset: Int) -> Int {
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? offset : offset + steps[low - 1].difference
  }
}
