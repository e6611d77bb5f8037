import Catalog
import Experiments
import Ports
import SearchDSL
import Threading
import Understanding

/// Puts the first candidates of a search in the order in which they are shown.
///
/// Without a model they stand in the engine's order. Results behind the model's window always do.
struct Ranker: Sendable {
  let deadline: Duration
  var model: (any RankingModel)?

  /// How many of the first results a search needs retrieved, because the model orders them; 0: none.
  ///
  /// The order of a page behind a cursor is in the cursor: no model is asked.
  func window(for run: SearchRun) -> Int {
    // A shopper who sorts by price wants no other order.
    guard let model, run.input.sort == .relevance, run.input.position == nil else { return 0 }
    if run.arms.interleaving == nil, run.arms.value.ranking == .off { return 0 }
    return min(model.window, SearchService.maxOrdered)
  }

  /// The candidates in their order. A model that is late, fails or does not order them all leaves the engine's order.
  ///
  /// Pinned products then take their places.
  func ranked(_ candidates: Candidates, by retriever: Retriever, in run: inout SearchRun) async -> Candidates {
    await byModel(candidates, retriever, in: &run).withPins(for: run.input)
  }

  private func byModel(_ candidates: Candidates, _ retriever: Retriever, in run: inout SearchRun) async -> Candidates {
    let window = window(for: run)
    // A query for cheap things asks for an order itself.
    guard let model, window > 0, candidates.before < window, !candidates.response.hits.isEmpty,
      !candidates.plan.asksForCheap
    else {
      return candidates
    }
    // Pins have places of their own, and a pin's score says nothing of the product.
    let hits = candidates.response.hits.prefix(window)
    let pinned = hits.indices.filter { candidates.isHeld(hits[$0]) }
    let open = hits.indices.filter { !candidates.isHeld(hits[$0]) }
    guard !open.isEmpty else { return candidates }
    do {
      let first = open.map { hits[$0] }
      let order = try await withDeadline(deadline, of: "the ranking") { [run] in
        let complete = try await retriever.complete(among: first, of: candidates, in: run)
        return try await model.order(of: request(first, complete, candidates, run))
      }
      guard order.places.count == first.count, Set(order.places) == Set(first.indices) else { throw IncompleteOrder() }
      if order.isStandIn { run.leaveOut(.ranking, .refused) }
      run.pinned.ranking = order.version
      var ranked = candidates
      ranked.ranked = hits.count
      ranked.order = pinned + order.places.map { open[$0] } + (hits.count..<candidates.response.hits.count)
      (ranked.ranking, ranked.judged) = (order, first)
      return ranked
    } catch {
      run.leaveOut(.ranking, after: error)
      return candidates
    }
  }

  private func request(
    _ first: [Hit], _ complete: Set<String>?, _ candidates: Candidates, _ run: SearchRun
  ) -> RankingRequest {
    let understanding = run.understanding
    return RankingRequest(
      candidates: first, input: run.input, plan: candidates.plan, searcher: run.searcher, complete: complete,
      accessories: .init(
        categories: Set(understanding.accessoryCategories), nouns: understanding.rules.accessoryNouns),
      choice: run.arms.value.ranking, interleaving: run.arms.interleaving)
  }

  /// The model left out candidates, or named one twice.
  private struct IncompleteOrder: Error {}
}
