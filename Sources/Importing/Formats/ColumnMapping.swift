import Catalog
import JSON

/// How a retailer's own headings become our fields (`docs/reference/import-format.md`).
public struct ColumnMapping: Sendable, Equatable {
  /// The destination of one column.
  struct Column: Sendable, Equatable {
    var field: String
    /// The mark between whole and fraction in the file; nil: as each number shows it.
    var decimalMark: Character?
    /// Numbers are multiplied by it: `1000` for kilograms in the file and grams here.
    var factor: Double = 1
    /// The file's words → ours.
    var values: [String: String] = [:]
  }

  var delimiter: UInt8?
  var columns: [String: Column] = [:]
  /// Fields that every row has, unless a column says otherwise.
  var constants: [String: String] = [:]
  var attributes: [String: AttributeDefinition] = [:]

  /// No mapping: the headings are our fields' names.
  init() {}

  /// Reads the mapping from a file of JSON.
  public init(path: String) throws {
    var bytes: [UInt8] = []
    let source = try ByteSource(path: path)
    while try source.read(into: &bytes) {
      guard bytes.count <= LineReader.maxLineBytes else {
        throw ImportSourceError(path: path, reason: "larger than a mapping is: name the mapping's file")
      }
    }
    self = try MappingFile.mapping(bytes, path: path) { try Self($0) }
  }

  init(_ value: JSONValue) throws {
    guard let members = value.object?.members else { throw LineRefusal("a mapping is one JSON object") }
    for member in members {
      switch member.name {
      case "delimiter": delimiter = try MappingFile.delimiter(member.value)
      case "columns":
        for column in try MappingFile.members(of: member) { columns[column.name] = try Self.column(column) }
      case "constants":
        for constant in try MappingFile.members(of: member) {
          guard let text = constant.value.scalarText else { throw LineRefusal("constant \(constant.name) is no text") }
          _ = try ImportField(constant.name, attributes: [:])
          constants[constant.name] = text
        }
      case "attributes":
        for attribute in try MappingFile.members(of: member) {
          attributes[try FieldText.attributeCode(attribute.name)] = try Self.definition(attribute)
        }
      default:
        throw LineRefusal("\(member.name) is no part of a mapping: delimiter, columns, constants and attributes are")
      }
    }
    for column in columns.values { _ = try ImportField(column.field, attributes: attributes) }
  }

  private static func column(_ member: JSONObject.Member) throws -> Column {
    if let field = member.value.string { return Column(field: field) }
    guard let field = member.value["field"]?.string, let settings = member.value.object else {
      throw LineRefusal("column \(member.name) says no field: give a name or {\"field\": …}")
    }
    var column = Column(field: field)
    for setting in settings.members where setting.name != "field" {
      switch setting.name {
      case "decimal":
        guard let mark = setting.value.string, mark == "." || mark == "," else {
          throw LineRefusal("decimal of column \(member.name) is not . or ,")
        }
        column.decimalMark = Character(mark)
      case "multiply":
        guard let factor = setting.value.double, factor.isFinite, factor != 0 else {
          throw LineRefusal("multiply of column \(member.name) is no number")
        }
        column.factor = factor
      case "values":
        for pair in try MappingFile.members(of: setting) { column.values[pair.name] = pair.value.scalarText ?? "" }
      default: throw LineRefusal("\(setting.name) of column \(member.name) is none of field, decimal, multiply, values")
      }
    }
    return column
  }

  private static func definition(_ member: JSONObject.Member) throws -> AttributeDefinition {
    let value = member.value
    for setting in try MappingFile.members(of: member)
    where !["name", "type", "unit", "facet", "position"].contains(setting.name) {
      throw LineRefusal("\(setting.name) of attribute \(member.name) is none of name, type, unit, facet, position")
    }
    return AttributeDefinition(
      code: member.name, name: value["name"]?.string ?? FieldText.name(ofCode: member.name),
      type: try value["type"]?.string.map { try FieldText.attributeType($0) } ?? .text, unit: value["unit"]?.string,
      isFacet: value["facet"]?.bool ?? false, position: Int(value["position"]?.int ?? 1000))
  }
}

extension JSONValue {
  /// A text, a number or a Boolean as a file would write it.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .double(let number): String(number)
    case .bool(let flag): flag ? "true" : "false"
    default: nil
    }
  }
}
