/// `html_strip`: removes tags, comments, scripts and styles and decodes character references, as in Lucene.
///
/// The filter removes an inline tag without trace and replaces a block tag with a line feed. Text that is not HTML
/// stays: `a < 3`.
struct HTMLStripCharacterFilter: CharacterFilter {
  /// Tags to keep, in lower case.
  let escapedTags: Set<String>

  init(escapedTags: some Sequence<String> = []) {
    self.escapedTags = Set(escapedTags.map { $0.lowercased() })
  }

  /// Inline elements.
  static let inlineElements: Set<String> = [
    "a", "b", "i", "q", "s", "u", "abbr", "acronym", "basefont", "bdo", "big", "cite", "code", "dfn", "em", "font",
    "img", "input", "kbd", "label", "samp", "select", "small", "span", "strike", "strong", "sub", "sup", "textarea",
    "tt", "var",
  ]

  func apply(to text: [UInt16], corrections: inout OffsetCorrections) -> [UInt16] {
    guard text.contains(where: { $0 == HTMLStripper.less || $0 == HTMLStripper.ampersand }) else { return text }
    var stripper = HTMLStripper(text: text, escapedTags: escapedTags)
    stripper.run()
    corrections = stripper.corrections
    return stripper.output
  }
}

/// The tables of `HTMLTables`, unpacked.
private final class HTMLGrammar: Sendable {
  static let shared = HTMLGrammar()

  let classes: CodePointTable<UInt8>
  let entities: [String: UInt16]
  let longestEntity: Int

  private init() {
    classes = CodePointTable<UInt8>(repeating: 0) { all in
      var numbers = PackedNumbers(HTMLTables.classes)
      var at = 0
      while !numbers.isAtEnd() {
        at += numbers.number(radix: 16)
        let length = numbers.number(radix: 16)
        let value = numbers.digit()
        for c in at..<at + length { all[c] = value }
        at += length
      }
    }
    var named: [String: UInt16] = [:]
    var entities = PackedNumbers(HTMLTables.entities)
    while !entities.isAtEnd() {
      let code = entities.number(radix: 16)
      named[String(decoding: entities.word(), as: UTF8.self)] = UInt16(code)
    }
    self.entities = named
    longestEntity = named.keys.map(\.utf8.count).max() ?? 0
  }
}

/// One run over one text.
private struct HTMLStripper {
  static let less = UInt16(UInt8(ascii: "<"))
  static let ampersand = UInt16(UInt8(ascii: "&"))
  private static let lineFeed: UInt16 = 10

  private let text: [UInt16]
  private let escapedTags: Set<String>
  private let grammar = HTMLGrammar.shared
  private var at = 0
  private var difference = 0
  private(set) var output: [UInt16] = []
  private(set) var corrections = OffsetCorrections()

  init(text: [UInt16], escapedTags: Set<String>) {
    self.text = text
    self.escapedTags = escapedTags
    output.reserveCapacity(text.count)
  }

  mutating func run() {
    while at < text.count {
      switch text[at] {
      case Self.less: readMarkup()
      case Self.ampersand: readReference()
      default:
        output.append(text[at])
        at += 1
      }
    }
  }

  // MARK: Output

  /// Drops the text from `start` up to `end` and writes `replacement` in its place.
  private mutating func replace(_ start: Int, _ end: Int, with replacement: [UInt16]) {
    output.append(contentsOf: replacement)
    difference += (end - start) - replacement.count
    corrections.add(offset: output.count, difference: difference)
    at = end
  }

  /// Leaves the text from `start` up to `end` as it is.
  private mutating func keep(_ start: Int, _ end: Int) {
    output.append(contentsOf: text[start..<end])
    at = end
  }

  // MARK: Characters

  private func isASCII(_ position: Int, _ character: Character) -> Bool {
    position < text.count && text[position] == UInt16(character.asciiValue ?? 0)
  }

  /// Whether the ASCII text `word` stands at `position`, in any case.
  private func stands(_ word: String, at position: Int) -> Bool {
    let letters = Array(word.utf8)
    guard position + letters.count <= text.count else { return false }
    return letters.indices.allSatisfy { index in
      let unit = text[position + index]
      return unit < 0x80 && (unit == UInt16(letters[index]) || unit | 0x20 == UInt16(letters[index]) && unit >= 0x41)
    }
  }

