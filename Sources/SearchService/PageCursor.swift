public import Catalog
import JSON
public import SearchDSL
import Signing
public import Understanding

/// Where a page ended, so that the next one begins behind it, however deep.
public struct PagePosition: Sendable, Hashable {
  /// The sort values of the last product looked at.
  public var after: [SortValue]
  /// Products that the pages before looked at.
  public var seen: Int
  /// Whether the pages are in an order that the engine does not have, of the variants' prices or of a model, so that only
  /// `seen` says where the next one begins.
  public var isCounted: Bool
  /// How the first page read the query: no other reading has the same order.
  public var reading: QueryReadingReference?
  /// The versions that all pages go by.
  public var pinned: PinnedVersions
  /// The products of a model's order that were not shown yet: the pages behind show them first, whatever the model would
  /// say now. `after` is then where the engine's results behind the model's window begin.
  public var order: [ProductID]
  /// The products of the model's window that were shown. No page behind shows them again, wherever the engine would put them
  /// now: a pin that sold out stands where its words put it.
  public var shown: [ProductID]

  public init(
    after: [SortValue], seen: Int, isCounted: Bool = false, reading: QueryReadingReference? = nil,
    pinned: PinnedVersions = PinnedVersions(), order: [ProductID] = [], shown: [ProductID] = []
  ) {
    self.shown = shown
    self.after = after
    self.seen = seen
    self.isCounted = isCounted
    self.reading = reading
    self.pinned = pinned
    self.order = order
  }
}

/// Which reading of a query was searched: as typed, corrected, or with less asked for.
public struct QueryReadingReference: Sendable, Hashable {
  /// The words that were searched.
  public var text: String
  public var strictness: QueryPlan.Strictness
  /// The place among the relaxations; nil where it is none of them.
  public var relaxation: Int?
}

/// The text of a cursor: the whole search and where its last page ended, so that no page of it is of another search.
///
/// A signed token (`TokenSigner`) of a JSON object: `l` the listing, `p` the parameters, `a` the sort values, `n` the
/// number of products seen, `v` whether only that number says where the page begins, `q`, `s` and `r` the words that were
/// searched, how strictly, and as which relaxation, where they are not the typed ones, `k` and
/// `m` the pinned knowledge and model, `u` the pinned rules, `o` the products of the first page's order that were not shown
/// yet, `w` those of its window that were. It is signed because its position goes to the engine and into the query log as it stands.
struct PageCursor {
  static let purpose = "page cursor"
  /// More than the longest search makes.
  private static let longest = 64 * 1024
  private static let maxSortValues = 8
  /// Products seen: more than an index holds, and a rank of the query log (int4) has room for a page more.
  static let maxSeen = 2_000_000_000
  private static let longestVersion = 100
  /// Of a product's number in a cursor.
  private static let radix = 36

  var listing: String
  var parameters: [(name: String, value: String)]
  var position: PagePosition

  func text(_ signer: TokenSigner) -> String {
    let parameters = parameters.map { JSONValue.array([.string($0.name), .string($0.value)]) }
    var content: JSONObject = [
      "l": .string(listing), "p": .array(parameters), "a": .array(position.after.map(\.json)),
      "n": .int(Int64(position.seen)),
    ]
    if position.isCounted { content["v"] = true }
    if let knowledge = position.pinned.knowledge { content["k"] = .string(knowledge) }
    if let rules = position.pinned.rules { content["u"] = .string(rules) }
    if let model = position.pinned.ranking { content["m"] = .string(model) }
    for (name, products) in [("o", position.order), ("w", position.shown)] where !products.isEmpty {
      let numbers = products.map { String($0.rawValue, radix: Self.radix) }
      content[name] = .string(numbers.joined(separator: "."))
    }
    if let reading = position.reading {
      content["q"] = .string(reading.text)
      content["s"] = .string(reading.strictness.rawValue)
      if let place = reading.relaxation { content["r"] = .int(Int64(place)) }
    }
    return signer.sign(JSONValue.object(content).bytes, purpose: Self.purpose)
  }

