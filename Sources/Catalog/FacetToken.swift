/// How an attribute's value is written in the index's facet fields, so that any attribute is a facet without a field
/// of its own (docs/decisions/0002).
public enum FacetToken {
  /// Options of a variant that are combined; more would double the tokens with each.
  public static let mostCombinedOptions = 4

  /// `colour=Red`: what `facets` holds.
  public static func value(code: String, _ value: String) -> String { "\(code)=\(value)" }

  /// The code and the value of a token; nil where it has no `=`.
  public static func parse(_ token: String) -> (code: String, value: String)? {
    guard let divide = token.firstIndex(of: "=") else { return nil }
    return (String(token[..<divide]), String(token[token.index(after: divide)...]))
  }

  /// `internal_memory=` and 16 hexadecimal digits whose order is that of the numbers: what `facet_numbers` holds.
  public static func number(code: String, _ number: Double) -> String {
    // IEEE 754: a positive number's bits rise with it; a negative one's fall, so all of them are flipped.
    let bits = (number + 0).bitPattern  // -0 becomes 0
    let sortable = bits >> 63 == 1 ? ~bits : bits | (1 << 63)
    let digits = String(sortable, radix: 16)
    return "\(code)=\(String(repeating: "0", count: 16 - digits.count))\(digits)"
  }

  /// Every combination of a variant's options, in the order of their codes: `colour=Red`, `size=M`, `colour=Red|size=M`.
  public static func combinations(of options: [ProductSnapshot.Attribute]) -> [String] {
    let tokens = options.prefix(mostCombinedOptions).sorted { $0.definition.code < $1.definition.code }.compactMap {
      option in
      option.values.first.map { (option.definition.code, $0.displayText) }
    }
    guard !tokens.isEmpty else { return [] }
    return (1..<(1 << tokens.count)).map { subset in
      combination(tokens.indices.filter { subset & (1 << $0) != 0 }.map { tokens[$0] })
    }
  }

  /// The token of a combination; the pairs stand in the order of their codes.
  public static func combination(_ pairs: [(code: String, value: String)]) -> String {
    pairs.map { "\($0.code)=\(escaped($0.value))" }.joined(separator: "|")
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "\\") }) else { return value }
    return String(value.flatMap { $0 == "|" || $0 == "\\" ? ["\\", $0] : [$0] })
  }
}
