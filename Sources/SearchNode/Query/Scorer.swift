/// Walks the documents of one segment that match a query, ascending, and scores the current one.
///
/// A class and not a protocol: a call costs one indirect jump, and reading `document` costs none.
class Scorer {
  static let end = Int32.max

  /// -1 before the first `next` or `advance`, `end` after the last match.
  final var document: Int32 = -1

  /// The approximate number of matches: conjunctions begin with the rarest.
  var cost: Int { fatalError("a scorer knows its cost") }

  func next() -> Int32 { fatalError("a scorer moves") }

  /// The first match that is not less than `target`, which must be greater than `document`.
  func advance(_ target: Int32) -> Int32 { fatalError("a scorer moves") }

  func score() -> Float { fatalError("a scorer scores") }

  // A scorer runs either document by document (`next`, `advance`, `score`) or window by window (`fill`, `accumulate`),
  // never both: after a window, `document` is only a lower bound of the remaining matches.

  /// Puts the scorer's matches within the window into the window.
  func fill(_ window: ScoreWindow) {
    var at = document < window.base ? advance(window.base) : document
    while at < window.end {
      if window.needsScores { window.insert(at, score()) } else { window.insert(at) }
      at = next()
    }
  }

  /// Adds the scores of the matches within the window to `accumulator`, and counts each match there.
  func accumulate(_ window: ScoreWindow, _ accumulator: ScoreAccumulator) {
    let scratch = accumulator.scratch(like: window)
    fill(scratch)
    let (sums, counts, scores) = (accumulator.sums, accumulator.counts, scratch.scores)
    let needsScores = window.needsScores
    scratch.forEach { index in
      ScoreWindow.insert(index, window.bits)
      counts[index] &+= counts[index] == .max ? 0 : 1
      if needsScores { sums[index] += Double(scores[index]) }
    }
  }

  /// Removes documents that do not match from the window, one by one.
  func intersect(_ window: ScoreWindow) {
    window.forEach { index in
      let wanted = window.base &+ Int32(truncatingIfNeeded: index)
      let at = document < wanted ? advance(wanted) : document
      if at != wanted { window.remove(at: index) }
    }
  }
}

/// Every document, with one score.
final class MatchAllScorer: Scorer {
  private let count: Int32
  private let constant: Float

  init(documentCount: Int, score: Float) {
    count = Int32(documentCount)
    constant = score
  }

  override var cost: Int { Int(count) }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    document = target < count ? target : Self.end
    return document
  }
  override func score() -> Float { constant }

  override func fill(_ window: ScoreWindow) {
    let end = min(count, window.end)
    var at = window.base
    while at < end {
      window.insert(at, constant)
      at += 1
    }
    document = at < count ? at : Self.end
  }
  override func intersect(_ window: ScoreWindow) {}
}

/// The documents of a set, with one score.
final class BitSetScorer: Scorer {
  private let set: BitSet
  private let cardinality: Int
  private let constant: Float

  init(_ set: BitSet, score: Float) {
    self.set = set
    cardinality = set.cardinality
    constant = score
  }

  override var cost: Int { cardinality }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    document = target == Self.end ? Self.end : set.next(from: Int(target)).map { Int32($0) } ?? Self.end
    return document
  }
  override func score() -> Float { constant }
}

/// A few documents, ascending, with one score.
final class DocumentListScorer: Scorer {
  private let documents: [Int32]
  private var index = -1
  private let constant: Float

  init(_ documents: [Int32], score: Float) {
    self.documents = documents
    constant = score
  }

  override var cost: Int { documents.count }
  override func next() -> Int32 {
    index += 1
    document = index < documents.count ? documents[index] : Self.end
    return document
  }
  override func advance(_ target: Int32) -> Int32 {
    repeat { index += 1 } while index < documents.count && documents[index] < target
    document = index < documents.count ? documents[index] : Self.end
    return document
  }
  override func score() -> Float { constant }
}

/// The documents with a number in a range, found by reading the column.
final class NumberRangeScorer: Scorer {
  private let column: NumericColumn
  private let lower: Int64
  private let upper: Int64
  private let constant: Float

  init(_ column: NumericColumn, _ range: ClosedRange<Int64>, score: Float) {
    self.column = column
    lower = range.lowerBound
    upper = range.upperBound
    constant = score
  }

  override var cost: Int { column.valuedDocumentCount }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    let count = Int32(column.documentCount)
    let values = column.values.base
    var candidate = target
    if let starts = column.starts?.base {
      while candidate < count {
        var index = Int(starts[Int(candidate)])
        let end = Int(starts[Int(candidate) + 1])
        while index < end {
          if values[index] >= lower, values[index] <= upper {
            document = candidate
            return candidate
          }
          index += 1
        }
        candidate += 1
      }
    } else {
      while candidate < count {
        let value = values[Int(candidate)]
        if value >= lower, value <= upper {
          document = candidate
          return candidate
        }
        candidate += 1
      }
    }
    document = Self.end
    return document
  }
  override func score() -> Float { constant }

  override func intersect(_ window: ScoreWindow) {
    let values = column.values.base
    window.forEach { index in
      var isWithin = false
      for position in column.range(window.base &+ Int32(truncatingIfNeeded: index)) {
        if values[position] >= lower, values[position] <= upper { isWithin = true }
      }
      if !isWithin { window.remove(at: index) }
    }
  }
}

