/// Matches any of the terms; the score is the boost.
final class TermsInWeight: Weight {
  private let field: String
  private let terms: [[UInt8]]
  private let constant: Float

  init(field: String, terms: [[UInt8]], score: Float) {
    self.field = field
    self.terms = terms
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[field]?.inverted else { return nil }
    return PostingsUnion.scorer(inverted, terms.compactMap { inverted.ordinal(of: $0) }, reader, score: constant)
  }
}

final class PrefixWeight: Weight {
  private let field: String
  private let prefix: [UInt8]
  private let constant: Float

  init(field: String, prefix: [UInt8], score: Float) {
    self.field = field
    self.prefix = prefix
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[field]?.inverted else { return nil }
    return PostingsUnion.scorer(inverted, inverted.ordinals(withPrefix: prefix), reader, score: constant)
  }
}

final class TermRangeWeight: Weight {
  private let field: String
  private let range: TermRange
  private let constant: Float

  init(field: String, range: TermRange, score: Float) {
    self.field = field
    self.range = range
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inverted = reader.segment.fields[field]?.inverted else { return nil }
    var lower = 0
    var upper = inverted.termCount
    if let bound = range.lower {
      lower = inverted.lowerBound(bound)
      if !range.includesLower, inverted.ordinal(of: bound) != nil { lower += 1 }
    }
    if let bound = range.upper {
      upper = inverted.lowerBound(bound)
      if range.includesUpper, inverted.ordinal(of: bound) != nil { upper += 1 }
    }
    guard lower < upper else { return nil }
    return PostingsUnion.scorer(inverted, lower..<upper, reader, score: constant)
  }
}

/// The documents of many terms, without scores of their own.
enum PostingsUnion {
  static func scorer(
    _ field: InvertedField, _ ordinals: some Collection<Int>, _ reader: SegmentReader, score: Float
  ) -> Scorer? {
    guard let first = ordinals.first else { return nil }
    let count = reader.segment.documentCount
    // Every document has one of the terms (a shop's audience, for example): no postings need reading.
    if ordinals.contains(where: { Int(field.documentFrequencies.base[$0]) == count }) {
      return MatchAllScorer(documentCount: count, score: score)
    }
    if ordinals.count == 1 {
      return ConstantScorer(TermScorer(field, ordinal: first, weight: 0, similarity: nil), score: score)
    }
    var set = BitSet(count: reader.segment.documentCount)
    for ordinal in ordinals {
      let cursor = PostingsCursor(field, ordinal: ordinal)
      while cursor.next() != PostingsCursor.end { set[Int(cursor.document)] = true }
    }
    return BitSetScorer(set, score: score)
  }
}

final class NumberRangeWeight: Weight {
  private let field: String
  private let range: ClosedRange<Int64>
  private let constant: Float

  init(field: String, range: ClosedRange<Int64>, score: Float) {
    self.field = field
    self.range = range
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let column = reader.segment.fields[field]?.numbers else { return nil }
    return NumberRangeScorer(column, range, score: constant)
  }
}

final class NumbersInWeight: Weight {
  private let field: String
  private let values: Set<Int64>
  private let constant: Float

  init(field: String, values: Set<Int64>, score: Float) {
    self.field = field
    self.values = values
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let column = reader.segment.fields[field]?.numbers else { return nil }
    var set = BitSet(count: reader.segment.documentCount)
    for document in 0..<Int32(column.documentCount) {
      for index in column.range(document) where values.contains(column.values.base[index]) {
        set[Int(document)] = true
      }
    }
    return BitSetScorer(set, score: constant)
  }
}

/// Documents that have a value in the field.
final class ExistsWeight: Weight {
  private let field: String
  private let constant: Float

  init(field: String, score: Float) {
    self.field = field
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let segmentField = reader.segment.fields[field] else { return nil }
    if let existing = segmentField.existing { return BitSetScorer(existing, score: constant) }
    let count = reader.segment.documentCount
    if let numbers = segmentField.numbers {
      return scorer(count, isDense: numbers.starts == nil) { !numbers.range($0).isEmpty }
    }
    if let ordinals = segmentField.ordinals {
      return scorer(count, isDense: ordinals.starts == nil) { !ordinals.range($0).isEmpty }
    }
    return nil
  }

  private func scorer(_ count: Int, isDense: Bool, hasValue: (Int32) -> Bool) -> Scorer {
    if isDense { return MatchAllScorer(documentCount: count, score: constant) }
    var set = BitSet(count: count)
    for document in 0..<Int32(count) where hasValue(document) { set[Int(document)] = true }
    return BitSetScorer(set, score: constant)
  }
}

final class IDsWeight: Weight {
  private let ids: [String]
  private let constant: Float

  init(_ ids: [String], score: Float) {
    self.ids = ids
    constant = score
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    var documents: Set<Int32> = []
    for id in ids { reader.segment.stored.forEachDocument(ofID: id) { documents.insert($0) } }
    return documents.isEmpty ? nil : DocumentListScorer(documents.sorted(), score: constant)
  }
}
