internal import Glibc

/// How much items are chosen, by category and over a period, what was long ago counting less.
///
/// score(i) = Σ over its choices of value · 2^(−age / half-life).
public struct Popularity: ItemScoring, Equatable {
  public struct Options: Sendable {
    /// Nil counts all choices alike.
    public var halfLifeSeconds: Double?
    /// The period that is counted, by time of the choice; nil counts all.
    public var period: Range<Int64>?
    /// The moment from which ages are counted: the newest choice unless told.
    public var now: Int64?

    public init(halfLifeSeconds: Double? = nil, period: Range<Int64>? = nil, now: Int64? = nil) {
      precondition(halfLifeSeconds.map { $0 > 0 } ?? true, "a half-life is above 0")
      self.halfLifeSeconds = halfLifeSeconds
      self.period = period
      self.now = now
    }
  }

  public let scores: [Float]
  public var itemCount: Int { scores.count }

  public init(scores: [Float]) { self.scores = scores }

  /// Counts rows of interactions, each with its rating as value.
  public init(itemCount: Int, rows: some Collection<Interactions.Row>, options: Options = Options()) {
    let now = options.now ?? rows.lazy.map(\.seconds).max() ?? 0
    var sums = [Double](repeating: 0, count: itemCount)
    for row in rows where options.period?.contains(row.seconds) ?? true {
      let age = max(0, Double(now) - Double(row.seconds))
      sums[Int(row.item)] += Double(row.rating) * (options.halfLifeSeconds.map { exp2(-age / $0) } ?? 1)
    }
    scores = sums.map(Float.init)
  }

  /// The number of users who chose each item of users × items.
  public init(_ rows: SparseRows) {
    var counts = [Float](repeating: 0, count: rows.columnCount)
    for item in rows.columns { counts[Int(item)] += 1 }
    scores = counts
  }

  public func score(_ history: History, into scores: inout [Float]) { scores = self.scores }

  /// The most chosen of each category, best first; `categories` has those of each item.
  public func best(_ count: Int, byCategory categories: [[Int64]]) -> [Int64: [Int32]] {
    precondition(categories.count == scores.count, "an item without its categories")
    var items: [Int64: [Int32]] = [:]
    for (item, all) in categories.enumerated() where scores[item] > 0 {
      for category in all { items[category, default: []].append(Int32(item)) }
    }
    return items.mapValues { items in
      Array(items.sorted { (scores[Int($1)], $0) < (scores[Int($0)], $1) }.prefix(count))
    }
  }
}
