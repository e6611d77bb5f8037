/// Porter's stemmer for English, with the two departures that its author recommends (`bli` → `ble`, `logi` → `log`).
///
/// M. F. Porter, An algorithm for suffix stripping, Program 14 no. 3 (1980), 130–137. Its results equal those of
/// Lucene's PorterStemFilter: words of fewer than three UTF-16 code units stay. `Unit` is a byte for ASCII words and a
/// UTF-16 code unit for others.
struct PorterStemmer<Unit: FixedWidthInteger & UnsignedInteger> {
  /// The word; the stem overwrites it from the left.
  private let word: UnsafeMutablePointer<Unit>
  /// Units that remain of the word.
  private var length: Int
  /// Units before the last suffix found.
  private var stem = 0

  private init(_ word: UnsafeMutableBufferPointer<Unit>) {
    self.word = word.baseAddress!
    length = word.count
  }

  /// Stems the word in place and returns the stem's length, which is never greater than the word's.
  static func stem(_ word: UnsafeMutableBufferPointer<Unit>) -> Int {
    guard word.count > 2 else { return word.count }
    var stemmer = PorterStemmer(word)
    stemmer.removePluralAndParticiple()
    stemmer.turnFinalY()
    stemmer.shortenDoubleSuffix()
    stemmer.removeDerivation()
    stemmer.removeSuffix()
    stemmer.removeFinalE()
    return stemmer.length
  }

  @inline(__always)
  private func letter(_ character: Unicode.Scalar) -> Unit { Unit(truncatingIfNeeded: character.value) }

  private func isConsonant(_ at: Int) -> Bool {
    switch word[at] {
    case letter("a"), letter("e"), letter("i"), letter("o"), letter("u"): false
    case letter("y"): at == 0 || !isConsonant(at - 1)
    default: true
    }
  }

  /// m, the number of vowel-consonant sequences in the stem: [C](VC){m}[V].
  private var measure: Int {
    var sequences = 0
    var wasVowel = false
    for at in 0..<stem {
      let isVowel = !isConsonant(at)
      if wasVowel, !isVowel { sequences += 1 }
      wasVowel = isVowel
    }
    return sequences
  }

  /// *v*
  private var stemHasVowel: Bool {
    for at in 0..<stem where !isConsonant(at) { return true }
    return false
  }

  /// *d: the first `count` units end with a double consonant.
  private func endsWithDoubleConsonant(_ count: Int) -> Bool {
    count > 1 && word[count - 1] == word[count - 2] && isConsonant(count - 1)
  }

  /// *o: the first `count` units end consonant, vowel, consonant other than w, x or y.
  private func endsWithShortSyllable(_ count: Int) -> Bool {
    guard count > 2, isConsonant(count - 1), !isConsonant(count - 2), isConsonant(count - 3) else { return false }
    let last = word[count - 1]
    return last != letter("w") && last != letter("x") && last != letter("y")
  }

  /// Whether the word ends with `suffix`; if so, the stem becomes the part before it.
  @inline(__always)
  private mutating func ends(_ suffix: StaticString) -> Bool {
    let count = suffix.utf8CodeUnitCount
    guard count <= length else { return false }
    let first = length - count
    var at = count - 1
    while at >= 0 {
      if word[first + at] != Unit(suffix.utf8Start[at]) { return false }
      at -= 1
    }
    stem = first
    return true
  }

  private mutating func replaceSuffix(_ replacement: StaticString) {
    for at in 0..<replacement.utf8CodeUnitCount { word[stem + at] = Unit(replacement.utf8Start[at]) }
    length = stem + replacement.utf8CodeUnitCount
  }

  /// Step 1a and 1b.
  private mutating func removePluralAndParticiple() {
    if word[length - 1] == letter("s") {
      if ends("sses") {
        length -= 2
      } else if ends("ies") {
        replaceSuffix("i")
      } else if word[length - 2] != letter("s") {
        length -= 1
      }
    }
    if ends("eed") {
      if measure > 0 { length -= 1 }
    } else if ends("ed") || ends("ing"), stemHasVowel {
      length = stem
      if ends("at") {
        replaceSuffix("ate")
      } else if ends("bl") {
        replaceSuffix("ble")
      } else if ends("iz") {
        replaceSuffix("ize")
      } else if endsWithDoubleConsonant(length) {
        let last = word[length - 1]
        if last != letter("l"), last != letter("s"), last != letter("z") { length -= 1 }
      } else if measure == 1, endsWithShortSyllable(length) {
        replaceSuffix("e")
      }
    }
  }

