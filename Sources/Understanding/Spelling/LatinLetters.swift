/// Words as the corrector compares them: lower case, Latin letters without their marks, in ASCII.
enum LatinLetters {
  /// U+00C0 to U+017F, a letter each, as the index's asciifolding has them; `*` is no letter or two.
  private static let folded = Array(
    ("aaaaaa*ceeeeiiiidnooooo*ouuuuy**aaaaaa*ceeeeiiiidnooooo*ouuuuy*y"
      + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkqlllllll"
      + "lllnnnnnn*nnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs").utf8)
  private static let firstFolded: UInt32 = 0xC0

  /// Longest word that is looked at: what is longer is a code, an address, or no word.
  static let longestWord = 32

  /// The letters of a word, nil where it has something else than Latin letters with `'` and `-` among them.
  static func of(_ word: some StringProtocol) -> [UInt8]? {
    var letters: [UInt8] = []
    letters.reserveCapacity(word.utf8.count)
    for scalar in word.unicodeScalars {
      guard letters.count < longestWord else { return nil }
      switch scalar.value {
      case 0x61...0x7A: letters.append(UInt8(scalar.value))
      case 0x41...0x5A: letters.append(UInt8(scalar.value) | 0x20)
      case 0x27, 0x2D: letters.append(UInt8(scalar.value))
      case 0x2019: letters.append(0x27)
      case firstFolded..<(firstFolded + UInt32(folded.count)):
        let letter = folded[Int(scalar.value - firstFolded)]
        guard letter != UInt8(ascii: "*") else { return nil }
        letters.append(letter)
      default: return nil
      }
    }
    guard let first = letters.first, let last = letters.last, isLetter(first), isLetter(last) else { return nil }
    return letters
  }

  /// The letters of a word without an `'s` at its end: `women's` is women.
  static func withoutPossessive(_ word: some StringProtocol) -> [UInt8]? {
    guard let letters = of(word) else { return nil }
    let end: [UInt8] = [UInt8(ascii: "'"), UInt8(ascii: "s")]
    return letters.count > 3 && letters.suffix(2).elementsEqual(end) ? Array(letters.dropLast(2)) : letters
  }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }

  static func text(_ letters: some Collection<UInt8>) -> String { String(decoding: letters, as: UTF8.self) }
}
