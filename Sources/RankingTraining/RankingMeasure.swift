import Catalog
import Ranking

/// The quality of an order on pages that were shown in another one.
///
/// A deed at a place that few look at says more: its gain is divided by the chance of a look there, at least a tenth
/// (inverse propensity; Joachims and others 2017).
struct RankingMeasure: Sendable {
  /// By page: nDCG@10 of all deeds.
  let ndcg: [Double]
  /// By page with a purchase: nDCG@10 of purchases alone.
  let purchases: [Double]
  /// Distinct products among the first five of all pages.
  let shownFirst: Int
  /// The share of products that nobody dealt with yet among the first ten.
  let newShare: Double

  private static let leastChance = 0.1
  private static let depth = 10

  /// `scores` nil: the order that was shown.
  init(_ set: ImpressionSet, examination: [Double], scores: ((FeatureTable) -> [Double])?) {
    var (ndcg, purchases, first) = ([Double](), [Double](), Set<ProductID>())
    var (new, placed) = (0, 0)
    let popularity = FeatureTable.places["popularity_180"] ?? 0
    for page in set.pages {
      let values = scores?(page.table) ?? page.products.indices.map { -Double($0) }
      let order = page.products.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
      let chances = page.products.indices.map { place -> Double in
        let place = page.first + place
        return examination.indices.contains(place) ? max(Self.leastChance, examination[place]) : Self.leastChance
      }
      func ratio(_ gain: (Int) -> Double) -> Double? {
        func sum(_ order: [Int]) -> Double {
          order.prefix(Self.depth).enumerated().reduce(0) { $0 + gain($1.element) / Self.discounts[$1.offset] }
        }
        let best = sum(page.products.indices.sorted { gain($0) > gain($1) })
        return best > 0 ? sum(order) / best : nil
      }
      ndcg.append(ratio { RankingMetrics.Gain.exponential.value(page.grades[$0]) / chances[$0] } ?? 0)
      if let value = ratio({ page.grades[$0] >= 3 ? 1 / chances[$0] : 0 }) { purchases.append(value) }
      first.formUnion(order.prefix(5).map { page.products[$0] })
      for row in order.prefix(Self.depth) {
        placed += 1
        let values = page.table.row(row)
        if values[values.startIndex + popularity] == 0 { new += 1 }
      }
    }
    self.ndcg = ndcg
    self.purchases = purchases
    shownFirst = first.count
    newShare = placed > 0 ? Double(new) / Double(placed) : 0
  }

  var meanNDCG: Double { RankingMetrics.mean(ndcg) ?? 0 }
  var meanPurchases: Double? { RankingMetrics.mean(purchases) }

  private static let discounts = (0..<depth).map(RankingMetrics.discount(at:))
}
