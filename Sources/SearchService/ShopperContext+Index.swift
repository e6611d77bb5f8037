import Catalog
import SearchDSL

extension ShopperContext {
  /// The field of the index with the prices that this shopper sees.
  var priceField: String { "price.\(priceLists.first ?? .retail)" }

  /// The products that this shopper sees at such a price, in minor units; both ends inside.
  func priced(from lower: Int64?, to upper: Int64?) -> Query {
    .range(
      RangeQuery(
        field: priceField, lower: lower.map { .inclusive(.int($0)) }, upper: upper.map { .inclusive(.int($0)) }))
  }
}
