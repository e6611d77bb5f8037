import Catalog

/// The contents of a price book as they are read; `PriceBook` checks them.
public struct PriceBookContents: Hashable, Sendable {
  /// Rises with each publication; part of every quote's id.
  public var version: Int64
  /// How long a quote is honoured.
  public var quoteLifetimeSeconds: Int64
  public var lists: [PriceList]
  public var items: [PricedItem]
  public var promotions: [Promotion]
  public var taxes: [TaxRules]

  public init(
    version: Int64, quoteLifetimeSeconds: Int64 = 900, lists: [PriceList], items: [PricedItem],
    promotions: [Promotion] = [], taxes: [TaxRules]
  ) {
    self.version = version
    self.quoteLifetimeSeconds = quoteLifetimeSeconds
    self.lists = lists
    self.items = items
    self.promotions = promotions
    self.taxes = taxes
  }
}

/// Everything that prices depend on at one moment, checked as a whole and never changed: quotes read it without a lock.
///
/// A class, because a quote would count references to each array of a structure.
///
/// Rows stand side by side in one array, in the order in which a quote asks for them: by list (priority, then place in
/// the contents), regular before sale rows, the highest quantity step first, then the lowest amount.
public final class PriceBook: Sendable {
  public let version: Int64
  let lifetimeMicroseconds: Int64
  /// By priority, the highest first.
  let lists: [PriceList]
  /// A number for each list's code and currency, for the quotes' ids.
  let listWords: [UInt64]
  let rows: [Row]
  let items: [Item]
  let places: VariantPlaces
  let histories: [PastPrice]
  let floors: [PriceFloor]
  let categories: [CategoryID]
  let promotions: [Promotion]
  let taxCategories: [TaxCategory]
  let regions: [Region]

  /// A row with the list's adjustment and ending worked out, so that a quote only reads it.
  struct Row: Sendable {
    var list: Int32
    var isSale: Bool
    /// The amount as written; `amount` is after the list's adjustment and ending.
    var written: Int64
    var adjusted: Int64
    var amount: Int64
    /// 0: none.
    var was: Int64
    var minimumQuantity: Int64
    var from: Int64
    var until: Int64
  }

  /// A variant: ranges of the arrays above.
  struct Item: Sendable {
    var variant: VariantID
    var product: ProductID?
    var brand: BrandID?
    var rows: Range<Int32>
    var history: Range<Int32>
    var floors: Range<Int32>
    var categories: Range<Int32>
    var taxCategory: Int32
    var content: Content?
  }

  struct Region: Sendable {
    var region: TaxRegion
    var rounding: TaxRounding
    var rates: [Rate]

    struct Rate: Sendable {
      var category: Int32
      var rate: Share
      var from: Int64
      var until: Int64
    }
  }

  public var itemCount: Int { items.count }

  /// Checks the contents and builds the book; nothing is built of contents with a fault.
  public init(_ contents: PriceBookContents) throws(PriceBookFaults) {
    try PriceBookCheck.check(contents)
    var builder = PriceBookBuilder(contents)
    for item in contents.items { builder.add(item) }
    version = contents.version
    lifetimeMicroseconds = contents.quoteLifetimeSeconds * 1_000_000
    lists = builder.lists
    listWords = builder.lists.map { UInt64(fnv1aOf: "\($0.currency) \($0.code)".utf8) }
    rows = builder.rows
    items = builder.items
    places = VariantPlaces(of: builder.items.map(\.variant))
    histories = builder.histories
    floors = builder.floors
    categories = builder.categories
    promotions = contents.promotions.sorted { ($1.priority, $0.code) < ($0.priority, $1.code) }
    taxCategories = builder.taxCategories
    regions = builder.regions(contents.taxes)
  }

  /// The place of the region's rules; those of the country for a part without its own.
  func region(_ region: TaxRegion) -> Int? {
    // Few regions: a scan of whole numbers is faster than a hash.
    if let place = regions.firstIndex(where: { $0.region == region }) { return place }
    let country = region.country
    return country == region ? nil : regions.firstIndex { $0.region == country }
  }
}

/// The place of each variant: a hash table with open addressing, four times as fast as a dictionary.
struct VariantPlaces: Sendable {
  private struct Slot {
    var variant: Int64
    /// -1: free.
    var place: Int32
  }

  private var slots: [Slot]
  private let shift: UInt64

  init(of variants: [VariantID]) {
    var bits: UInt64 = 4
    while 1 << bits < variants.count * 2 { bits += 1 }
    slots = Array(repeating: Slot(variant: 0, place: -1), count: 1 << bits)
    shift = 64 - bits
    for (place, variant) in variants.enumerated() {
      var slot = start(variant)
      while slots[slot].place >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Slot(variant: variant.rawValue, place: Int32(clamping: place))
    }
  }

  @inline(__always)
  private func start(_ variant: VariantID) -> Int {
    // Multiplicative hashing (Knuth, TAOCP 3, 6.4).
    Int(truncatingIfNeeded: (UInt64(bitPattern: variant.rawValue) &* SplitMix64.step) >> shift)
  }

