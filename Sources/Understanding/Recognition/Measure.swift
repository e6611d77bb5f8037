/// A number with a unit in a query: `15"`, `15.6in`, `1tb`, `2 m`.
public struct Measure: Sendable, Hashable {
  /// What is measured; numbers of one dimension can be compared.
  enum Dimension: Sendable, Hashable {
    case length, storage, mass, volume, power, heat, voltage, current, charge, frequency, resolution, duration, pressure
    case light, turns, count
  }

  struct Unit: Sendable {
    /// As attributes write it and titles most often do.
    var symbol: String
    var names: [String]
    var dimension: Dimension
    /// Of the dimension's base unit.
    var factor: Double
  }

  var number: Double
  var unit: Unit

  public static func == (left: Measure, right: Measure) -> Bool {
    left.number == right.number && left.unit.symbol == right.unit.symbol
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(number)
    hasher.combine(unit.symbol)
  }

  static let units: [Unit] = [
    Unit(symbol: "in", names: ["\"", "''", "in", "inch", "inche", "inches"], dimension: .length, factor: 0.0254),
    Unit(symbol: "mm", names: ["mm", "millimetre", "millimeter"], dimension: .length, factor: 0.001),
    Unit(symbol: "cm", names: ["cm", "centimetre", "centimeter"], dimension: .length, factor: 0.01),
    Unit(symbol: "m", names: ["m", "metre", "meter"], dimension: .length, factor: 1),
    Unit(symbol: "ft", names: ["ft", "foot", "'"], dimension: .length, factor: 0.3048),
    Unit(symbol: "MB", names: ["mb", "megabyte"], dimension: .storage, factor: 0.001),
    Unit(symbol: "GB", names: ["gb", "gig", "gigabyte"], dimension: .storage, factor: 1),
    Unit(symbol: "TB", names: ["tb", "terabyte"], dimension: .storage, factor: 1000),
    Unit(symbol: "g", names: ["g", "gram", "gramme"], dimension: .mass, factor: 0.001),
    Unit(symbol: "kg", names: ["kg", "kilo", "kilogram"], dimension: .mass, factor: 1),
    Unit(symbol: "ml", names: ["ml", "millilitre"], dimension: .volume, factor: 0.001),
    Unit(symbol: "l", names: ["l", "litre", "liter"], dimension: .volume, factor: 1),
    Unit(symbol: "W", names: ["w", "watt"], dimension: .power, factor: 1),
    Unit(symbol: "kW", names: ["kw", "kilowatt"], dimension: .power, factor: 1000),
    Unit(symbol: "V", names: ["v", "volt"], dimension: .voltage, factor: 1),
    Unit(symbol: "mAh", names: ["mah"], dimension: .charge, factor: 1),
    Unit(symbol: "Hz", names: ["hz", "hertz"], dimension: .frequency, factor: 1),
    Unit(symbol: "MHz", names: ["mhz"], dimension: .frequency, factor: 1e6),
    Unit(symbol: "GHz", names: ["ghz"], dimension: .frequency, factor: 1e9),
    Unit(symbol: "yd", names: ["yd", "yard"], dimension: .length, factor: 0.9144),
    Unit(symbol: "lb", names: ["lb"], dimension: .mass, factor: 0.45359237),
    Unit(symbol: "oz", names: ["oz", "ounce"], dimension: .mass, factor: 0.028349523125),
    Unit(symbol: "gal", names: ["gal", "gallon"], dimension: .volume, factor: 3.785411784),
    Unit(symbol: "BTU", names: ["btu"], dimension: .heat, factor: 1),
    Unit(symbol: "A", names: ["amp", "ampere"], dimension: .current, factor: 1),
    Unit(symbol: "psi", names: ["psi"], dimension: .pressure, factor: 1),
    Unit(symbol: "lm", names: ["lm", "lumen"], dimension: .light, factor: 1),
    Unit(symbol: "rpm", names: ["rpm"], dimension: .turns, factor: 1),
    Unit(symbol: "MP", names: ["mp", "megapixel"], dimension: .resolution, factor: 1),
    Unit(symbol: "h", names: ["h", "hour", "hr"], dimension: .duration, factor: 1),
  ]