  private func characterClass(_ position: Int) -> (value: HTMLTables.CharacterClass, width: Int) {
    var codePoint = UInt32(text[position])
    var width = 1
    if codePoint & 0xFC00 == 0xD800, position + 1 < text.count, text[position + 1] & 0xFC00 == 0xDC00 {
      codePoint = 0x10000 + (codePoint & 0x3FF) << 10 + UInt32(text[position + 1] & 0x3FF)
      width = 2
    }
    return (HTMLTables.CharacterClass(rawValue: grammar.classes[codePoint]) ?? .other, width)
  }

  private func skippingSpace(_ position: Int) -> Int {
    var position = position
    while position < text.count, characterClass(position).value == .space { position += 1 }
    return position
  }

  /// End of the name that begins at `position`; nil if no name begins there.
  private func nameEnd(_ position: Int) -> Int? {
    guard position < text.count, characterClass(position).value == .nameStart else { return nil }
    var end = position
    while end < text.count {
      let (value, width) = characterClass(end)
      guard value == .nameStart || value == .namePart || value == .hyphen else { break }
      end += width
    }
    return end
  }

  /// End of the longest tail of a tag (attributes and `>`) that begins at `position`; nil if there is none. A space or,
  /// except for scripts and styles, `=` must separate the name from the tail.
  private func tailEnd(_ position: Int, isRaw: Bool = false) -> Int? {
    guard position < text.count else { return nil }
    switch characterClass(position).value {
    case .greater: return position + 1
    case .space: return contentEnd(position + 1)
    case .equals: return isRaw ? nil : contentEnd(position + 1)
    default: return !isRaw && isASCII(position, "/") && isASCII(position + 1, ">") ? position + 2 : nil
    }
  }

  /// End of the longest content of a tag, its `>` included.
  private func contentEnd(_ position: Int) -> Int? {
    var possible = HTMLTables.tailFirst
    var at = position
    var found: Int?
    while at < text.count {
      let (value, width) = characterClass(at)
      let reached = possible & HTMLTables.tailHolding[Int(value.rawValue)]
      if reached == 0 { break }
      at += width
      if reached & HTMLTables.tailLast != 0 { found = at }
      possible = 0
      var rest = reached
      while rest != 0 {
        possible |= HTMLTables.tailFollowing[rest.trailingZeroBitCount]
        rest &= rest - 1
      }
    }
    return found
  }

  // MARK: Markup

  private mutating func readMarkup() {
    let start = at
    let next = start + 1
    if isASCII(next, "!") { return readDeclaration(start) }
    if isASCII(next, "/") { return readEndTag(start) }
    if isASCII(next, "?"), let end = processingInstructionEnd(next) { return replace(start, end, with: []) }
    let word = skippingSpace(next)
    if stands("br", at: word), let end = tailEnd(word + 2) {
      return escapedTags.contains("br") ? keep(start, end) : replace(start, end, with: [Self.lineFeed])
    }
    for name in ["script", "style"] where stands(name, at: word) {
      if let end = tailEnd(word + name.count, isRaw: true) { return readRawElement(name, start, end) }
    }
    readStartTag(start, word)
  }

  private mutating func readStartTag(_ start: Int, _ word: Int) {
    guard let end = nameEnd(word) else { return keep(start, word) }
    finishTag(start, word, end, tailEnd(end))
  }

  private mutating func readEndTag(_ start: Int) {
    let word = skippingSpace(start + 2)
    if stands("br", at: word), isASCII(skippingSpace(word + 2), ">") {
      let end = skippingSpace(word + 2) + 1
      return escapedTags.contains("br") ? keep(start, end) : replace(start, end, with: [Self.lineFeed])
    }
    guard let end = nameEnd(word) else { return keep(start, word) }
    let tail = skippingSpace(end)
    finishTag(start, word, end, isASCII(tail, ">") ? tail + 1 : nil)
  }

