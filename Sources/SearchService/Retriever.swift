import Catalog
import SearchDSL
import Understanding

/// Finds the candidates of a search: from what was typed to the engine's answer, and the further ways to read the query where
/// no product has every word.
struct Retriever: Sendable {
  let index: ProductIndex
  let requests: Retrieval
  let steps: Set<SearchStep>

  /// A page with fewer products leaves a shopper looking for more.
  private static let fewProducts = 5
  /// A correction of a query with so many words is used where a product has most of them; of a shorter one, all of them.
  private static let longQuery = 3

  /// The engine's answer, and how many of its products have how much of the query.
  private struct Found {
    var response: SearchResponse
    var plan: QueryPlan
    var query: Query
    /// Products that have every word, or a code that was typed.
    var complete: Int
    /// Products that have every word that any product has.
    var known: Int
    /// Products that have enough of the words for a correction to be believed.
    var believed: Int
    /// Products that the query's one word names; nil of a query that asks for more than a word.
    var named: Int?

    var total: Int { response.total?.value ?? 0 }
  }

  /// The results that a search retrieves: the window that a model orders, or the page alone.
  private struct Window {
    let first: Int
    let size: Int

    /// nil where the page is all that is needed.
    init?(_ window: Int, for input: SearchInput) {
      guard input.resultsBefore < window else { return nil }
      first = 0
      size = max(window, input.resultsBefore + input.pageSize)
    }
  }

  /// Runs the plan of what was typed; where no product has every word, the corrected spelling and then the words that the
  /// shop knows take its place if they lead somewhere. Where nothing is found at all, runs the relaxations in turn.
  ///
  /// Past the soft deadline a search that found something goes without these further ways, and says so. `window`: how many
  /// of the first results a model orders.
  func candidates(in run: inout SearchRun, window: Int = 0) async throws -> Candidates {
    if let reading = run.input.position?.reading {
      return candidates(try await find(plan(of: reading, in: run), in: run, window), in: run, window)
    }
    let typed = try await find(run.typed, in: run, window)
    // A page behind one that was read as typed is read so too, whatever has left the shop since.
    if typed.complete > 0 || run.input.position != nil {
      var candidates = candidates(typed, in: run, window)
      candidates.reading = nil
      return candidates
    }
    do {
      let close = closeReadings(in: run)
      for next in close {
        if typed.total > 0, run.limits.isLate { throw SearchEngineError.deadlineExceeded }
        // Facets and cards are made of the reading that is taken alone.
        let tried = try await find(next, in: run, window, isTrial: true)
        if tried.complete > 0 || tried.believed > 0 {
          return candidates(try await find(next, in: run, window), in: run, window)
        }
      }
      if typed.total > 0 { return candidates(typed, in: run, window) }
      let relaxations = steps.contains(.relaxation) ? run.understanding.relaxations(of: run.typed) : []
      for (place, next) in relaxations.enumerated() where !close.contains(next) {
        let found = try await find(next, in: run, window)
        guard found.total > 0 else { continue }
        var candidates = candidates(found, in: run, window)
        candidates.reading?.relaxation = place
        return candidates
      }
    } catch let error as SearchEngineError {
      run.leaveOut(.relaxation, after: error)
      if typed.total > 0 { return candidates(typed, in: run, window) }
    }
    var candidates = candidates(typed, in: run, window)
    (candidates.plan, candidates.reading) = (run.typed, nil)
    return candidates
  }

  /// Asks the engine for what a plan finds; as a trial, only how much.
  private func find(_ plan: QueryPlan, in run: SearchRun, _ window: Int, isTrial: Bool = false) async throws -> Found {
    let input = run.input
    let planned = retrievalQuery(plan, in: run)
    let query = planned.query
    var request = requests.request(
      query: query, input: input, wantsFacets: run.extent == .page && input.position == nil && !isTrial)
    if run.extent == .order { request.source = .none }
    if let window = self.window(of: plan, in: run, window) {
      (request.from, request.size, request.searchAfter) = (window.first, window.size, nil)
      (request.source, request.highlight) = (.none, nil)
    }
    if let position = input.position, !position.order.isEmpty {
      // The page begins with the order of its cursor; at least one hit, for an engine may refuse to look behind for none.
      request.size = max(1, input.pageSize - position.order.count)
      (request.source, request.highlight) = (.none, nil)
    }
    // Beside the filters, so that the counts of the whole query stay.
    let known = (input.position?.order ?? []) + (input.position?.shown ?? [])
    if !known.isEmpty {
      request.postFilter = .bool(
        BoolQuery(filter: request.postFilter.map { [$0] } ?? [], mustNot: [.ids(known.map(\.description))]))
    }
    if isTrial { (request.from, request.size, request.highlight, request.searchAfter) = (0, 0, nil, nil) }
    request.aggregations += planned.counts
    do {
      var response = try await index.search(request, by: run.limits.answer)
      if response.total?.isExact == true { response.total?.value += known.count }
      return Self.found(response, plan, query)
    } catch {
      throw input.position == nil ? error : Self.errorBehindCursor(error)
    }
  }

