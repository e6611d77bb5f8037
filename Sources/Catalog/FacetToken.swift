/// The form of an attribute's value in the index's facet fields, so that any attribute can be a facet without its own
/// field (docs/decisions/0002).
public enum FacetToken {
  /// Most options of a variant that are combined; each further option would double the tokens.
  public static let maxCombinedOptions = 4

  /// `colour=Red`: a token of the field `facets`.
  public static func value(code: String, _ value: String) -> String { "\(code)=\(value)" }

  public static func add(code: String, _ value: String, to tokens: inout DistinctTexts) {
    tokens.append(code)
    tokens.append(UInt8(ascii: "="))
    tokens.append(value)
    tokens.end()
  }

  /// The code of a token; nil if it has no `=`.
  public static func code(of token: String) -> Substring? {
    // Over the bytes in place: stepping through a String takes ten times as long.
    var token = token
    guard let length = token.withUTF8({ $0.firstIndex(of: UInt8(ascii: "=")) }) else { return nil }
    return token[..<token.utf8.index(token.startIndex, offsetBy: length)]
  }

  /// The code and the value of a token; nil if it has no `=`.
  public static func parse(_ token: String) -> (code: String, value: String)? {
    guard let code = code(of: token) else { return nil }
    return (String(code), String(token[token.utf8.index(after: code.endIndex)...]))
  }

  /// `internal_memory=` and 16 hexadecimal digits that sort like the numbers: a token of the field `facet_numbers`.
  public static func number(code: String, _ number: Double) -> String {
    var tokens = DistinctTexts()
    add(code: code, number: number, to: &tokens)
    return tokens.strings[0]
  }

  /// The number of such a token.
  public static func number(of token: String) -> Double? {
    guard let code = code(of: token), let sortable = UInt64(token[code.endIndex...].dropFirst(), radix: 16) else {
      return nil
    }
    return Double(bitPattern: sortable >> 63 == 1 ? sortable & ~(1 << 63) : ~sortable)
  }

  public static func add(code: String, number: Double, to tokens: inout DistinctTexts) {
    // IEEE 754: a positive number's bits rise with it, a negative number's fall, so all bits of the latter are flipped.
    let bits = (number + 0).bitPattern  // -0 becomes 0
    let sortable = bits >> 63 == 1 ? ~bits : bits | (1 << 63)
    tokens.append(code)
    tokens.append(UInt8(ascii: "="))
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: sortable >> shift) & 15
      tokens.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
    tokens.end()
  }

  /// Every combination of a variant's options, in the order of their codes: `colour=Red`, `size=M`,
  /// `colour=Red|size=M`.
  public static func combinations(of options: [ProductSnapshot.Attribute]) -> [String] {
    var tokens = DistinctTexts()
    addCombinations(of: options, to: &tokens)
    return tokens.strings
  }

  public static func addCombinations(of options: [ProductSnapshot.Attribute], to tokens: inout DistinctTexts) {
    // Runs for each variant of an index, so the order of its options is kept on the stack.
    withUnsafeTemporaryAllocation(of: Int.self, capacity: maxCombinedOptions) { order in
      var count = 0
      for option in options.indices.prefix(maxCombinedOptions) where !options[option].values.isEmpty {
        // One or two options, mostly in order.
        var place = count
        while place > 0, options[order[place - 1]].definition.code > options[option].definition.code {
          order[place] = order[place - 1]
          place -= 1
        }
        order[place] = option
        count += 1
      }
      for subset in 1..<max(1, 1 << count) {
        var isFirst = true
        for index in 0..<count where subset & (1 << index) != 0 {
          if !isFirst { tokens.append(UInt8(ascii: "|")) }
          isFirst = false
          let option = order[index]
          appendPair((options[option].definition.code, options[option].values[0].displayText), to: &tokens)
        }
        tokens.end()
      }
    }
  }

  /// The token of a combination; its pairs are in the order of their codes.
  public static func combination(_ pairs: [(code: String, value: String)]) -> String {
    var tokens = DistinctTexts()
    for (index, pair) in pairs.enumerated() {
      if index > 0 { tokens.append(UInt8(ascii: "|")) }
      appendPair(pair, to: &tokens)
    }
    tokens.end()
    return tokens.strings[0]
  }

  /// Appends `size=M`, with a backslash before the pair separator and before backslashes.
  private static func appendPair(_ pair: (code: String, value: String), to tokens: inout DistinctTexts) {
    tokens.append(pair.code)
    tokens.append(UInt8(ascii: "="))
    var value = pair.value
    // Over the bytes in place, as in `code(of:)`.
    guard value.withUTF8({ $0.contains { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "\\") } }) else {
      return tokens.append(value)
    }
    for byte in value.utf8 {
      if byte == UInt8(ascii: "|") || byte == UInt8(ascii: "\\") { tokens.append(UInt8(ascii: "\\")) }
      tokens.append(byte)
    }
  }
}
