public import Catalog

/// The price of one piece now, and the list that it comes from, straight from the rows of a variant: what result lists
/// and product pages show as long as they have no price book. `PriceQuote` is the price of a cart.
public struct Quote: Sendable, Hashable {
  public var list: PriceListCode
  public var amount: Money
  /// The price before the reduction; set only if it is higher.
  public var wasAmount: Money?

  public init(list: PriceListCode, amount: Money, wasAmount: Money? = nil) {
    self.list = list
    self.amount = amount
    self.wasAmount = wasAmount
  }
}

/// Quotes the price of one piece of a variant from catalog rows, by the order of rows of a `PriceBook` (`rowPrecedes`,
/// `isInForce`): both give the same price for the same rows.
///
/// Uses the rows that are valid at `time` and for `quantity`, from the first list of `lists` that has any (a contract's
/// list before the retail one); of those the row with the highest quantity step, then the lowest amount. Nothing about
/// the shopper matters except the lists of the contract. nil: the variant has no price, and is not for sale.
public func quote(_ prices: [Price], lists: [PriceListCode] = [.retail], quantity: Int64 = 1, at time: Timestamp)
  -> Quote?
{
  for list in lists {
    // Indices instead of copies of prices: a search quotes a page of products, an index all of them.
    var best: Int?
    for place in prices.indices where prices[place].list == list && prices[place].isValid(for: quantity, at: time) {
      if let better = best,
        !rowPrecedes(
          (prices[place].minimumQuantity, prices[place].amount.minorUnits),
          (prices[better].minimumQuantity, prices[better].amount.minorUnits))
      {
        continue
      }
      best = place
    }
    if let best = best.map({ prices[$0] }) {
      let was = best.wasAmount.flatMap {
        $0.currency == best.amount.currency && $0.minorUnits > best.amount.minorUnits ? $0 : nil
      }
      return Quote(list: list, amount: best.amount, wasAmount: was)
    }
  }
  return nil
}

extension Price {
  fileprivate func isValid(for quantity: Int64, at time: Timestamp) -> Bool {
    minimumQuantity <= quantity && isInForce(from: validFrom, until: validUntil, at: time)
  }
}

/// The lowest quote among several variants: the price that a product's card shows ("from £20").
public func lowestQuote(
  _ variants: [ProductSnapshot.Variant], lists: [PriceListCode] = [.retail], quantity: Int64 = 1, at time: Timestamp
) -> Quote? {
  var lowest: Quote?
  for index in variants.indices {
    guard let found = quote(variants[index].prices, lists: lists, quantity: quantity, at: time) else { continue }
    if let known = lowest, found.amount.minorUnits >= known.amount.minorUnits { continue }
    lowest = found
  }
  return lowest
}
