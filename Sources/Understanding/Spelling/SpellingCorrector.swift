/// Corrects the spelling of queries by a noisy channel over a vocabulary.
///
/// Of all ways to read the typed pieces as words it takes the one with the least
/// Σ −w · log P(word) − log P(word | word before) / P(word) − log P(typed | word), where w is the model's `languageWeight`
/// and the channel P(typed | word) is `EditDistance`'s (Kernighan, Church and Gale 1990; Brill and Moore, ACL 2000). A reading may take a
/// piece as it is, as another word, as two words (`usbc` → `usb c`), or two pieces as one word (`lap top` → `laptop`).
///
/// Left as typed: what has a digit (models, part numbers, sizes), what is shorter than `shortestWord`, and words that
/// the vocabulary holds at least `Options.protectedCount` times.
public struct SpellingCorrector: Sendable {
  public struct Options: Sendable {
    /// How often a word must have been counted to be right beyond doubt.
    public var protectedCount: Double
    /// Words that are right though no product has them: those of the shop's own rules, in Latin letters.
    public var knownWords: Set<String>

    public init(protectedCount: Double, knownWords: Set<String> = []) {
      self.protectedCount = protectedCount
      self.knownWords = knownWords
    }
  }

  /// Two letters are within an edit of most others.
  static let shortestWord = 3
  /// Longest word in which one edit at the most is looked for; two would make anything of it.
  private static let longestSingleEdit = 4
  /// Letters by which a word that sounds alike may be longer or shorter.
  private static let maxLengthDifference = 4
  /// Readings of a piece that the context chooses among.
  private static let maxReadings = 6
  /// A longer query is a text that was pasted; it is left alone.
  private static let maxPieces = 40

  public let vocabulary: Vocabulary
  private let deletions: DeletionIndex
  private let sounds: SoundIndex
  private var distance: EditDistance
  private let options: Options
  private var knownWords: Set<[UInt8]>

  private var model: ErrorModel { distance.model }

  public init(vocabulary: Vocabulary, model: ErrorModel = .standard, options: Options) {
    self.vocabulary = vocabulary
    deletions = DeletionIndex(vocabulary)
    sounds = SoundIndex(vocabulary)
    distance = EditDistance(model)
    self.options = options
    knownWords = Set(options.knownWords.compactMap { LatinLetters.of($0) })
  }

  /// The same with other words that are right though no product has them.
  public func knowing(_ words: Set<String>) -> SpellingCorrector {
    var copy = self
    copy.knownWords = Set(words.compactMap { LatinLetters.of($0) })
    return copy
  }

  /// The same words with other costs.
  public func with(_ model: ErrorModel) -> SpellingCorrector {
    var copy = self
    copy.distance = EditDistance(model)
    return copy
  }

  /// The query as it was probably meant; nil where it stands as it is.
  public func correct(_ query: String) -> Correction? {
    let pieces = QueryPieces(query)
    guard pieces.pieces.count <= Self.maxPieces else { return nil }
    let words = pieces.pieces.map { piece in
      TypedWord(
        letters: piece.letters ?? [], id: piece.letters.flatMap { vocabulary.id(of: $0[...]) },
        followsSpace: piece.followsSpace)
    }
    let doubtful = words.count { !$0.letters.isEmpty && !isProtected($0) }
    guard doubtful > 0 || words.count > 1, doubtful <= Self.maxDoubtful else { return nil }
    var lattice = ReadingLattice(length: words.count)
    for place in words.indices {
      for reading in readings(at: place, of: words) { lattice.add(reading, at: place) }
    }
    let path = lattice.cheapestPath { word, previous in
      self.wordCost(word) - self.vocabulary.logLift(of: word, after: previous)
    }
    return Correction(pieces: pieces, path: path, vocabulary: vocabulary)
  }

  /// Of more words that the shop does not know, no reading is a likely one, and looking for it costs the more.
  private static let maxDoubtful = 8

  private struct TypedWord {
    /// Empty where it is left alone.
    var letters: [UInt8]
    var id: Vocabulary.WordID?
    var followsSpace: Bool
  }

  private func isProtected(_ word: TypedWord) -> Bool {
    guard word.letters.count >= Self.shortestWord, !knownWords.contains(word.letters) else { return true }
    return word.id.map { Double(vocabulary.counts[Int($0)]) >= options.protectedCount } ?? false
  }

  private func wordCost(_ id: Vocabulary.WordID) -> Float {
    -model.languageWeight * vocabulary.logProbabilities[Int(id)]
  }

  // MARK: Readings

  /// What the piece at a place, alone or with the next, may have been meant as.
  private func readings(at place: Int, of words: [TypedWord]) -> [Reading] {
    let word = words[place]
    guard !word.letters.isEmpty else { return [Reading(span: 1, words: [], cost: 0)] }
    var readings = [asTyped(word)]
    if !isProtected(word) {
      let change = word.id == nil ? 0 : model.knownWord
      let limit = readings[0].cost + (word.id.map(wordCost) ?? 0) - change
      readings += corrections(of: word.letters[...], limit: limit, edits: edits(for: word.letters.count)).map {
        Reading(span: 1, words: [$0.id], cost: $0.cost + change)
      }
      readings += splits(of: word.letters[...], limit: limit).map {
        Reading(span: 1, words: $0.words, cost: $0.cost + change)
      }
    }
    if place + 1 < words.count, words[place + 1].followsSpace, !words[place + 1].letters.isEmpty {
      readings += joins(of: word, words[place + 1])
    }
    return readings
  }

