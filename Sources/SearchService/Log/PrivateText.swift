/// Takes out of a query what tells of a person: e-mail addresses, telephone numbers, payment cards.
///
/// People paste what is on their clipboard; a shop's list of queries must not keep it. Names cannot be told from other
/// words; queries of few visitors are forgotten instead (docs/explain/query-log.md).
public enum PrivateText {
  /// Of a card (ISO/IEC 7812); a product's EAN has 13 or 14 digits.
  private static let cardDigits = 15...19
  /// Of an international number (E.164).
  private static let phoneDigits = 8...15

  public static func masked(_ text: String) -> String {
    let words = text.split(separator: " ")
    var result: [Substring] = []
    var next = 0
    while next < words.count {
      if isAddress(words[next]) {
        result.append("[email]")
        next += 1
      } else if let number = number(words[next...]) {
        result.append(number.label)
        next = number.end
      } else {
        result.append(words[next])
        next += 1
      }
    }
    return result.joined(separator: " ")
  }

  private static func isAddress(_ word: Substring) -> Bool {
    guard let at = word.firstIndex(of: "@"), at > word.startIndex else { return false }
    return word[word.index(after: at)...].dropFirst().contains(".")
  }

  /// The longest run of words, from the first of these on, that is a card's or a telephone's number.
  private static func number(_ words: ArraySlice<Substring>) -> (label: Substring, end: Int)? {
    guard let first = words.first?.first, first == "+" || first == "(" || first.isASCIIDigit else { return nil }
    let run = words.prefix { word in word.allSatisfy { $0.isASCIIDigit || "+-().".contains($0) } }
    for end in stride(from: run.endIndex, to: run.startIndex, by: -1) {
      let digits = run[run.startIndex..<end].flatMap { $0.compactMap(\.wholeNumberValue) }
      if cardDigits.contains(digits.count), passesLuhn(digits) { return ("[card]", end) }
      if first == "+", phoneDigits.contains(digits.count) { return ("[phone]", end) }
    }
    return nil
  }

  /// ISO/IEC 7812-1, annex B.
  private static func passesLuhn(_ digits: [Int]) -> Bool {
    let sum = digits.reversed().enumerated().reduce(0) { sum, next in
      let doubled = next.element * 2
      return sum + (next.offset.isMultiple(of: 2) ? next.element : doubled > 9 ? doubled - 9 : doubled)
    }
    return sum.isMultiple(of: 10)
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
