/// Finds the words within a number of edits of a typed one, by symmetric deletes (Garbe, SymSpell, 2012).
///
/// Two words are within d edits (insertion, deletion, replacement, transposition of neighbours) only if the same letters
/// are left of both when up to d are struck out of each. So each word is filed under what is left of its first
/// `prefixLength` letters after every choice of up to `maxEdits` deletions; a typed word is looked up the same way.
/// What is found is a superset: the caller measures the distance.
struct DeletionIndex: Sendable {
  static let maxEdits = 2
  /// Longer prefixes find fewer wrong words and take more memory; 7 is what SymSpell recommends for two edits.
  static let prefixLength = 7

  private let words: HashedWords

  init(_ vocabulary: Vocabulary) {
    words = HashedWords(vocabulary) { word, hashes in
      Self.deletions(of: word, edits: Self.maxEdits, into: &hashes)
    }
  }

  /// Adds the words that may be within so many edits.
  func find(_ word: ArraySlice<UInt8>, edits: Int, into found: inout [Vocabulary.WordID]) {
    var hashes: [UInt64] = []
    Self.deletions(of: word, edits: edits, into: &hashes)
    for hash in hashes { words.find(hash, into: &found) }
  }

  /// The hashes of a word's prefix with every choice of up to `edits` letters struck out, each once.
  private static func deletions(of word: ArraySlice<UInt8>, edits: Int, into hashes: inout [UInt64]) {
    let prefix = word.prefix(prefixLength)
    let count = prefix.count
    let full = (1 << count) - 1
    prefix.withUnsafeBufferPointer { letters in
      func add(keeping kept: Int) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for place in 0..<count where kept & (1 << place) != 0 {
          hash = (hash ^ UInt64(letters[place])) &* 0x100_0000_01B3
        }
        hash ^= hash >> 29
        hash = hash &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 32
        if !hashes.contains(hash) { hashes.append(hash) }
      }
      add(keeping: full)
      guard edits >= 1 else { return }
      for first in 0..<count {
        add(keeping: full & ~(1 << first))
        guard edits >= 2 else { continue }
        for second in (first + 1)..<max(first + 1, count) { add(keeping: full & ~(1 << first) & ~(1 << second)) }
      }
    }
  }
}
