import JSON
import SearchDSL

/// Runs one search over one snapshot: match, collect, fetch.
struct SearchExecution {
  let snapshot: Snapshot
  let request: SearchRequest
  let indexName: String
  private let builder: IndexQueryBuilder
  private let weights: WeightBuilder
  private let order: SortOrder
  private let isSortedByScore: Bool
  let query: IndexQuery

  init(_ request: SearchRequest, snapshot: Snapshot, indexName: String, now: Int64) throws(SearchEngineError) {
    self.request = request
    self.snapshot = snapshot
    self.indexName = indexName
    builder = IndexQueryBuilder(snapshot: snapshot, now: now)
    weights = WeightBuilder(snapshot)
    isSortedByScore = request.sort.isEmpty || request.sort == [.score]
    try Self.check(request, snapshot)
    order = try SortOrder(request.sort.isEmpty ? [.score] : request.sort, snapshot: snapshot, builder: builder)
    query = try builder.plan(request.query)
  }

  /// Whether the same snapshot may give another answer later. Known once the search has run.
  var dependsOnTime: Bool { builder.time.isRead }

  private static func check(_ request: SearchRequest, _ snapshot: Snapshot) throws(SearchEngineError) {
    func refused(_ reason: String) -> SearchEngineError {
      .refused(status: 400, type: "illegal_argument_exception", reason: reason, index: nil)
    }
    guard request.from >= 0, request.size >= 0 else {
      throw refused("[from] and [size] must not be negative: \(request.from), \(request.size)")
    }
    let (last, overflow) = request.from.addingReportingOverflow(request.size)
    let window = snapshot.mapping.maxResultWindow
    guard !overflow, last <= window else {
      throw refused(
        "Result window is too large, from + size must be less than or equal to: [\(window)] but was "
          + "[\(overflow ? "more" : String(last))]. Page with search_after.")
    }
    if request.searchAfter != nil {
      if request.from > 0 { throw refused("`from` parameter must be set to 0 when `search_after` is used.") }
      if request.sort.isEmpty { throw refused("Sort must contain at least one field.") }
    }
  }

  private var needsScores: Bool {
    request.minimumScore != nil || request.trackScores
      || (order.needsScores && (request.size > 0 || request.collapse != nil))
  }

  func run() throws(SearchEngineError) -> SearchResponse {
    let weight = weights.weight(query, scores: needsScores)
    let postFilter = try request.postFilter.map { (filter) throws(SearchEngineError) in
      try SegmentFilter(filter, builder, weights)
    }
    let aggregators = try AggregatorSet(request.aggregations, snapshot: snapshot, builder: builder, weights: weights)
    var hits = HitCollector(
      // Without a page no hit is kept: scores are not computed then.
      order: order, capacity: request.size == 0 ? 0 : request.from + request.size,
      after: try request.searchAfter.map { (values) throws(SearchEngineError) in
        try order.keys(after: values, builder: builder)
      },
      collapse: try request.collapse.map { (collapse) throws(SearchEngineError) in
        try CollapseField(collapse.field, snapshot)
      })
    for (index, reader) in snapshot.readers.enumerated() {
      guard let scorer = weight.scorer(reader) else { continue }
      aggregators.begin(reader, at: index)
      hits.begin(reader, at: index)
      collect(scorer, postFilter?.matches(in: reader), reader, aggregators, &hits)
    }
    return try response(hits, aggregators.results())
  }

  /// Runs one segment window by window. The post filter applies to the hits, not to the aggregations.
  private func collect(
    _ scorer: Scorer, _ postFilter: FilterMatches?, _ reader: SegmentReader, _ aggregators: AggregatorSet,
    _ hits: inout HitCollector
  ) {
    let window = ScoreWindow(needsScores: needsScores)
    var matches = Matches()
    var base: Int32 = 0
    while base < Int32(reader.segment.documentCount), scorer.document != Scorer.end {
      window.reset(base: base)
      scorer.fill(window)
      thin(window, reader)
      if !aggregators.isEmpty {
        matches.read(window)
        aggregators.collect(matches.documents)
      }
      postFilter?.thin(window)
      if postFilter != nil || aggregators.isEmpty { matches.read(window) }
      hits.collect(matches)
      base = window.nextBase(scorer)
    }
  }

