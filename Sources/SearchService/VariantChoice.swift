import Catalog

/// Chooses which of a product's variants its card shows: the red one for `red dress` and for the filter colour:Red.
///
/// It reads what the hit itself says of its variants, so that it is the same on every engine, needs no nested documents,
/// and costs the engine nothing.
struct VariantChoice {
  /// Values that filters ask for, by the attribute's code.
  private var values: [String: Set<String>] = [:]
  private var ranges: [String: ClosedRange<Double>] = [:]
  private let words: Set<String>
  /// The query as an SKU is compared: letters and digits alone.
  private let code: String

  /// Values that the query's words were understood as, by the attribute's code: M of medium.
  private var recognised: [String: Set<String>] = [:]

  init(text: String, filters: [SearchFilter], recognised pairs: [(code: String, value: String)] = []) {
    words = Set(Self.words(in: text).flatMap(Self.forms))
    code = Self.code(text)
    for (code, value) in pairs { recognised[code, default: []].insert(value) }
    for filter in filters {
      switch filter {
      case .attribute(let code, let chosen): values[code, default: []].formUnion(chosen)
      case .attributeRange(let code, let lower, let upper):
        let (low, high) = (lower ?? -.infinity, upper ?? .infinity)
        if low <= high { ranges[code] = low...high }
      case .category, .brand, .price, .minimumRating, .inStock, .reduced, .releasedWithin: break
      }
    }
  }

  /// The variants that are meant, where they are some and not all; nil where the search does not tell them apart.
  func meant(of variants: [CardHit.Variant]) -> [CardHit.Variant]? {
    guard variants.count > 1, !(words.isEmpty && values.isEmpty && ranges.isEmpty && recognised.isEmpty) else {
      return nil
    }
    // The same values stand in many variants.
    var named: [String: Bool] = [:]
    let points = variants.map { self.points(of: $0, named: &named) }
    guard let most = points.max(), most > .none, points.contains(where: { $0 < most }) else { return nil }
    return zip(variants, points).filter { $1 == most }.map(\.0)
  }

  /// How well a variant fits, what a shopper says most clearly first.
  private struct Points: Comparable {
    static let none = Points()

    var isTyped = false
    /// Filters that it meets by its options.
    var filters = 0
    /// Options that the query names.
    var words = 0

    static func < (left: Points, right: Points) -> Bool {
      (left.isTyped ? 1 : 0, left.filters, left.words) < (right.isTyped ? 1 : 0, right.filters, right.words)
    }
  }

  private func points(of variant: CardHit.Variant, named: inout [String: Bool]) -> Points {
    var points = Points()
    points.isTyped = isTyped(variant.sku)
    for (code, value) in variant.options {
      if values[code]?.contains(value) == true { points.filters += 1 }
      if let range = ranges[code], let number = Double(value), range.contains(number) { points.filters += 1 }
      let isNamed = named[value] ?? self.isNamed(value)
      named[value] = isNamed
      if isNamed || recognised[code]?.contains(value) == true { points.words += 1 }
    }
    return points
  }

  private func isNamed(_ value: String) -> Bool {
    let named = Self.words(in: value)
    return !named.isEmpty && (named.allSatisfy(words.contains) || words.contains(named.joined()))
  }

  /// Whether the query is the SKU. Nearly all are of ASCII, and most differ in the first letters.
  private func isTyped(_ sku: String) -> Bool {
    guard !code.isEmpty, sku.utf8.count >= code.utf8.count else { return false }
    var rest = code.utf8[...]
    for byte in sku.utf8 {
      if byte >= 0x80 { return Self.code(sku) == code }
      let isUpper = byte &- 0x41 < 26
      guard isUpper || byte &- 0x61 < 26 || byte &- 0x30 < 10 else { continue }
      guard rest.first == (isUpper ? byte | 0x20 : byte) else { return false }
      rest = rest.dropFirst()
    }
    return rest.isEmpty
  }

  /// A size such as `13.3` is a word, and so is `men's`, which names no size S.
  private static func words(in text: String) -> [String] {
    text.folded.split { !$0.isLetter && !$0.isNumber && !".'’".contains($0) }.map(String.init)
  }

  /// A number with its unit is the number too: 2 of `2m`.
  private static func forms(of word: String) -> [String] {
    let number = word.prefix { $0.isNumber || $0 == "." }
    let unit = word[number.endIndex...]
    return number.isEmpty || unit.isEmpty || !unit.allSatisfy(\.isLetter) ? [word] : [word, String(number)]
  }

  private static func code(_ text: String) -> String {
    text.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}
