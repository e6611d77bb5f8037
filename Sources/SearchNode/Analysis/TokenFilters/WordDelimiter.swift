/// How `word_delimiter` and `word_delimiter_graph` cut a term, and which pieces they output.
struct WordDelimiterSettings: Sendable {
  /// The type of a character; letters of unknown case have both bits.
  struct CharacterType: OptionSet, Sendable {
    let rawValue: UInt8
    static let lower = CharacterType(rawValue: 1)
    static let upper = CharacterType(rawValue: 2)
    static let digit = CharacterType(rawValue: 4)
    static let delimiter = CharacterType(rawValue: 8)
    static let alpha: CharacterType = [.lower, .upper]
    static let alphanumeric: CharacterType = [.lower, .upper, .digit]

    var isAlpha: Bool { !isDisjoint(with: .alpha) }
    var isDigit: Bool { contains(.digit) }
    var isDelimiter: Bool { contains(.delimiter) }
  }

  var generatesWordParts = true
  var generatesNumberParts = true
  var catenatesWords = false
  var catenatesNumbers = false
  var catenatesAll = false
  var preservesOriginal = false
  var splitsOnCaseChange = true
  var splitsOnNumerics = true
  var stemsEnglishPossessive = true
  var ignoresKeywords = false
  var adjustsOffsets = true
  var protectedWords = TermSet([])
  /// Types of UTF-16 code units from 0 on; the general category gives the type of all units after the end.
  var types: [CharacterType] = WordDelimiterSettings.defaultTypes

  /// Latin-1 as in Lucene's default table: every character except lower case, upper case and decimal digits is a
  /// delimiter.
  static let defaultTypes: [CharacterType] = (0..<256).map { (code: UInt32) -> CharacterType in
    switch CodePointProperties.category(code) {
    case .lowercaseLetter: .lower
    case .uppercaseLetter: .upper
    case .decimalNumber: .digit
    // The ordinal indicators are letters without case, but count as lower case.
    case .otherLetter: .lower
    default: .delimiter
    }
  }

  /// The type that a character's general category gives it.
  static func typeByCategory(_ unit: UInt16) -> CharacterType {
    if unit & 0xF800 == 0xD800 { return .alphanumeric }
    switch CodePointProperties.category(UInt32(unit)) {
    case .uppercaseLetter: return .upper
    case .lowercaseLetter: return .lower
    case .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .enclosingMark, .spacingMark: return .alpha
    case .decimalNumber, .letterNumber, .otherNumber: return .digit
    default: return .delimiter
    }
  }

  /// The table of a `type_table`: its characters have the given types; all others have the types of their categories.
  static func types(with given: [(unit: UInt16, type: CharacterType)]) -> [CharacterType] {
    let count = max(256, (given.map { Int($0.unit) + 1 }.max() ?? 0))
    var table = (0..<count).map { typeByCategory(UInt16($0)) }
    for (unit, type) in given { table[Int(unit)] = type }
    return table
  }

  @inline(__always)
  func type(of unit: UInt16) -> CharacterType {
    Int(unit) < types.count ? types[Int(unit)] : Self.typeByCategory(unit)
  }

  func catenates(_ type: CharacterType) -> Bool { catenatesWords && type.isAlpha || catenatesNumbers && type.isDigit }
  func generates(_ type: CharacterType) -> Bool {
    generatesWordParts && type.isAlpha || generatesNumberParts && type.isDigit
  }
}

/// A term as UTF-16 code units, with the byte at which each begins: Lucene counts code units, but terms are bytes.
struct DelimitedTerm {
  private(set) var units: [UInt16] = []
  private(set) var bytes: [Int32] = []
  private(set) var types: [WordDelimiterSettings.CharacterType] = []

  mutating func load(_ term: UnsafeBufferPointer<UInt8>, _ settings: borrowing WordDelimiterSettings) {
    units.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    var at = 0
    while at < term.count {
      let (codePoint, width) = decodeUTF8(term, at, term.count)
      if codePoint > 0xFFFF {
        append(UInt16(truncatingIfNeeded: 0xD800 + (codePoint - 0x10000) >> 10), at, settings)
        append(UInt16(truncatingIfNeeded: 0xDC00 + codePoint & 0x3FF), at, settings)
      } else {
        append(UInt16(truncatingIfNeeded: codePoint), at, settings)
      }
      at += width
    }
    bytes.append(Int32(at))
  }

