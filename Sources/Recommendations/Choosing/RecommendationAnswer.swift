public import Catalog
public import Ports
public import Recommending

/// A request for the rows of a place.
public struct RecommendationRequest: Sendable {
  public static let usualLimit = 12
  public static let maxLimit = 50
  public static let maxCart = 100

  public var placement: Placement
  /// The product on screen.
  public var product: ProductID?
  public var cart: [ProductID]
  public var category: CategoryID?
  /// Products of each row.
  public var limit: Int
  public var person: Person?
  /// The customers that the shopper is one of; what is not for them is not shown.
  public var audience: Audience
  /// Prices of the retail list, in the currency's main units; a product without a price is outside of every range.
  public var prices: ClosedRange<Double>?
  /// The surface that shows the rows, for the rules that ask for it; nil where it is not known.
  public var device: DeviceClass?
  /// Rows to make in place of the placement's.
  public var kinds: [RecommendationKind]?
  /// Whether each score is taken apart.
  public var explains: Bool

  public init(
    placement: Placement, product: ProductID? = nil, cart: [ProductID] = [], category: CategoryID? = nil,
    limit: Int = usualLimit, person: Person? = nil, audience: Audience = .shops,
    prices: ClosedRange<Double>? = nil, device: DeviceClass? = nil, kinds: [RecommendationKind]? = nil,
    explains: Bool = false
  ) {
    self.placement = placement
    self.product = product
    self.cart = Array(cart.prefix(Self.maxCart))
    self.category = category
    self.limit = min(max(1, limit), Self.maxLimit)
    self.person = person
    self.audience = audience
    self.prices = prices
    self.device = device
    self.kinds = kinds
    self.explains = explains
  }
}

/// Why a product is recommended, from the data.
public struct RecommendationReason: Sendable, Hashable {
  public enum Code: String, Sendable, CaseIterable {
    case becauseYouViewed = "because_you_viewed"
    case becauseYouBought = "because_you_bought"
    case boughtWith = "bought_with"
    case similarTo = "similar_to"
    case popular
    case trending
    case new
    case exploration
    case betterThan = "better_than"
    case youViewed = "you_viewed"
    case youBought = "you_bought"
  }

  public var code: Code
  /// The product or category that the words name.
  public var product: ProductID?
  public var category: CategoryID?
  /// For shoppers: `Because you viewed Linen Dress`.
  public var text: String
}

/// A score taken apart.
public struct ScoreExplanation: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    public var name: String
    public var value: Double
  }

  /// The models' scores: `collaborative`, `content` and `collaborative_weight`, or `popularity` and the like.
  public var parts: [Part]
  /// The sum of the parts, before rules.
  public var base: Double
  /// The rules that hold, each of which multiplied the score.
  public var rules: [Part]
  /// The deduction for its likeness to the products before it in the row.
  public var diversityPenalty: Double
  /// The products that brought the score, with their shares.
  public var contributions: [WeightedProduct]
}

/// A recommended product.
public struct RecommendedProduct: Sendable, Hashable {
  public var product: ProductID
  /// After rules; rows of one answer are not comparable with one another.
  public var score: Double
  public var reason: RecommendationReason?
  /// Shown to learn whether it is liked.
  public var isExplored: Bool
  public var explanation: ScoreExplanation?
}

/// A row of recommended products, best first.
public struct RecommendationRow: Sendable, Hashable {
  public var kind: RecommendationKind
  /// For shoppers: `Because you viewed Linen Dress`.
  public var title: String
  public var products: [RecommendedProduct]
}

/// The rows of a place; a row without products is left out.
public struct RecommendationAnswer: Sendable, Hashable {
  public var rows: [RecommendationRow]
  /// The number of the model in the ledger; nil before the first training.
  public var model: Int64?
  /// Names of the parts that did not answer: `profile`, `recommendations`.
  public var degraded: [String]

  public init(rows: [RecommendationRow] = [], model: Int64? = nil, degraded: [String] = []) {
    self.rows = rows
    self.model = model
    self.degraded = degraded
  }
}
