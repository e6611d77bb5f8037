import Catalog
import Ports
import SearchDSL

/// Puts the first candidates of a search in the order in which they are shown.
///
/// Without a model they stand in the engine's order. Results behind the model's window always do.
struct Ranker: Sendable {
  let deadline: Duration
  var model: (any RankingModel)?

  /// How many of the first results a search needs retrieved whole, because the model orders them; 0: none.
  ///
  /// A page behind a cursor is in the order of the page before it: another model, or none, leaves the engine's.
  func window(for input: SearchInput) -> Int {
    // A shopper who sorts by price wants no other order.
    guard let model, input.sort == .relevance else { return 0 }
    if let position = input.position, position.pinned.ranking != model.version { return 0 }
    return min(model.window, SearchService.mostOrdered)
  }

  /// The candidates in their order. A model that is late, fails or does not order them all leaves the engine's order.
  ///
  /// Pinned products then take their places.
  func ranked(_ candidates: Candidates, in run: inout SearchRun) async -> Candidates {
    await byModel(candidates, in: &run).pinned(for: run.input)
  }

  private func byModel(_ candidates: Candidates, in run: inout SearchRun) async -> Candidates {
    let window = window(for: run.input)
    guard let model, candidates.before < window else { return candidates }
    let first = Array(candidates.response.hits.prefix(window))
    do {
      let order = try await withDeadline(deadline, of: "the ranking") { [input = run.input, plan = candidates.plan] in
        try await model.order(of: first, input: input, plan: plan)
      }
      guard order.count == first.count, Set(order) == Set(first.indices) else { throw IncompleteOrder() }
      var ranked = candidates
      ranked.ranked = first.count
      ranked.order = order + (first.count..<candidates.response.hits.count)
      return ranked
    } catch {
      run.leaveOut(.ranking, after: error)
      run.pinned.ranking = nil
      return candidates
    }
  }

  /// The model left out candidates, or named one twice.
  private struct IncompleteOrder: Error {}
}
