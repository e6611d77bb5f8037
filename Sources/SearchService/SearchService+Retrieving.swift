import SearchDSL
import Understanding

/// From the plan to the engine's answer, and the ways on where no product has every word.
extension SearchService {
  /// A page with fewer products leaves a shopper looking for more.
  private static let fewProducts = 5

  /// What the engine found, and how many of it have how much of the query.
  private struct Found {
    var response: SearchResponse
    var plan: QueryPlan
    /// Products that have every word, or a code that was typed.
    var complete: Int
    /// Products that have every word that any product has.
    var known: Int
    /// Products that have enough of the words for a correction to be believed.
    var believed: Int

    var total: Int { response.total?.value ?? 0 }
  }

  /// Runs the plan. Where no product has every word, the corrected spelling takes its place if products have most of it.
  /// Where nothing is found at all, the ways on in turn; the last answer is given where none finds anything.
  func retrieve(
    _ plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput, wantsCards: Bool = true,
    deadline: ContinuousClock.Instant
  ) async throws -> (SearchResponse, QueryPlan) {
    func run(_ plan: QueryPlan) async throws -> Found {
      let query = planQuery(plan, understanding, input)
      var request = retrieval.request(
        query: query.query, input: input, wantsFacets: wantsCards && input.position == nil)
      if !wantsCards { request.source = .none }
      request.aggregations += query.counts
      return Self.found(try await engine.search(request, in: index, deadline: deadline), plan)
    }
    let typed = try await run(plan)
    if typed.complete > 0 { return described(typed, input) }
    if let corrected = corrected(plan, understanding, input: input) {
      let found = try await run(corrected)
      if found.complete > 0 || found.believed > 0 { return described(found, input) }
    }
    if typed.total > 0 { return described(typed, input) }
    for next in steps.contains(.relaxation) ? understanding.relaxations(of: plan) : [] {
      let found = try await run(next)
      if found.total > 0 { return (found.response, next) }
    }
    return (typed.response, plan)
  }

  private func corrected(
    _ plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput
  ) -> QueryPlan? {
    guard !input.isExact, steps.contains(.spelling), let correction = knowledge?.correct(plan.text) else { return nil }
    return understanding.plan(correcting: plan, to: correction.text, ignoring: input.ignored)
  }

  /// Says of the plan how much of it the results have.
  private func described(_ found: Found, _ input: SearchInput) -> (SearchResponse, QueryPlan) {
    var plan = found.plan
    if plan.slots.allSatisfy(\.isOptional) { return (found.response, plan) }
    if found.complete == 0 {
      let unknown = plan.slots.filter { !$0.isOptional && $0.share == 0 }.map(\.words)
      plan.strictness = found.known > 0 && !unknown.isEmpty ? .mostWords : .anyWord
      if plan.strictness == .mostWords { plan.dropped = unknown }
    } else if found.complete < Self.fewProducts, found.total > found.complete, input.sort == .relevance,
      input.filters.isEmpty
    {
      plan.strictness = .everyWordFirst
    }
    return (found.response, plan)
  }

  private static func found(_ response: SearchResponse, _ plan: QueryPlan) -> Found {
    func count(_ name: String) -> Int {
      if case .single(let bucket) = response.aggregations[name] { bucket.documentCount } else { 0 }
    }
    // Where filters say all, what they leave has all.
    let complete =
      plan.slots.allSatisfy(\.isOptional) ? response.total?.value ?? 0 : count(PlanQuery.Count.complete)
    return Found(
      response: response, plan: plan, complete: complete, known: count(PlanQuery.Count.known),
      believed: count(PlanQuery.Count.believed))
  }
}

extension PlanQuery {
  /// Names of what is counted of the results.
  enum Count {
    static let complete = "complete"
    static let known = "known"
    static let believed = "believed"
  }

  /// How many products have how much of the query; nothing where it has no word.
  var counts: [NamedAggregation] {
    guard let everyWord else { return [] }
    func count(_ name: String, _ query: Query) -> NamedAggregation {
      NamedAggregation(name, Aggregation(.filter(query)))
    }
    var counts = [count(Count.complete, orCode(everyWord))]
    if let known = everyKnownWord, known != everyWord { counts.append(count(Count.known, known)) }
    if plan.isCorrected, let mostParts { counts.append(count(Count.believed, mostParts)) }
    return counts
  }
}
