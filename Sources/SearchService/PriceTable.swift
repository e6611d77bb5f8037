import Catalog

/// The price rows of all products, packed: 56 bytes a row beside some 60 of each product.
struct PriceTable: Sendable {
  private struct Row {
    var variant: VariantID
    var amount: Int64
    /// Int64.min: none.
    var was: Int64
    var minimumQuantity: Int64
    /// Int64.min and Int64.max: always.
    var from: Int64
    var until: Int64
    /// The place of the list and currency.
    var list: Int32
  }

  private struct ListAndCurrency: Hashable {
    var list: PriceListCode
    var currency: Currency
  }

  private var rows: [ProductID: [Row]] = [:]
  private var lists: [ListAndCurrency] = []
  private var places: [ListAndCurrency: Int32] = [:]

  var productCount: Int { rows.count }

  /// Replaces what is known of `ids`; those without prices in `found` are known to have none.
  mutating func put(_ found: [ProductID: [VariantID: [Price]]], of ids: some Sequence<ProductID>) {
    for id in ids {
      guard let prices = found[id] else {
        rows[id] = nil
        continue
      }
      // In the order of variants; the rows of one keep theirs, because a quote takes the first of equal rows.
      rows[id] = prices.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { variant, prices in
        prices.map { row($0, of: variant) }
      }
    }
  }

  private mutating func row(_ price: Price, of variant: VariantID) -> Row {
    Row(
      variant: variant, amount: price.amount.minorUnits, was: price.wasAmount?.minorUnits ?? .min,
      minimumQuantity: price.minimumQuantity, from: price.validFrom?.microsecondsSinceEpoch ?? .min,
      until: price.validUntil?.microsecondsSinceEpoch ?? .max,
      list: place(ListAndCurrency(list: price.list, currency: price.amount.currency)))
  }

  private mutating func place(_ list: ListAndCurrency) -> Int32 {
    if let known = places[list] { return known }
    let place = Int32(clamping: lists.count)
    lists.append(list)
    places[list] = place
    return place
  }

  /// The rows of a product's variants; nil for a product that the table does not have.
  func prices(of id: ProductID) -> [VariantID: [Price]]? {
    guard let rows = rows[id] else { return nil }
    var prices: [VariantID: [Price]] = [:]
    for row in rows { prices[row.variant, default: []].append(price(row)) }
    return prices
  }

  private func price(_ row: Row) -> Price {
    let (list, currency) = (lists[Int(row.list)].list, lists[Int(row.list)].currency)
    return Price(
      list: list, amount: Money(minorUnits: row.amount, currency: currency),
      wasAmount: row.was == .min ? nil : Money(minorUnits: row.was, currency: currency),
      minimumQuantity: row.minimumQuantity,
      validFrom: row.from == .min ? nil : Timestamp(microsecondsSinceEpoch: row.from),
      validUntil: row.until == .max ? nil : Timestamp(microsecondsSinceEpoch: row.until))
  }
}
