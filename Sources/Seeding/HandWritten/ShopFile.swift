import Catalog
import Foundation
import JSON

/// `shop.json`, the part that all departments share: attributes, swatches, size scales, warehouses.
struct ShopFile {
  var currency: Currency
  var warehouses: [String]
  var tradeList: PriceListCode
  var attributes: [String: AttributeDefinition] = [:]
  var swatches: [String: String] = [:]
  var sizeScales: [String: SizeScale] = [:]

  /// The sizes of a kind of product: `{"attribute": "size", "values": ["S", "M"]}`.
  struct SizeScale {
    var definition: AttributeDefinition
    var values: [AttributeValue]
  }

  init(_ json: JSONValue, file: String) throws(SeedError) {
    guard let code = json["currency"]?.string, let currency = Currency(code: code) else {
      throw SeedError(file, "`currency` is missing or no ISO 4217 code; give one such as GBP")
    }
    self.currency = currency
    warehouses = (json["warehouses"]?.array ?? []).compactMap(\.string)
    guard !warehouses.isEmpty else { throw SeedError(file, "`warehouses` is empty; name at least one warehouse code") }
    tradeList = PriceListCode(json["trade_list"]?.string ?? "trade")
    for member in json["swatches"]?.object?.members ?? [] {
      guard let hex = member.value.string, let tint = Tint(hex: hex), hex.hasPrefix("#") else {
        throw SeedError("\(file), swatch \(member.name)", "the colour is not of the form #rrggbb")
      }
      swatches[member.name] = tint.css
    }
    for (index, entry) in (json["attributes"]?.array ?? []).enumerated() {
      let definition = try Self.definition(entry, position: (index + 1) * 10, file: file)
      guard attributes.updateValue(definition, forKey: definition.code) == nil else {
        throw SeedError("\(file), attribute \(definition.code)", "it is defined twice; keep one")
      }
    }
    for member in json["size_scales"]?.object?.members ?? [] {
      let subject = "\(file), size scale \(member.name)"
      guard let code = member.value["attribute"]?.string, let definition = attributes[code] else {
        throw SeedError(subject, "`attribute` names no attribute of this file")
      }
      var values: [AttributeValue] = []
      for value in member.value["values"]?.array ?? [] {
        values.append(try self.value(value, of: definition, subject: subject))
      }
      guard !values.isEmpty else { throw SeedError(subject, "`values` is empty; list at least one size") }
      sizeScales[member.name] = SizeScale(definition: definition, values: values)
    }
  }

  private static func definition(
    _ json: JSONValue, position: Int, file: String
  ) throws(SeedError) -> AttributeDefinition {
    guard let code = json["code"]?.string, let name = json["name"]?.string else {
      throw SeedError("\(file), attribute \(position / 10)", "`code` or `name` is missing")
    }
    guard let type = AttributeType(rawValue: json["type"]?.string ?? "text") else {
      let allowed = AttributeType.allCases.map(\.rawValue).joined(separator: ", ")
      throw SeedError("\(file), attribute \(code)", "`type` must be one of \(allowed)")
    }
    return AttributeDefinition(
      code: code, name: name, type: type, unit: json["unit"]?.string, isFacet: json["facet"]?.bool ?? false,
      position: position)
  }

  func attribute(_ code: String, subject: String) throws(SeedError) -> AttributeDefinition {
    guard let definition = attributes[code] else {
      throw SeedError(subject, "attribute `\(code)` is not in shop.json; add it there or correct its code")
    }
    return definition
  }

  /// The typed value of a JSON value.
  func value(
    _ json: JSONValue, of definition: AttributeDefinition, subject: String
  ) throws(SeedError) -> AttributeValue {
    let value: AttributeValue? =
      switch definition.type {
      case .text: json.string.map { .text($0) }
      case .number: (json.double ?? json.string.flatMap(Double.init)).map { .number($0) }
      case .boolean: json.bool.map { .boolean($0) }
      case .date: json.string.flatMap { CalendarDay($0) }.map { .date($0) }
      case .swatch: json.string.flatMap { name in swatches[name].map { .swatch(name: name, hex: $0) } }
      }
    guard let value else {
      let hint = definition.type == .swatch ? "a colour named under `swatches` in shop.json" : "a \(definition.type)"
      throw SeedError(subject, "`\(definition.code)` is \(json.text); expected \(hint)")
    }
    return value
  }
}