  /// Step 1c.
  private mutating func turnFinalY() {
    if ends("y"), stemHasVowel { word[length - 1] = letter("i") }
  }

  /// Replaces the first suffix that the word ends with, if the stem before it has m > 0.
  @inline(__always)
  private mutating func replaceFirst(_ pairs: (suffix: StaticString, replacement: StaticString)...) {
    for (suffix, replacement) in pairs where ends(suffix) {
      if measure > 0 { replaceSuffix(replacement) }
      return
    }
  }

  /// Step 2.
  private mutating func shortenDoubleSuffix() {
    guard length > 1 else { return }
    switch word[length - 2] {
    case letter("a"): replaceFirst(("ational", "ate"), ("tional", "tion"))
    case letter("c"): replaceFirst(("enci", "ence"), ("anci", "ance"))
    case letter("e"): replaceFirst(("izer", "ize"))
    case letter("l"):
      replaceFirst(("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"))
    case letter("o"): replaceFirst(("ization", "ize"), ("ation", "ate"), ("ator", "ate"))
    case letter("s"): replaceFirst(("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"))
    case letter("t"): replaceFirst(("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"))
    case letter("g"): replaceFirst(("logi", "log"))
    default: break
    }
  }

  /// Step 3.
  private mutating func removeDerivation() {
    switch word[length - 1] {
    case letter("e"): replaceFirst(("icate", "ic"), ("ative", ""), ("alize", "al"))
    case letter("i"): replaceFirst(("iciti", "ic"))
    case letter("l"): replaceFirst(("ical", "ic"), ("ful", ""))
    case letter("s"): replaceFirst(("ness", ""))
    default: break
    }
  }

  /// Step 4.
  private mutating func removeSuffix() {
    guard length > 1 else { return }
    let isFound =
      switch word[length - 2] {
      case letter("a"): ends("al")
      case letter("c"): ends("ance") || ends("ence")
      case letter("e"): ends("er")
      case letter("i"): ends("ic")
      case letter("l"): ends("able") || ends("ible")
      case letter("n"): ends("ant") || ends("ement") || ends("ment") || ends("ent")
      case letter("o"): endsWithIonAfterSOrT() || ends("ou")
      case letter("s"): ends("ism")
      case letter("t"): ends("ate") || ends("iti")
      case letter("u"): ends("ous")
      case letter("v"): ends("ive")
      case letter("z"): ends("ize")
      default: false
      }
    if isFound, measure > 1 { length = stem }
  }

  private mutating func endsWithIonAfterSOrT() -> Bool {
    guard ends("ion"), stem > 0 else { return false }
    return word[stem - 1] == letter("s") || word[stem - 1] == letter("t")
  }

  /// Step 5.
  private mutating func removeFinalE() {
    stem = length
    if word[length - 1] == letter("e") {
      let m = measure
      if m > 1 || m == 1 && !endsWithShortSyllable(length - 1) { length -= 1 }
    }
    if word[length - 1] == letter("l"), endsWithDoubleConsonant(length), measure > 1 { length -= 1 }
  }
}

/// `porter_stem`, and `stemmer` for English: replaces tokens that are not keywords with their Porter stems.
struct PorterStemFilter: TokenFilter {
  var isWordByWord: Bool { true }

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let token = buffer.tokens[index]
      if token.isKeyword { continue }
      // Make the stem in a copy at the end of the bytes: another token may share the original ones.
      let start = buffer.bytes.count
      let range = token.termRange
      var isASCII = true
      buffer.bytes.withUnsafeBufferPointer { bytes in
        for at in range where bytes[at] >= 0x80 { isASCII = false }
      }
      guard isASCII else {
        Self.stemNonASCII(&buffer, index)
        continue
      }
      for at in range { buffer.bytes.append(buffer.bytes[at]) }
      let length = buffer.bytes.withUnsafeMutableBufferPointer { bytes in
        PorterStemmer<UInt8>.stem(UnsafeMutableBufferPointer(rebasing: bytes[start...]))
      }
      buffer.tokens[index].termStart = Int32(start)
      buffer.tokens[index].termLength = Int32(length)
    }
  }

  private static func stemNonASCII(_ buffer: inout TokenBuffer, _ index: Int) {
    var units = Array(buffer.term(of: buffer.tokens[index]).utf16)
    let length = units.withUnsafeMutableBufferPointer { PorterStemmer<UInt16>.stem($0) }
    buffer.replaceTerm(of: index, with: Array(String(decoding: units[..<length], as: UTF16.self).utf8))
  }
}
