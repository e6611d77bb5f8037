/// Documents that match all clauses; the scores of `scoring` are added.
final class ConjunctionScorer: Scorer {
  private let lead: Scorer
  private let others: [Scorer]
  private let scoring: [Scorer]

  init(_ required: [Scorer], scoring: [Scorer]) {
    let ordered = required.sorted { $0.cost < $1.cost }
    lead = ordered[0]
    // A clause that matches every document need not be asked.
    others = ordered.dropFirst().filter { !($0 is MatchAllScorer) }
    self.scoring = scoring
  }

  override var cost: Int { lead.cost }
  override func next() -> Int32 { align(lead.next()) }
  override func advance(_ target: Int32) -> Int32 { align(lead.advance(target)) }

  private func align(_ start: Int32) -> Int32 {
    var candidate = start
    search: while candidate != Self.end {
      for other in others where other.document != candidate {
        let at = other.document < candidate ? other.advance(candidate) : other.document
        if at > candidate {
          candidate = at == Self.end ? at : lead.advance(at)
          continue search
        }
      }
      break
    }
    document = candidate
    return candidate
  }

  override func score() -> Float {
    var sum = 0.0
    for scorer in scoring { sum += Double(scorer.score()) }
    return Float(sum)
  }

  /// If one clause scores and the others filter, the first fills the window and the others remove documents.
  override func fill(_ window: ScoreWindow) {
    let filling = scoring.first ?? lead
    guard scoring.count <= 1, lead.cost >= filling.cost / 8 else { return super.fill(window) }
    filling.fill(window)
    if scoring.isEmpty, window.needsScores { window.forEach { window.scores[$0] = 0 } }
    if lead !== filling { lead.intersect(window) }
    for filter in others where filter !== filling { filter.intersect(window) }
    document = filling.document
  }
}

/// Documents that match at least `minimum` of the clauses; the scores of the matching clauses are added.
final class DisjunctionScorer: Scorer {
  private let clauses: [Scorer]
  private let minimum: Int

  init(_ clauses: [Scorer], minimum: Int = 1) {
    self.clauses = clauses
    self.minimum = max(1, minimum)
  }

  override var cost: Int { clauses.reduce(0) { $0 + $1.cost } }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    var target = target
    while true {
      var least = Self.end
      var matching = 0
      for clause in clauses {
        let at = clause.document < target ? clause.advance(target) : clause.document
        if at < least {
          least = at
          matching = 1
        } else if at == least {
          matching += 1
        }
      }
      if least == Self.end || matching >= minimum {
        document = least
        return least
      }
      target = least + 1
    }
  }

  override func score() -> Float {
    var sum = 0.0
    for clause in clauses where clause.document == document { sum += Double(clause.score()) }
    return Float(sum)
  }

  private lazy var accumulator = ScoreAccumulator()

  override func fill(_ window: ScoreWindow) {
    // A window counts matching clauses in one byte.
    if minimum > Int(UInt8.max) { return super.fill(window) }
    for clause in clauses where clause.document < window.end { clause.accumulate(window, accumulator) }
    let (sums, counts, scores) = (accumulator.sums, accumulator.counts, window.scores)
    let minimum = UInt8(clamping: minimum)
    let needsScores = window.needsScores
    window.forEach { index in
      if counts[index] < minimum {
        window.remove(at: index)
      } else if needsScores {
        scores[index] = Float(sums[index])
      }
      sums[index] = 0
      counts[index] = 0
    }
    document = clauses.reduce(Self.end) { min($0, $1.document) }
  }

  private lazy var matches = ScoreWindow(needsScores: false)

  /// With many documents to look at, the clauses' postings are read through.
  override func intersect(_ window: ScoreWindow) {
    guard minimum == 1, window.count >= Self.manyMatches else { return super.intersect(window) }
    matches.reset(like: window, needsScores: false)
    fill(matches)
    window.formIntersection(matches)
  }

  private static let manyMatches = 64
}

/// Documents that match any clause: the best score plus a share of the others.
final class DisjunctionMaxScorer: Scorer {
  private let clauses: [Scorer]
  private let tieBreaker: Double

  init(_ clauses: [Scorer], tieBreaker: Float) {
    self.clauses = clauses
    self.tieBreaker = Double(tieBreaker)
  }

  override var cost: Int { clauses.reduce(0) { $0 + $1.cost } }
  override func next() -> Int32 { advance(document + 1) }
  override func advance(_ target: Int32) -> Int32 {
    var least = Self.end
    for clause in clauses {
      least = min(least, clause.document < target ? clause.advance(target) : clause.document)
    }
    document = least
    return least
  }

