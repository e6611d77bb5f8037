public import Catalog

/// The facts about a product that ranking reads: all from memory, none about a person.
public struct ProductSignals: Sendable, Equatable {
  /// `TitleWords` of the title.
  public var titleWords: [UInt64]
  public var categories: [CategoryID]
  public var leaf: CategoryID?
  public var brand: String?
  /// The lowest retail price.
  public var priceMinorUnits: Int64?
  /// The share of its category's products that cost less, 0 to 1; NaN without a price.
  public var pricePlace: Double
  /// (price before - price) / price before
  public var discountShare: Double
  public var stock: Int64
  public var listedAt: Timestamp
  /// 1 to 5; nil without a rating.
  public var rating: Double?
  public var ratingCount: Int64
  /// nil: nobody has dealt with it yet, or nothing was counted.
  public var conduct: ProductConduct?

  public init(
    titleWords: [UInt64] = [], categories: [CategoryID] = [], leaf: CategoryID? = nil, brand: String? = nil,
    priceMinorUnits: Int64? = nil, pricePlace: Double = .nan, discountShare: Double = 0, stock: Int64 = 1,
    listedAt: Timestamp = Timestamp(microsecondsSinceEpoch: 0), rating: Double? = nil, ratingCount: Int64 = 0,
    conduct: ProductConduct? = nil
  ) {
    self.titleWords = titleWords
    self.categories = categories
    self.leaf = leaf
    self.brand = brand
    self.priceMinorUnits = priceMinorUnits
    self.pricePlace = pricePlace
    self.discountShare = discountShare
    self.stock = stock
    self.listedAt = listedAt
    self.rating = rating
    self.ratingCount = ratingCount
    self.conduct = conduct
  }
}

/// Shoppers' deeds with a product, counted over the last half year.
public struct ProductConduct: Sendable, Equatable {
  /// Sums of the weights of views, clicks, carts and purchases, by the days that they reach back.
  public var interest7: Double
  public var interest30: Double
  public var interest180: Double
  public var views: Double
  public var purchases: Double
  /// Clicks in lists, and those that the places where it was shown would bring a product as attractive as any other.
  public var clicks: Double
  public var looks: Double

  public init(
    interest7: Double = 0, interest30: Double = 0, interest180: Double = 0, views: Double = 0, purchases: Double = 0,
    clicks: Double = 0, looks: Double = 0
  ) {
    self.interest7 = interest7
    self.interest30 = interest30
    self.interest180 = interest180
    self.views = views
    self.purchases = purchases
    self.clicks = clicks
    self.looks = looks
  }
}

/// The shop's averages, to which rates of products with few deeds are drawn.
public struct ShopAverages: Sendable, Equatable {
  /// Clicks for each look; nil where no list was logged.
  public var clickRate: Double?
  /// Purchases for each view; nil where nothing was viewed.
  public var purchaseRate: Double?
  public var rating: Double

  public init(clickRate: Double? = nil, purchaseRate: Double? = nil, rating: Double = 4) {
    self.clickRate = clickRate
    self.purchaseRate = purchaseRate
    self.rating = rating
  }

  /// The averages of all products.
  public init(_ conduct: some Sequence<ProductConduct>, rating: Double = 4) {
    var (clicks, looks, views, purchases) = (0.0, 0.0, 0.0, 0.0)
    for product in conduct {
      clicks += product.clicks
      looks += product.looks
      views += product.views
      purchases += product.purchases
    }
    self.init(
      clickRate: looks > 0 && clicks > 0 ? clicks / looks : nil,
      purchaseRate: views > 0 && purchases > 0 ? purchases / views : nil, rating: rating)
  }
}
