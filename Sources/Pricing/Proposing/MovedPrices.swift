public import Catalog

/// Prices of a product's variants that follow its lowest one: a proposal is about that, and keeps the distances between
/// sizes and colours.
public enum MovedPrices {
  /// A variant's price would be none that may be published.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// The new amounts, each the old one times `price ÷ current`, rounded half up. Refuses amounts below a variant's cost.
  public static func amounts(
    _ variants: [(amount: Int64, cost: Int64?)], from current: Int64, to price: Int64, in currency: Currency
  ) throws(Refusal) -> [Int64] {
    func text(_ amount: Int64) -> String { Money(minorUnits: amount, currency: currency).displayText }
    guard current > 0, price > 0 else { throw Refusal(description: "a price must be above 0") }
    guard variants.map(\.amount).min() == current else {
      throw Refusal(
        description:
          "the price is no longer \(text(current)), which the proposal was made for: wait for the next proposals")
    }
    var moved: [Int64] = []
    for variant in variants {
      let amount = variant.amount == current ? price : variant.amount.scaled(by: price, over: current)
      if let cost = variant.cost, amount < cost {
        throw Refusal(description: "a variant would cost \(text(amount)), below its cost of \(text(cost))")
      }
      moved.append(amount)
    }
    return moved
  }
}
