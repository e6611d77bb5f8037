import PostgresClient

/// A condition that finds the rows of some IDs, and perhaps of a few more, at the price of a few index scans.
///
/// The variants of neighbouring products were mostly created one after the other, so that their IDs form a run, except
/// for later additions. Runs are read as ranges; other IDs are named one by one.
struct IDRanges {
  /// Most IDs read for each requested one: up to this ratio a range is read, otherwise single IDs, each of which is a
  /// search from the index's root.
  static let maxReadForOne = 3
  /// The widest gap of missing IDs within a run.
  static let widestGap: Int64 = 64
  /// Most ranges: each is an index scan.
  static let maxRanges = 64

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
    ranges.count <= Self.maxRanges
      && ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } <= ids.count * Self.maxReadForOne
  }

  /// SQL for the column; false for an empty list.
  func condition(on column: String) -> String {
    guard !ids.isEmpty else { return "false" }
    guard areWorthReading else {
      return "\(column) = ANY ('{\(ids.map(String.init).joined(separator: ","))}'::bigint[])"
    }
    return ranges.map { "\(column) BETWEEN \($0.lowerBound) AND \($0.upperBound)" }.joined(separator: " OR ")
  }
}
