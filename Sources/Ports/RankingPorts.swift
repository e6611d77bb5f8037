public import Catalog
public import Ranking

/// The shop's knowledge of one search's candidates, and of the shopper who searches.
public struct RankingEvidence: Sendable {
  /// By candidate; nil: the product is not known yet.
  public var products: [ProductSignals?]
  /// By candidate: the score of the recommender's tables by the shopper's history; empty without one.
  public var collaborative: [Double]
  public var likeness: [Double]
  /// The same as `collaborative`, by the whole remembered history and not by the last visit above all.
  public var taste: [Double]
  /// nil: a stranger.
  public var shopper: ShopperTaste?
  public var averages: ShopAverages

  public init(
    products: [ProductSignals?], collaborative: [Double] = [], likeness: [Double] = [], taste: [Double] = [],
    shopper: ShopperTaste? = nil, averages: ShopAverages = ShopAverages()
  ) {
    self.taste = taste
    self.products = products
    self.collaborative = collaborative
    self.likeness = likeness
    self.shopper = shopper
    self.averages = averages
  }
}

/// Gives the evidence from memory, and the shopper's deeds from the shop's memory of shoppers.
public protocol RankingKnowledge: Sendable {
  /// `person` nil: a stranger.
  func evidence(on products: [ProductID], for person: Person?) async throws -> RankingEvidence
}

/// The counts of what shoppers did with products.
public protocol ProductConductStore: Sendable {
  /// Counts the last half year anew; returns the number of products.
  func count(now: Timestamp) async throws -> Int
  /// The counts; nil where there are none that are newer than `since`.
  func conduct(countedAfter since: Timestamp?) async throws -> CountedConduct?
}

/// The counts of all products at one moment.
public struct CountedConduct: Sendable {
  public var countedAt: Timestamp
  public var products: [ProductID: ProductConduct]

  public init(countedAt: Timestamp, products: [ProductID: ProductConduct]) {
    self.countedAt = countedAt
    self.products = products
  }
}

/// The feature values of the products that a search showed, in their order.
public struct LoggedFeatures: Sendable, Hashable {
  /// `RankingFeature.schema` of the program that computed them.
  public var schema: Int
  /// `FeatureCode.bytes`, a row for each product.
  public var bytes: [UInt8]

  public init(schema: Int, bytes: [UInt8]) {
    self.schema = schema
    self.bytes = bytes
  }
}

/// A search's page as it was shown, with what the shopper did with its products afterwards.
public struct LoggedImpression: Sendable, Hashable {
  /// The strength of a deed after the page; 0 stands for none.
  public enum Grade {
    public static let click = 1.0
    public static let cart = 2.0
    public static let purchase = 3.0
  }

  public var at: Timestamp
  public var query: String
  /// The place of the first product, from 1.
  public var firstRank: Int
  public var products: [ProductID]
  public var features: LoggedFeatures
  /// By product, as many: the strongest deed within a day.
  public var grades: [Double]

  public init(
    at: Timestamp, query: String, firstRank: Int, products: [ProductID], features: LoggedFeatures, grades: [Double]
  ) {
    self.at = at
    self.query = query
    self.firstRank = firstRank
    self.products = products
    self.features = features
    self.grades = grades
  }
}

/// The log that ranking learns from.
public protocol RankingLog: Sendable {
  /// Reads the newest impressions of shoppers before `until` with feature values of the schema and at least one deed, at
  /// most `limit`, in batches.
  func forEachBatch(
    schema: Int, until: Timestamp, limit: Int, _ body: @Sendable ([LoggedImpression]) async throws -> Void
  ) async throws
}