  private static let unitByName: [String: Unit] = {
    var result: [String: Unit] = [:]
    for unit in units { for name in unit.names { result[name] = unit } }
    return result
  }()

  static func unit(named name: String) -> Unit? { unitByName[Folding.singular(name.lowercased())] }

  /// Reads the measure that stands at the start of some words, and how many it takes; nil where none does.
  ///
  /// A unit that is one letter must touch its number, but for `2 m`, `1.5 v` and `12 v`: in `4 v neck tops` nothing is
  /// measured.
  static func read(_ words: ArraySlice<QueryWord>) -> (measure: Measure, wordCount: Int)? {
    guard let first = words.first, let (number, rest) = leadingNumber(first.text) else { return nil }
    if !rest.isEmpty {
      let name = rest.hasPrefix("-") ? String(rest.dropFirst()) : rest
      return unit(named: name).map { (Measure(number: number, unit: $0), 1) }
    }
    guard let next = words.dropFirst().first, let unit = unit(named: next.text),
      next.text.utf8.count > 1 || ["m", "\""].contains(next.text)
        || isUnit(next, of: first, before: words.dropFirst(2).first)
    else { return nil }
    return (Measure(number: number, unit: unit), 2)
  }

  /// Whether a letter behind a number is a unit: of a fraction any, and volts and watts but for `4 v neck`.
  private static func isUnit(_ letter: QueryWord, of number: QueryWord, before next: QueryWord?) -> Bool {
    number.text.contains(".") || ["v", "w", "V", "W"].contains(letter.text) && next?.key != "neck"
  }

  /// `15.6in` → 15.6 and `in`; a decimal comma is read as a point.
  static func leadingNumber(_ text: String) -> (number: Double, rest: String)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard digits.count <= 9, let first = digits.first, first != ".", digits.last != ".", let number = Double(digits)
    else { return nil }
    return (number, String(text[digits.endIndex...]))
  }

  /// The number in another unit of the same dimension.
  func number(in other: Unit) -> Double { number * unit.factor / other.factor }

  /// As it may stand in a text, the likeliest first: `15.6"` is also `15.6 inch`, `15.6in` and `39.6 cm`.
  var writtenForms: [String] {
    let number = Self.plain(self.number)
    // A sign is no word of the index: `15.6"` is found as 15.6.
    var forms = unit.names.first == "\"" ? [number] : ["\(number) \(unit.symbol.lowercased())"]
    for name in unit.names.prefix(4) where name.first?.isLetter == true {
      forms.append("\(number)\(name)")
      if !forms.contains("\(number) \(name)") { forms.append("\(number) \(name)") }
    }
    return forms + wholeForms
  }

  /// The same in other units where that is a whole number: a drive of 1 TB has 1000 GB.
  private var wholeForms: [String] {
    Self.units.filter { $0.dimension == unit.dimension && $0.symbol != unit.symbol }.flatMap { other -> [String] in
      let number = self.number(in: other)
      let whole = number.rounded()
      guard abs(number - whole) < 1e-6 * whole, (1...Self.maxWhole).contains(whole) else { return [] }
      let symbol = other.symbol.lowercased()
      return ["\(Self.plain(whole)) \(symbol)", "\(Self.plain(whole))\(symbol)"]
    }
  }

  /// Larger numbers nobody writes in a smaller unit.
  private static let maxWhole = 9999.0

  static func plain(_ number: Double) -> String {
    number.shortText
  }

  /// As a shopper reads it: `15.6 in`, `1 TB`.
  public var label: String { "\(Self.plain(number)) \(unit.symbol)" }
}
