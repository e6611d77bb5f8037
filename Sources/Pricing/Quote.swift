public import Catalog

/// What one piece costs now, by which list.
public struct Quote: Sendable, Hashable {
  public var list: PriceListCode
  public var amount: Money
  /// The price before the reduction; only where it is higher.
  public var wasAmount: Money?

  public init(list: PriceListCode, amount: Money, wasAmount: Money? = nil) {
    self.list = list
    self.amount = amount
    self.wasAmount = wasAmount
  }
}

/// Quotes the price of one piece of a variant: the one function by which every price is shown and charged.
///
/// Takes the rows that are valid at `time` and for `quantity`, of the first list of `lists` that has any (a contract's
/// list before the retail one); among those the row with the highest quantity step, then the lowest amount. Nothing
/// about the shopper enters but the lists of the contract. nil: it has no price, and is not for sale.
public func quote(_ prices: [Price], lists: [PriceListCode] = [.retail], quantity: Int64 = 1, at time: Timestamp)
  -> Quote?
{
  for list in lists {
    // Places and no copies of prices: a search quotes a page of products, an index all of them.
    var best: Int?
    for place in prices.indices where prices[place].list == list && prices[place].isValid(for: quantity, at: time) {
      if let better = best,
        // A higher step first, then a lower amount.
        (prices[place].minimumQuantity, prices[better].amount.minorUnits)
          <= (prices[better].minimumQuantity, prices[place].amount.minorUnits)
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
    minimumQuantity <= quantity && validFrom.map { $0 <= time } ?? true && validUntil.map { time < $0 } ?? true
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
