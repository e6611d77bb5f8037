import Catalog
import Ports

/// The price rows of all products in one array: 48 bytes a row, and a product's rows side by side.
struct PriceTable: Sendable {
  struct Row: Sendable {
    var variant: VariantID
    var amount: Int64
    /// 0: none.
    var was: Int64
    /// Int64.min and Int64.max: always.
    var from: Int64
    var until: Int64
    /// `CatalogLimits.pieces` fits.
    var minimumQuantity: Int32
    /// The place of the list and its currency.
    var list: Int32
  }

  fileprivate struct ListAndCurrency: Hashable {
    var list: PriceListCode
    var currency: Currency
  }

  /// The place of a product's rows.
  private struct Place {
    var start: Int32
    var count: Int32
  }

  private var rows: [Row] = []
  /// Rows that no product has any more.
  private var unused = 0
  private var places: [ProductID: Place] = [:]
  private var lists: [ListAndCurrency] = []
  private var listPlaces: [ListAndCurrency: Int32] = [:]

  /// Fewer unused rows are not worth the copy.
  private static let leastUnused = 4_096

  var productCount: Int { places.count }
  var rowCount: Int { rows.count - unused }

  /// The bytes that the table takes, about: a dictionary has a third of its room free.
  var byteCount: Int {
    rows.capacity * MemoryLayout<Row>.stride
      + places.capacity * (MemoryLayout<ProductID>.stride + MemoryLayout<Place>.stride) * 4 / 3
  }

  /// Replaces the rows of `ids` by those in `prices`, which are by product; a product without any has none.
  mutating func put(_ prices: [VariantPrice], of ids: some Sequence<ProductID>) {
    var found: [ProductID: Range<Int>] = [:]
    var start = 0
    while start < prices.count {
      let end = prices[start...].firstIndex { $0.product != prices[start].product } ?? prices.count
      found[prices[start].product] = start..<end
      start = end
    }
    for id in ids { put(prices[found[id] ?? 0..<0], of: id) }
  }

  private mutating func put(_ prices: ArraySlice<VariantPrice>, of id: ProductID) {
    let old = places[id]
    guard !prices.isEmpty else {
      unused += Int(old?.count ?? 0)
      places[id] = nil
      return
    }
    if let old, old.count >= prices.count {
      for (place, price) in zip(Int(old.start)..., prices) { rows[place] = row(price) }
      unused += Int(old.count) - prices.count
      places[id] = Place(start: old.start, count: Int32(clamping: prices.count))
    } else {
      unused += Int(old?.count ?? 0)
      places[id] = Place(start: Int32(clamping: rows.count), count: Int32(clamping: prices.count))
      for price in prices { rows.append(row(price)) }
    }
  }

  /// Whether unused rows take so much room that a copy without them pays.
  var isSparse: Bool { unused > Self.leastUnused && unused > rows.count / 2 }

  /// Gives back the room of unused rows, and the room beyond the last one.
  mutating func compact() {
    var kept: [Row] = []
    kept.reserveCapacity(rowCount + rowCount / 16)
    for (id, place) in places {
      places[id]?.start = Int32(clamping: kept.count)
      kept += rows[Int(place.start)..<Int(place.start) + Int(place.count)]
    }
    rows = kept
    unused = 0
  }

  private mutating func row(_ found: VariantPrice) -> Row {
    let price = found.price
    return Row(
      variant: found.variant, amount: price.amount.minorUnits, was: price.wasAmount?.minorUnits ?? 0,
      from: price.validFrom?.microsecondsSinceEpoch ?? .min, until: price.validUntil?.microsecondsSinceEpoch ?? .max,
      minimumQuantity: Int32(clamping: price.minimumQuantity),
      list: listPlace(ListAndCurrency(list: price.list, currency: price.amount.currency)))
  }

  private mutating func listPlace(_ list: ListAndCurrency) -> Int32 {
    if let known = listPlaces[list] { return known }
    let place = Int32(clamping: lists.count)
    lists.append(list)
    listPlaces[list] = place
    return place
  }

  /// The rows of products, one product after the other.
  struct Extract: Sendable {
    fileprivate var rows: [Row] = []
    /// Where each product's rows end.
    fileprivate var ends: [Int] = []
    fileprivate var lists: [ListAndCurrency] = []

    /// Calls `body` with the prices of each variant of the product that stands at `place` of the ids that were asked for.
    func forEachVariant(at place: Int, _ body: (VariantID, [Price]) -> Void) {
      var start = place == 0 ? 0 : ends[place - 1]
      var prices: [Price] = []
      while start < ends[place] {
        let variant = rows[start].variant
        prices.removeAll(keepingCapacity: true)
        while start < ends[place], rows[start].variant == variant {
          prices.append(price(rows[start]))
          start += 1
        }
        body(variant, prices)
      }
    }

    private func price(_ row: Row) -> Price {
      let list = lists[Int(row.list)]
      return Price(
        list: list.list, amount: Money(minorUnits: row.amount, currency: list.currency),
        wasAmount: row.was == 0 ? nil : Money(minorUnits: row.was, currency: list.currency),
        minimumQuantity: Int64(row.minimumQuantity),
        validFrom: row.from == .min ? nil : Timestamp(microsecondsSinceEpoch: row.from),
        validUntil: row.until == .max ? nil : Timestamp(microsecondsSinceEpoch: row.until))
    }
  }

  /// A copy of the rows of `ids`, in their order.
  func extract(of ids: [ProductID]) -> Extract {
    var extract = Extract()
    extract.lists = lists
    extract.ends.reserveCapacity(ids.count)
    for id in ids {
      if let place = places[id] {
        extract.rows += rows[Int(place.start)..<Int(place.start) + Int(place.count)]
      }
      extract.ends.append(extract.rows.count)
    }
    return extract
  }
}