  /// Ends a tag whose name is `word..<end`; a tag that the end of the text cuts off is dropped.
  private mutating func finishTag(_ start: Int, _ word: Int, _ end: Int, _ tagEnd: Int?) {
    let name = String(decoding: text[word..<end], as: UTF16.self).lowercased()
    guard let tagEnd else {
      if end == text.count, !escapedTags.contains(name) { return dropRest(start) }
      return keep(start, end)
    }
    if escapedTags.contains(name) {
      keep(start, tagEnd)
    } else {
      let isInline = HTMLStripCharacterFilter.inlineElements.contains(name)
      replace(start, tagEnd, with: isInline ? [] : [Self.lineFeed])
    }
  }

  /// Drops the text from `start` to the end.
  private mutating func dropRest(_ start: Int) { replace(start, text.count, with: []) }

  /// End of `? … ?>` or `? … />`.
  private func processingInstructionEnd(_ position: Int) -> Int? {
    guard let close = text[(position + 1)...].firstIndex(of: UInt16(UInt8(ascii: ">"))), close - 1 > position,
      isASCII(close - 1, "?") || isASCII(close - 1, "/")
    else { return nil }
    return close + 1
  }

  private mutating func readDeclaration(_ start: Int) {
    let inside = start + 2
    if stands("--", at: inside) { return readComment(start, inside + 2) }
    if text[inside...].starts(with: "[CDATA[".utf16) {
      replace(start, inside + 7, with: [])
      return readCharacterData()
    }
    guard let close = text[inside...].firstIndex(of: UInt16(UInt8(ascii: ">"))) else {
      return keep(start, text.count)
    }
    replace(start, close + 1, with: [])
  }

  private mutating func readCharacterData() {
    while at < text.count {
      if stands("]]>", at: at) { return replace(at, at + 3, with: []) }
      output.append(text[at])
      at += 1
    }
  }

  private mutating func readComment(_ start: Int, _ inside: Int) {
    var scanner = RawTextScanner(text: text, at: inside)
    if let end = scanner.commentEnd() { replace(start, end, with: []) } else { dropRest(start) }
  }

  /// Drops a script or a style up to its end tag; an escaped element keeps its tags.
  private mutating func readRawElement(_ name: String, _ start: Int, _ inside: Int) {
    var start = start
    let isEscaped = escapedTags.contains(name)
    if isEscaped {
      keep(start, inside)
      start = inside
    }
    var scanner = RawTextScanner(text: text, at: inside)
    while scanner.at < text.count {
      if stands("<!--", at: scanner.at) {
        scanner.at += 4
        scanner.skipRawComment()
      } else if stands("</", at: scanner.at) {
        let word = skippingSpace(scanner.at + 2)
        let tail = skippingSpace(word + name.count)
        guard stands(name, at: word), isASCII(tail, ">") else {
          scanner.at += 1
          continue
        }
        if isEscaped {
          replace(start, scanner.at, with: [])
          return keep(scanner.at, tail + 1)
        }
        return replace(start, tail + 1, with: [Self.lineFeed])
      } else {
        scanner.at += 1
      }
    }
    dropRest(start)
  }

  // MARK: Character references

  private mutating func readReference() {
    let start = at
    if isASCII(start + 1, "#") { return readNumericReference(start) }
    var length = 0
    var code: UInt16 = 0
    var name = ""
    for (index, unit) in text[(start + 1)...].prefix(grammar.longestEntity).enumerated() {
      guard unit < 0x80, let scalar = Unicode.Scalar(unit),
        scalar.properties.isAlphabetic || scalar.properties.isASCIIHexDigit
      else { break }
      name.unicodeScalars.append(scalar)
      if let found = grammar.entities[name] {
        length = index + 1
        code = found
      }
    }
    guard length > 0 else { return keep(start, start + 1) }
    finishReference(start, start + 1 + length, [code])
  }

  /// Ends a reference. It needs its semicolon, except at the end of the text.
  private mutating func finishReference(_ start: Int, _ end: Int, _ replacement: [UInt16]) {
    if isASCII(end, ";") {
      replace(start, end + 1, with: replacement)
    } else if end == text.count {
      replace(start, end, with: replacement)
    } else {
      keep(start, end)
    }
  }

