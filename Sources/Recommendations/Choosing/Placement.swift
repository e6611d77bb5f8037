/// A place of the shop that shows recommendations.
public enum Placement: String, Sendable, CaseIterable {
  case home, product, cart, category, account
  case noResults = "no_results"

  /// The rows that the place shows, in their order.
  public var kinds: [RecommendationKind] {
    switch self {
    case .home: [.forYou, .becauseYouViewed, .trending, .newForYou, .buyAgain, .recentlyViewed]
    case .product: [.boughtTogether, .similar, .completeTheLook, .upsell, .recentlyViewed]
    case .cart: [.crossSell, .boughtTogether, .forYou]
    case .category: [.forYou, .trending, .newForYou]
    case .noResults: [.forYou, .trending, .recentlyViewed]
    case .account: [.buyAgain, .forYou, .recentlyViewed]
    }
  }
}

/// The kind of a row.
public enum RecommendationKind: String, Sendable, CaseIterable {
  case forYou = "for_you"
  case similar
  case boughtTogether = "bought_together"
  case completeTheLook = "complete_the_look"
  case crossSell = "cross_sell"
  case upsell
  case recentlyViewed = "recently_viewed"
  case trending
  case newForYou = "new_for_you"
  case buyAgain = "buy_again"
  case becauseYouViewed = "because_you_viewed"

  /// Whether the row is the shopper's own record, in its own order: no rule, no diversity, no exploration.
  var isRecord: Bool { self == .recentlyViewed || self == .buyAgain }
}
