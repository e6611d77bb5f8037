public import Catalog

/// A price row of a variant.
public struct VariantPrice: Sendable, Hashable {
  public var product: ProductID
  public var variant: VariantID
  public var price: Price

  public init(product: ProductID, variant: VariantID, price: Price) {
    self.product = product
    self.variant = variant
    self.price = price
  }
}

/// A product whose prices may have changed, as the outbox notes it.
public struct ProductChange: Sendable, Hashable {
  public var cursor: OutboxCursor
  public var product: ProductID
  /// Whether every older transaction has ended, so that no change before this one can still come.
  public var isSettled: Bool

  public init(cursor: OutboxCursor, product: ProductID, isSettled: Bool) {
    self.cursor = cursor
    self.product = product
    self.isSettled = isSettled
  }
}

/// All prices of the shop, and word of the products whose prices may have changed.
public protocol PriceSource: Sendable {
  /// A cursor before all changes that are not visible yet.
  func captureCursor() async throws -> OutboxCursor
  /// The committed changes after the cursor, oldest first, including those that wait for an older open transaction.
  func changes(after cursor: OutboxCursor, limit: Int) async throws -> [ProductChange]
  /// The products after this one, in the order of their ids.
  func productIDs(after: ProductID?, limit: Int) async throws -> [ProductID]
  /// Every price row of every variant of these products, expired and future ones too, by product and variant.
  func prices(of ids: [ProductID]) async throws -> [VariantPrice]
}
