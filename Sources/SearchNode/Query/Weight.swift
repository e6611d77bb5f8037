/// A query bound to a snapshot, with its statistics read and its boosts multiplied. It makes a scorer for each segment.
class Weight {
  /// nil: nothing in the segment matches.
  func scorer(_ reader: SegmentReader) -> Scorer? { fatalError("a weight makes scorers") }
}

/// Makes weights from queries, for one snapshot.
final class WeightBuilder {
  let snapshot: Snapshot

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  func weight(_ query: IndexQuery, scores: Bool, boost: Float = 1) -> Weight {
    switch query {
    case .matchAll: return MatchAllWeight(score: boost)
    case .matchNone: return EmptyWeight()
    case .term(let term): return termWeight(term, scores: scores, boost: boost)
    case .synonym(let field, let terms): return synonymWeight(field, terms, scores: scores, boost: boost)
    case .phrase(let phrase): return phraseWeight(phrase, scores: scores, boost: boost)
    case .phrasePrefix(let prefix): return weight(prefix.expanded, scores: scores, boost: boost)
    case .boolean(let clauses): return BooleanWeight(clauses, self, scores: scores, boost: boost)
    case .disMax(let queries, let tieBreaker):
      return DisjunctionMaxWeight(
        queries.map { weight($0, scores: scores, boost: boost) }, tieBreaker: tieBreaker, scores: scores)
    case .constantScore(let inner): return ConstantWeight(weight(inner, scores: false), score: boost)
    case .boost(let inner, let factor): return weight(inner, scores: scores, boost: boost * factor)
    case .termsIn(let field, let terms): return TermsInWeight(field: field, terms: terms, score: boost)
    case .termRange(let field, let range): return TermRangeWeight(field: field, range: range, score: boost)
    case .prefix(let field, let prefix): return PrefixWeight(field: field, prefix: prefix, score: boost)
    case .numberRange(let field, let range): return NumberRangeWeight(field: field, range: range, score: boost)
    case .numbersIn(let field, let values): return NumbersInWeight(field: field, values: Set(values), score: boost)
    case .exists(let field): return ExistsWeight(field: field, score: boost)
    case .ids(let ids): return IDsWeight(ids, score: boost)
    case .boosting(let positive, let negative, let negativeBoost):
      return BoostingWeight(
        positive: weight(positive, scores: scores), negative: weight(negative, scores: false),
        negativeBoost: negativeBoost, boost: boost)
    case .functionScore(let function):
      return FunctionScoreWeight(function, self, scores: scores, boost: boost)
    }
  }

  private func termWeight(_ term: IndexTerm, scores: Bool, boost: Float) -> Weight {
    guard scores else { return TermWeight(field: term.field, term: term.bytes, weight: 0, similarity: nil) }
    let similarity = snapshot.similarity(of: term.field)
    let frequency = term.blendedDocumentFrequency ?? snapshot.documentFrequency(of: term.bytes, in: term.field)
    return TermWeight(
      field: term.field, term: term.bytes, weight: similarity.weight(boost: boost, documentFrequencies: [frequency]),
      similarity: similarity)
  }

  private func synonymWeight(_ field: String, _ terms: [[UInt8]], scores: Bool, boost: Float) -> Weight {
    let similarity = snapshot.similarity(of: field)
    let frequency = terms.map { snapshot.documentFrequency(of: $0, in: field) }.max() ?? 0
    return SynonymWeight(
      field: field, terms: terms, weight: similarity.weight(boost: boost, documentFrequencies: [frequency]),
      similarity: scores ? similarity : nil)
  }

  private func phraseWeight(_ phrase: IndexPhrase, scores: Bool, boost: Float) -> Weight {
    let similarity = snapshot.similarity(of: phrase.field)
    let frequencies = phrase.positions.flatMap(\.terms).map { snapshot.documentFrequency(of: $0, in: phrase.field) }
    return PhraseWeight(
      phrase, weight: similarity.weight(boost: boost, documentFrequencies: frequencies.filter { $0 > 0 }),
      similarity: scores ? similarity : nil)
  }
}

private final class MatchAllWeight: Weight {
  private let constant: Float
  init(score: Float) { constant = score }
  override func scorer(_ reader: SegmentReader) -> Scorer? {
    MatchAllScorer(documentCount: reader.segment.documentCount, score: constant)
  }
}

private final class EmptyWeight: Weight {
  override func scorer(_ reader: SegmentReader) -> Scorer? { nil }
}

private final class TermWeight: Weight {
  private let field: String
  private let term: [UInt8]
  private let weight: Float
  private let similarity: BM25?

  init(field: String, term: [UInt8], weight: Float, similarity: BM25?) {
    self.field = field
    self.term = term
    self.weight = weight
    self.similarity = similarity
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[field]?.inverted, let ordinal = inverted.ordinal(of: term) else {
      return nil
    }
    return TermScorer(inverted, ordinal: ordinal, weight: weight, similarity: similarity)
  }
}

private final class SynonymWeight: Weight {
  private let field: String
  private let terms: [[UInt8]]
  private let weight: Float
  private let similarity: BM25?

