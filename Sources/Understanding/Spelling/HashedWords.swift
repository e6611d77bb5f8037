/// Words filed under hashes, many to many, in two flat arrays: 8 bytes an entry.
struct HashedWords: Sendable {
  /// Entries of one bucket stand together: `entries[bucketStarts[b]..<bucketStarts[b + 1]]`.
  private let bucketStarts: [UInt32]
  /// The hash's upper half, which tells most strangers in a bucket, over the word's number.
  private let entries: [UInt64]
  private let bucketMask: Int

  private static let entriesPerBucket = 4

  /// `hashes` adds those of a word, each once.
  init(_ vocabulary: Vocabulary, hashes: (ArraySlice<UInt8>, inout [UInt64]) -> Void) {
    var own: [UInt64] = []
    func forEachEntry(_ body: (_ hash: UInt64, _ id: Vocabulary.WordID) -> Void) {
      for id in 0..<Vocabulary.WordID(vocabulary.wordCount) {
        own.removeAll(keepingCapacity: true)
        hashes(vocabulary.letters[vocabulary.range(of: id)], &own)
        for hash in own { body(hash, id) }
      }
    }
    var total = 0
    forEachEntry { _, _ in total += 1 }
    var buckets = 16
    while buckets < total / Self.entriesPerBucket { buckets *= 2 }
    let mask = buckets - 1
    var starts = [UInt32](repeating: 0, count: buckets + 1)
    var entries = [UInt64](repeating: 0, count: total)
    // Counted first, then filed from each bucket's end to its start.
    forEachEntry { hash, _ in starts[Int(truncatingIfNeeded: hash) & mask] += 1 }
    for bucket in 1...buckets { starts[bucket] += starts[bucket - 1] }
    forEachEntry { hash, id in
      let bucket = Int(truncatingIfNeeded: hash) & mask
      starts[bucket] -= 1
      entries[Int(starts[bucket])] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(id)
    }
    bucketStarts = starts
    self.entries = entries
    bucketMask = mask
  }

  /// Adds the words filed under a hash.
  func find(_ hash: UInt64, into found: inout [Vocabulary.WordID]) {
    let bucket = Int(truncatingIfNeeded: hash) & bucketMask
    for index in Int(bucketStarts[bucket])..<Int(bucketStarts[bucket + 1]) where (entries[index] ^ hash) >> 32 == 0 {
      found.append(Vocabulary.WordID(truncatingIfNeeded: entries[index]))
    }
  }
}
