internal import Glibc

/// Likeness of products by their own texts, so that a new one has neighbours at once.
///
/// A product is a vector of tf · idf over the terms that most products have, idf = ln((1 + n) / (1 + df)) + 1, of length 1;
/// the similarity is the cosine (scikit-learn's `TfidfVectorizer`, Salton and Buckley 1988). A shopper is the sum of the
/// history's products, and scores are cosines with that sum.
public struct ContentModel: Explaining, Equatable {
  public static let maxFeatures = 5_000

  /// The features with their idf, by place; in the order of the terms' text.
  public let terms: [String]
  let idf: [Float]
  /// Products × features, each row of length 1 (or 0 for one without a feature).
  public let vectors: SparseRows
  private let byTerm: SparseRows
  private let places: [String: Int32]

  public var itemCount: Int { vectors.rowCount }

  /// Learns the features of these products; of terms that equally many have, the first by text are kept.
  public init(_ products: [ProductText], features: Int = Self.maxFeatures) {
    precondition(features > 0, "a content model needs a feature")
    let all = products.map { $0.terms() }
    var counts: [String: Int] = [:]
    for term in all.lazy.flatMap(\.keys) { counts[term, default: 0] += 1 }
    let kept = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(features).map(\.key).sorted()
    let idf = kept.map { Float(log(Double(1 + products.count) / Double(1 + (counts[$0] ?? 0))) + 1) }
    self.init(terms: kept, idf: idf, vectors: nil, products: all)
  }

  init(terms: [String], idf: [Float], vectors: SparseRows?, products: [[String: Int]] = []) {
    self.terms = terms
    self.idf = idf
    places = Dictionary(zip(terms, terms.indices.lazy.map(Int32.init)), uniquingKeysWith: { first, _ in first })
    let places = places
    self.vectors =
      vectors
      ?? SparseRows(
        rowCount: products.count, columnCount: terms.count,
        entries: products.enumerated().flatMap { row, product in
          Self.vector(product, places, idf).map { .init(row: Int32(row), column: $0.item, value: $0.weight) }
        })
    byTerm = self.vectors.transposed()
  }

  private static func vector(
    _ terms: [String: Int], _ places: [String: Int32], _ idf: [Float]
  ) -> [(item: Int32, weight: Float)] {
    let weights = terms.compactMap { term, count in
      places[term].map { (item: $0, weight: Float(count) * idf[Int($0)]) }
    }.sorted { $0.item < $1.item }
    let length = weights.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
    return weights.map { ($0.item, $0.weight / length) }
  }

  /// The same features with these products after those that are there.
  public func adding(_ products: [ProductText]) -> ContentModel {
    let known = (0..<itemCount).flatMap { row in
      vectors.range(row).map {
        SparseRows.Entry(row: Int32(row), column: vectors.columns[$0], value: vectors.values[$0])
      }
    }
    let new = products.enumerated().flatMap { place, product in
      Self.vector(product.terms(), places, idf).map {
        SparseRows.Entry(row: Int32(itemCount + place), column: $0.item, value: $0.weight)
      }
    }
    let rows = SparseRows(rowCount: itemCount + products.count, columnCount: terms.count, entries: known + new)
    return ContentModel(terms: terms, idf: idf, vectors: rows)
  }

  public func similarity(_ item: Int32, _ other: Int32) -> Float {
    var (left, right) = (vectors.range(Int(item)), vectors.range(Int(other)))
    var sum: Float = 0
    while let first = left.first, let second = right.first {
      if vectors.columns[first] == vectors.columns[second] { sum += vectors.values[first] * vectors.values[second] }
      let isLeftNext = vectors.columns[first] <= vectors.columns[second]
      if vectors.columns[second] <= vectors.columns[first] { right = right.dropFirst() }
      if isLeftNext { left = left.dropFirst() }
    }
    return sum
  }

  public func score(_ history: History, into scores: inout [Float]) {
    for item in scores.indices { scores[item] = 0 }
    var profile = [Float](repeating: 0, count: terms.count)
    for (item, value) in zip(history.items, history.values) {
      for place in vectors.range(Int(item)) { profile[Int(vectors.columns[place])] += value * vectors.values[place] }
    }
    let length = profile.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return }
    for (term, weight) in profile.enumerated() where weight != 0 {
      for place in byTerm.range(term) { scores[Int(byTerm.columns[place])] += weight / length * byTerm.values[place] }
    }
  }

  /// Each item's share of the sum, not divided by its length.
  public func contributions(to item: Int32, from history: History) -> [Contribution] {
    zip(history.items, history.values)
      .map { Contribution(item: $0, share: $1 * similarity($0, item)) }
      .filter { $0.share != 0 }.sorted { $0.share > $1.share }
  }
}
