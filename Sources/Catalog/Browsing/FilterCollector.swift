/// Gathers `filter=code:value` parameters into filters: values of one code widen, codes narrow.
public struct FilterCollector: Sendable {
  /// Filters, ends of ranges and words taken back, all together. Shoppers tick a handful; each is looked up for each facet.
  public static let maxConditions = 30
  /// Their texts together, for every link of a page holds them all.
  public static let maxConditionBytes = 4_000
  private static let longestCode = 64
  private static let longestValue = 200
  /// Ten years: what is older is not new by any rule.
  private static let maxDays = 3650

  let currency: Currency
  private var order: [String] = []
  private var values: [String: [String]] = [:]
  private var count = 0
  private var bytes = 0
  private var priceLower: Int64?
  private var priceUpper: Int64?
  private var numbers: [String: (lower: Double?, upper: Double?)] = [:]

  public init(currency: Currency) { self.currency = currency }

  /// Counts one more condition of whatever kind: all of a search together have one limit.
  public mutating func count(_ name: String, _ text: String) throws(InvalidInput) {
    count += 1
    bytes += text.utf8.count
    guard count <= Self.maxConditions else {
      throw InvalidInput(
        parameter: String(name.prefix(40)),
        reason: "is one condition too many: a search takes \(Self.maxConditions) together")
    }
    guard bytes <= Self.maxConditionBytes else {
      throw InvalidInput(
        parameter: String(name.prefix(40)),
        reason: "makes the conditions longer than \(Self.maxConditionBytes) bytes together")
    }
  }

  public mutating func add(_ text: String) throws(InvalidInput) {
    try count("filter", text)
    guard let colon = text.firstIndex(of: ":") else {
      throw InvalidInput(parameter: "filter", reason: "is not written code:value, as in colour:Red")
    }
    let code = String(text[..<colon])
    let value = String(text[text.index(after: colon)...])
    guard Self.isCode(code) else {
      throw InvalidInput(parameter: "filter", reason: "has a code that is not of lowercase letters, digits and _")
    }
    guard !value.isEmpty, value.unicodeScalars.count <= Self.longestValue else {
      throw InvalidInput(
        parameter: "filter", reason: "has a value of no or of more than \(Self.longestValue) characters")
    }
    if values[code] == nil { order.append(code) }
    if values[code]?.contains(value) != true { values[code, default: []].append(value) }
  }

  /// Takes an end of a range as a form sends it: `price_min`, or `min:weight` of a number; false for another name.
  public mutating func addBound(name: String, _ text: String) throws(InvalidInput) -> Bool {
    guard Self.isBound(name) else { return false }
    try count(name, text)
    switch name {
    case "price_min": priceLower = try price(text, parameter: name)
    case "price_max": priceUpper = try price(text, parameter: name)
    default:
      let code = String(name.dropFirst(4))
      let number = try finiteNumber(text, parameter: name)
      if name.hasPrefix("min:") {
        numbers[code, default: (nil, nil)].lower = number
      } else {
        numbers[code, default: (nil, nil)].upper = number
      }
    }
    return true
  }

  /// Whether a parameter of this name is an end of a range.
  public static func isBound(_ name: String) -> Bool {
    name == "price_min" || name == "price_max"
      || (name.hasPrefix("min:") || name.hasPrefix("max:")) && isCode(String(name.dropFirst(4)))
  }

  private static func isCode(_ text: String) -> Bool {
    (1...longestCode).contains(text.utf8.count)
      && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
  }

