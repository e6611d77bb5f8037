import SearchDSL
import Threading

/// The matches of a filter in a segment; they may include deleted documents.
enum FilterMatches: Sendable {
  case none, all
  case some(BitSet)

  func intersection(_ other: FilterMatches) -> FilterMatches {
    switch (self, other) {
    case (.none, _), (_, .none): return .none
    case (.all, let rest), (let rest, .all): return rest
    case (.some(var set), .some(let rest)):
      set.formIntersection(rest)
      return .some(set)
    }
  }

  /// Removes documents that do not match from the window.
  func thin(_ window: ScoreWindow) {
    switch self {
    case .all: break
    case .none: window.reset(base: window.base)
    case .some(let set): window.formIntersection(set)
    }
  }
}

/// A filter of one search, clause by clause, so that the facets of a page share the matches of each chosen value.
///
/// Only clauses that some segment does not know are planned: a repeated filter costs only its look-up.
struct PlannedFilter: Sendable {
  fileprivate struct Clause: Sendable {
    let key: FilterCache.Key
    /// For each segment of the snapshot, the clause's matches; nil if they must be read.
    let known: [FilterMatches?]
    /// nil if all matches are known.
    let query: IndexQuery?
    /// Whether the clause always matches the same documents of a segment.
    let isLasting: Bool
  }

  fileprivate let clauses: [Clause]

  init(_ query: Query, _ builder: IndexQueryBuilder) throws(SearchEngineError) {
    var clauses: [Clause] = []
    for clause in Self.clauses(of: query) { clauses.append(try Self.clause(clause, builder)) }
    self.clauses = clauses
  }

  private static func clause(_ query: Query, _ builder: IndexQueryBuilder) throws(SearchEngineError) -> Clause {
    let key = FilterCache.Key(query)
    let known = builder.snapshot.readers.map { $0.segment.filters.matches(key) }
    if !known.isEmpty, !known.contains(where: { $0 == nil }) {
      return Clause(key: key, known: known, query: nil, isLasting: true)
    }
    let before = builder.time.isRead
    builder.time.isRead = false
    let planned = try builder.plan(query)
    let isLasting = !builder.time.isRead
    builder.time.isRead = builder.time.isRead || before
    return Clause(key: key, known: known, query: planned, isLasting: isLasting)
  }

  private static func clauses(of query: Query) -> [Query] {
    switch query {
    case .matchAll: return []
    case .bool(let bool):
      let isConjunction = bool.must.isEmpty && bool.should.isEmpty && bool.mustNot.isEmpty && !bool.filter.isEmpty
      return isConjunction ? bool.filter.flatMap { clauses(of: $0) } : [query]
    default: return [query]
    }
  }
}

/// A planned filter bound to a snapshot.
struct SegmentFilter {
  private let clauses: [(planned: PlannedFilter.Clause, weight: Weight?)]
  private let snapshot: Snapshot

  init(_ query: Query, _ builder: IndexQueryBuilder, _ weights: WeightBuilder) throws(SearchEngineError) {
    self.init(try PlannedFilter(query, builder), weights)
  }

  init(_ filter: PlannedFilter, _ weights: WeightBuilder) {
    snapshot = weights.snapshot
    clauses = filter.clauses.map { clause in (clause, clause.query.map { weights.weight($0, scores: false) }) }
  }

  func matches(in reader: SegmentReader) -> FilterMatches {
    let index = snapshot.readers.firstIndex { $0.segment === reader.segment }
    return clauses.reduce(.all) { found, clause in
      if case .none = found { return .none }
      if let index, let known = clause.planned.known[index] { return found.intersection(known) }
      // The same clause may stand in several filters of one search, which were all planned before the first was read.
      if clause.planned.isLasting, let read = reader.segment.filters.matches(clause.planned.key) {
        return found.intersection(read)
      }
      guard let weight = clause.weight else { return .none }
      let matches = Self.read(weight, reader)
      if clause.planned.isLasting { reader.segment.filters.keep(matches, of: clause.planned.key) }
      return found.intersection(matches)
    }
  }

  private static func read(_ weight: Weight, _ reader: SegmentReader) -> FilterMatches {
    guard let scorer = weight.scorer(reader) else { return .none }
    if scorer is MatchAllScorer { return .all }
    let count = reader.segment.documentCount
    var set = BitSet(count: count)
    let window = ScoreWindow(needsScores: false)
    var base: Int32 = 0
    while base < Int32(count), scorer.document != Scorer.end {
      window.reset(base: base)
      scorer.fill(window)
      set.insert(window)
      base = window.nextBase(scorer)
    }
    return .some(set)
  }
}

/// The matches of filters in one segment, kept for later searches as in Lucene's query cache.
///
/// A shopper's filters stay the same over pages, sorts and the counts of all facets, and other shoppers use the same
/// ones. The cache has two halves; when the younger half is full, the older one is dropped.
final class FilterCache: Sendable {
  /// Filters in a half: each takes one bit for each document.
  private static let maxFilters = 64

  /// A query's digest, which is asked of every segment: the query itself may be larger than what it matches.
  typealias Key = Digest

  private struct State {
    var younger: [Key: FilterMatches] = [:]
    var older: [Key: FilterMatches] = [:]

    mutating func add(_ matches: FilterMatches, _ key: Key) {
      if younger.count >= FilterCache.maxFilters {
        older = younger
        younger.removeAll()
      }
      younger[key] = matches
    }
  }

  private let state = Guarded(State())

  func matches(_ key: Key) -> FilterMatches? {
    state.withLock { state in
      if let matches = state.younger[key] { return matches }
      guard let matches = state.older[key] else { return nil }
      state.add(matches, key)
      return matches
    }
  }

  func keep(_ matches: FilterMatches, of key: Key) { state.withLock { $0.add(matches, key) } }
}