  /// Removes deleted documents and documents with too low a score.
  private func thin(_ window: ScoreWindow, _ reader: SegmentReader) {
    if let live = reader.live { window.formIntersection(live) }
    guard let minimum = request.minimumScore.map({ Float($0) }) else { return }
    window.forEach { index in if window.scores[index] < minimum { window.remove(at: index) } }
  }

  // MARK: Response

  private func response(_ hits: HitCollector, _ aggregations: [String: AggregationResult])
    throws(SearchEngineError) -> SearchResponse
  {
    var response = SearchResponse(total: total(hits.total), aggregations: aggregations)
    let fetch = FetchPhase(snapshot: snapshot, indexName: indexName, request: request)
    let isScored = isSortedByScore || request.trackScores || order.needsScores
    let page = hits.sorted().dropFirst(request.from)
    response.hits.reserveCapacity(page.count)
    let highlights = try self.highlights(page.map(\.entry.document), fetch)
    for found in page {
      var hit = fetch.hit(found.entry.document, score: isScored ? found.entry.score : nil, source: request.source)
      hit.highlight = highlights[found.entry.document] ?? [:]
      if !isSortedByScore { hit.sort = order.values(found.keys) }
      if let collapse = request.collapse {
        let value = hits.collapseValue(of: found.entry.document)
        if let value { hit.fields[collapse.field] = [value] }
        hit.innerHits = try innerHits(collapse, value)
      }
      response.hits.append(hit)
    }
    if request.size > 0, isSortedByScore || request.trackScores {
      response.maxScore = hits.maxScore.map { Double($0) }
    }
    response.suggest = try Suggestions(snapshot: snapshot).results(request.suggest)
    return response
  }

  /// The page's highlighted fragments by document, made in the order of indexing.
  private func highlights(_ documents: [Int], _ fetch: FetchPhase) throws(SearchEngineError) -> [Int: [String:
    [String]]]
  {
    guard let options = request.highlight else { return [:] }
    var query = query
    if let other = options.query { query = try builder.plan(other) }
    let highlighter = PlainHighlighter(options, query: query, mapping: snapshot.mapping)
    var highlights: [Int: [String: [String]]] = [:]
    for document in documents.sorted() {
      if let source = fetch.source(document) { highlights[document] = highlighter.highlight(source) }
    }
    return highlights
  }

  private func total(_ count: Int) -> TotalHits? {
    switch request.trackTotalHits {
    case .exact: TotalHits(value: count, isExact: true)
    case .never: nil
    case .upTo(let limit):
      count > limit ? TotalHits(value: limit, isExact: false) : TotalHits(value: count, isExact: true)
    }
  }

  /// The members of one group; each kind of inner hits has its own search, as in Elasticsearch.
  private func innerHits(_ collapse: Collapse, _ value: FieldValue?) throws(SearchEngineError) -> [String:
    InnerHitsResult]
  {
    var results: [String: InnerHitsResult] = [:]
    for inner in collapse.innerHits {
      let filters = request.postFilter.map { [$0] } ?? []
      let group =
        value.map { BoolQuery(must: [request.query], filter: [.term(field: collapse.field, value: $0)] + filters) }
        ?? BoolQuery(must: [request.query], filter: filters, mustNot: [.exists(field: collapse.field)])
      let nested = SearchRequest(
        query: .bool(group), from: inner.from, size: inner.size, sort: inner.sort,
        source: inner.source, trackTotalHits: .exact)
      let found = try SearchExecution(nested, snapshot: snapshot, indexName: indexName, now: builder.time.now).run()
      results[inner.name] = InnerHitsResult(
        total: found.total ?? TotalHits(value: 0, isExact: true), maxScore: found.maxScore, hits: found.hits)
    }
    return results
  }
}

/// Matching documents of a window; `scores` is empty if no scores are needed.
struct Matches {
  private(set) var documents: [Int32] = []
  private(set) var scores: [Float] = []

  mutating func read(_ window: ScoreWindow) {
    documents.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
    let needsScores = window.needsScores
    window.forEach { index in
      documents.append(window.base &+ Int32(truncatingIfNeeded: index))
      if needsScores { scores.append(window.scores[index]) }
    }
  }
}
