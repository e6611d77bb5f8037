public import Catalog

/// The products that rules name by the retailer's codes.
public struct RuleProducts: Sendable {
  /// Stands for a product that the shop does not have: no product has this number.
  public static let absent = ProductID(rawValue: 0)
  private static let mark = "code:"
  /// Longer than any code of the catalog.
  static let longestCode = 200

  /// Several products may have one code, of different sources.
  private let ids: [String: [ProductID]]
  /// Whether a code that names no product is a fault. A published set stays readable when a product goes.
  private let refusesAbsent: Bool

  public init(_ ids: [String: [ProductID]] = [:], refusesAbsent: Bool = true) {
    self.ids = ids
    self.refusesAbsent = refusesAbsent
  }

  struct Unknown: Error, CustomStringConvertible {
    let description: String
  }

  func product(coded text: String) throws(Unknown) -> ProductID {
    let code = Self.code(text)
    let found = ids[code] ?? []
    if found.count == 1 { return found[0] }
    guard refusesAbsent else { return found.first ?? Self.absent }
    guard found.isEmpty else {
      let numbers = found.map(\.description).sorted().joined(separator: ", ")
      throw Unknown(description: "several products have the code \(code): name one by its number, of \(numbers)")
    }
    throw Unknown(
      description:
        "no product has the code \"\(code.prefix(Self.longestCode))\"; a product is named by its number or its code")
  }

  private static func code(_ text: String) -> String {
    text.hasPrefix(mark) ? String(text.dropFirst(mark.count)) : text
  }

  /// The codes that a text of rules names, each once.
  public static func codes(in text: String) -> [String] {
    var codes: Set<String> = []
    for line in text.split(separator: "\n") {
      let parts = line.prefix { $0 != "#" }.split(separator: ":", maxSplits: 1).map {
        $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      guard parts.count == 2, parts[0].lowercased() == "hide" || parts[0].lowercased().hasPrefix("pin ") else {
        continue
      }
      let value = parts[1]
      if !value.isEmpty, ProductID(value) == nil, value.utf8.count <= longestCode + mark.count {
        codes.insert(code(value))
      }
    }
    return codes.sorted()
  }
}
