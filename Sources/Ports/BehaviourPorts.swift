public import Catalog

/// The retailer's own name for a customer: up to 64 characters.
public struct CustomerCode: Hashable, Sendable, CustomStringConvertible {
  public static let maxBytes = 64
  public let text: String

  /// nil if `text` is empty, too long, or has control characters.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= Self.maxBytes, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
      return nil
    }
    self.text = text
  }

  public var description: String { text }
}

/// A person as the shop meets one: a browser, or a customer who signed in or is named by an order.
public enum Person: Hashable, Sendable {
  case visitor(VisitorID)
  case customer(CustomerCode)
}

/// A shopper's pseudonym in the history: 64 bits of a keyed hash, from which the person cannot be computed.
public struct ShopperID: Hashable, Sendable, Comparable {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static func < (left: ShopperID, right: ShopperID) -> Bool { left.rawValue < right.rawValue }
}

/// A deed of a shopper towards one product.
public enum InteractionKind: String, Sendable, CaseIterable {
  case view
  case click
  case addToCart = "add_to_cart"
  case removeFromCart = "remove_from_cart"
  case purchase
  /// A purchase sent back or cancelled.
  case returned = "return"
  case rating
  case dismiss

  /// The strength of the interest that one such deed shows: 1 for a view; negative where it shows the contrary.
  ///
  /// A rating of 1 to 5 stars weighs from -2 to 2 around three stars; `weight(rating:)` gives it.
  public var weight: Double {
    switch self {
    case .view: 1
    case .click: 1
    case .addToCart: 3
    case .removeFromCart: -2
    case .purchase: 5
    case .returned: -4
    case .rating: 0
    case .dismiss: -3
    }
  }

  /// The kinds that show that a product rises.
  public static let rising: [InteractionKind] = [.view, .click, .addToCart, .purchase]

  public static func weight(rating stars: Double) -> Double { stars - 3 }
}

/// One deed of one shopper, as training and profiles read it.
public struct Interaction: Sendable, Hashable {
  public var shopper: ShopperID
  public var product: ProductID
  public var kind: InteractionKind
  /// `kind.weight`, or that of the given stars.
  public var weight: Double
  public var at: Timestamp

  public init(shopper: ShopperID, product: ProductID, kind: InteractionKind, weight: Double, at: Timestamp) {
    self.shopper = shopper
    self.product = product
    self.kind = kind
    self.weight = weight
    self.at = at
  }
}

/// The whole history, for training. Robots, floods and shoppers without consent are not in it.
public protocol InteractionHistory: Sendable {
  /// Reads the interactions from `since` on and before `until`, in batches of some thousands and in constant memory.
  ///
  /// A batch is in no order; a visitor's deeds carry the customer's pseudonym once the visitor signed in.
  func forEachBatch(
    since: Timestamp, until: Timestamp, _ body: @Sendable ([Interaction]) async throws -> Void
  ) async throws
}

/// A shopper's tastes, from the last interactions with time decay.
public struct ShopperProfile: Sendable, Hashable {
  public struct Attribute: Sendable, Hashable {
    public var code: String
    public var value: String

    public init(code: String, value: String) {
      self.code = code
      self.value = value
    }
  }

  /// Shares of the shopper's interest, each from 0 to 1; together at most 1.
  public var categories: [CategoryID: Double]
  public var brands: [BrandID: Double]
  public var attributes: [Attribute: Double]
  /// The geometric mean of the prices looked at, in minor units; nil without one.
  public var priceLevelMinorUnits: Double?
  /// The decayed sum of the interactions' weights: how much is known of the shopper. 0 for a stranger.
  public var evidence: Double

  public init(
    categories: [CategoryID: Double] = [:], brands: [BrandID: Double] = [:], attributes: [Attribute: Double] = [:],
    priceLevelMinorUnits: Double? = nil, evidence: Double = 0
  ) {
    self.categories = categories
    self.brands = brands
    self.attributes = attributes
    self.priceLevelMinorUnits = priceLevelMinorUnits
    self.evidence = evidence
  }
}

/// The shop's knowledge of one shopper now: an event that was answered is in it.
public protocol ShopperMemory: Sendable {
  /// The shopper that a person is in the history; a visitor who signed in is the customer.
  func shopper(of person: Person) async throws -> ShopperID
  /// At most 100 interactions, the newest first.
  func recent(of shopper: ShopperID, limit: Int) async throws -> [Interaction]
  func profile(of shopper: ShopperID) async throws -> ShopperProfile
}

/// A product with its weight beside others of a list.
public struct WeightedProduct: Sendable, Hashable {
  public var product: ProductID
  public var weight: Double

  public init(product: ProductID, weight: Double) {
    self.product = product
    self.weight = weight
  }
}

/// The products that shoppers view or buy together, and those that rise now.
public protocol ProductAffinity: Sendable {
  /// Products viewed by the same shoppers within a session, the most frequent first; at most 100.
  func viewed(with product: ProductID, limit: Int) async throws -> [WeightedProduct]
  /// Products bought by the same shoppers within a day, the most frequent first; at most 100.
  func bought(with product: ProductID, limit: Int) async throws -> [WeightedProduct]
  /// The products with the most interest lately, which halves in a day.
  func trending(limit: Int) async throws -> [WeightedProduct]
}
