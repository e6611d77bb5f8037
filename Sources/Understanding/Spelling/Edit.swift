/// What can go wrong between the word that was meant and the word that was typed, in classes that share a probability.
///
/// The classes are those that studies of misspellings find apart: neighbouring keys, swapped letters, doubled and
/// undoubled letters (Damerau, CACM 1964; Kernighan, Church and Gale, COLING 1990), sounds that are written several ways
/// (Toutanova and Moore, ACL 2002), the first letter, which is seldom wrong (Pollock and Zamora, CACM 1984).
public enum Edit: Int, CaseIterable, Sendable {
  /// One vowel for another: `seperate`.
  case vowel
  /// A letter for one that can sound alike: `kable`, `vinyl` as `vinil`.
  case sound
  /// A key for its neighbour on the keyboard: `vavle`, `olastic`.
  case neighbourKey
  case otherReplacement
  /// Two neighbouring letters swapped: `toliet`.
  case transposition
  /// A letter typed twice: `plugg`.
  case doubled
  /// One of a double left out: `dril bit` for `drill bit`.
  case undoubled
  /// A letter too many that is the neighbour of one beside it on the keyboard: `ladderr`, `screwsw`.
  case neighbourInsertion
  case vowelInsertion
  case otherInsertion
  case vowelOmission
  case otherOmission
  /// The last letter left out: `tabl`.
  case lastOmission
  /// Several letters for others that sound alike: `fone`, `lite`.
  case respelling
}

/// What letters have to do with each other: on a QWERTY keyboard and by sound.
enum Letters {
  /// Bit sets over a to z.
  private static let neighbours: [UInt32] = {
    let rows: [(keys: String, offset: Double)] = [("qwertyuiop", 0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75)]
    var places: [(letter: UInt8, x: Double, y: Double)] = []
    for (y, row) in rows.enumerated() {
      for (x, letter) in row.keys.utf8.enumerated() { places.append((letter, Double(x) + row.offset, Double(y))) }
    }
    var sets = [UInt32](repeating: 0, count: 26)
    for a in places {
      for b in places where a.letter != b.letter && abs(a.x - b.x) <= 1 && abs(a.y - b.y) <= 1 {
        sets[Int(a.letter) - 97] |= bit(b.letter)
      }
    }
    return sets
  }()

  /// Letters of one group are written for one another by ear.
  private static let sounds: [UInt32] = {
    var sets = [UInt32](repeating: 0, count: 26)
    for group in ["ckq", "csz", "xz", "gj", "dt", "bp", "fv", "vw", "mn", "iy", "lr"] {
      for a in group.utf8 { for b in group.utf8 where a != b { sets[Int(a) - 97] |= bit(b) } }
    }
    return sets
  }()

  private static let vowels: UInt32 = "aeiouy".utf8.reduce(0) { $0 | bit($1) }

  @inline(__always)
  static func bit(_ letter: UInt8) -> UInt32 { LatinLetters.isLetter(letter) ? 1 << UInt32(letter - 97) : 0 }
  static func isVowel(_ letter: UInt8) -> Bool { vowels & bit(letter) != 0 }
  static func areNeighbours(_ a: UInt8, _ b: UInt8) -> Bool {
    LatinLetters.isLetter(a) && neighbours[Int(a) - 97] & bit(b) != 0
  }

  static func replacement(typed: UInt8, meant: UInt8) -> Edit {
    if isVowel(typed), isVowel(meant) { return .vowel }
    guard LatinLetters.isLetter(typed) else { return .otherReplacement }
    if sounds[Int(typed) - 97] & bit(meant) != 0 { return .sound }
    return areNeighbours(typed, meant) ? .neighbourKey : .otherReplacement
  }

  /// Whether words may begin with the same sound: `fone` and phone, `nife` and knife.
  static func soundAlike(_ typed: [UInt8], _ meant: [UInt8]) -> Bool {
    if replacement(typed: typed[0], meant: meant[0]) == .sound { return true }
    return respellings.contains { one, other in
      typed.starts(with: one.utf8) && meant.starts(with: other.utf8)
        || typed.starts(with: other.utf8) && meant.starts(with: one.utf8)
    }
  }

  /// Spellings that sound alike; either may be typed for the other.
  static let respellings: [(String, String)] = [
    ("f", "ph"), ("f", "gh"), ("k", "ck"), ("k", "ch"), ("c", "ck"), ("s", "sc"), ("s", "ce"), ("sh", "ch"),
    ("sh", "sch"),
    ("sh", "ti"), ("sh", "ci"), ("tion", "sion"), ("tion", "cion"), ("tion", "shun"), ("x", "ks"), ("x", "cs"),
    ("x", "cks"), ("qu", "kw"),
    ("qu", "k"), ("r", "wr"), ("r", "rh"), ("n", "kn"), ("m", "mb"), ("w", "wh"), ("j", "dg"), ("j", "dge"),
    ("g", "dg"),
    ("ch", "tch"), ("t", "ght"), ("ite", "ight"), ("i", "igh"), ("o", "ow"), ("o", "oa"), ("o", "ough"), ("o", "au"),
    ("aw", "au"),
    ("a", "ay"), ("a", "ai"), ("ai", "ay"), ("ae", "ay"), ("ane", "ain"), ("ale", "ail"), ("e", "ea"), ("e", "ee"),
    ("ea", "ee"), ("ee", "ie"),
    ("ee", "y"), ("i", "ee"), ("ey", "y"), ("ie", "y"), ("u", "oo"), ("oo", "ou"), ("u", "ew"), ("ou", "ow"),
    ("er", "or"), ("er", "re"),
    ("er", "ure"), ("le", "el"), ("le", "al"), ("le", "il"), ("le", "ol"), ("er", "ar"), ("ir", "ur"), ("ence", "ance"),
    ("ent", "ant"),
    ("ible", "able"), ("eous", "ious"), ("us", "ous"), ("ize", "ise"), ("yze", "yse"), ("our", "or"), ("cy", "sy"),
  ]
}
