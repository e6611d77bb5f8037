import PostgresClient

/// A condition that finds the rows of some ids, and perhaps of a few more, at the price of a few index scans.
///
/// The variants of neighbouring products were mostly made one after the other, so that their ids are a run, but for
/// those that came later. Runs are read as ranges; ids that make no runs are named one by one.
struct IDRanges {
  /// Ids that nobody asked for, for one that somebody did: up to so many a range is read rather than ids one by one,
  /// each of which is a search from the index's root.
  static let mostReadForOne = 3
  /// Ids without which a run still goes on.
  static let widestGap: Int64 = 64
  /// An index scan each.
  static let mostRanges = 64

  private let ranges: [ClosedRange<Int64>]
  private let ids: [Int64]

  init(_ ids: [Int64]) {
    self.ids = ids.sorted()
    var ranges: [ClosedRange<Int64>] = []
    for id in self.ids {
      if let last = ranges.last, id - last.upperBound <= Self.widestGap {
        ranges[ranges.count - 1] = last.lowerBound...id
      } else {
        ranges.append(id...id)
      }
    }
    self.ranges = ranges
  }

  private var areWorthReading: Bool {
    ranges.count <= Self.mostRanges
      && ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } <= ids.count * Self.mostReadForOne
  }

  /// SQL for the column; false for no ids.
  func condition(on column: String) -> String {
    guard !ids.isEmpty else { return "false" }
    guard areWorthReading else {
      return "\(column) = ANY ('{\(ids.map(String.init).joined(separator: ","))}'::bigint[])"
    }
    return ranges.map { "\(column) BETWEEN \($0.lowerBound) AND \($0.upperBound)" }.joined(separator: " OR ")
  }
}
