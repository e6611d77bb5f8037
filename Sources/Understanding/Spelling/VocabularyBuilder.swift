/// Counts words and pairs of words, in bounded memory: from a catalog's products, or from a list of frequencies.
///
/// Memory is bounded by lossy counting (Manku and Motwani, Approximate Frequency Counts over Data Streams, VLDB 2002):
/// when a table is full, the rarest are dropped until half of it is free; what is frequent stays, whatever its place. There
/// are never more than `limits.words` words and the new ones of one product, nor more pairs than `limits.pairs` and those of one
/// product.
public struct VocabularyBuilder: Sendable {
  public struct Limits: Sendable {
    /// A large shop's titles and attributes hold some 100,000 words; a word takes about 300 bytes of the corrector.
    public var words = 200_000
    public var pairs = 500_000
    /// New words that one product may add: a description of codes or of random letters teaches nothing.
    public var newWordsPerDocument = 300

    public init() {}
  }

  private let limits: Limits
  private var numbers: [[UInt8]: Int] = [:]
  private var words: [(letters: [UInt8], count: Double)] = []
  private var pairs: [UInt64: Double] = [:]

  public init(limits: Limits = Limits()) { self.limits = limits }

  public var wordCount: Int { words.count }

  /// Whether a word was counted.
  public func contains(_ word: some StringProtocol) -> Bool {
    LatinLetters.of(word).map { numbers[$0] != nil } ?? false
  }

  /// Counts a word `count` times more. What is no word of Latin letters is passed over.
  public mutating func add(_ word: some StringProtocol, count: Double = 1) {
    guard let letters = LatinLetters.of(word) else { return }
    _ = add(letters, count: count)
  }

  /// Counts the words and pairs of one product's texts: each once, however often it stands there (document frequency).
  public mutating func add(document texts: [String], weight: Double = 1) {
    var seenWords: Set<Int> = []
    var seenPairs: Set<UInt64> = []
    makeRoom()
    let known = words.count
    for text in texts {
      var previous: Int?
      for piece in QueryPieces(text).pieces {
        guard let letters = piece.letters,
          words.count - known < limits.newWordsPerDocument || numbers[letters] != nil
        else {
          previous = nil
          continue
        }
        let number = add(letters, count: 0)
        if seenWords.insert(number).inserted { words[number].count += weight }
        if let previous, seenPairs.insert(UInt64(previous) << 32 | UInt64(number)).inserted {
          pairs[UInt64(previous) << 32 | UInt64(number), default: 0] += weight
        }
        previous = number
      }
    }
  }

  private mutating func add(_ letters: [UInt8], count: Double) -> Int {
    if let number = numbers[letters] {
      words[number].count += count
      return number
    }
    numbers[letters] = words.count
    words.append((letters, count))
    return words.count - 1
  }

  /// Drops the rarest words and pairs where a table is full.
  private mutating func makeRoom() {
    if pairs.count > limits.pairs {
      let least = Self.median(pairs.values)
      var equals = limits.pairs / 2 - pairs.values.count { $0 > least }
      // In the order of their words, so that the same catalog teaches the same pairs.
      for (pair, count) in pairs.sorted(by: { $0.key < $1.key }) where count <= least {
        if count == least, equals > 0 { equals -= 1 } else { pairs[pair] = nil }
      }
    }
    guard words.count > limits.words else { return }
    let least = Self.median(words.lazy.map(\.count))
    var renumbered = [Int?](repeating: nil, count: words.count)
    var kept: [(letters: [UInt8], count: Double)] = []
    // Of words that are as rare some stay: else a catalog whose words all stand once would teach none.
    var equals = limits.words / 2 - words.count { $0.count > least }
    for (number, word) in words.enumerated() where word.count >= least {
      if word.count == least {
        guard equals > 0 else { continue }
        equals -= 1
      }
      renumbered[number] = kept.count
      kept.append(word)
    }
    words = kept
    numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1.letters, $0) })
    pairs = Dictionary(
      uniqueKeysWithValues: pairs.compactMap { pair, count in
        guard let first = renumbered[Int(pair >> 32)], let second = renumbered[Int(pair & 0xFFFF_FFFF)] else {
          return nil
        }
        return (UInt64(first) << 32 | UInt64(second), count)
      })
  }

  private static func median(_ counts: some Collection<Double>) -> Double {
    let sorted = counts.sorted()
    return sorted[sorted.count / 2]
  }

  public func build() -> Vocabulary {
    Vocabulary(
      words: words,
      pairs: pairs.map { (first: Int($0.key >> 32), second: Int($0.key & 0xFFFF_FFFF), count: $0.value) })
  }
}
