import SearchDSL
import Threading

/// What a filter matches in a segment; deleted documents may be among it.
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

  /// Takes what does not match out of the window.
  func thin(_ window: ScoreWindow) {
    switch self {
    case .all: break
    case .none: window.reset(base: window.base)
    case .some(let set): window.formIntersection(set)
    }
  }
}

/// A filter of one search, clause by clause, so that the facets of a page share what each chosen value matches.
struct SegmentFilter {
  private struct Clause {
    let query: Query
    let weight: Weight
    /// Whether it matches the same of a segment at any time.
    let isLasting: Bool
  }

  private let clauses: [Clause]

  init(_ query: Query, _ planner: QueryPlanner, _ weights: WeightBuilder) throws(SearchEngineError) {
    var clauses: [Clause] = []
    for clause in Self.clauses(of: query) {
      let before = planner.time.isRead
      planner.time.isRead = false
      let weight = weights.weight(try planner.plan(clause), scores: false)
      clauses.append(Clause(query: clause, weight: weight, isLasting: !planner.time.isRead))
      planner.time.isRead = planner.time.isRead || before
    }
    self.clauses = clauses
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

  func matches(in reader: SegmentReader) -> FilterMatches {
    clauses.reduce(.all) { found, clause in
      if case .none = found { return .none }
      guard clause.isLasting else { return found.intersection(Self.read(clause.weight, reader)) }
      return found.intersection(reader.segment.filters.matches(clause.query) { Self.read(clause.weight, reader) })
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

/// What filters match in one segment, kept for the searches to come as Lucene's query cache keeps it.
///
/// A shopper's filters stay over pages, sorts and the counts of all facets, and another shopper has the same. Two halves,
/// of which the older one is dropped when the younger one is full.
final class FilterCache: Sendable {
  /// Filters of a half: each takes a bit a document.
  private static let mostFilters = 64

  private struct State {
    var younger: [Query: FilterMatches] = [:]
    var older: [Query: FilterMatches] = [:]

    mutating func add(_ matches: FilterMatches, _ query: Query) {
      if younger.count >= FilterCache.mostFilters {
        older = younger
        younger.removeAll()
      }
      younger[query] = matches
    }
  }

  private let state = Guarded(State())

  func matches(_ query: Query, read: () -> FilterMatches) -> FilterMatches {
    let known = state.withLock { state -> FilterMatches? in
      if let matches = state.younger[query] { return matches }
      guard let matches = state.older[query] else { return nil }
      state.add(matches, query)
      return matches
    }
    if let known { return known }
    let matches = read()
    state.withLock { $0.add(matches, query) }
    return matches
  }
}
