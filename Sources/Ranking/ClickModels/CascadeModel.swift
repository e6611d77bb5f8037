/// The cascade model: a shopper reads from the top, clicks the first product that attracts, and stops,
///
///     P(C_r = 1) = α_r · Π over j < r of (1 − α_j)
///
/// (Craswell and others 2008; Chuklin and others 2015, section 3.4). A page is examined to its first click, so that no
/// expectation is needed: α is clicks / examinations (section 4.1). Later clicks of a page are not used.
public struct CascadeModel: ClickModel {
  /// α by pair; a pair that was never examined is absent.
  public let attraction: [ClickLog.Pair: Double]

  public init(learningFrom log: ClickLog) {
    var attracted = Array(repeating: Expectation(), count: log.pairs.count)
    var isExamined = Array(repeating: false, count: log.pairs.count)
    for page in log.pageRanges {
      for place in page {
        let pair = Int(log.pairOfPlace[place])
        isExamined[pair] = true
        attracted[pair].add(log.clicked[place] ? 1 : 0, of: 1)
        if log.clicked[place] { break }
      }
    }
    attraction = Dictionary(
      uniqueKeysWithValues: log.pairs.indices.filter { isExamined[$0] }.map { (log.pairs[$0], attracted[$0].value) })
  }

  public func relevance(of pair: ClickLog.Pair) -> Double { attraction[pair] ?? ClickLog.prior }

  public func clickProbabilities(query: String, products: [String]) -> [Double] {
    var examined = 1.0
    return products.map { product in
      let alpha = relevance(of: ClickLog.Pair(query: query, product: product))
      defer { examined *= 1 - alpha }
      return examined * alpha
    }
  }
}