  /// Value and end of the number that begins at `position` (after `#`); nil if no number begins there.
  private func number(_ position: Int) -> (value: UInt32?, end: Int)? {
    let isHexadecimal = isASCII(position, "x") || isASCII(position, "X")
    let first = isHexadecimal ? position + 1 : position
    var end = first
    var value: UInt32 = 0
    let maxDigits = isHexadecimal ? 5 : 7
    while end < text.count, let digit = Self.digit(text[end], isHexadecimal ? 16 : 10) {
      if end - first < maxDigits { value = value * (isHexadecimal ? 16 : 10) + digit }
      end += 1
    }
    guard end > first else { return nil }
    return (end - first <= maxDigits && value <= 0x10FFFF ? value : nil, end)
  }

  private static func digit(_ unit: UInt16, _ radix: UInt32) -> UInt32? {
    guard unit < 0x80, let value = Character(Unicode.Scalar(UInt8(unit))).hexDigitValue, value < radix else {
      return nil
    }
    return UInt32(value)
  }

  private mutating func readNumericReference(_ start: Int) {
    guard let (value, end) = number(start + 2) else { return keep(start, start + 2) }
    guard let value else { return keep(start, end) }
    guard value & 0xFFFF_F800 == 0xD800 else {
      var units: [UInt16] = []
      if value > 0xFFFF {
        units = [UInt16(0xD800 + (value - 0x10000) >> 10), UInt16(0xDC00 + value & 0x3FF)]
      } else {
        units = [UInt16(value)]
      }
      return finishReference(start, end, units)
    }
    // Two references to the two halves of a surrogate pair are one character; half a pair becomes U+FFFD.
    if value < 0xDC00, isASCII(end, ";"), isASCII(end + 1, "&"), isASCII(end + 2, "#"),
      end - start - 2 == 5, case (let low?, let lowEnd)? = number(end + 3), low & 0xFFFF_FC00 == 0xDC00,
      lowEnd - end - 3 == 5, isASCII(lowEnd, ";")
    {
      return replace(start, lowEnd + 1, with: [UInt16(value), UInt16(low)])
    }
    finishReference(start, end, [0xFFFD])
  }
}

/// Steps over comments, and over the quoted strings and server-side includes in them.
private struct RawTextScanner {
  let text: [UInt16]
  var at: Int

  private enum State { case comment, include, singleQuoted, doubleQuoted }

  /// The state to return to after a closing quote or include, and the state before that one.
  private var returning = State.comment
  private var returningBefore = State.comment

  init(text: [UInt16], at: Int) {
    self.text = text
    self.at = at
  }

  private func stands(_ word: StaticString) -> Bool {
    guard at + word.utf8CodeUnitCount <= text.count else { return false }
    for index in 0..<word.utf8CodeUnitCount where text[at + index] != UInt16(word.utf8Start[index]) { return false }
    return true
  }

  /// End of an HTML comment, from inside it; nil if it does not end.
  mutating func commentEnd() -> Int? { skip(quotesCount: false) ? at : nil }

  /// Steps over a comment in a script or a style, in which quotes count.
  mutating func skipRawComment() { _ = skip(quotesCount: true) }

  private mutating func skip(quotesCount: Bool) -> Bool {
    var state = State.comment
    while at < text.count {
      switch state {
      case .comment:
        if stands("<!--#") {
          returning = .comment
          state = .include
          at += 5
          continue
        }
        if stands("-->") {
          at += 3
          return true
        }
        if quotesCount, let quoted = quoteAtPosition() {
          returning = .comment
          state = quoted
        }
        at += 1
      case .include:
        if stands("-->") {
          state = returning
          at += 3
          continue
        }
        if let quoted = quoteAtPosition() {
          returningBefore = returning
          returning = .include
          state = quoted
        }
        at += 1
      case .singleQuoted, .doubleQuoted:
        let quote = UInt16(state == .singleQuoted ? 0x27 : 0x22)
        if text[at] == 0x5C, at + 1 < text.count {
          at += 2
          continue
        }
        if text[at] == quote {
          state = returning
          returning = returningBefore
        }
        at += 1
      }
    }
    return false
  }

  private func quoteAtPosition() -> State? {
    text[at] == 0x27 ? .singleQuoted : text[at] == 0x22 ? .doubleQuoted : nil
  }
}
