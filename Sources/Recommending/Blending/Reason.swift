/// Why an item is recommended, from the data.
public enum Reason: Sendable, Equatable {
  /// The shopper saw this item, which speaks most for the recommended one.
  case becauseYouViewed(Int32)
  /// The shopper bought it.
  case becauseYouBought(Int32)
  /// Others bought the recommended item together with this one, which is on screen or in the cart.
  case boughtWith(Int32)
  /// It is much like this item by what both say of themselves.
  case similarTo(Int32)
  case popularInCategory(Int64)
  case trending
  case newInCategory(Int64)
  /// Shown to learn whether it is liked.
  case exploration

  /// The role of an item in a history.
  public enum Seen: Sendable { case viewed, bought, inCart }

  /// The reason of the item that brought most of a score; nil where none brought a part above 0.
  public static func of(_ contributions: [Contribution], seen: (_ item: Int32) -> Seen) -> Reason? {
    guard let first = contributions.first, first.share > 0 else { return nil }
    switch seen(first.item) {
    case .viewed: return .becauseYouViewed(first.item)
    case .bought: return .becauseYouBought(first.item)
    case .inCart: return .boughtWith(first.item)
    }
  }
}
