/// A text with each number in one form: a point before the decimals, no mark between groups, fractions as decimals.
///
/// `10,000` is 10000, `5,5` is 5.5, `.5` and `1/2` are 0.5, `1-1/2` is 1.5, `160x230` is three words. A comma is a mark of
/// groups only before three digits. Numbers within a code (`A1,5`), versions and dates (`1.2.3`, `1/2/24`) stay.
struct NumberForms {
  private(set) var text = TracedScalars()
  private let source: TracedScalars
  /// Where the whole number stands in `text` that was written last, for `1 1/2`.
  private var lastWhole: Range<Int>?
  private var place = 0
  /// Whether the number at hand is one of several with a sign between: its unit is a word of its own.
  private var isDimension = false

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value &- 0x30 < 10 }

  /// Denominators of rules, drills and screws; `24/7` and `50/60` are no fractions.
  private static let denominators: Set<Int> = [2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64]
  /// Longest number that is read; longer digits are a code.
  private static let maxDigits = 15
  private static let lengths: [[Unicode.Scalar]] = ["cm", "mm", "in", "ft", "m"].map { Array($0.unicodeScalars) }

  init(_ letters: LetterForms) {
    source = letters.text
    while place < source.count { step() }
  }

  private func at(_ index: Int) -> Unicode.Scalar? { index >= 0 && index < source.count ? source.scalars[index] : nil }
  private func isDigit(_ index: Int) -> Bool { at(index).map(Self.isDigit) ?? false }
  private func isLetter(_ index: Int) -> Bool { at(index)?.properties.isAlphabetic ?? false }
  private func isWord(_ index: Int) -> Bool { isDigit(index) || isLetter(index) }
  private func isPoint(_ index: Int) -> Bool { at(index) == "." || at(index) == "," }

  private mutating func copy(to end: Int) {
    while place < end {
      text.append(source.scalars[place], from: source.origins[place])
      place += 1
    }
  }

  private mutating func step() {
    let startsNumber = isDigit(place) || at(place) == "." && isDigit(place + 1) && !isPoint(place - 1)
    if isDimension || !isWord(place - 1), startsNumber { return number() }
    isDimension = false
    if at(place) == "×" { return sign(length: 1) }
    if isLetter(place) { return word() }
    copy(to: place + 1)
  }

  // MARK: Words

  /// Copies letters and digits up to the next sign; `l'` and its like before a vowel are words of their own.
  private mutating func word() {
    var end = place
    while isWord(end) { end += 1 }
    if at(end) == "'", Self.elided.contains(lowercase(place..<end)), isVowel(end + 1) {
      copy(to: end)
      text.append(" ", from: source.origins[place])
      place += 1
    } else {
      copy(to: end)
    }
  }

  /// The short words that French, Italian and Catalan write before a vowel with an apostrophe.
  private static let elided: Set<String> = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "lorsqu", "puisqu", "jusqu", "dell", "all", "nell", "sull", "un",
  ]

  private func lowercase(_ range: Range<Int>) -> String { SearchText.string(Array(source.scalars[range])).lowercased() }

  private func isVowel(_ index: Int) -> Bool {
    guard let scalar = at(index) else { return false }
    return "aeiouyhàâäéèêëíîïóôöúùûüœæ".unicodeScalars.contains(
      scalar.properties.lowercaseMapping.unicodeScalars.first!)
  }

  // MARK: Numbers

  private func digits(from start: Int) -> Range<Int> {
    var end = start
    while isDigit(end) { end += 1 }
    return start..<end
  }

  private mutating func number() {
    let start = place
    let whole = digits(from: start)
    guard whole.count <= Self.maxDigits else { return copyRun() }
    if let end = fraction(whole) { return finish(at: end) }
    let (groups, mark) = groups(behind: whole)
    let end = groups.last?.upperBound ?? whole.upperBound
    var decimals = end..<end
    if isPoint(end), at(end) != mark { decimals = digits(from: end + 1) }
    let last = decimals.isEmpty ? end : decimals.upperBound
    // A version, a list, a date, an address of a network.
    if isPoint(last) && isDigit(last + 1) || at(last) == "/" && isDigit(last + 1) { return copyRun() }
    let origin = source.origins[start]
    let first = text.count
    if whole.isEmpty { text.append("0", from: origin) }
    for range in [whole] + groups { text.append(source.scalars[range], from: origin) }
    if !decimals.isEmpty {
      var kept = decimals
      while let digit = kept.last, source.scalars[digit] == "0" { kept.removeLast() }
      // One zero may tell a version: USB 2.0.
      if kept.isEmpty, decimals.count == 1 { kept = decimals }
      if !kept.isEmpty {
        text.append(".", from: origin)
        text.append(source.scalars[kept], from: origin)
      }
    }
    lastWhole = decimals.isEmpty ? first..<text.count : nil
    place = last
    finish(at: last)
  }

  /// Copies digits with all the marks between them.
  private mutating func copyRun() {
    lastWhole = nil
    var end = place
    while isDigit(end) || (isPoint(end) || at(end) == "/") && isDigit(end + 1) { end += 1 }
    copy(to: end)
    rest()
  }

  /// The groups of three behind a number's first digits, and the mark between them.
  private func groups(behind whole: Range<Int>) -> (groups: [Range<Int>], mark: Unicode.Scalar?) {
    guard let mark = at(whole.upperBound), (1...3).contains(whole.count), source.scalars[whole.lowerBound] != "0",
      [",", ".", "'", "\u{A0}", "\u{202F}", "\u{2009}"].contains(mark)
    else { return ([], nil) }
    var groups: [Range<Int>] = []
    var end = whole.upperBound
    while at(end) == mark, case let group = digits(from: end + 1), group.count == 3 {
      groups.append(group)
      end = group.upperBound
    }
    // Digits behind the last mark that are no group: none of them is.
    if at(end) == mark, isDigit(end + 1) { return ([], nil) }
    // A point alone is a decimal point, but for `1.299,00`.
    if mark == ".", groups.count == 1, !(at(end) == "," && isDigit(end + 1)) { return ([], nil) }
    return (groups, groups.isEmpty ? nil : mark)
  }

  /// Writes `1/2` as 0.5 and `1-1/2` as 1.5; nil where the digits begin no fraction.
  private mutating func fraction(_ whole: Range<Int>) -> Int? {
    guard at(whole.upperBound) == "/" || at(whole.upperBound) == "\u{2044}", at(whole.lowerBound - 1) != "/",
      case let below = digits(from: whole.upperBound + 1), (1...2).contains(below.count), at(below.upperBound) != "/",
      !(isPoint(below.upperBound) && isDigit(below.upperBound + 1)), (1...2).contains(whole.count),
      let numerator = Int(lowercase(whole)), let denominator = Int(lowercase(below)), numerator > 0,
      numerator < denominator, Self.denominators.contains(denominator)
    else { return nil }
    var origin = source.origins[whole.lowerBound]
    var prefix = "0"
    if let known = lastWhole, known.upperBound == text.count - 1, [" ", "-"].contains(text.scalars[text.count - 1]) {
      prefix = SearchText.string(Array(text.scalars[known]))
      origin = text.origins[known.lowerBound]
      text.cut(to: known.lowerBound)
    }
    // Six digits tell all of these apart.
    let millionths = String(1_000_000 + (numerator * 1_000_000 + denominator / 2) / denominator).dropFirst()
    let decimals = millionths.prefix(6 - millionths.reversed().prefix { $0 == "0" }.count)
    text.append("\(prefix).\(decimals)".unicodeScalars, from: origin)
    lastWhole = nil
    place = below.upperBound
    return place
  }

  // MARK: Behind a number

  /// A sign between two numbers is a word: `160x230`, `160 × 230`, `2cmx4cm`.
  private mutating func finish(at end: Int) {
    var sign = end
    let unit = Self.lengths.first { unit in
      unit.indices.allSatisfy { at(end + $0)?.properties.lowercaseMapping == String(unit[$0]) }
        && ["x", "X", "×"].contains(at(end + unit.count))
    }
    if let unit { sign += unit.count } else if at(sign) == " " { sign += 1 }
    guard let mark = at(sign), ["x", "X", "×", "*"].contains(mark) else { return rest() }
    let next = at(sign + 1) == " " ? sign + 2 : sign + 1
    guard isDigit(next) || at(next) == "." && isDigit(next + 1) else { return rest() }
    if unit != nil {
      text.append(" ", from: source.origins[end])
      copy(to: sign)
    }
    place = sign
    self.sign(length: next - sign)
  }

  /// Letters that follow a number without a sign between belong to its word: `5.5mm`.
  private mutating func rest() {
    let wasDimension = isDimension
    isDimension = false
    guard isWord(place) else { return }
    lastWhole = nil
    var end = place
    while isWord(end) { end += 1 }
    if wasDimension, Self.lengths.contains(where: { SearchText.string($0) == lowercase(place..<end) }) {
      text.append(" ", from: source.origins[place])
      return word()
    }
    copy(to: end)
  }

  private mutating func sign(length: Int) {
    lastWhole = nil
    let origin = source.origins[place]
    if let last = text.scalars.last, last != " " { text.append(" ", from: origin) }
    text.append("x", from: origin)
    text.append(" ", from: origin)
    place += length
    while at(place) == " " { place += 1 }
    isDimension = true
  }
}
