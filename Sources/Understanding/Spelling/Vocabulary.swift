import Glibc

/// The words that a corrector knows, how often each occurs, and which stand side by side.
///
/// A language model by counts: P(w) = count(w) / N, and after a word v
/// P(w | v) = m · count(v w) / count(v) + (1 − m) · P(w) (Jelinek and Mercer 1980, with a fixed m).
public struct Vocabulary: Sendable {
  typealias WordID = UInt32

  /// All words' letters one after the other: a word is a slice of it.
  let letters: [UInt8]
  let starts: [UInt32]
  let counts: [Float]
  let logProbabilities: [Float]
  /// log P of a word that is not known: of one that was counted less than once.
  let unknownLogProbability: Float
  private let slots: [UInt32]
  private let slotMask: Int
  private let bigrams: [UInt64: Float]
  /// Words with a hyphen or an apostrophe in them, by their letters alone.
  private let signed: [[UInt8]: [WordID]]

  /// Weight of the pair's own count against the word's alone.
  private static let pairWeight = 0.5
  private static let emptySlot = UInt32.max

  public var wordCount: Int { counts.count }
  public var pairCount: Int { bigrams.count }

  init(words: [(letters: [UInt8], count: Double)], pairs: [(first: Int, second: Int, count: Double)]) {
    var letters: [UInt8] = []
    var starts: [UInt32] = [0]
    letters.reserveCapacity(words.reduce(0) { $0 + $1.letters.count })
    starts.reserveCapacity(words.count + 1)
    for word in words {
      letters += word.letters
      starts.append(UInt32(letters.count))
    }
    let total = words.reduce(0.0) { $0 + $1.count } + 1
    var capacity = 16
    while capacity < words.count * 2 { capacity *= 2 }
    var slots = [UInt32](repeating: Self.emptySlot, count: capacity)
    for (id, word) in words.enumerated() {
      var slot = Int(truncatingIfNeeded: Self.hash(word.letters[...])) & (capacity - 1)
      while slots[slot] != Self.emptySlot { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = UInt32(id)
    }
    var bigrams: [UInt64: Float] = [:]
    bigrams.reserveCapacity(pairs.count)
    for pair in pairs {
      let conditional = pair.count / max(words[pair.first].count, pair.count)
      bigrams[UInt64(pair.first) << 32 | UInt64(pair.second)] = Float(Self.pairWeight * conditional)
    }
    self.letters = letters
    self.starts = starts
    self.counts = words.map { Float($0.count) }
    self.logProbabilities = words.map { Float(log($0.count / total)) }
    self.unknownLogProbability = Float(log(0.5 / total))
    self.slots = slots
    self.slotMask = capacity - 1
    self.bigrams = bigrams
    var signed: [[UInt8]: [WordID]] = [:]
    for (id, word) in words.enumerated() where !word.letters.allSatisfy(LatinLetters.isLetter) {
      signed[word.letters.filter(LatinLetters.isLetter), default: []].append(WordID(id))
    }
    self.signed = signed
  }

  /// Whether a word, folded to Latin letters in lower case, is known.
  public func contains(_ word: some StringProtocol) -> Bool {
    LatinLetters.of(word).flatMap { id(of: $0[...]) } != nil
  }

  /// In how many products a word is, folded to Latin letters in lower case; 0 for an unknown one.
  public func frequency(of word: some StringProtocol) -> Double {
    LatinLetters.of(word).flatMap { id(of: $0[...]) }.map { Double(counts[Int($0)]) } ?? 0
  }

  /// The words of a text that a vocabulary may hold: those of Latin letters alone.
  public static func words(in text: String) -> [String] {
    QueryPieces(text).pieces.compactMap { $0.letters.map(LatinLetters.text) }
  }

  /// Of the texts that a word is in, the share in which two words must stand side by side to be another way to write it.
  private static let leastPairShare: Float = 0.25
  private static let shortestSplit = 5
  private static let maxWays = 4

  /// The ways that the catalog writes some letters: `ebike` as `ebike`, `e-bike` and `e bike`, as far as it does.
  func waysOfWriting(_ letters: [UInt8]) -> [String] {
    guard letters.count <= LatinLetters.longestWord else { return [] }
    let own = id(of: letters[...])
    var ways = (signed[letters] ?? []).map(text)
    if let own { ways.insert(text(of: own), at: 0) }
    guard letters.count >= Self.shortestSplit else { return ways }
    let frequency = own.map { counts[Int($0)] } ?? 0
    for cut in 1..<letters.count {
      guard let left = id(of: letters[..<cut]), let right = id(of: letters[cut...]),
        pairCount(left, right) > frequency * Self.leastPairShare
      else { continue }
      ways.append("\(text(of: left)) \(text(of: right))")
    }
    return Array(ways.prefix(Self.maxWays))
  }

  /// Whether a text has the second word right behind the first.
  func hasPair(_ first: String, _ second: String) -> Bool {
    guard let one = LatinLetters.of(first).flatMap({ id(of: $0[...]) }),
      let other = LatinLetters.of(second).flatMap({ id(of: $0[...]) })
    else { return false }
    return pairCount(one, other) > 0
  }

  /// In how many texts the second word stands behind the first.
  private func pairCount(_ first: WordID, _ second: WordID) -> Float {
    guard let pair = bigrams[UInt64(first) << 32 | UInt64(second)] else { return 0 }
    return pair / Float(Self.pairWeight) * counts[Int(first)]
  }

  func range(of id: WordID) -> Range<Int> { Int(starts[Int(id)])..<Int(starts[Int(id) + 1]) }
  func text(of id: WordID) -> String { LatinLetters.text(letters[range(of: id)]) }

  func id(of word: ArraySlice<UInt8>) -> WordID? {
    var slot = Int(truncatingIfNeeded: Self.hash(word)) & slotMask
    while slots[slot] != Self.emptySlot {
      let range = range(of: slots[slot])
      if range.count == word.count, letters[range].elementsEqual(word) { return slots[slot] }
      slot = (slot + 1) & slotMask
    }
    return nil
  }

  /// log P(word | previous) / P(word): how much likelier the word before makes it; 0 without one.
  func logLift(of word: WordID, after previous: WordID?) -> Float {
    guard let previous, !bigrams.isEmpty else { return 0 }
    let pair = bigrams[UInt64(previous) << 32 | UInt64(word)] ?? 0
    return log(pair / exp(logProbabilities[Int(word)]) + 1 - Float(Self.pairWeight))
  }

  static func hash(_ letters: ArraySlice<UInt8>) -> UInt64 {
    let hash = UInt64(fnv1aOf: letters)
    return hash ^ (hash >> 29)
  }
}