  private func before(_ plan: QueryPlan, in run: SearchRun, _ window: Int) -> Int {
    self.window(of: plan, in: run, window)?.first ?? run.input.resultsBefore
  }

  /// The first results that a model orders or pins take their places among; nil where the page is all that is needed.
  private func window(of plan: QueryPlan, in run: SearchRun, _ ordered: Int) -> Window? {
    Window(max(ordered, plan.pinWindow(for: run.input)), for: run.input)
  }

  /// The query of a plan, by what the search holds.
  func retrievalQuery(_ plan: QueryPlan, in run: SearchRun) -> RetrievalQuery {
    let understanding = run.understanding
    return RetrievalQuery(
      plan: plan, weights: requests.weights, shopper: run.shopper, steps: steps, rules: understanding.rules,
      accessoryCategories: understanding.accessoryCategories,
      leastShare: run.input.sort == .relevance ? RetrievalQuery.resultShare : RetrievalQuery.sortedShare,
      summaryScale: understanding.knowledge.summaryScale, hasPins: run.input.sort == .relevance)
  }

  /// The plan that a page before this one was found by, whatever the shop has learnt since.
  private func plan(of reading: QueryReadingReference, in run: SearchRun) -> QueryPlan {
    let (typed, understanding) = (run.typed, run.understanding)
    let base =
      reading.text == typed.text
      ? typed : understanding.plan(correcting: typed, to: reading.text, ignoring: run.input.ignored)
    switch reading.strictness {
    case .everyWord, .everyWordFirst, .mentioned: return base
    case .anyPrice: return understanding.atAnyPrice(base) ?? base
    case .mostWords: return understanding.withoutAbsentWords(base) ?? base
    case .anyWord, .category:
      let relaxations = understanding.relaxations(of: typed)
      guard let place = reading.relaxation, relaxations.indices.contains(place) else { return base }
      return relaxations[place]
    }
  }

  /// A cursor is the shop's own, but may belong to an old mapping or order of the index.
  private static func errorBehindCursor(_ error: any Error) -> any Error {
    guard case .refused(400, _, _, _)? = error as? SearchEngineError else { return error }
    return InvalidInput(parameter: "cursor", reason: "does not fit this list any more; begin anew without it")
  }

  /// The plans to try where no product has every word as typed: the corrected spelling, then the query without the words
  /// that the shop does not have.
  private func closeReadings(in run: SearchRun) -> [QueryPlan] {
    // A word that is not known may be one of a product that was not learnt yet.
    if run.known.isBehind { return [] }
    let (plan, understanding) = (run.typed, run.understanding)
    var plans: [QueryPlan] = []
    let relaxes = steps.contains(.relaxation)
    if !run.input.isExact, steps.contains(.spelling), let correction = run.known.correct(plan.text) {
      plans += understanding.plans(of: correction, correcting: plan, ignoring: run.input.ignored).filter {
        relaxes || $0.strictness == .everyWord
      }
    }
    if relaxes, let rest = understanding.withoutAbsentWords(plan) { plans.append(rest) }
    if relaxes, let near = understanding.atAnyPrice(plan) { plans.append(near) }
    return plans
  }

  /// The candidates, whose plan says how much of it they have.
  private func candidates(_ found: Found, in run: SearchRun, _ window: Int) -> Candidates {
    let reading = QueryReadingReference(text: found.plan.text, strictness: found.plan.strictness)
    var candidates = Candidates(
      response: found.response, plan: found.plan, query: found.query, reading: reading, complete: found.complete,
      before: before(found.plan, in: run, window))
    candidates.remaining = run.input.position?.order ?? []
    candidates.isBare =
      run.extent == .order || !candidates.remaining.isEmpty || self.window(of: found.plan, in: run, window) != nil
    if found.plan.slots.allSatisfy(\.isOptional) || found.plan.strictness != .everyWord { return candidates }
    if found.complete == 0 {
      let unknown = found.plan.slots.filter { !$0.isOptional && $0.share == 0 }.map(\.words)
      candidates.plan.strictness = found.known > 0 && !unknown.isEmpty ? .mostWords : .anyWord
      if candidates.plan.strictness == .mostWords {
        if !run.known.isBehind {
          candidates.plan.absent = run.understanding.withoutAbsentWords(candidates.plan)?.absent ?? []
        }
        candidates.plan.dropped = unknown
      }
    } else if found.complete < Self.fewProducts, found.total > found.complete, run.input.sort == .relevance,
      run.input.filters.isEmpty
    {
      candidates.plan.strictness = .everyWordFirst
    } else if found.named == 0, run.input.filters.isEmpty {
      candidates.plan.strictness = .mentioned
    }
    return candidates
  }

