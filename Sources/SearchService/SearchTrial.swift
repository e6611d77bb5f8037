public import Catalog
public import Understanding

/// The products of a search alone, for measuring.
public struct SearchTrial: Sendable {
  /// In the order in which they are shown.
  public var ids: [ProductID]
  public var total: Int
  /// The meaning by which they were found.
  public var plan: QueryPlan

  /// Whether a product has every word.
  public var isFull: Bool { total > 0 && (plan.strictness == .everyWord || plan.strictness == .everyWordFirst) }
}
