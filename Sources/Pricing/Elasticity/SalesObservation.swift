public import Catalog

/// The sales of a product on a day (or in a week) at one price.
public struct SalesObservation: Hashable, Sendable {
  public var product: String
  public var brand: String?
  public var category: String?
  public var day: CalendarDay
  public var units: Double
  public var price: Double
  public var isPromoted: Bool
  /// The goods ran out on this day, so that sales say nothing about demand.
  public var isStockedOut: Bool

  public init(
    product: String, brand: String? = nil, category: String? = nil, day: CalendarDay, units: Double, price: Double,
    isPromoted: Bool = false, isStockedOut: Bool = false
  ) {
    self.product = product
    self.brand = brand
    self.category = category
    self.day = day
    self.units = units
    self.price = price
    self.isPromoted = isPromoted
    self.isStockedOut = isStockedOut
  }
}

/// The rows of a sales file, read by their headings.
public struct SalesFile: Sendable {
  public var observations: [SalesObservation]

  public static let maxRows = 10_000_000
  static let maxUnits = 1e12
  static let maxPrice = 1e10

  /// Observations that a shop counted itself.
  public init(observations: [SalesObservation]) { self.observations = observations }

  /// The first row is the heading: `product` (or `sku`), `date` (or `day`, `week`), `units` (or `sales`, `quantity`),
  /// `price`; and where present `brand`, `category`, `promoted` (or `promotion`, `feat`), `stocked_out`.
  ///
  /// A file without products is about one product per brand, or about one; a file without dates has its rows in order.
  public init(rows: [[String]]) throws(PriceFileError) {
    guard let heading = rows.first else { throw PriceFileError(path: "line 1", reason: "the file has no heading") }
    guard rows.count <= Self.maxRows else {
      throw PriceFileError(path: "", reason: "has more than \(Self.maxRows) rows")
    }
    let names = heading.map { $0.lowercased() }
    func column(_ accepted: [String]) -> Int? { accepted.lazy.compactMap { names.firstIndex(of: $0) }.first }
    func required(_ accepted: [String]) throws(PriceFileError) -> Int {
      guard let place = column(accepted) else {
        throw PriceFileError(
          path: "line 1", reason: "has no column \(accepted.joined(separator: " or ")), only \(heading.prefix(40))")
      }
      return place
    }
    let units = try required(["units", "sales", "quantity"])
    let price = try required(["price"])
    let product = column(["product", "sku"])
    let date = column(["date", "day", "week"])
    let brand = column(["brand"])
    let category = column(["category"])
    let promoted = column(["promoted", "promotion", "feat"])
    let stockedOut = column(["stocked_out", "stockout"])
    observations = []
    observations.reserveCapacity(rows.count - 1)
    for (place, row) in rows.enumerated().dropFirst() {
      let path = "line \(place + 1)"
      guard row.count == names.count else {
        throw PriceFileError(path: path, reason: "has \(row.count) fields, the heading \(names.count)")
      }
      guard let sold = Double(row[units]), (0...Self.maxUnits).contains(sold) else {
        throw PriceFileError(path: path, reason: "units \(row[units].prefix(40)) are not 0 to 1e12")
      }
      guard let charged = Double(row[price]), charged > 0, charged <= Self.maxPrice else {
        throw PriceFileError(path: path, reason: "price \(row[price].prefix(40)) is not above 0 and up to 1e10")
      }
      let day = try date.map { (date) throws(PriceFileError) in try Self.day(row[date], path) }
      let maker = brand.map { row[$0] }
      observations.append(
        SalesObservation(
          product: product.map { row[$0] } ?? maker ?? "all", brand: maker, category: category.map { row[$0] },
          day: day ?? CalendarDay(daysSinceEpoch: Int64(place)), units: sold, price: charged,
          isPromoted: promoted.map { Self.isTrue(row[$0]) } ?? false,
          isStockedOut: stockedOut.map { Self.isTrue(row[$0]) } ?? false))
    }
    guard !observations.isEmpty else { throw PriceFileError(path: "", reason: "has a heading and no rows") }
  }

  private static func isTrue(_ text: String) -> Bool { ["1", "true", "yes"].contains(text.lowercased()) }

  /// A date, or a number of a day or week.
  private static func day(_ text: String, _ path: String) throws(PriceFileError) -> CalendarDay {
    if let day = CalendarDay(text) { return day }
    guard let number = Int64(text), (-1_000_000...1_000_000).contains(number) else {
      throw PriceFileError(path: path, reason: "date \(text.prefix(40)) is neither such as 2026-12-01 nor a number")
    }
    return CalendarDay(daysSinceEpoch: number)
  }

  /// The observations of each product in order of days; rows of one day are one observation with the mean price.
  public func byProduct() -> [(product: String, days: [SalesObservation])] {
    Dictionary(grouping: observations, by: \.product).sorted { $0.key < $1.key }.map { product, rows in
      let days = Dictionary(grouping: rows, by: \.day).sorted { $0.key < $1.key }.map { _, rows -> SalesObservation in
        var day = rows[0]
        guard rows.count > 1 else { return day }
        day.units = rows.reduce(0) { $0 + $1.units }
        day.price =
          day.units > 0
          ? rows.reduce(0) { $0 + $1.units * $1.price } / day.units
          : rows.reduce(0) { $0 + $1.price } / Double(rows.count)
        day.isPromoted = rows.contains(where: \.isPromoted)
        day.isStockedOut = rows.contains(where: \.isStockedOut)
        return day
      }
      return (product, days)
    }
  }
}