  private static func found(_ response: SearchResponse, _ plan: QueryPlan, _ query: Query) -> Found {
    func count(_ name: String) -> Int {
      if case .single(let bucket) = response.aggregations[name] { bucket.documentCount } else { 0 }
    }
    let required = plan.slots.count { !$0.isOptional }
    // Where filters say everything, each of their products has everything.
    let complete = required == 0 ? response.total?.value ?? 0 : count(RetrievalQuery.Count.complete)
    return Found(
      response: response, plan: plan, query: query, complete: complete, known: count(RetrievalQuery.Count.known),
      believed: required < longQuery ? 0 : count(RetrievalQuery.Count.believed),
      named: response.aggregations[RetrievalQuery.Count.named].map { _ in count(RetrievalQuery.Count.named) })
  }
}

extension Retriever {
  /// The products of a page that have every word of its query, where the page has others too; nil where they are not told
  /// apart, since all or none have every word, or the engine did not answer in time.
  func fullMatches(of page: SearchPage, in run: SearchRun) async -> Set<ProductID>? {
    guard page.relaxedTo == .everyWordFirst, !page.products.isEmpty,
      let complete = retrievalQuery(page.plan, in: run).completeMatch
    else { return nil }
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(page.products.map(\.id.description)), complete])),
      size: page.products.count, source: SourceFilter.none, trackTotalHits: .never)
    // A page without the mark is whole.
    let response = try? await index.search(request, by: run.limits.optional)
    return response.map { Set($0.hits.compactMap { ProductID($0.id) }) }
  }

  /// Those of the products that meet filters.
  func products(_ ids: [ProductID], meeting filters: [SearchFilter], in run: SearchRun) async throws -> Set<ProductID> {
    let clauses = filters.map { requests.clause($0, input: run.input) }
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(ids.map(\.description))] + clauses)), size: ids.count,
      source: SourceFilter.none, trackTotalHits: .never)
    return Set(try await index.search(request, by: run.limits.answer).hits.compactMap { ProductID($0.id) })
  }

  /// The ids of those of the candidates that have every word; nil where all or none have, or no words are asked for.
  func complete(
    among hits: [Hit], of candidates: Candidates, in run: SearchRun
  ) async throws -> Set<String>? {
    guard candidates.complete > 0 else { return nil }
    let ids = hits.map(\.id)
    if candidates.complete >= candidates.total { return Set(ids) }
    guard let complete = retrievalQuery(candidates.plan, in: run).completeMatch else { return nil }
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(ids), complete])), size: ids.count, source: SourceFilter.none,
      trackTotalHits: .never)
    return Set(try await index.search(request, by: run.limits.optional).hits.map(\.id))
  }

  /// The shown hits with all that their cards need, where the candidates are bare. What has left the index meanwhile is left
  /// out.
  func loaded(_ results: ResultPage, of candidates: Candidates, in run: SearchRun) async throws -> [Hit] {
    guard candidates.isBare, run.extent != .order, !results.hits.isEmpty else { return results.hits }
    let ids = Query.ids(results.hits.map(\.id))
    var request = requests.request(query: candidates.query, input: run.input, wantsFacets: false)
    // Products of a cursor must still be found; those that were just found need no second look.
    request.query = candidates.remaining.isEmpty ? ids : .bool(BoolQuery(must: [request.query], filter: [ids]))
    (request.from, request.size, request.searchAfter) = (0, results.hits.count, nil)
    (request.sort, request.trackTotalHits) = ([.score], .never)
    let found = try await index.search(request, by: run.limits.answer).hits
    let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return results.hits.compactMap { bare in
      guard var hit = byID[bare.id] else { return nil }
      hit.score = bare.score ?? hit.score
      return hit
    }
  }

  /// All results in the engine's order, without facets.
  func all(_ candidates: Candidates, in run: SearchRun) async throws -> SearchResponse {
    var whole = run.input
    (whole.position, whole.page, whole.pageSize) = (nil, 1, candidates.total)
    let request = requests.request(query: candidates.query, input: whole, wantsFacets: false)
    return try await index.search(request, by: run.limits.answer)
  }
}

extension RetrievalQuery {
  /// Names of the counts among the results.
  enum Count {
    static let complete = "complete"
    static let known = "known"
    static let believed = "believed"
    static let named = "named"
  }

  /// Products that have every word, or a code that was typed; nil where the query has no word.
  var completeMatch: Query? {
    guard let everyWord else { return nil }
    return identity.named.map { .bool(BoolQuery(should: [everyWord, $0], minimumShouldMatch: 1)) } ?? everyWord
  }

  /// How many products have how much of the query; empty where it has no word.
  var counts: [NamedAggregation] {
    guard let completeMatch else { return [] }
    func count(_ name: String, _ query: Query) -> NamedAggregation {
      NamedAggregation(name, Aggregation(.filter(query)))
    }
    var counts = [count(Count.complete, completeMatch)]
    if let known = everyKnownWord, known != everyWord { counts.append(count(Count.known, known)) }
    if plan.isCorrected, plan.strictness == .everyWord, let enoughParts {
      counts.append(count(Count.believed, enoughParts))
    }
    if let named { counts.append(count(Count.named, named)) }
    return counts
  }
}