  private func asTyped(_ word: TypedWord) -> Reading {
    if let id = word.id { return Reading(span: 1, words: [id], cost: 0, isAsTyped: true) }
    if knownWords.contains(word.letters) { return Reading(span: 1, words: [], cost: 0, isAsTyped: true) }
    let cost = model.unknownWord + model.unknownLetter * Float(word.letters.count)
    return Reading(span: 1, words: [], cost: cost, isAsTyped: true)
  }

  private func edits(for length: Int) -> Int { length <= Self.longestSingleEdit ? 1 : DeletionIndex.maxEdits }

  /// The likeliest other words for the letters, the channel's cost with each.
  private func corrections(
    of letters: ArraySlice<UInt8>, limit: Float, edits: Int
  ) -> [(id: Vocabulary.WordID, cost: Float)] {
    var best: [(id: Vocabulary.WordID, cost: Float, total: Float)] = []
    for id in candidates(for: letters, edits: edits) {
      let range = vocabulary.range(of: id)
      let own = wordCost(id)
      let last = best.count == Self.maxReadings ? min(limit, best[best.count - 1].total) : limit
      guard own < last,
        let cost = distance.cost(typed: letters, meant: vocabulary.letters[range], limit: last - own), cost > 0
      else { continue }
      let place = best.firstIndex { $0.total > own + cost } ?? best.count
      best.insert((id, cost, own + cost), at: place)
      if best.count > Self.maxReadings { best.removeLast() }
    }
    return best.map { ($0.id, $0.cost) }
  }

  /// Words that may be near enough, each once.
  private func candidates(for letters: ArraySlice<UInt8>, edits: Int) -> [Vocabulary.WordID] {
    var found: [Vocabulary.WordID] = []
    deletions.find(letters, edits: edits, into: &found)
    // The index finds by prefixes: words of quite another length are none.
    found.removeAll { abs(vocabulary.range(of: $0).count - letters.count) > edits + 1 }
    if edits == DeletionIndex.maxEdits {
      sounds.find(letters, into: &found)
      found.removeAll { abs(vocabulary.range(of: $0).count - letters.count) > Self.maxLengthDifference }
    }
    found.sort()
    var kept = 0
    for place in found.indices where place == 0 || found[place] != found[place - 1] {
      found[kept] = found[place]
      kept += 1
    }
    found.removeSubrange(kept...)
    return found
  }

  /// Two words without the space between them; one of them may be misspelt as well.
  private func splits(
    of letters: ArraySlice<UInt8>, limit: Float
  ) -> [(words: [Vocabulary.WordID], cost: Float)] {
    guard letters.count >= 2 * Self.shortestWord - 2 else { return [] }
    var found: [(words: [Vocabulary.WordID], cost: Float, total: Float)] = []
    func add(_ words: [Vocabulary.WordID], _ cost: Float) {
      let total = cost + words.reduce(0) { $0 + wordCost($1) }
      if total < limit { found.append((words, cost, total)) }
    }
    for cut in 1..<letters.count {
      let (left, right) = (letters.prefix(cut), letters.dropFirst(cut))
      guard left.count >= Self.shortestPart || right.count >= Self.shortestPart else { continue }
      switch (vocabulary.id(of: left), vocabulary.id(of: right)) {
      case (let left?, let right?): add([left, right], model.split)
      case (let left?, nil) where cut >= Self.shortestWord && right.count > Self.longestSingleEdit:
        for other in corrections(of: right, limit: limit - model.split - wordCost(left), edits: 1) {
          add([left, other.id], model.split + other.cost)
        }
      case (nil, let right?) where letters.count - cut >= Self.shortestWord && left.count > Self.longestSingleEdit:
        for other in corrections(of: left, limit: limit - model.split - wordCost(right), edits: 1) {
          add([other.id, right], model.split + other.cost)
        }
      default: break
      }
    }
    found.sort { $0.total < $1.total }
    return found.prefix(Self.maxReadings).map { ($0.words, $0.cost) }
  }

  /// Shortest of the longer part of a split.
  private static let shortestPart = 3

  /// One word with a space in it.
  private func joins(of first: TypedWord, _ second: TypedWord) -> [Reading] {
    let letters = first.letters + second.letters
    guard letters.count >= Self.shortestWord, letters.count <= LatinLetters.longestWord else { return [] }
    let areKnown = first.id != nil && second.id != nil
    if let id = vocabulary.id(of: letters[...]) {
      return [Reading(span: 2, words: [id], cost: model.join + (areKnown ? model.knownWord : 0))]
    }
    guard !areKnown else { return [] }
    let limit = [first, second].reduce(0 as Float) { $0 + asTyped($1).cost + ($1.id.map(wordCost) ?? 0) }
    return corrections(of: letters[...], limit: limit - model.join, edits: 1).map {
      Reading(span: 2, words: [$0.id], cost: model.join + $0.cost)
    }
  }
}