  private mutating func append(_ unit: UInt16, _ byte: Int, _ settings: borrowing WordDelimiterSettings) {
    units.append(unit)
    bytes.append(Int32(byte))
    types.append(settings.type(of: unit))
  }
}

/// Steps through the subwords of a term.
struct SubwordIterator {
  private(set) var start = 0
  /// End of the subword; nil when there are no more.
  private(set) var end: Int? = 0
  private var first = 0
  private var last = 0
  private var endsInPossessive = false
  private var skipsPossessive = false

  init(_ term: borrowing DelimitedTerm, _ settings: borrowing WordDelimiterSettings) {
    last = term.units.count
    while first < last, term.types[first].isDelimiter { first += 1 }
    while last > first, term.types[last - 1].isDelimiter { last -= 1 }
    endsInPossessive = isPossessive(endingAt: last, term, settings)
    start = first
    end = first
    advance(term, settings)
  }

  /// Whether the term has one subword, not counting delimiters around it.
  var isSingleWord: Bool { start == first && end == (endsInPossessive ? last - 2 : last) }

  func type(_ term: borrowing DelimitedTerm) -> WordDelimiterSettings.CharacterType {
    guard end != nil else { return [] }
    let type = term.types[start]
    return type == .lower || type == .upper ? .alpha : type
  }

  mutating func advance(_ term: borrowing DelimitedTerm, _ settings: borrowing WordDelimiterSettings) {
    guard let previous = end else { return }
    start = previous
    if skipsPossessive {
      start += 2
      skipsPossessive = false
    }
    var type: WordDelimiterSettings.CharacterType = []
    while start < last {
      type = term.types[start]
      if !type.isDelimiter { break }
      start += 1
    }
    guard start < last else {
      end = nil
      return
    }
    var at = start + 1
    while at < last {
      let next = term.types[at]
      if isBreak(type, next, settings) { break }
      type = next
      at += 1
    }
    end = at
    if at < last - 1, isPossessive(endingAt: at + 2, term, settings) { skipsPossessive = true }
  }

  private func isBreak(
    _ left: WordDelimiterSettings.CharacterType, _ right: WordDelimiterSettings.CharacterType,
    _ settings: borrowing WordDelimiterSettings
  ) -> Bool {
    if !left.isDisjoint(with: right) { return false }
    if !settings.splitsOnCaseChange, left.isAlpha, right.isAlpha { return false }
    if left.contains(.upper), right.isAlpha { return false }
    if !settings.splitsOnNumerics, left.isAlpha && right.isDigit || left.isDigit && right.isAlpha { return false }
    return true
  }

  /// Whether a possessive `'s` ends at `position`: a letter before it, and a delimiter or the term's end after it.
  private func isPossessive(
    endingAt position: Int, _ term: borrowing DelimitedTerm, _ settings: borrowing WordDelimiterSettings
  ) -> Bool {
    guard settings.stemsEnglishPossessive, position > 2, term.units[position - 2] == 0x27 else { return false }
    let letter = term.units[position - 1]
    return (letter == 0x73 || letter == 0x53) && term.types[position - 3].isAlpha
      && (position == last || term.types[position].isDelimiter)
  }
}

/// Subwords joined without the characters between them.
struct SubwordRun {
  var parts: [Range<Int>] = []
  var type: WordDelimiterSettings.CharacterType = []
  var startPosition = 0

  var isEmpty: Bool { parts.isEmpty }
  var start: Int { parts.first?.lowerBound ?? 0 }
  var end: Int { parts.last?.upperBound ?? 0 }

  mutating func append(_ part: Range<Int>, type: WordDelimiterSettings.CharacterType, position: Int) {
    if isEmpty {
      self.type = type
      startPosition = position
    }
    parts.append(part)
  }

  mutating func removeAll() {
    parts.removeAll(keepingCapacity: true)
    type = []
  }
}
