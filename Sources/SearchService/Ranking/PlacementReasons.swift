public import Catalog
import Ranking
import Understanding

/// The reasons for a product's place, in a merchandiser's words.
extension SearchService {
  /// The reasons of a page's products, the weightiest first. The page's search must have asked why.
  public func reasons(of page: SearchPage) async throws -> [ProductID: [String]] {
    let ids = page.products.map(\.id)
    guard !ids.isEmpty else { return [:] }
    var reasons: [ProductID: [String]] = [:]
    let run = begin(page.input)
    for pin in page.plan.effects.pins where ids.contains(pin.product) {
      let isInStock = page.products.first { $0.id == pin.product }?.isInStock ?? false
      reasons[pin.product, default: []].append(
        isInStock
          ? "Pinned to place \(pin.place) by the rule \(pin.rule)"
          : "The rule \(pin.rule) pins it to place \(pin.place), which it takes when it is in stock again")
    }
    for weight in page.plan.effects.weights {
      let verb = weight.factor >= 1 ? "Boosted" : "Buried"
      let times = weight.factor >= 1 ? weight.factor : 1 / weight.factor
      for id in try await retriever.products(ids, meeting: weight.filters, in: run) {
        reasons[id, default: []].append(
          "\(verb) \(times.shortText) times by the rule \(weight.rule): it has \(weight.text)")
      }
    }
    let whole = await retriever.fullMatches(of: page, in: run)
    for product in page.products {
      if let words = words(of: product.id, page, whole) { reasons[product.id, default: []].append(words) }
      if let row = page.ranking?.rows[product.id] { reasons[product.id, default: []] += PlacementWords.of(row) }
      if !product.isInStock {
        reasons[product.id, default: []].append("Sold out, so that what is in stock stands before it")
      }
    }
    return reasons
  }

  private func words(of product: ProductID, _ page: SearchPage, _ whole: Set<ProductID>?) -> String? {
    guard !page.plan.isEmpty else { return nil }
    let (words, filters) = (page.plan.words, page.plan.filters.map { "\($0.label)" }.joined(separator: ", "))
    let asked = [words.isEmpty ? nil : "“\(words)”", filters.isEmpty ? nil : filters].compactMap { $0 }
    let text = asked.joined(separator: " with ")
    switch page.relaxedTo {
    case nil: return "Has every word of the search: \(text)"
    case .everyWordFirst?:
      guard let whole else { return "Has words of the search: \(text)" }
      return whole.contains(product) ? "Has every word of the search: \(text)" : "Has some words of the search: \(text)"
    case .everyWord?, .mostWords?, .anyWord?: return "Has some words of the search: \(text)"
    case .anyPrice?: return "Has every word of the search, at another price: \(text)"
    case .mentioned?: return "Is described with the words of the search: \(text)"
    case .category?: return "Is of the category that the search names"
    }
  }
}

/// The words of a score's parts: each group of features by what it says of a product.
enum PlacementWords {
  /// A smaller part decides nothing.
  private static let leastPart = 0.005
  private static let maxWords = 3

  private static let words: [(features: Set<String>, up: String, down: String)] = [
    (
      ["text_score", "text_place", "every_word", "title_share", "title_focus"], "its words fit the search well",
      "other products fit the words better"
    ),
    (
      ["popularity_7", "popularity_30", "popularity_180"], "shoppers look at it and buy it",
      "hardly anybody looks at it"
    ),
    (["click_rate"], "it is clicked more often than others in its place", "it is seldom clicked where it is shown"),
    (["purchase_rate"], "who looks at it buys it more often", "who looks at it seldom buys it"),
    (["price", "price_place", "discount"], "its price", "its price"),
    (["in_stock", "stock"], "there is stock of it", "there is little stock of it"),
    (["age"], "its age in the shop", "its age in the shop"),
    (["rating", "rating_count"], "it is rated well", "it is rated poorly"),
    (
      [
        "category_affinity", "brand_affinity", "price_fit", "collaborative", "likeness", "interest", "bought_before",
      ], "it fits this shopper", "it fits this shopper less"
    ),
  ]

  /// `Raised because shoppers look at it and buy it (+0.04)`; of a model whose score is not a sum, the values alone.
  static func of(_ row: ShownRanking.Row) -> [String] {
    guard let parts = row.parts else { return ["Ordered by the learned model from its words, sales, clicks and price"] }
    let sums = words.map { entry -> (up: String, down: String, sum: Double) in
      let sum = RankingFeature.all.indices.reduce(0) { sum, place in
        entry.features.contains(RankingFeature.all[place].name) ? sum + parts[place] : sum
      }
      return (entry.up, entry.down, sum)
    }
    return sums.filter { abs($0.sum) >= leastPart }.sorted { abs($1.sum) < abs($0.sum) }.prefix(maxWords).map { entry in
      let points = Int(saturating: (abs(entry.sum) * 100).rounded())
      return entry.sum > 0
        ? "Raised because \(entry.up) (+\(points) points)" : "Lowered because \(entry.down) (−\(points) points)"
    }
  }
}
