import Catalog
import Understanding

/// A query's results before and after a change, side by side.
public struct Comparison: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public var product: PreviewProduct
    /// Places among the results, from 1; nil where it is not among the first.
    public var before: Int?
    public var after: Int?
    /// The reason of the move, in a merchandiser's words; nil where it did not move.
    public var reason: String?
  }

  public var before: PreviewResults
  public var after: PreviewResults
  /// The products after the change, in their order, and then those that are gone from the first results.
  public let rows: [Row]

  public init(before: PreviewResults, after: PreviewResults) {
    self.before = before
    self.after = after
    var places: [ProductID: Int] = [:]
    for (index, product) in before.products.enumerated() { places[product.id] = index + 1 }
    let pins = Dictionary(
      after.effects.pins.map { ($0.product, $0.place) }, uniquingKeysWith: { first, _ in first })
    var rows = after.products.enumerated().map { index, product in
      let former = places[product.id]
      return Row(
        product: product, before: former, after: index + 1,
        reason: former == index + 1 ? nil : Self.reason(of: product, from: former, pins: pins, after))
    }
    let shown = Set(after.products.map(\.id))
    rows += before.products.enumerated().filter { !shown.contains($0.element.id) }.map { index, product in
      Row(
        product: product, before: index + 1, after: nil,
        reason: after.effects.hidden.contains(product.id)
          ? "hidden by a rule" : "others stand before it, or it no longer fits")
    }
    self.rows = rows
  }

  public var isChanged: Bool { rows.contains { $0.before != $0.after } || before.total != after.total }

  private static func reason(
    of product: PreviewProduct, from former: Int?, pins: [ProductID: Int], _ after: PreviewResults
  ) -> String {
    if let place = pins[product.id], product.isInStock { return "pinned to place \(place)" }
    if !after.effects.weights.isEmpty { return "lifted or sunk by \(after.effects.applied.joined(separator: ", "))" }
    if former == nil { return "newly found" }
    return "moved by others"
  }
}
