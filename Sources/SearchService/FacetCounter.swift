import Catalog
import SearchDSL
import Understanding

/// Makes the facets of a search from what its candidates counted, and asks for what one answer has no room for.
struct FacetCounter: Sendable {
  let retriever: Retriever
  let priceSteps: [PriceStep]

  /// The facets beside a page of the candidates.
  func facets(of candidates: Candidates, beside hits: [CardHit], in run: inout SearchRun) async -> [Facet] {
    var reader = FacetReader(
      response: candidates.response, input: run.input, labels: run.labels, priceSteps: priceSteps)
    let cut = reader.cutNumbers()
    if !cut.isEmpty { reader.numbers = await numbers(of: cut, candidates, in: &run) }
    return await counted(reader.facets(), candidates, beside: hits, in: &run)
  }

  /// The numbers of attributes, counted by themselves. Without the answer the ranges are of what was counted of them.
  private func numbers(of codes: [String], _ candidates: Candidates, in run: inout SearchRun) async -> SearchResponse? {
    do {
      guard !run.limits.isLate else { throw SearchEngineError.deadlineExceeded }
      let request = retriever.requests.numbersRequest(of: codes, query: candidates.query, input: run.input)
      return try await retriever.index.search(request, by: run.limits.optional)
    } catch {
      run.leaveOut(.facets, after: error)
      return nil
    }
  }

  /// The facets with the counts of options that are chosen together. Without the answer they are those of any variant.
  private func counted(
    _ facets: [Facet], _ candidates: Candidates, beside hits: [CardHit], in run: inout SearchRun
  ) async -> [Facet] {
    let counts = OptionCounts(retrieval: retriever.requests, input: run.input)
    guard counts.isNeeded else { return facets }
    let options = Set(hits.flatMap { $0.variants.flatMap { $0.options.map(\.code) } })
      .union(run.input.filters.compactMap(\.attributeCode))
    guard let request = counts.request(for: facets, options: options, query: candidates.query) else { return facets }
    do {
      let response = try await retriever.index.search(request, by: run.limits.optional)
      return counts.applied(to: facets, options: options, response)
    } catch {
      run.leaveOut(.facets, after: error)
      return facets
    }
  }
}
