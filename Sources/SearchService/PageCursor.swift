import Catalog
import FoundationEssentials
import JSON
public import SearchDSL

/// Where a page ended, so that the next one begins behind it, however deep.
public struct PagePosition: Sendable, Hashable {
  /// The sort values of the last product looked at.
  public var after: [SortValue]
  /// Products that the pages before looked at.
  public var seen: Int

  public init(after: [SortValue], seen: Int) {
    self.after = after
    self.seen = seen
  }
}

/// The text of a cursor: the whole search and where its last page ended, so that no page of it is of another search.
///
/// Base64url of 8 bytes of checksum (FNV-1a, 64 bits, of the rest) and a JSON object: `l` the listing, `p` the
/// parameters, `a` the sort values, `n` the number of products seen. The checksum tells a cut or mistyped cursor; it is no
/// signature, for a cursor says nothing that its holder could not ask for without it.
struct PageCursor {
  /// More than the longest search makes.
  private static let longest = 64 * 1024
  private static let mostSortValues = 8
  private static let checksumBytes = 8

  var listing: String
  var parameters: [(name: String, value: String)]
  var position: PagePosition

  var text: String {
    let parameters = parameters.map { JSONValue.array([.string($0.name), .string($0.value)]) }
    let content: JSONValue = [
      "l": .string(listing), "p": .array(parameters), "a": .array(position.after.map(\.json)),
      "n": .int(Int64(position.seen)),
    ]
    let bytes = content.bytes
    let plain = Data(Self.checksum(bytes) + bytes).base64EncodedString()
    let letters = plain.utf8.lazy.filter { $0 != UInt8(ascii: "=") }.map { letter in
      switch letter {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: letter
      }
    }
    return String(decoding: Array(letters), as: UTF8.self)
  }

  /// nil for what is not the text of a whole cursor.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest, !text.utf8.contains(where: { $0 == 0x2B || $0 == 0x2F || $0 == 0x3D }) else {
      return nil
    }
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    let plain = text.replacing("-", with: "+").replacing("_", with: "/") + padding
    // The last letter has bits that no byte is made of; a cursor has one text only.
    guard let data = Data(base64Encoded: plain), data.base64EncodedString() == plain, data.count > Self.checksumBytes
    else { return nil }
    let content = [UInt8](data.dropFirst(Self.checksumBytes))
    guard [UInt8](data.prefix(Self.checksumBytes)) == Self.checksum(content),
      let json = try? JSONValue(parsing: content),  // What is no JSON is no cursor; nothing more is to be known.
      let listing = json["l"]?.string, let parameters = json["p"]?.array, let after = json["a"]?.array,
      let seen = json["n"]?.int, (0...Int64(Int32.max)).contains(seen), (1...Self.mostSortValues).contains(after.count)
    else { return nil }
    let values = after.compactMap(SortValue.init(json:))
    let pairs = parameters.compactMap { pair -> (name: String, value: String)? in
      guard let name = pair[0]?.string, let value = pair[1]?.string, name != "cursor" else { return nil }
      return (name, value)
    }
    guard values.count == after.count, pairs.count == parameters.count else { return nil }
    self.listing = listing
    self.parameters = pairs
    position = PagePosition(after: values, seen: Int(seen))
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

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<checksumBytes).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
  }
}

extension SearchInput {
  /// The search of a cursor, behind the page that gave it.
  init(
    cursor text: String, currency: Currency, listing: Listing?, shopper: ShopperContext
  ) throws(InvalidInput) {
    guard let cursor = PageCursor(text) else {
      throw InvalidInput(parameter: "cursor", reason: "is damaged; take it whole from `next_cursor`, or begin anew")
    }
    guard cursor.listing == listing.map({ "\($0.kind.rawValue)/\($0.slug)" }) ?? "" else {
      throw InvalidInput(parameter: "cursor", reason: "is of another list; ask for it at the address that gave it")
    }
    try self.init(parameters: cursor.parameters, currency: currency, listing: listing, shopper: shopper)
    position = cursor.position
    page = cursor.position.seen / pageSize + 1
  }

  /// Results on the pages before this one.
  var resultsBefore: Int { position?.seen ?? (page - 1) * pageSize }

  /// The cursor of the page behind this one; nil where this one is the last.
  func nextCursor(after hits: [Hit], total: Int, currency: Currency) -> String? {
    let seen = resultsBefore + hits.count
    guard let last = hits.last, !last.sort.isEmpty, hits.count == pageSize, seen < total else { return nil }
    return PageCursor(of: self, position: PagePosition(after: last.sort, seen: seen), currency: currency).text
  }
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
