import Catalog
import JSON

/// A field of an imported order line or event.
enum HistoryField: String, CaseIterable {
  case id, type, at, sku
  case productID = "product_id"
  case customer, visitor, order, quantity, price
  case priceMinor = "price_minor"
  case currency, stars, placement
  /// Of the product, for a catalog that is made of the lines themselves.
  case title
}

/// How a retailer's headings become the fields of orders and events (`docs/reference/import-format.md`).
public struct HistoryMapping: Sendable {
  var columns: [String: HistoryField] = [:]
  var constants: [HistoryField: String] = [:]
  var delimiter: UInt8?
  var decimalMark: Character?
  /// Hours that the file's times are ahead of UTC.
  var hoursAhead: Int64 = 0
  /// An order whose number begins with it is a cancellation.
  var cancellationPrefix: String?

  /// No mapping: the headings are the fields' names.
  public init() {}

  /// Reads the mapping from a file of JSON.
  public init(path: String) throws {
    let bytes = try WholeFile.bytes(path: path, atMost: 1 << 20)
    self = try MappingFile.mapping(bytes, path: path) { try Self($0) }
  }

  init(_ value: JSONValue) throws {
    guard let members = value.object?.members else { throw LineRefusal("a mapping is one JSON object") }
    for member in members {
      switch member.name {
      case "columns":
        for column in try MappingFile.members(of: member) {
          columns[column.name] = try Self.field(column.value.string ?? "", of: "column \(column.name)")
        }
      case "constants":
        for constant in try MappingFile.members(of: member) {
          constants[try Self.field(constant.name, of: "constants")] = constant.value.scalarText ?? ""
        }
      case "delimiter":
        delimiter = try MappingFile.delimiter(member.value)
      case "decimal":
        guard let text = member.value.string, text == "." || text == "," else {
          throw LineRefusal("decimal is not . or ,")
        }
        decimalMark = Character(text)
      case "hours_ahead_of_utc":
        guard let hours = member.value.int, (-14...14).contains(hours) else {
          throw LineRefusal("hours_ahead_of_utc is not a whole number from -14 to 14")
        }
        hoursAhead = hours
      case "cancellation_prefix":
        guard let prefix = member.value.string, !prefix.isEmpty else {
          throw LineRefusal("cancellation_prefix is not a text")
        }
        cancellationPrefix = prefix
      default:
        throw LineRefusal(
          "\(member.name) is not part of a mapping: columns, constants, delimiter, decimal, hours_ahead_of_utc and cancellation_prefix are"
        )
      }
    }
  }

  private static func field(_ name: String, of place: String) throws -> HistoryField {
    guard let field = HistoryField(rawValue: name) else {
      let all = HistoryField.allCases.map(\.rawValue).joined(separator: ", ")
      throw LineRefusal("\(place) names the field '\(name)', which is none of \(all)")
    }
    return field
  }
}
