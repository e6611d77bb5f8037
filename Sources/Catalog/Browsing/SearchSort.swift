/// How the results are ordered.
public enum SearchSort: String, Sendable, CaseIterable {
  case relevance
  case priceAscending = "price_asc"
  case priceDescending = "price_desc"
  case newest, rating, bestselling, discount
}