  init(field: String, terms: [[UInt8]], weight: Float, similarity: BM25?) {
    self.field = field
    self.terms = terms
    self.weight = weight
    self.similarity = similarity
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[field]?.inverted else { return nil }
    let ordinals = terms.compactMap { inverted.ordinal(of: $0) }
    guard !ordinals.isEmpty else { return nil }
    return SynonymScorer(inverted, ordinals: ordinals, weight: weight, similarity: similarity)
  }
}

private final class PhraseWeight: Weight {
  private let phrase: IndexPhrase
  private let weight: Float
  private let similarity: BM25?

  init(_ phrase: IndexPhrase, weight: Float, similarity: BM25?) {
    self.phrase = phrase
    self.weight = weight
    self.similarity = similarity
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[phrase.field]?.inverted, inverted.options.hasPositions else {
      return nil
    }
    let first = phrase.positions.first?.position ?? 0
    var postings: [PhrasePostings] = []
    for position in phrase.positions {
      let present = position.terms.compactMap { term in inverted.ordinal(of: term).map { (term, $0) } }
      guard !present.isEmpty else { return nil }
      postings.append(
        PhrasePostings(
          cursors: present.map { PostingsCursor(inverted, ordinal: $0.1) }, offset: position.position - first,
          terms: present.map(\.0)))
    }
    return PhraseScorer(inverted, postings: postings, slop: phrase.slop, weight: weight, similarity: similarity)
  }
}

private final class BooleanWeight: Weight {
  private let must: [Weight]
  private let filter: [Weight]
  private let should: [Weight]
  private let mustNot: [Weight]
  private let minimumShouldMatch: Int
  private let scores: Bool

  init(_ clauses: BooleanClauses, _ builder: WeightBuilder, scores: Bool, boost: Float) {
    must = clauses.must.map { builder.weight($0, scores: scores, boost: boost) }
    filter = clauses.filter.map { builder.weight($0, scores: false) }
    should = clauses.should.map { builder.weight($0, scores: scores, boost: boost) }
    mustNot = clauses.mustNot.map { builder.weight($0, scores: false) }
    minimumShouldMatch = clauses.minimumShouldMatch
    self.scores = scores
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    var required: [Scorer] = []
    var scoring: [Scorer] = []
    for weight in must {
      guard let scorer = weight.scorer(reader) else { return nil }
      required.append(scorer)
      scoring.append(scorer)
    }
    for weight in filter {
      guard let scorer = weight.scorer(reader) else { return nil }
      required.append(scorer)
    }
    let needsOptional = minimumShouldMatch > 0 || required.isEmpty
    var optional: Scorer?
    if needsOptional || scores {
      let clauses = should.compactMap { $0.scorer(reader) }
      if clauses.count < max(minimumShouldMatch, needsOptional ? 1 : 0) { return nil }
      if clauses.count == 1 {
        optional = clauses[0]
      } else if !clauses.isEmpty {
        optional =
          minimumShouldMatch == clauses.count
          ? ConjunctionScorer(clauses, scoring: clauses) : DisjunctionScorer(clauses, minimum: minimumShouldMatch)
      }
    }
    guard let matching = combine(required, scoring, optional) else { return nil }
    let excluded = mustNot.compactMap { $0.scorer(reader) }
    guard !excluded.isEmpty else { return matching }
    return ExclusionScorer(
      required: matching, excluded: excluded.count == 1 ? excluded[0] : DisjunctionScorer(excluded))
  }

  private func combine(_ required: [Scorer], _ scoring: [Scorer], _ optional: Scorer?) -> Scorer? {
    guard !required.isEmpty else { return optional }
    if minimumShouldMatch > 0, let optional {
      return ConjunctionScorer(required + [optional], scoring: scoring + [optional])
    }
    let conjunction: Scorer =
      required.count == 1
      ? (scoring.isEmpty ? ConstantScorer(required[0], score: 0) : required[0])
      : ConjunctionScorer(required, scoring: scoring)
    return optional.map { RequiredOptionalScorer(required: conjunction, optional: $0) } ?? conjunction
  }
}

private final class DisjunctionMaxWeight: Weight {
  private let weights: [Weight]
  private let tieBreaker: Float
  private let scores: Bool

  init(_ weights: [Weight], tieBreaker: Float, scores: Bool) {
    self.weights = weights
    self.tieBreaker = tieBreaker
    self.scores = scores
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    let scorers = weights.compactMap { $0.scorer(reader) }
    guard scorers.count > 1 else { return scorers.first }
    return DisjunctionMaxScorer(scorers, tieBreaker: tieBreaker)
  }
}

private final class ConstantWeight: Weight {
  private let inner: Weight
  private let constant: Float

  init(_ inner: Weight, score: Float) {
    self.inner = inner
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    inner.scorer(reader).map { ConstantScorer($0, score: constant) }
  }
}

private final class BoostingWeight: Weight {
  private let positive: Weight
  private let negative: Weight
  private let negativeBoost: Float
  /// Multiplies the whole score, as in Lucene, and not the positive query's parts.
  private let boost: Float

  init(positive: Weight, negative: Weight, negativeBoost: Float, boost: Float) {
    self.positive = positive
    self.negative = negative
    self.negativeBoost = negativeBoost
    self.boost = boost
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let positive = positive.scorer(reader) else { return nil }
    return BoostingScorer(
      positive: positive, negative: negative.scorer(reader), negativeBoost: negativeBoost, boost: boost)
  }
}
