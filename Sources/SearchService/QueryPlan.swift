/// What a query was understood to ask for.
public struct QueryPlan: Sendable, Hashable {
  /// How strictly the words of the query must be found.
  public enum Strictness: String, Sendable, CaseIterable {
    /// Each word, in any field.
    case everyWord = "every_word"
    /// Three of four words.
    case mostWords = "most_words"
    case anyWord = "any_word"
  }

  /// The words, with white space folded and without control characters. Empty: everything (browsing).
  public var text: String
  public var strictness: Strictness

  public init(text: String, strictness: Strictness = .everyWord) {
    self.text = text
    self.strictness = strictness
  }

  /// Reads a raw query: folds white space, drops what is not printable.
  public static func understanding(_ raw: String) -> QueryPlan {
    let printable = raw.unicodeScalars.map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .unassigned, .surrogate: " "
      default: Character(scalar)
      }
    }
    return QueryPlan(text: String(printable).split(separator: " ").joined(separator: " "))
  }

  /// Whether it may be an SKU or a barcode. Without a letter and a digit its normal form is empty, which every code
  /// begins with.
  var mayBeCode: Bool { text.contains { $0.isLetter || $0.isNumber } }

  /// The steps to take when nothing is found, the closest first.
  public var relaxations: [QueryPlan] {
    // What stands between words may be no space; what holds a part number together parts no words.
    let words = text.split { !$0.isLetter && !$0.isNumber && !"-_./".contains($0) }
    guard words.count > 1 else { return [] }
    return [QueryPlan(text: text, strictness: .mostWords), QueryPlan(text: text, strictness: .anyWord)]
  }
}
