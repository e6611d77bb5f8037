import Catalog
internal import Glibc

/// The product's own features, and how other shoppers took to it.
extension RankingFeature {
  static let product: [RankingFeature] = [
    popularity("popularity_7", \.interest7, days: 7),
    popularity("popularity_30", \.interest30, days: 30),
    popularity("popularity_180", \.interest180, days: 180),
    RankingFeature(
      "click_rate", .product, range: -2...2,
      "ln((clicks + 10 m) / (looks + 10) / m), m the shop's clicks for each look; looks fall with the place shown"
    ) { window in
      window.rate(window.averages.clickRate, { $0.clicks }, { $0.looks }, prior: 10)
    },
    RankingFeature(
      "purchase_rate", .product, range: -2...2,
      "ln((purchases + 20 m) / (views + 20) / m), m the shop's purchases for each view"
    ) { window in
      window.rate(window.averages.purchaseRate, { $0.purchases }, { $0.views }, prior: 20)
    },
    RankingFeature("price", .product, range: -3...3, "ln(price / the window's median price)") { window in
      let prices = window.candidates.compactMap { $0.signals?.priceMinorUnits }.filter { $0 > 0 }.sorted()
      guard !prices.isEmpty else { return window.values { _ in .nan } }
      let median = Double(prices[prices.count / 2])
      return window.facts { $0.priceMinorUnits.map { $0 > 0 ? log(Double($0) / median) : .nan } ?? .nan }
    },
    RankingFeature("price_place", .product, "the share of its category's products that cost less") { window in
      window.facts(\.pricePlace)
    },
    RankingFeature("discount", .product, "(price before - price) / price before") { window in
      window.facts(\.discountShare)
    },
    RankingFeature("in_stock", .product, monotone: 1, "1 if it can be bought now, else 0") { window in
      window.facts { $0.stock > 0 ? 1 : 0 }
    },
    RankingFeature("stock", .product, "ln(1 + pieces) / ln(1001)") { window in
      window.facts { log(1 + Double(max(0, $0.stock))) / log(1_001) }
    },
    RankingFeature("age", .product, "ln(1 + days since the release) / ln(3651)") { window in
      window.facts { signals in
        let age = Double(window.now.microsecondsSinceEpoch - signals.listedAt.microsecondsSinceEpoch) / 86_400e6
        return log(1 + max(0, age)) / log(3_651)
      }
    },
    RankingFeature(
      "rating", .product, "((stars · ratings + 10 m) / (ratings + 10) - 1) / 4, m the shop's mean rating"
    ) { window in
      window.facts { signals in
        let (count, mean) = (Double(max(0, signals.ratingCount)), window.averages.rating)
        return (((signals.rating ?? mean) * count + 10 * mean) / (count + 10) - 1) / 4
      }
    },
    RankingFeature("rating_count", .product, "ln(1 + ratings) / the greatest of the window") { window in
      window.sharesOfGreatest { $0.signals.map { log(1 + Double(max(0, $0.ratingCount))) } ?? .nan }
    },
  ]

  private static func popularity(
    _ name: String, _ interest: @escaping @Sendable (ProductConduct) -> Double, days: Int
  ) -> RankingFeature {
    RankingFeature(
      name, .product, "ln(1 + interest of the last \(days) days) / the greatest of the window"
    ) { window in
      window.sharesOfGreatest { $0.signals.map { log(1 + max(0, $0.conduct.map(interest) ?? 0)) } ?? .nan }
    }
  }
}

extension RankingWindow {
  /// A rate against the shop's average, drawn to it by as many chances as `prior`; NaN where the shop has none.
  fileprivate func rate(
    _ mean: Double?, _ successes: (ProductConduct) -> Double, _ chances: (ProductConduct) -> Double, prior: Double
  ) -> [Double] {
    guard let mean, mean > 0 else { return candidates.map { _ in .nan } }
    return facts { signals in
      guard let conduct = signals.conduct else { return 0 }
      return log((max(0, successes(conduct)) + prior * mean) / (max(0, chances(conduct)) + prior) / mean)
    }
  }
}
