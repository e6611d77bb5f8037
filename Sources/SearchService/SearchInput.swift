public import Catalog
public import Signing

/// A search as the flow takes it: every value is within its bounds.
public struct SearchInput: Sendable, Hashable {
  /// The longest product titles have 250 characters; nobody means a longer query.
  public static let longestQuery = 300
  /// More than a query has words that are recognised.
  public static let maxIgnored = 20
  public static let largestPageSize = 100
  public static let defaultPageSize = 24
  /// Elasticsearch's `max_result_window`: the results that numbered pages reach.
  public static let deepestResult = 10_000

  public var text: String
  public var filters: [SearchFilter]
  public var sort: SearchSort
  /// From 1.
  public var page: Int
  public var pageSize: Int
  /// Whether the words are searched as they were typed, though their spelling be doubtful.
  public var isExact: Bool
  /// Recognitions of the query that the shopper took back: `colour:Red` (`Recognition.reference`).
  public var ignored: Set<String> = []
  /// Whether the answer says how the query was understood.
  public var wantsWhy = false
  /// Whether each product says which of its words were found.
  public var isHighlighted = false
  /// The page that is looked at, whose products alone are found; nil: the whole shop.
  public var listing: Listing?
  /// Where a page before this one ended; nil: numbered pages.
  public var position: PagePosition?
  public var shopper: ShopperContext

  /// Use `init(parameters:currency:)` for what comes from outside.
  public init(
    text: String = "", filters: [SearchFilter] = [], sort: SearchSort = .relevance, page: Int = 1,
    pageSize: Int = SearchInput.defaultPageSize, isExact: Bool = false, listing: Listing? = nil,
    shopper: ShopperContext = .visitor
  ) {
    self.text = text
    self.filters = filters
    self.sort = sort
    self.page = page
    self.pageSize = pageSize
    self.isExact = isExact
    self.listing = listing
    self.shopper = shopper
  }

  /// Reads the parameters of an address: `q`, `filter` (`colour:Red`, `price:10..50`), `price_min`, `price_max`,
  /// `min:weight`, `max:weight`, `sort`, `page`, `page_size`, `exact`, `ignore` (`colour:Red`), `why`, `highlight`; or a
  /// `cursor` alone, which holds them and is taken where `signer` signed it. Empty values are as good as absent, for a form sends all its fields.
  public init(
    parameters: [(name: String, value: String)], currency: Currency = .gbp, listing: Listing? = nil,
    shopper: ShopperContext = .visitor, signer: TokenSigner? = nil
  ) throws(InvalidInput) {
    let given = parameters.filter { !$0.value.isEmpty }
    if let cursor = given.first(where: { $0.name == "cursor" }) {
      guard given.count == 1 else {
        throw InvalidInput(parameter: "cursor", reason: "holds the whole search; no other parameter goes with it")
      }
      try self.init(
        cursor: cursor.value, currency: currency, listing: listing, shopper: shopper, signer: signer)
      return
    }
    self.init(sort: listing?.defaultSort ?? .relevance, listing: listing, shopper: shopper)
    var collected = FilterCollector(currency: currency)
    var takenBack = 0
    for (name, value) in given {
      if name == "ignore" {
        try collected.count(name, value)
        takenBack += 1
        guard takenBack <= Self.maxIgnored else {
          throw InvalidInput(parameter: name, reason: "stands more than \(Self.maxIgnored) times")
        }
      }
      if try !collected.addBound(name: name, value), try !setOption(name: name, value) {
        guard name == "filter" else {
          throw InvalidInput(parameter: String(name.prefix(40)), reason: "is not a parameter of a search")
        }
        try collected.add(value)
      }
    }
    filters = try collected.filters()
    if let category = listing?.category {
      filters.removeAll { $0.facetCode == "category" }
      filters.insert(.category(category), at: 0)
    }
    guard page * pageSize <= Self.deepestResult else {
      throw InvalidInput(
        parameter: "page",
        reason: "reaches past result \(Self.deepestResult); narrow the search by a filter, or follow `next_cursor`")
    }
  }

  private static let names: Set<String> = [
    "q", "filter", "sort", "page", "page_size", "exact", "ignore", "why", "highlight", "cursor",
  ]

  /// Whether a search has a parameter of this name. A page goes on without the others, which newsletters and
  /// advertisements add to its address; the API refuses them.
  public static func takes(parameter name: String) -> Bool { names.contains(name) || FilterCollector.isBound(name) }

  /// Takes a parameter that does not filter; false where there is none of this name.
  private mutating func setOption(name: String, _ value: String) throws(InvalidInput) -> Bool {
    switch name {
    case "q": text = try Self.query(value)
    case "sort":
      guard let known = SearchSort(rawValue: value) else {
        let names = SearchSort.allCases.map(\.rawValue).joined(separator: ", ")
        throw InvalidInput(parameter: "sort", reason: "is not one of \(names)")
      }
      sort = known
    case "page": page = try Self.number(value, parameter: name, in: 1...Self.deepestResult)
    case "page_size": pageSize = try Self.number(value, parameter: name, in: 1...Self.largestPageSize)
    case "exact": isExact = try Self.flag(value, parameter: name)
    case "highlight": isHighlighted = try Self.flag(value, parameter: name)
    case "why": wantsWhy = try Self.flag(value, parameter: name)
    case "ignore":
      guard value.unicodeScalars.count <= Self.longestQuery else {
        throw InvalidInput(parameter: name, reason: "has more than \(Self.longestQuery) characters")
      }
      ignored.insert(value)
    default: return false
    }
    return true
  }

  private static func flag(_ value: String, parameter: String) throws(InvalidInput) -> Bool {
    guard let flag = Bool(value) else {
      throw InvalidInput(parameter: parameter, reason: "is neither true nor false")
    }
    return flag
  }

  static func query(_ value: String) throws(InvalidInput) -> String {
    guard value.unicodeScalars.count <= longestQuery else {
      throw InvalidInput(parameter: "q", reason: "has more than \(longestQuery) characters")
    }
    return value
  }

  static func number(_ value: String, parameter: String, in range: ClosedRange<Int>) throws(InvalidInput) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw InvalidInput(
        parameter: parameter, reason: "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