  /// nil for what is not a cursor that this shop gave out.
  init?(_ text: String, _ signer: TokenSigner) {
    guard text.utf8.count <= Self.longest, let content = signer.verify(text, purpose: Self.purpose),
      let json = try? JSONValue(parsing: content),  // The reason does not matter.
      let listing = json["l"]?.string, let parameters = json["p"]?.array, let after = json["a"]?.array,
      let seen = json["n"]?.int, (0...Int64(Self.maxSeen)).contains(seen),
      (1...Self.maxSortValues).contains(after.count)
    else { return nil }
    let values = after.compactMap(SortValue.init(json:))
    let pairs = parameters.compactMap { pair -> (name: String, value: String)? in
      guard let name = pair[0]?.string, let value = pair[1]?.string, name != "cursor" else { return nil }
      return (name, value)
    }
    guard values.count == after.count, pairs.count == parameters.count else { return nil }
    self.listing = listing
    self.parameters = pairs
    position = PagePosition(after: values, seen: Int(seen), isCounted: json["v"]?.bool ?? false)
    for (name, version) in [("k", \PinnedVersions.knowledge), ("m", \.ranking), ("u", \.rules)] {
      guard let json = json[name] else { continue }
      guard let text = json.string, text.utf8.count <= Self.longestVersion else { return nil }
      position.pinned[keyPath: version] = text
    }
    guard !position.isCounted || position.seen <= SearchService.maxOrdered else { return nil }
    guard let order = Self.products(json["o"]), let shown = Self.products(json["w"]),
      order.count + shown.count <= SearchService.maxOrdered, order.isEmpty || !position.isCounted
    else { return nil }
    (position.order, position.shown) = (order, shown)
    guard let strictness = json["s"] else { return }
    guard let strictness = strictness.string.flatMap(QueryPlan.Strictness.init(rawValue:)),
      let words = json["q"]?.string, words.unicodeScalars.count <= SearchInput.longestQuery * 2
    else { return nil }
    position.reading = QueryReadingReference(
      text: words, strictness: strictness, relaxation: json["r"]?.int.flatMap { Int(exactly: $0) })
  }

  /// None where nothing is given; nil if it holds something else than numbers.
  private static func products(_ json: JSONValue?) -> [ProductID]? {
    guard let json else { return [] }
    guard let numbers = json.string?.split(separator: "."), numbers.count <= SearchService.maxOrdered else {
      return nil
    }
    let products = numbers.compactMap { Int64($0, radix: radix).map { ProductID($0) } }
    return products.count == numbers.count ? products : nil
  }

  init(of input: SearchInput, position: PagePosition, currency: Currency) {
    listing = input.listing.map { "\($0.kind.rawValue)/\($0.slug)" } ?? ""
    var first = input
    first.page = 1
    parameters = first.parameters(currency: currency)
    // The listing's own order may be another by the time that the next page is asked for.
    if !parameters.contains(where: { $0.name == "sort" }) { parameters.append(("sort", input.sort.rawValue)) }
    if input.isHighlighted { parameters.append(("highlight", "true")) }
    self.position = position
  }
}

extension SearchInput {
  /// The search of a cursor, behind the page that gave it.
  init(
    cursor text: String, currency: Currency, listing: Listing?, shopper: ShopperContext, signer: TokenSigner?
  ) throws(InvalidInput) {
    guard let signer, let cursor = PageCursor(text, signer) else {
      throw InvalidInput(
        parameter: "cursor",
        reason: "is damaged or too old; take it whole from `next_cursor` of a new answer, or begin anew without it")
    }
    guard cursor.listing == listing.map({ "\($0.kind.rawValue)/\($0.slug)" }) ?? "" else {
      throw InvalidInput(parameter: "cursor", reason: "is of another list; ask for it at the address that gave it")
    }
    try self.init(parameters: cursor.parameters, currency: currency, listing: listing, shopper: shopper)
    position = cursor.position
    page = cursor.position.seen / pageSize + 1
  }

  /// Results on the pages before this one.
  public var resultsBefore: Int { position?.seen ?? (page - 1) * pageSize }
}

extension SortValue {
  fileprivate init?(json: JSONValue) {
    switch json {
    case .null: self = .null
    case .string(let value): self = .string(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .bool, .array, .object: return nil
    }
  }
}
