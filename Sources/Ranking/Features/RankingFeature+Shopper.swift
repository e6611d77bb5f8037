internal import Glibc

/// How the product fits this shopper; all missing for a stranger.
extension RankingFeature {
  static let shopper: [RankingFeature] = [
    RankingFeature("category_affinity", .shopper, "the share of the shopper's interest in its leaf category") {
      window in
      window.tastes { taste, signals in signals.leaf.map { taste.categories[$0] ?? 0 } ?? .nan }
    },
    RankingFeature("brand_affinity", .shopper, "the share of the shopper's interest in its brand") { window in
      window.tastes { taste, signals in signals.brand.map { taste.brands[$0] ?? 0 } ?? .nan }
    },
    RankingFeature(
      "price_fit", .shopper, "1 - |its price's place in its category - the mean place of what the shopper looks at|"
    ) { window in
      window.tastes { taste, signals in 1 - abs(signals.pricePlace - taste.priceLevel) }
    },
    RankingFeature(
      "collaborative", .shopper, "the recommender's score by the shopper's history / the greatest of the window"
    ) { window in
      window.known(window.sharesOfGreatest(\.collaborative))
    },
    RankingFeature(
      "likeness", .shopper, "its texts' likeness to the shopper's last products / the greatest of the window"
    ) { window in
      window.known(window.sharesOfGreatest(\.likeness))
    },
    RankingFeature(
      "taste", .shopper, range: -4...4,
      "the recommender's score by the shopper's whole history, in standard deviations from the window's mean"
    ) { window in
      window.known(window.standardized(\.taste))
    },
    RankingFeature("interest", .shopper, "ln(1 + the shopper's own interest in the product) / ln(51)") { window in
      guard let shopper = window.shopper, shopper.evidence > 0 else { return window.values { _ in .nan } }
      return window.values { log(1 + (shopper.interest[$0.product] ?? 0)) / log(51) }
    },
    RankingFeature("bought_before", .shopper, "1 if the shopper has bought it, else 0") { window in
      guard let shopper = window.shopper, shopper.evidence > 0 else { return window.values { _ in .nan } }
      return window.values { shopper.bought.contains($0.product) ? 1 : 0 }
    },
    RankingFeature("acquaintance", .shopper, "ln(1 + evidence) / ln(501): how much is known of the shopper") { window in
      window.values { _ in log(1 + (window.shopper?.evidence ?? 0)) / log(501) }
    },
  ]
}

extension RankingWindow {
  /// A value of what is known of the shopper; NaN for a stranger and for a product that is not known.
  fileprivate func tastes(_ value: (ShopperTaste, ProductSignals) -> Double) -> [Double] {
    guard let shopper, shopper.evidence > 0 else { return candidates.map { _ in .nan } }
    return facts { value(shopper, $0) }
  }

  fileprivate func known(_ values: [Double]) -> [Double] {
    (shopper?.evidence ?? 0) > 0 ? values : values.map { _ in .nan }
  }
}
