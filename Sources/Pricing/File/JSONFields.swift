import Catalog
import JSON

/// A part of a price file that cannot be read: its path, and what was expected.
public struct PriceFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  public var reason: String
  public var description: String { "\(path.isEmpty ? "the file" : path): \(reason)" }
}

/// The members of one object of a price file. Each member must be asked for: a misspelt name is refused instead of
/// ignored, because a price would silently be another one.
struct JSONFields {
  let path: String
  private let object: JSONObject

  init(_ value: JSONValue, path: String, names: Set<String>) throws(PriceFileError) {
    guard let object = value.object else { throw PriceFileError(path: path, reason: "must be an object") }
    self.path = path
    self.object = object
    for name in object.names where !names.contains(name) {
      throw PriceFileError(
        path: path, reason: "\"\(name.prefix(60))\" is unknown; known are \(names.sorted().joined(separator: ", "))")
    }
  }

  private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  func error(_ name: String, _ reason: String) -> PriceFileError { PriceFileError(path: place(name), reason: reason) }

  /// nil where the member is missing or null.
  private func value(_ name: String) -> JSONValue? { object[name].flatMap { $0.isNull ? nil : $0 } }

  private func required<Value>(_ name: String, _ value: Value?) throws(PriceFileError) -> Value {
    guard let value else { throw error(name, "is missing") }
    return value
  }

  func text(_ name: String) throws(PriceFileError) -> String { try required(name, optionalText(name)) }

  func optionalText(_ name: String) throws(PriceFileError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string, text.utf8.count <= PriceBookLimits.codeBytes else {
      throw error(name, "must be a text of at most \(PriceBookLimits.codeBytes) bytes")
    }
    return text
  }

  func whole(_ name: String) throws(PriceFileError) -> Int64 { try required(name, optionalWhole(name)) }

  /// Whole numbers are written as numbers or, as IDs are, as texts.
  func optionalWhole(_ name: String) throws(PriceFileError) -> Int64? {
    guard let value = value(name) else { return nil }
    guard let number = value.int ?? value.string.flatMap({ Int64($0) }) else {
      throw error(name, "must be a whole number")
    }
    return number
  }

  func flag(_ name: String) throws(PriceFileError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let flag = value.bool else { throw error(name, "must be true or false") }
    return flag
  }

  func time(_ name: String) throws(PriceFileError) -> Timestamp? {
    guard let text = try optionalText(name) else { return nil }
    guard let time = Timestamp(text) else { throw error(name, "must be a time such as 2026-12-01T08:00:00Z") }
    return time
  }

  func currency(_ name: String) throws(PriceFileError) -> Currency {
    guard let currency = Currency(code: try text(name)) else { throw error(name, "must be a currency such as EUR") }
    return currency
  }

  func region(_ name: String) throws(PriceFileError) -> TaxRegion {
    guard let region = TaxRegion(try text(name)) else {
      throw error(name, "must be a country or its part by ISO 3166, such as DE or US-NY")
    }
    return region
  }

  /// A text such as "12.34" in the currency's digits: a JSON number would have been rounded before it is read.
  func optionalAmount(_ name: String, _ currency: Currency) throws(PriceFileError) -> Money? {
    guard let text = try optionalText(name) else { return nil }
    guard let money = Money(decimalText: text, currency: currency) else {
      throw error(name, "must be a text such as \"12.34\" with at most \(currency.minorUnitDigits) decimals")
    }
    return money
  }

  func amount(_ name: String, _ currency: Currency) throws(PriceFileError) -> Money {
    try required(name, optionalAmount(name, currency))
  }

  func optionalShare(_ name: String) throws(PriceFileError) -> Share? {
    guard let value = value(name) else { return nil }
    let text = value.string ?? value.int.map { String($0) }
    guard let share = text.flatMap(Share.init(percentText:)) else {
      throw error(name, "must be a percentage such as 19 or \"2.6\", from -100 to 1000")
    }
    return share
  }

  func share(_ name: String) throws(PriceFileError) -> Share { try required(name, optionalShare(name)) }

  /// One of an enumeration's words.
  func word<Word: RawRepresentable & CaseIterable>(_ name: String, _ type: Word.Type) throws(PriceFileError) -> Word?
  where Word.RawValue == String {
    guard let text = try optionalText(name) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw error(name, "\"\(text.prefix(60))\" is not one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }

  /// The values of a list, each with its path; none where the member is missing.
  func items(_ name: String) throws(PriceFileError) -> [(path: String, value: JSONValue)] {
    guard let value = value(name) else { return [] }
    guard let items = value.array else { throw error(name, "must be a list") }
    return items.enumerated().map { ("\(place(name))[\($0)]", $1) }
  }

  func texts(_ name: String) throws(PriceFileError) -> [String] {
    var texts: [String] = []
    for (path, value) in try items(name) {
      guard let text = value.string else { throw PriceFileError(path: path, reason: "must be a text") }
      texts.append(text)
    }
    return texts
  }

  func wholes(_ name: String) throws(PriceFileError) -> [Int64] {
    var wholes: [Int64] = []
    for (path, value) in try items(name) {
      guard let whole = value.int ?? value.string.flatMap({ Int64($0) }) else {
        throw PriceFileError(path: path, reason: "must be a whole number")
      }
      wholes.append(whole)
    }
    return wholes
  }

  /// An object below this one; nil where it is missing.
  func below(_ name: String, names: Set<String>) throws(PriceFileError) -> JSONFields? {
    guard let value = value(name) else { return nil }
    return try JSONFields(value, path: place(name), names: names)
  }
}
