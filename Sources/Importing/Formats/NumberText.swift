/// Numbers as sheets write them, with the marks of any country.
enum NumberText {
  /// Marks that stand between whole groups of three digits and never before decimals.
  private static let groupMarks: Set<Character> = [" ", "'", "\u{2019}", "\u{A0}", "\u{202F}"]

  /// The number with a point and without marks of groups: `1.234,50` → `1234.50`; nil where it is not a number.
  ///
  /// `decimalMark` is the file's; nil: the last of two marks, else a mark that does not stand before groups of three digits
  /// each. A mark that is not the decimal one stands before three digits, or the number is refused: nothing is guessed away.
  static func plain(_ text: String, decimalMark: Character?) -> String? {
    guard !text.contains(where: { $0 == "e" || $0 == "E" }) else { return text.contains(",") ? nil : text }
    let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
    let sign = text.hasPrefix("-") ? "-" : ""
    let number = text.dropFirst(isSigned ? 1 : 0)
    guard let mark = decimalMark ?? inferredMark(number) else { return nil }
    let parts = number.split(separator: mark, omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = digits(parts[0], groupedBy: mark == "," ? "." : ",") else { return nil }
    guard parts.count == 2 else { return whole.isEmpty ? nil : sign + whole }
    guard parts[1].allSatisfy(isDigit), !(whole.isEmpty && parts[1].isEmpty) else { return nil }
    return sign + (whole.isEmpty ? "0" : whole) + (parts[1].isEmpty ? "" : "." + parts[1])
  }

  /// The same without zeros at the end of its decimals beyond `places`: `12.9900` → `12.99`, `5.0000` → `5`.
  static func trimmed(_ plain: String, to places: Int) -> String {
    guard let point = plain.firstIndex(of: ".") else { return plain }
    var text = plain[...]
    while text.last == "0", text.distance(from: point, to: text.endIndex) > places + 1 { text.removeLast() }
    return String(text.last == "." ? text.dropLast() : text)
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func inferredMark(_ number: Substring) -> Character? {
    let marks = number.filter { $0 == "," || $0 == "." }
    guard let last = marks.last else { return "." }
    if marks.contains(where: { $0 != last }) { return last }
    let isGrouping = digits(number, groupedBy: last) != nil
    if last == "." { return marks.count > 1 && isGrouping ? "," : "." }
    return isGrouping ? "." : ","
  }

  /// The digits without the marks between groups; nil where a mark does not stand before three digits.
  private static func digits(_ text: Substring, groupedBy mark: Character) -> String? {
    let marks = Set(text.filter { !isDigit($0) })
    guard let only = marks.first else { return String(text) }
    guard marks.count == 1, only == mark || groupMarks.contains(only) else { return nil }
    let groups = text.split(separator: only, omittingEmptySubsequences: false)
    // No number is grouped behind a zero: `0,625` has a decimal comma.
    guard (1...3).contains(groups[0].count), groups[0].first != "0", groups.dropFirst().allSatisfy({ $0.count == 3 })
    else { return nil }
    return groups.joined()
  }
}
