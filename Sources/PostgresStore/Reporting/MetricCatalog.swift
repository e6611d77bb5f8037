import Ports

/// The catalogue of metrics: one place for name, formula, unit, SQL and dimensions. Tile, page, API and export read it.
enum MetricCatalog {
  /// The rows that a metric's sums are of.
  enum Source: Sendable {
    /// `analytics.trade_day`; by product and category `analytics.trade_product_day`, which lacks the columns of orders.
    case trade
    case visits
    case searches
    /// Variants, their stock and cost as they are now.
    case stock
  }

  struct Entry: Sendable {
    let metric: Metric
    let source: Source
    /// Sums over the source's rows.
    let numerator: String
    /// The value is numerator / denominator; nil: the numerator alone.
    let denominator: String?
  }

  static let all: [Entry] = trade + orders + visits + searches + stock

  static func entry(_ code: String) -> Entry? { all.first { $0.metric.code == code } }

  private static func entry(
    _ code: String, _ title: String, _ formula: String, _ unit: Metric.Unit, _ source: Source,
    _ dimensions: [Metric.Dimension], better isBetterHigher: Bool?, _ numerator: String, over denominator: String? = nil
  ) -> Entry {
    Entry(
      metric: Metric(
        code: code, title: title, formula: formula, unit: unit, isBetterHigher: isBetterHigher, dimensions: dimensions),
      source: source, numerator: numerator, denominator: denominator)
  }

  private static let all3: [Metric.Dimension] = [.day, .category, .product]

  private static let trade: [Entry] = [
    entry(
      "gross_sales", "Gross sales", "Units ordered × price, on the day of the order", .money, .trade, all3,
      better: true,
      "sum(sold)"),
    entry(
      "returns", "Returns", "Units returned × price, on the day of the return", .money, .trade, all3, better: false,
      "sum(returned)"),
    entry(
      "net_sales", "Net sales", "Gross sales − returns", .money, .trade, all3, better: true, "sum(sold - returned)"),
    entry("units_sold", "Units sold", "Units ordered", .count, .trade, all3, better: true, "sum(units)"),
    entry(
      "return_rate", "Return rate", "Returns / gross sales", .share, .trade, all3, better: false, "sum(returned)",
      over: "sum(sold)"),
    entry(
      "gross_margin", "Gross margin", "Net sales − today's cost of the net units, of products with a cost", .money,
      .trade, all3, better: true, "sum(costed - cost)"),
    entry(
      "margin_rate", "Margin rate", "Gross margin / net sales, of products with a cost", .share, .trade, all3,
      better: true, "sum(costed - cost)", over: "sum(costed)"),
    entry(
      "search_sales", "Sales by search",
      "Gross sales of products that the person clicked in a search in the 24 hours before",
      .money, .trade, all3, better: true, "sum(searched)"),
    entry(
      "recommended_sales", "Sales by recommendations",
      "Gross sales of products that the person last clicked in a row of recommendations, in the 24 hours before",
      .money,
      .trade, all3, better: true, "sum(recommended)"),
  ]

  private static let orders: [Entry] = [
    entry("orders", "Orders", "Different orders with a price", .count, .trade, [.day], better: true, "sum(orders)"),
    entry(
      "order_value", "Mean order", "Gross sales / orders", .money, .trade, [.day], better: true, "sum(sold)",
      over: "sum(orders)"),
    entry(
      "returning_rate", "Returning customers",
      "Orders of people who had ordered on a day before / orders of known people",
      .share, .trade, [.day], better: true, "sum(returning_orders)", over: "sum(known_orders)"),
  ]

  private static let visits: [Entry] = [
    entry("visits", "Visits", "Different people by day", .count, .visits, [.day], better: true, "sum(visits)"),
    entry(
      "cart_rate", "Visits with a basket", "Visits that added to the basket / visits", .share, .visits, [.day],
      better: true, "sum(carts)", over: "sum(visits)"),
    entry(
      "conversion", "Conversion", "Visits that ordered / visits", .share, .visits, [.day], better: true,
      "sum(purchases)", over: "sum(visits)"),
  ]

  private static let searches: [Entry] = [
    entry(
      "searches", "Searches", "A visitor's different queries by day, in UTC", .count, .searches, [.day], better: nil,
      "sum(searches)"),
    entry(
      "zero_result_rate", "Searches that found nothing", "Searches without a product / searches", .share, .searches,
      [.day],
      better: false, "sum(found_nothing)", over: "sum(searches)"),
    entry(
      "search_click_rate", "Searches with a click", "Searches that led to a product / searches", .share, .searches,
      [.day],
      better: true, "sum(clicked)", over: "sum(searches)"),
  ]

  private static let stock: [Entry] = [
    entry(
      "stock_value", "Stock at cost", "Units on hand × cost, of variants with a cost", .money, .stock,
      [.category, .product], better: nil, "sum(on_hand * cost)"),
    entry(
      "stockout_rate", "Out of stock", "Listed variants without a unit on hand / listed variants", .share, .stock,
      [.category, .product], better: false, "count(*) FILTER (WHERE on_hand = 0)", over: "count(*)"),
    entry(
      "stock_cover", "Cover", "Units on hand / units sold a day in the last 28 days", .days, .stock,
      [.category, .product], better: nil, "sum(on_hand)", over: "sum(sold_units) / 28.0"),
    entry(
      "sell_through", "Sell-through", "Units sold in the last 28 days / (units sold + units on hand)", .share, .stock,
      [.category, .product], better: true, "sum(sold_units)", over: "sum(sold_units + on_hand)"),
    entry(
      "gmroi", "Return on stock (GMROI)",
      "Gross margin of the last 28 days × 13 / stock at cost", .ratio, .stock, [.category, .product], better: true,
      "sum(margin) * 13", over: "sum(on_hand * cost)"),
  ]
}
