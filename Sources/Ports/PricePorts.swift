public import Catalog

/// A product that changed, as the outbox notes it.
public struct ProductChange: Sendable, Hashable {
  public var cursor: OutboxCursor
  public var product: ProductID
  /// Whether no older transaction is open: no change before this one can still come.
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
  /// The committed changes after the cursor, oldest first, also those that an open transaction holds back from the index.
  func changes(after cursor: OutboxCursor, limit: Int) async throws -> [ProductChange]
  /// The products after this one, in the order of their ids.
  func productIDs(after: ProductID?, limit: Int) async throws -> [ProductID]
  /// Every price row of every variant of these products, also expired and future ones.
  func prices(of ids: [ProductID]) async throws -> [ProductID: [VariantID: [Price]]]
}
