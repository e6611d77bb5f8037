internal import Glibc

/// How the entries of users × items are weighted before items are compared, as `implicit` (Frederickson) does.
public enum InteractionWeighting: Sendable, Equatable {
  /// Each item's users as a vector of length 1: the similarity is the cosine.
  case cosine
  /// √value · idf(u), idf(u) = ln(items / (1 + |N(u)|)), then as cosine: a user of many items tells less.
  case tfidf
  /// value · (k1 + 1) / (value + k1 (1 − b + b · sum(i) / mean sum)) · idf(u); similarities are not cut to 0…1.
  case bm25(k1: Float, b: Float)

  public static let bm25 = InteractionWeighting.bm25(k1: 1.2, b: 0.75)

  /// Users × items, weighted.
  func weighted(_ rows: SparseRows) -> SparseRows {
    switch self {
    case .cosine: return Self.normalised(rows)
    case .tfidf:
      let idf = Self.userWeights(rows)
      return Self.normalised(rows.mapValues { user, _, value in value.squareRoot() * idf[user] })
    case .bm25(let k1, let b):
      precondition(k1 >= 0 && (0...1).contains(b), "BM25 needs a k1 of 0 or more and a b from 0 to 1")
      let idf = Self.userWeights(rows)
      let sums = Self.sums(rows) { $0 }
      let mean = sums.reduce(0, +) / Double(max(1, sums.count))
      let lengths = sums.map { Float(1 - Double(b) + Double(b) * $0 / mean) }
      return rows.mapValues { user, item, value in
        value * (k1 + 1) / (k1 * lengths[item] + value) * idf[user]
      }
    }
  }

  private static func userWeights(_ rows: SparseRows) -> [Float] {
    (0..<rows.rowCount).map { Float(log(Double(rows.columnCount)) - log1p(Double(rows.range($0).count))) }
  }

  private static func normalised(_ rows: SparseRows) -> SparseRows {
    let lengths = sums(rows) { $0 * $0 }.map { $0.squareRoot() }
    return rows.mapValues { _, item, value in lengths[item] > 0 ? Float(Double(value) / lengths[item]) : 0 }
  }

  private static func sums(_ rows: SparseRows, of term: (Double) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.columnCount)
    for (item, value) in zip(rows.columns, rows.values) { sums[Int(item)] += term(Double(value)) }
    return sums
  }
}