  override func score() -> Float {
    var best: Float = 0
    var others = 0.0
    for clause in clauses where clause.document == document {
      let score = clause.score()
      if score >= best {
        others += Double(best)
        best = score
      } else {
        others += Double(score)
      }
    }
    return Float(Double(best) + others * tieBreaker)
  }

  private lazy var scratch = ScoreWindow(needsScores: true)
  /// Sums of all scores but the best, which only a tie breaker reads.
  private lazy var others = ScoreAccumulator()

  override func fill(_ window: ScoreWindow) {
    for clause in clauses where clause.document < window.end { add(clause, to: window) }
    if window.needsScores, tieBreaker != 0 {
      let (sums, scores, tieBreaker) = (others.sums, window.scores, tieBreaker)
      window.forEach { index in
        scores[index] = Float(Double(scores[index]) + sums[index] * tieBreaker)
        sums[index] = 0
      }
    }
    document = clauses.reduce(Self.end) { min($0, $1.document) }
  }

  private func add(_ clause: Scorer, to window: ScoreWindow) {
    scratch.reset(like: window, needsScores: window.needsScores)
    clause.fill(scratch)
    guard window.needsScores else { return window.formUnion(scratch) }
    let (scores, found) = (window.scores, scratch.scores)
    let sums = tieBreaker == 0 ? nil : others.sums
    scratch.forEach { index in
      let score = found[index]
      if !window.contains(index) {
        ScoreWindow.insert(index, window.bits)
        scores[index] = score
      } else if score >= scores[index] {
        sums?[index] += Double(scores[index])
        scores[index] = score
      } else {
        sums?[index] += Double(score)
      }
    }
  }
}

/// Documents that match `required`; if `optional` matches too, its score is added.
final class RequiredOptionalScorer: Scorer {
  private let required: Scorer
  private let optional: Scorer

  init(required: Scorer, optional: Scorer) {
    self.required = required
    self.optional = optional
  }

  override var cost: Int { required.cost }
  override func next() -> Int32 {
    document = required.next()
    return document
  }
  override func advance(_ target: Int32) -> Int32 {
    document = required.advance(target)
    return document
  }
  override func score() -> Float {
    let score = required.score()
    let at = optional.document < document ? optional.advance(document) : optional.document
    return at == document ? score + optional.score() : score
  }

  private lazy var scratch = ScoreWindow(needsScores: true)

  override func fill(_ window: ScoreWindow) {
    // If few documents are required, reading all optional postings would cost more than it saves.
    if window.needsScores, optional.cost / 8 > required.cost { return super.fill(window) }
    required.fill(window)
    document = required.document
    guard window.needsScores else { return }
    scratch.reset(like: window, needsScores: true)
    optional.fill(scratch)
    let (scores, found) = (window.scores, scratch.scores)
    window.forEach { index in if scratch.contains(index) { scores[index] += found[index] } }
  }
}

/// Documents that match `required` and not `excluded`.
final class ExclusionScorer: Scorer {
  private let required: Scorer
  private let excluded: Scorer

  init(required: Scorer, excluded: Scorer) {
    self.required = required
    self.excluded = excluded
  }

  override var cost: Int { required.cost }
  override func next() -> Int32 { skipExcluded(required.next()) }
  override func advance(_ target: Int32) -> Int32 { skipExcluded(required.advance(target)) }

  private func skipExcluded(_ start: Int32) -> Int32 {
    var candidate = start
    while candidate != Self.end {
      let at = excluded.document < candidate ? excluded.advance(candidate) : excluded.document
      if at != candidate { break }
      candidate = required.next()
    }
    document = candidate
    return candidate
  }
  override func score() -> Float { required.score() }

  private lazy var scratch = ScoreWindow(needsScores: false)

  override func fill(_ window: ScoreWindow) {
    required.fill(window)
    scratch.reset(like: window, needsScores: false)
    excluded.fill(scratch)
    window.subtract(scratch)
    document = required.document
  }
}

/// The positive query's documents; if the negative query matches too, the score is multiplied.
final class BoostingScorer: Scorer {
  private let positive: Scorer
  private let negative: Scorer?
  private let negativeBoost: Double
  private let boost: Double

  init(positive: Scorer, negative: Scorer?, negativeBoost: Float, boost: Float) {
    self.positive = positive
    self.negative = negative
    self.negativeBoost = Double(negativeBoost)
    self.boost = Double(boost)
  }

  override var cost: Int { positive.cost }
  override func next() -> Int32 {
    document = positive.next()
    return document
  }
  override func advance(_ target: Int32) -> Int32 {
    document = positive.advance(target)
    return document
  }
  override func score() -> Float {
    let score = Double(positive.score())
    guard let negative else { return Float(score * boost) }
    let at = negative.document < document ? negative.advance(document) : negative.document
    return Float(score * (at == document ? negativeBoost : 1) * boost)
  }
}
