public import Catalog
public import Understanding

/// A product as a preview shows it.
public struct PreviewProduct: Sendable, Hashable {
  public var id: ProductID
  public var title: String
  public var brand: String?
  public var pictureURL: String?
  public var isInStock: Bool
  /// `£12.50`
  public var price: String
  /// The reasons for its place, in a merchandiser's words.
  public var reasons: [String]

  public init(
    id: ProductID, title: String, brand: String?, pictureURL: String?, isInStock: Bool, price: String,
    reasons: [String] = []
  ) {
    self.id = id
    self.title = title
    self.brand = brand
    self.pictureURL = pictureURL
    self.isInStock = isInStock
    self.price = price
    self.reasons = reasons
  }
}

/// The first results of a query under some rules.
public struct PreviewResults: Sendable, Hashable {
  public var products: [PreviewProduct]
  public var total: Int
  /// How the query was understood, step by step.
  public var steps: [String]
  public var effects: RuleEffects
  public var redirect: String?

  public init(
    products: [PreviewProduct], total: Int, steps: [String], effects: RuleEffects, redirect: String?
  ) {
    self.products = products
    self.total = total
    self.steps = steps
    self.effects = effects
    self.redirect = redirect
  }
}

/// The products alone that a query finds, in their order.
public struct PreviewOrder: Sendable, Hashable {
  public var ids: [ProductID]
  public var total: Int
  /// Whether a product has every word.
  public var isFull: Bool
  public var redirect: String?

  public init(ids: [ProductID], total: Int, isFull: Bool, redirect: String?) {
    self.ids = ids
    self.total = total
    self.isFull = isFull
    self.redirect = redirect
  }
}

/// Searches under rules that are not in force.
public protocol PreviewSearch: Sendable {
  /// `query` may be the page of a category: `/c/dresses`. `moment`: as of then; nil: now.
  func results(
    of query: String, under rules: QueryRules, at moment: Timestamp?, limit: Int
  ) async throws -> PreviewResults
  func order(of query: String, under rules: QueryRules, limit: Int) async throws -> PreviewOrder
}
