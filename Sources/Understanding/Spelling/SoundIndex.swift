/// Finds the words that sound like a typed one, however many letters differ: `hedfones` → `headphones`.
///
/// Words are filed under a key of their consonants, as Soundex and Metaphone do (Philips, Computer Language 1990): letters
/// that sound alike are one, vowels are left out but for a first one.
struct SoundIndex: Sendable {
  /// Shorter keys are those of too many words.
  private static let shortestKey = 3

  private let words: HashedWords

  init(_ vocabulary: Vocabulary) {
    words = HashedWords(vocabulary) { word, hashes in
      let key = Self.key(of: word)
      if key.count >= Self.shortestKey { hashes.append(Vocabulary.hash(key[...])) }
    }
  }

  /// Adds the words of the same key.
  func find(_ word: ArraySlice<UInt8>, into found: inout [Vocabulary.WordID]) {
    let key = Self.key(of: word)
    if key.count >= Self.shortestKey { words.find(Vocabulary.hash(key[...]), into: &found) }
  }

  static func key(of word: ArraySlice<UInt8>) -> [UInt8] {
    var key: [UInt8] = []
    for place in word.indices {
      let letter = word[place]
      let next = place + 1 < word.endIndex ? word[place + 1] : 0
      var sound: UInt8
      switch letter {
      case UInt8(ascii: "p") where next == UInt8(ascii: "h"): sound = UInt8(ascii: "f")
      case UInt8(ascii: "c") where "eiy".utf8.contains(next): sound = UInt8(ascii: "s")
      case UInt8(ascii: "c"), UInt8(ascii: "k"), UInt8(ascii: "q"), UInt8(ascii: "x"): sound = UInt8(ascii: "k")
      case UInt8(ascii: "g") where next == UInt8(ascii: "h"): continue
      case UInt8(ascii: "g"), UInt8(ascii: "j"): sound = UInt8(ascii: "g")
      case UInt8(ascii: "s"), UInt8(ascii: "z"): sound = UInt8(ascii: "s")
      case UInt8(ascii: "d"), UInt8(ascii: "t"): sound = UInt8(ascii: "t")
      case UInt8(ascii: "b"), UInt8(ascii: "p"): sound = UInt8(ascii: "p")
      case UInt8(ascii: "f"), UInt8(ascii: "v"): sound = UInt8(ascii: "f")
      case UInt8(ascii: "m"), UInt8(ascii: "n"): sound = UInt8(ascii: "n")
      case UInt8(ascii: "l"), UInt8(ascii: "r"): sound = letter
      case UInt8(ascii: "h"), UInt8(ascii: "w"), UInt8(ascii: "'"), UInt8(ascii: "-"): continue
      default: sound = UInt8(ascii: "a")
      }
      // Vowels tell nothing but whether there is one at the start; a double is one sound.
      if sound == UInt8(ascii: "a"), !key.isEmpty { continue }
      if key.last == sound, place > word.startIndex, !Letters.isVowel(word[place - 1]) { continue }
      key.append(sound)
    }
    return key
  }
}
