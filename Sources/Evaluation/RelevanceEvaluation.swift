import Bootstrap
import JSON
import Ranking
import SearchDSL
package import SearchService
import Understanding

/// Measures rankings with people's judgments: five known forms of BM25, the shop's own search, and that search without
/// each of its steps in turn.
package struct RelevanceEvaluation {
  /// Products on a shopper's page, whose latency is reported.
  private static let page = 10
  /// The data of the known figures: 19,406 products and 54 queries.
  private static let knownSize = (products: 19_406, queries: 54)

  /// The names of the plain rankings, and the figures that Elasticsearch and OpenSearch give for the 46 queries of the
  /// Icecat judgments.
  static let plainRankings: [(name: String, kind: MultiMatchQuery.Kind, fields: [BoostedField], known: Double)] = [
    ("best_fields", .bestFields, ["title", "brand", "desc", "attrs"], 0.6568),
    ("best_fields, boosted", .bestFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.7027),
    ("most_fields, boosted", .mostFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.6815),
    ("cross_fields", .crossFields, ["title", "brand", "desc", "attrs"], 0.6977),
    ("cross_fields, boosted", .crossFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.7293),
  ]

  let catalog: JudgedCatalog
  let judgmentsFile: String
  let weights: RankingWeightsFile
  let seed: UInt64
  let ablates: Bool

  package init(
    catalog: JudgedCatalog, judgmentsFile: String, weights: RankingWeightsFile, seed: UInt64, ablates: Bool
  ) {
    self.catalog = catalog
    self.judgmentsFile = judgmentsFile
    self.weights = weights
    self.seed = seed
    self.ablates = ablates
  }

  package func run() async throws -> RelevanceReport {
    let engine = try await catalog.parts.engine.information(deadline: .now + .seconds(10))
    let plainRows = try await measurePlainForms()
    let allSteps = Set(SearchStep.allCases)
    let shopRow = try await measureShop(RelevanceReport.shopName, steps: allSteps)
    var ablations: [RelevanceReport.Ablation] = []
    for step in ablates ? SearchStep.allCases : [] {
      let row = try await measureShop("without \(step.rawValue)", steps: allSteps.subtracting([step]))
      if let comparison = RelevanceReport.Comparison(baseline: row.run, candidate: shopRow.run, seed: seed) {
        ablations.append(.init(step: step, row: row, comparison: comparison))
      }
    }
    let bestPlain = plainRows.max { ($0.run.mean(.ndcg10) ?? 0) < ($1.run.mean(.ndcg10) ?? 0) }
    return RelevanceReport(
      judgmentsFile: judgmentsFile, engine: engine, source: catalog.source, productCount: catalog.codes.count,
      queryCount: catalog.judgments.queries.count,
      queriesWithRelevant: catalog.judgments.queries.count(where: \.hasRelevant),
      judgmentsWithoutProduct: catalog.judgmentsWithoutProduct, weights: weights, seed: seed, plainRows: plainRows,
      shopRow: shopRow,
      againstPlain: bestPlain.flatMap { .init(baseline: $0.run, candidate: shopRow.run, seed: seed) },
      ablations: ablations, titles: catalog.titles)
  }

  private func measurePlainForms() async throws -> [RelevanceReport.Row] {
    let isKnownSet =
      catalog.codes.count == Self.knownSize.products && catalog.judgments.queries.count == Self.knownSize.queries
    var rows: [RelevanceReport.Row] = []
    for form in Self.plainRankings {
      var row = try await measure("multi_match \(form.name)") { text, depth in
        try await catalog.plainRanking(text, kind: form.kind, fields: form.fields, depth: depth)
      } page: { text in
        _ = try await catalog.plainRanking(text, kind: form.kind, fields: form.fields, depth: Self.page)
      }
      row.known = isKnownSet ? form.known : nil
      rows.append(row)
    }
    return rows
  }

  private func measureShop(_ name: String, steps: Set<SearchStep>) async throws -> RelevanceReport.Row {
    let service = catalog.service(weights: weights.weights, steps: steps)
    return try await measure(name) { text, depth in
      try await catalog.ranking(text, by: service, depth: depth)
    } page: { text in
      _ = try await service.search(SearchInput(text: text, pageSize: Self.page))
    }
  }

  /// Ranks every query as deep as the metrics look, and times the page that a shopper waits for.
  private func measure(
    _ name: String, ranking: (_ text: String, _ depth: Int) async throws -> [String],
    page: (_ text: String) async throws -> Void
  ) async throws -> RelevanceReport.Row {
    let run = try await JudgedRun(name: name, judgments: catalog.judgments) {
      try await ranking($0, RelevanceMetric.depth)
    }
    var times: [Double] = []
    for query in catalog.judgments.queries {
      let start = ContinuousClock.now
      try await page(query.text)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    times.sort()
    return RelevanceReport.Row(
      run: run, p50Milliseconds: times[times.count / 2],
      p99Milliseconds: times[min(times.count - 1, times.count * 99 / 100)])
  }
}
