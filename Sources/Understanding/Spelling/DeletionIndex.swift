/// Finds the words within a number of edits of a typed one, by symmetric deletes (Garbe, SymSpell, 2012).
///
/// Two words are within d edits (insertion, deletion, replacement, transposition of neighbours) only if the same letters
/// are left of both when up to d are struck out of each. So each word is filed under what is left of its first
/// `prefixLength` letters after every choice of up to `maximumEdits` deletions; a typed word is looked up the same way.
/// What is found is a superset: the caller measures the distance.
struct DeletionIndex: Sendable {
  static let maximumEdits = 2
  /// Longer prefixes find fewer wrong words and take more memory; 7 is what SymSpell recommends for two edits.
  static let prefixLength = 7

  /// Entries of one bucket stand together: `entries[bucketStarts[b]..<bucketStarts[b + 1]]`.
  private let bucketStarts: [UInt32]
  /// The hash's upper half, which tells most strangers in a bucket, over the word's number.
  private let entries: [UInt64]
  private let bucketMask: Int

  init(_ vocabulary: Vocabulary) {
    var hashes: [UInt64] = []
    var total = 0
    for id in 0..<UInt32(vocabulary.wordCount) {
      hashes.removeAll(keepingCapacity: true)
      Self.deletions(of: vocabulary.letters[vocabulary.range(of: id)], edits: Self.maximumEdits, into: &hashes)
      total += hashes.count
    }
    var buckets = 16
    while buckets < total / 4 { buckets *= 2 }
    let mask = buckets - 1
    var starts = [UInt32](repeating: 0, count: buckets + 1)
    var entries = [UInt64](repeating: 0, count: total)
    // Counted first, then filed from each bucket's end to its start.
    for pass in 0..<2 {
      for id in 0..<UInt32(vocabulary.wordCount) {
        hashes.removeAll(keepingCapacity: true)
        Self.deletions(of: vocabulary.letters[vocabulary.range(of: id)], edits: Self.maximumEdits, into: &hashes)
        for hash in hashes {
          let bucket = Int(truncatingIfNeeded: hash) & mask
          if pass == 0 {
            starts[bucket] += 1
          } else {
            starts[bucket] -= 1
            entries[Int(starts[bucket])] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(id)
          }
        }
      }
      if pass == 0 {
        for bucket in 1...buckets { starts[bucket] += starts[bucket - 1] }
      }
    }
    self.bucketStarts = starts
    self.entries = entries
    self.bucketMask = mask
  }

  /// The words that may be within so many edits; each once.
  func candidates(for word: ArraySlice<UInt8>, edits: Int) -> [Vocabulary.WordID] {
    var hashes: [UInt64] = []
    Self.deletions(of: word, edits: edits, into: &hashes)
    var found: [Vocabulary.WordID] = []
    for hash in hashes {
      let bucket = Int(truncatingIfNeeded: hash) & bucketMask
      for index in Int(bucketStarts[bucket])..<Int(bucketStarts[bucket + 1])
      where (entries[index] ^ hash) >> 32 == 0 {
        found.append(Vocabulary.WordID(truncatingIfNeeded: entries[index]))
      }
    }
    found.sort()
    var kept = 0
    for index in found.indices where index == 0 || found[index] != found[index - 1] {
      found[kept] = found[index]
      kept += 1
    }
    found.removeSubrange(kept...)
    return found
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