/// One term, scored by BM25; without a similarity all scores are 0.
final class TermScorer: Scorer {
  private let cursor: PostingsCursor
  private let weight: Float
  private let similarity: BM25?
  private let inverseNorms: UnsafePointer<Float>?
  private let norms: UnsafePointer<UInt8>?
  private let hasFrequencies: Bool
  private let field: InvertedField

  init(_ field: InvertedField, ordinal: Int, weight: Float, similarity: BM25?) {
    self.field = field
    cursor = PostingsCursor(field, ordinal: ordinal)
    self.weight = weight
    self.similarity = similarity
    inverseNorms = similarity?.inverseNorms.base
    norms = field.norms?.base
    hasFrequencies = field.options.hasFrequencies
  }

  override var cost: Int { cursor.documentFrequency }
  override func next() -> Int32 {
    document = cursor.next()
    return document
  }
  override func advance(_ target: Int32) -> Int32 {
    document = cursor.advance(target)
    return document
  }
  override func score() -> Float {
    guard let inverseNorms else { return 0 }
    let frequency = hasFrequencies ? Float(cursor.frequency) : 1
    return BM25.score(weight, frequency, inverseNorms[Int(norms?[Int(document)] ?? 1)])
  }

  override func fill(_ window: ScoreWindow) {
    if document < window.base { _ = cursor.advance(window.base) }
    let (bits, scores, base) = (window.bits, window.scores, window.base)
    guard window.needsScores, let inverseNorms else {
      document = cursor.forEach(before: window.end) { document, _ in ScoreWindow.insert(Int(document &- base), bits) }
      return
    }
    let (weight, norms) = (weight, norms)
    document = cursor.forEach(before: window.end) { document, frequency in
      let index = Int(document &- base)
      ScoreWindow.insert(index, bits)
      scores[index] = BM25.score(weight, Float(frequency), inverseNorms[Int(norms?[Int(document)] ?? 1)])
    }
  }

  override func accumulate(_ window: ScoreWindow, _ accumulator: ScoreAccumulator) {
    if document < window.base { _ = cursor.advance(window.base) }
    let (bits, sums, counts, base) = (window.bits, accumulator.sums, accumulator.counts, window.base)
    guard window.needsScores, let inverseNorms else {
      document = cursor.forEach(before: window.end) { document, _ in
        let index = Int(document &- base)
        ScoreWindow.insert(index, bits)
        counts[index] &+= counts[index] == .max ? 0 : 1
      }
      return
    }
    let (weight, norms) = (weight, norms)
    document = cursor.forEach(before: window.end) { document, frequency in
      let index = Int(document &- base)
      ScoreWindow.insert(index, bits)
      counts[index] &+= counts[index] == .max ? 0 : 1
      sums[index] += Double(BM25.score(weight, Float(frequency), inverseNorms[Int(norms?[Int(document)] ?? 1)]))
    }
  }
}

/// Terms that count as one: their frequencies in a document are added before it is scored.
final class SynonymScorer: Scorer {
  private let cursors: [PostingsCursor]
  private let weight: Float
  private let similarity: BM25?
  private let field: InvertedField

  init(_ field: InvertedField, ordinals: [Int], weight: Float, similarity: BM25?) {
    self.field = field
    cursors = ordinals.map { PostingsCursor(field, ordinal: $0) }
    self.weight = weight
    self.similarity = similarity
  }

  override var cost: Int { cursors.reduce(0) { $0 + $1.documentFrequency } }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    var least = Self.end
    for cursor in cursors {
      let at = cursor.document < target ? cursor.advance(target) : cursor.document
      least = min(least, at)
    }
    document = least
    return least
  }
  override func score() -> Float {
    guard let similarity else { return 0 }
    var frequency: Float = 0
    for cursor in cursors where cursor.document == document {
      frequency += field.options.hasFrequencies ? Float(cursor.frequency) : 1
    }
    return BM25.score(weight, frequency, similarity.inverseNorms.base[Int(field.norms?[Int(document)] ?? 1)])
  }
}

/// Another scorer's documents, with one score.
final class ConstantScorer: Scorer {
  private let inner: Scorer
  private let constant: Float
  private lazy var scratch = ScoreWindow(needsScores: false)

  init(_ inner: Scorer, score: Float) {
    self.inner = inner
    constant = score
  }

  override var cost: Int { inner.cost }
  override func next() -> Int32 {
    document = inner.next()
    return document
  }
  override func advance(_ target: Int32) -> Int32 {
    document = inner.advance(target)
    return document
  }
  override func score() -> Float { constant }

  override func fill(_ window: ScoreWindow) {
    scratch.reset(like: window, needsScores: false)
    inner.fill(scratch)
    document = inner.document
    for word in 0..<ScoreWindow.words { window.bits[word] = scratch.bits[word] }
    let (scores, constant) = (window.scores, constant)
    if window.needsScores { window.forEach { scores[$0] = constant } }
  }
  override func intersect(_ window: ScoreWindow) { inner.intersect(window) }
}