  public func filters() throws(InvalidInput) -> [SearchFilter] {
    var result: [SearchFilter] = []
    for code in order { result.append(try filter(code: code, values: values[code] ?? [])) }
    if priceLower != nil || priceUpper != nil {
      result.removeAll { $0.facetCode == "price" }
      try checkOrder(priceLower, priceUpper)
      result.append(.price(lower: priceLower, upper: priceUpper))
    }
    for (code, bounds) in numbers.sorted(by: { $0.key < $1.key }) {
      if let lower = bounds.lower, let upper = bounds.upper, lower > upper {
        throw InvalidInput(parameter: "min:\(code)", reason: "is above max:\(code)")
      }
      result.removeAll { $0.facetCode == code }
      result.append(.attributeRange(code: code, lower: bounds.lower, upper: bounds.upper))
    }
    return result
  }

  private func filter(code: String, values: [String]) throws(InvalidInput) -> SearchFilter {
    let last = values[values.count - 1]
    switch code {
    case "category":
      guard let id = CategoryID(last) else {
        throw InvalidInput(parameter: "filter", reason: "category is not the id of a category")
      }
      return .category(id)
    case "brand": return .brand(values)
    case "price":
      let (lower, upper) = try bounds(last) { text throws(InvalidInput) in try price(text, parameter: "filter") }
      try checkOrder(lower, upper)
      return .price(lower: lower, upper: upper)
    case "rating":
      guard let stars = Double(last), (0...5).contains(stars) else {
        throw InvalidInput(parameter: "filter", reason: "rating is not a number from 0 to 5")
      }
      return .minimumRating(stars)
    case "stock":
      guard last == "yes" else { throw InvalidInput(parameter: "filter", reason: "stock takes yes") }
      return .inStock
    case "reduced":
      guard last == "yes" else { throw InvalidInput(parameter: "filter", reason: "reduced takes yes") }
      return .reduced
    case "released":
      guard last.hasSuffix("d"), let days = Int(last.dropLast()), (1...Self.maxDays).contains(days) else {
        throw InvalidInput(
          parameter: "filter", reason: "released takes a number of days from 1 to \(Self.maxDays), as in 30d")
      }
      return .releasedWithin(days: days)
    default:
      let number = { (text: String) throws(InvalidInput) -> Double in try finiteNumber(text, parameter: "filter") }
      // Several are values, though each could be read as a range: sizes that are called 2..5 and 6..9.
      guard values.count == 1, last.contains(".."), let range = try? bounds(last, reading: number) else {
        return .attribute(code: code, values: values)
      }
      return .attributeRange(code: code, lower: range.lower, upper: range.upper)
    }
  }

  /// Reads `10..50`, `10..` or `..50`.
  private func bounds<Number>(
    _ text: String, reading: (String) throws(InvalidInput) -> Number
  ) throws(InvalidInput) -> (lower: Number?, upper: Number?) {
    guard let dots = text.firstRange(of: "..") else {
      throw InvalidInput(parameter: "filter", reason: "a range is written 10..50, 10.. or ..50")
    }
    let lower = String(text[..<dots.lowerBound])
    let upper = String(text[dots.upperBound...])
    guard !(lower.isEmpty && upper.isEmpty) else {
      throw InvalidInput(parameter: "filter", reason: "a range needs at least one bound")
    }
    return (lower.isEmpty ? nil : try reading(lower), upper.isEmpty ? nil : try reading(upper))
  }

  private func finiteNumber(_ text: String, parameter: String) throws(InvalidInput) -> Double {
    guard let number = Double(text), number.isFinite else {
      throw InvalidInput(parameter: parameter, reason: "a bound is not a number")
    }
    return number
  }

  private func price(_ text: String, parameter: String) throws(InvalidInput) -> Int64 {
    guard let money = Money(decimalText: text, currency: currency), money.minorUnits >= 0 else {
      throw InvalidInput(
        parameter: parameter, reason: "is not a price in \(currency.code) of 0 or more, as in 12 or 12.50")
    }
    return money.minorUnits
  }

  private func checkOrder(_ lower: Int64?, _ upper: Int64?) throws(InvalidInput) {
    if let lower, let upper, lower > upper {
      throw InvalidInput(parameter: "price", reason: "the lowest price is above the highest")
    }
  }
}