  @inline(__always)
  subscript(variant: VariantID) -> Int? {
    var slot = start(variant)
    while slots[slot].place >= 0 {
      if slots[slot].variant == variant.rawValue { return Int(slots[slot].place) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }
}

/// Sorts contents that were checked into the book's arrays.
private struct PriceBookBuilder {
  let lists: [PriceList]
  private let ranks: [PriceListCode: Int32]
  private(set) var rows: [PriceBook.Row] = []
  private(set) var items: [PriceBook.Item] = []
  private(set) var histories: [PastPrice] = []
  private(set) var floors: [PriceFloor] = []
  private(set) var categories: [CategoryID] = []
  private(set) var taxCategories: [TaxCategory] = []
  private var taxPlaces: [TaxCategory: Int32] = [:]

  init(_ contents: PriceBookContents) {
    let order = contents.lists.indices.sorted {
      (contents.lists[$1].priority, $0) < (contents.lists[$0].priority, $1)
    }
    lists = order.map { contents.lists[$0] }
    ranks = Dictionary(uniqueKeysWithValues: lists.enumerated().map { ($1.code, Int32(clamping: $0)) })
    items.reserveCapacity(contents.items.count)
    rows.reserveCapacity(contents.items.reduce(0) { $0 + $1.rows.count })
  }

  mutating func add(_ item: PricedItem) {
    var own = item.rows.map { row($0, in: ranks[$0.price.list] ?? 0) }
    derive(&own, of: item)
    own.sort(by: PriceBook.Row.comesFirst)
    items.append(
      PriceBook.Item(
        variant: item.variant, product: item.product, brand: item.brand, rows: Self.append(own, to: &rows),
        history: Self.append(item.history.sorted { $0.from < $1.from }, to: &histories),
        floors: Self.append(item.floors, to: &floors), categories: Self.append(item.categories, to: &categories),
        taxCategory: taxPlace(item.taxCategory), content: item.content))
  }

  /// Rows of lists that take those of another list, where they have none of their own.
  private func derive(_ own: inout [PriceBook.Row], of item: PricedItem) {
    for (rank, list) in lists.enumerated() {
      let rank = Int32(clamping: rank)
      guard let basis = list.basis, !own.contains(where: { $0.list == rank }) else { continue }
      own += item.rows.filter { $0.price.list == basis && !$0.isSale }.map { row($0, in: rank) }
    }
  }

  private func row(_ row: PriceRow, in rank: Int32) -> PriceBook.Row {
    let list = lists[Int(rank)]
    let written = row.price.amount.minorUnits
    // A sale price is a decision about one amount: no list changes it.
    let adjusted = row.isSale ? written : list.adjustment.added(to: written)
    let ended = row.isSale ? adjusted : list.ending?.applied(to: adjusted) ?? adjusted
    return PriceBook.Row(
      list: rank, isSale: row.isSale, written: written, adjusted: adjusted, amount: ended,
      was: row.price.wasAmount.map(\.minorUnits) ?? 0, minimumQuantity: row.price.minimumQuantity,
      from: row.price.validFrom?.microsecondsSinceEpoch ?? .min,
      until: row.price.validUntil?.microsecondsSinceEpoch ?? .max)
  }

  private mutating func taxPlace(_ category: TaxCategory) -> Int32 {
    if let known = taxPlaces[category] { return known }
    let place = Int32(clamping: taxCategories.count)
    taxCategories.append(category)
    taxPlaces[category] = place
    return place
  }

  mutating func regions(_ taxes: [TaxRules]) -> [PriceBook.Region] {
    taxes.map { rules in
      PriceBook.Region(
        region: rules.region, rounding: rules.rounding,
        rates: rules.rates.map {
          PriceBook.Region.Rate(
            category: taxPlace($0.category), rate: $0.rate, from: $0.validFrom?.microsecondsSinceEpoch ?? .min,
            until: $0.validUntil?.microsecondsSinceEpoch ?? .max)
        })
    }
  }

  private static func append<Element>(_ new: [Element], to all: inout [Element]) -> Range<Int32> {
    let start = Int32(clamping: all.count)
    all += new
    return start..<Int32(clamping: all.count)
  }
}

extension PriceBook.Row {
  fileprivate static func comesFirst(_ left: Self, _ right: Self) -> Bool {
    if left.list != right.list { return left.list < right.list }
    if left.isSale != right.isSale { return right.isSale }
    return rowPrecedes((left.minimumQuantity, left.amount), (right.minimumQuantity, right.amount))
  }
}

/// The order of valid rows of one list, the one to charge first: the highest quantity step, then the lowest amount.
@inline(__always)
func rowPrecedes(_ left: (step: Int64, amount: Int64), _ right: (step: Int64, amount: Int64)) -> Bool {
  left.step == right.step ? left.amount < right.amount : left.step > right.step
}
