/// The position-based model: a product is clicked if its position is examined and it attracts,
///
///     P(C = 1) = γ_r · α_qd
///
/// (Craswell and others 2008; Chuklin and others 2015, section 3.3), learned by expectation maximisation (section 4.3).
///
/// Only the product of γ and α shows in clicks. The scale is fixed by γ₁ = 1: the first position is always examined.
/// Pages must have been shown with some variety of order, or a position cannot be told from the products shown there.
public struct PositionBasedModel: ClickModel {
  /// α by pair.
  public let attraction: [ClickLog.Pair: Double]
  /// γ by position, the first is 1.
  public let examination: [Double]

  public init(learningFrom log: ClickLog, iterations: Int = 100) {
    precondition(iterations > 0, "a model needs at least one iteration")
    var alpha = Array(repeating: ClickLog.prior, count: log.pairs.count)
    var gamma = Array(repeating: ClickLog.prior, count: log.depth)
    for _ in 0..<iterations {
      var attracted = Array(repeating: Expectation(), count: alpha.count)
      var examined = Array(repeating: Expectation(), count: gamma.count)
      for page in log.pageRanges {
        for place in page {
          let (rank, pair) = (place - page.lowerBound, Int(log.pairOfPlace[place]))
          let (g, a) = (gamma[rank], alpha[pair])
          // P(A = 1 | C) and P(E = 1 | C): both certain after a click.
          let none = 1 - g * a
          attracted[pair].add(log.clicked[place] ? 1 : (1 - g) * a / none, of: 1)
          examined[rank].add(log.clicked[place] ? 1 : g * (1 - a) / none, of: 1)
        }
      }
      alpha = attracted.map(\.value)
      gamma = examined.map(\.value)
    }
    let first = gamma.first ?? 1
    attraction = Dictionary(uniqueKeysWithValues: zip(log.pairs, alpha.map { min(1, $0 * first) }))
    examination = gamma.map { min(1, $0 / first) }
  }

  public func relevance(of pair: ClickLog.Pair) -> Double { attraction[pair] ?? ClickLog.prior }

  public func clickProbabilities(query: String, products: [String]) -> [Double] {
    zip(products, examination).map { product, gamma in
      gamma * relevance(of: ClickLog.Pair(query: query, product: product))
    }
  }
}
