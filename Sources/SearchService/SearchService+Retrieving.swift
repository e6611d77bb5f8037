import SearchDSL
import Understanding

/// From the plan to the engine's answer, and the further ways where no product has every word.
extension SearchService {
  /// A page with fewer products leaves a shopper looking for more.
  private static let fewProducts = 5
  /// A correction of a query with so many words is used where a product has most of them; of a shorter one, all of them.
  private static let longQuery = 3

  /// The engine's answer, and how many of its products have how much of the query.
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

  /// The answer of a search, and what it is the answer to.
  struct Retrieved {
    var response: SearchResponse
    var plan: QueryPlan
    /// For the cursor of the next page; nil where the query was searched as typed and a product has every word.
    var reading: QueryReadingReference?
  }

  /// Runs the plan; where no product has every word, the corrected spelling and then the words that the shop knows take its
  /// place if they lead somewhere. Where nothing is found at all, runs the relaxations in turn.
  ///
  /// Past the soft deadline a search that found something goes without these further ways, and `degraded` says so.
  func retrieve(
    _ plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput, wantsCards: Bool = true,
    limits: Limits, degraded: inout [String]
  ) async throws -> Retrieved {
    func run(_ plan: QueryPlan, isTrial: Bool = false) async throws -> Found {
      let query = planQuery(plan, understanding, input)
      var request = retrieval.request(
        query: query.query, input: input, wantsFacets: wantsCards && input.position == nil && !isTrial)
      if !wantsCards { request.source = .none }
      if isTrial { (request.from, request.size, request.highlight, request.searchAfter) = (0, 0, nil, nil) }
      request.aggregations += query.counts
      do {
        return Self.found(try await ask(request, deadline: limits.answer), plan)
      } catch {
        throw input.position == nil ? error : Self.errorBehindCursor(error)
      }
    }
    if let reading = input.position?.reading {
      let found = try await run(read(plan, as: reading, understanding, input))
      return described(found, understanding, input)
    }
    let typed = try await run(plan)
    if typed.complete > 0 {
      var retrieved = described(typed, understanding, input)
      retrieved.reading = nil
      return retrieved
    }
    do {
      for next in closeReadings(of: plan, understanding, input: input) {
        if typed.total > 0, limits.isLate { throw SearchEngineError.deadlineExceeded }
        // Facets and cards are made of the reading that is taken alone.
        let tried = try await run(next, isTrial: true)
        if tried.complete > 0 || tried.believed > 0 {
          return described(try await run(next), understanding, input)
        }
      }
      if typed.total > 0 { return described(typed, understanding, input) }
      for (place, next) in (steps.contains(.relaxation) ? understanding.relaxations(of: plan) : []).enumerated() {
        let found = try await run(next)
        guard found.total > 0 else { continue }
        var retrieved = described(found, understanding, input)
        retrieved.reading?.relaxation = place
        return retrieved
      }
    } catch is SearchEngineError {
      degraded.append("relaxation")
      if typed.total > 0 { return described(typed, understanding, input) }
    }
    return Retrieved(response: typed.response, plan: plan)
  }

  /// The plan that a page before this one was found by, whatever the shop has learnt since.
  private func read(
    _ typed: QueryPlan, as reading: QueryReadingReference, _ understanding: QueryUnderstanding, _ input: SearchInput
  ) -> QueryPlan {
    let base =
      reading.text == typed.text
      ? typed : understanding.plan(correcting: typed, to: reading.text, ignoring: input.ignored)
    switch reading.strictness {
    case .everyWord, .everyWordFirst: return base
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
  private func closeReadings(
    of plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput
  ) -> [QueryPlan] {
    // A word that is not known may be one of a product that was not learnt yet.
    if knowledge?.isBehind == true { return [] }
    var plans: [QueryPlan] = []
    let relaxes = steps.contains(.relaxation)
    if !input.isExact, steps.contains(.spelling), let correction = knowledge?.correct(plan.text) {
      plans += understanding.plans(of: correction, correcting: plan, ignoring: input.ignored).filter {
        relaxes || $0.strictness == .everyWord
      }
    }
    if relaxes, let rest = understanding.withoutAbsentWords(plan) { plans.append(rest) }
    return plans
  }

  /// Says of the plan how much of it the results have.
  private func described(
    _ found: Found, _ understanding: QueryUnderstanding, _ input: SearchInput
  ) -> Retrieved {
    var plan = found.plan
    let reading = QueryReadingReference(text: plan.text, strictness: plan.strictness)
    if plan.slots.allSatisfy(\.isOptional) || plan.strictness != .everyWord {
      return Retrieved(response: found.response, plan: plan, reading: reading)
    }
    if found.complete == 0 {
      let unknown = plan.slots.filter { !$0.isOptional && $0.share == 0 }.map(\.words)
      plan.strictness = found.known > 0 && !unknown.isEmpty ? .mostWords : .anyWord
      if plan.strictness == .mostWords {
        if knowledge?.isBehind != true { plan.absent = understanding.withoutAbsentWords(plan)?.absent ?? [] }
        plan.dropped = unknown
      }
    } else if found.complete < Self.fewProducts, found.total > found.complete, input.sort == .relevance,
      input.filters.isEmpty
    {
      plan.strictness = .everyWordFirst
    }
    return Retrieved(response: found.response, plan: plan, reading: reading)
  }

  private static func found(_ response: SearchResponse, _ plan: QueryPlan) -> Found {
    func count(_ name: String) -> Int {
      if case .single(let bucket) = response.aggregations[name] { bucket.documentCount } else { 0 }
    }
    let required = plan.slots.count { !$0.isOptional }
    // Where filters say everything, each of their products has everything.
    let complete = required == 0 ? response.total?.value ?? 0 : count(PlanQuery.Count.complete)
    return Found(
      response: response, plan: plan, complete: complete, known: count(PlanQuery.Count.known),
      believed: required < longQuery ? 0 : count(PlanQuery.Count.believed))
  }
}

extension PlanQuery {
  /// Names of the counts among the results.
  enum Count {
    static let complete = "complete"
    static let known = "known"
    static let believed = "believed"
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
    if plan.isCorrected, plan.strictness == .everyWord, let mostParts {
      counts.append(count(Count.believed, mostParts))
    }
    return counts
  }
}
