import Catalog
import Indexer
import JSON
import Ports
import Ranking
import SearchDSL
import SearchService

/// Measures rankings on people's judgments: five known forms of BM25, and the shop's own search.
///
/// The judged products' source is indexed twice: with the four plain fields that the published figures are made with,
/// and as the shop indexes it. Nothing else is in either index, since other products would change the statistics.
struct RelevanceEvaluation {
  /// One ranking and what it is worth.
  struct Row {
    var name: String
    var ndcg10: Double?
    var reciprocalRank: Double?
    var precision10: Double?
    var judged10: Double?
    /// Queries of all judged ones that found nothing.
    var empty: Int
    var medianMilliseconds: Double
    var p99Milliseconds: Double
    var known: Double?
  }

  /// How deep a ranking is looked at.
  private static let depth = 10
  private static let batch = 500
  private static let deadline = Duration.seconds(60)
  private static let plainIndex = "vitrine-evaluate-plain"
  private static let shopIndex = "vitrine-evaluate-shop"

  let judgments: Judgments
  let source: any ProductSource
  let catalog: any CatalogReader
  let engine: any SearchEngine
  let mapping: IndexMapping
  let clock: any WallClock

  /// The names of the plain rankings and the figures of KNOWN_ANSWERS.md for the 46 queries of the Icecat judgments.
  private static let plainRankings:
    [(name: String, kind: MultiMatchQuery.Kind, fields: [BoostedField], known: Double)] = [
      ("best_fields", .bestFields, ["title", "brand", "desc", "attrs"], 0.6568),
      ("best_fields, boosted", .bestFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.7027),
      ("most_fields, boosted", .mostFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.6815),
      ("cross_fields", .crossFields, ["title", "brand", "desc", "attrs"], 0.6977),
      ("cross_fields, boosted", .crossFields, ["title^5", "brand^2", "desc^2", "attrs"], 0.7293),
    ]
  /// What the known figures were made with: 19,406 products and 54 queries.
  private static let knownSize = (products: 19_406, queries: 54)

  struct Report {
    var source: String
    var products: Int
    var queries: Int
    var queriesWithPositive: Int
    var judgmentsWithoutProduct: Int
    var rows: [Row]
  }

  struct NothingJudged: Error, CustomStringConvertible {
    let description =
      "none of the judged products is in the catalog: import it first, as in `vitrine import --format icecat FILE`"
  }

  func run(source wanted: String?) async throws -> Report {
    let products = Products()
    let judgedCodes = Set(judgments.queries.flatMap(\.ratings.keys))
    let chosen: String
    if let wanted { chosen = wanted } else { chosen = try await judgedSource(judgedCodes) }
    try await makeIndices()
    try await source.forEachProductBatch(size: Self.batch, after: nil) { batch in
      try await self.index(batch.filter { $0.source == chosen }, into: products)
    }
    for index in [Self.plainIndex, Self.shopIndex] { try await engine.refresh(index, deadline: .now + Self.deadline) }
    let codes = await products.codes
    guard !codes.isEmpty else { throw NothingJudged() }

    let isKnownSet = codes.count == Self.knownSize.products && judgments.queries.count == Self.knownSize.queries
    var rows: [Row] = []
    for ranking in Self.plainRankings {
      let row = try await measure("multi_match \(ranking.name)", known: isKnownSet ? ranking.known : nil) { text in
        try await self.plainRanking(text, kind: ranking.kind, fields: ranking.fields, codes: codes)
      }
      rows.append(row)
    }
    let knowledge = CatalogKnowledge(source: source, rules: try ProjectFolder.queryRules()) {
      $0.source == chosen && $0.isSearchable
    }
    try await knowledge.refresh()
    let service = SearchService(
      engine: engine, index: Self.shopIndex, catalog: catalog, clock: clock, knowledge: knowledge,
      deadlines: Self.patient)
    rows.append(
      try await measure("vitrine search", known: nil) { text in
        let page = try await service.search(SearchInput(text: text, pageSize: Self.depth))
        return page.products.map(\.code)
      })
    for index in [Self.plainIndex, Self.shopIndex] {
      try await engine.deleteIndex(index, deadline: .now + Self.deadline)
    }
    let known = Set(codes.values)
    return Report(
      source: chosen, products: codes.count, queries: judgments.queries.count,
      queriesWithPositive: judgments.queries.filter(\.hasRelevant).count,
      judgmentsWithoutProduct: judgedCodes.subtracting(known).count, rows: rows)
  }

  /// An evaluation is not a shopper: a slow machine must not change the figures.
  private static var patient: SearchService.Deadlines {
    var deadlines = SearchService.Deadlines()
    deadlines.search = deadline
    deadlines.prices = deadline
    return deadlines
  }

  /// The source that most of the judged products come from.
  private func judgedSource(_ codes: Set<String>) async throws -> String {
    let counts = SourceCounts()
    try await source.forEachProductBatch(size: Self.batch, after: nil) { batch in
      await counts.add(batch.filter { codes.contains($0.code) }.map(\.source))
    }
    guard let best = await counts.best else { throw NothingJudged() }
    return best
  }

  // MARK: Indexing

  private func makeIndices() async throws {
    for (name, body) in [(Self.plainIndex, Self.plainMapping), (Self.shopIndex, mapping.body)] {
      if try await !engine.indices(matching: name, deadline: .now + Self.deadline).isEmpty {
        try await engine.deleteIndex(name, deadline: .now + Self.deadline)
      }
      try await engine.createIndex(name, body: body, deadline: .now + Self.deadline)
    }
  }

  private func index(_ batch: [ProductSnapshot], into products: Products) async throws {
    guard !batch.isEmpty else { return }
    let plain = batch.map { product in
      BulkOperation(
        id: product.id.description, externalVersion: nil, action: .index(source: Self.plainDocument(product)))
    }
    let response = try await engine.bulk(plain, to: Self.plainIndex, refresh: false, deadline: .now + Self.deadline)
    if let refused = response.items.first(where: { $0.error != nil }) {
      throw IndexingError.gateRefused("\(refused.id): \(refused.error?.reason ?? "")")
    }
    _ = try await BulkWriter(engine: engine, clock: clock).write(batch, to: Self.shopIndex, refresh: false)
    await products.add(batch.map { ($0.id.description, $0.code) })
  }

  /// Icecat's four fields as the published figures take them; equal scores stand in the order of ids, which is the file's.
  private static func plainDocument(_ product: ProductSnapshot) -> [UInt8] {
    let texts = product.attributes.flatMap(\.values).compactMap { value in
      if case .text(let text) = value { text } else { nil }
    }
    var writer = JSONWriter(reservingBytes: 2048)
    writer.object { writer in
      writer.member("title", product.title)
      writer.member("brand", product.brandName ?? "")
      writer.member("desc", product.summary)
      writer.member("attrs", texts.joined(separator: " "))
      writer.member("line", product.id.rawValue)
    }
    return writer.bytes
  }

  private static let plainMapping: JSONValue = {
    let text: JSONValue = ["type": "text", "analyzer": "stemmed"]
    return [
      "settings": [
        "index": ["number_of_shards": 1, "number_of_replicas": 0],
        "analysis": [
          "filter": ["english_stemmer": ["type": "stemmer", "language": "english"]],
          "analyzer": [
            "stemmed": [
              "type": "custom", "tokenizer": "standard", "filter": ["lowercase", "asciifolding", "english_stemmer"],
            ]
          ],
        ],
      ],
      "mappings": [
        "properties": ["title": text, "brand": text, "desc": text, "attrs": text, "line": ["type": "long"]]
      ],
    ]
  }()

  // MARK: Measuring

  private func plainRanking(
    _ text: String, kind: MultiMatchQuery.Kind, fields: [BoostedField], codes: [String: String]
  ) async throws -> [String] {
    let request = SearchRequest(
      query: .multiMatch(MultiMatchQuery(query: text, fields: fields, kind: kind)),
      size: Self.depth, sort: [.score, SortKey(.field("line"), .ascending)], source: .none)
    let response = try await engine.search(request, in: Self.plainIndex, deadline: .now + Self.deadline)
    return response.hits.compactMap { codes[$0.id] }
  }

  private func measure(
    _ name: String, known: Double?, ranking: (String) async throws -> [String]
  ) async throws -> Row {
    var times: [Double] = []
    var ndcg: [Double?] = []
    var reciprocal: [Double?] = []
    var precision: [Double?] = []
    var judged: [Double?] = []
    var empty = 0
    for query in judgments.queries {
      let start = ContinuousClock.now
      let found = try await ranking(query.text)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
      if found.isEmpty { empty += 1 }
      guard query.hasRelevant else { continue }
      ndcg.append(RankingMetrics.nDCG(of: found, ratings: query.ratings, at: Self.depth))
      reciprocal.append(RankingMetrics.reciprocalRank(of: found, ratings: query.ratings))
      precision.append(RankingMetrics.precision(of: found, ratings: query.ratings, at: Self.depth))
      judged.append(RankingMetrics.judged(of: found, ratings: query.ratings, at: Self.depth))
    }
    times.sort()
    return Row(
      name: name, ndcg10: RankingMetrics.mean(ndcg), reciprocalRank: RankingMetrics.mean(reciprocal),
      precision10: RankingMetrics.mean(precision), judged10: RankingMetrics.mean(judged), empty: empty,
      medianMilliseconds: times.isEmpty ? 0 : times[times.count / 2],
      p99Milliseconds: times.isEmpty ? 0 : times[min(times.count - 1, times.count * 99 / 100)], known: known)
  }
}

/// Ids and codes of what was indexed.
private actor Products {
  private(set) var codes: [String: String] = [:]
  func add(_ pairs: [(id: String, code: String)]) { for pair in pairs { codes[pair.id] = pair.code } }
}

private actor SourceCounts {
  private var counts: [String: Int] = [:]
  func add(_ sources: [String]) { for source in sources { counts[source, default: 0] += 1 } }
  var best: String? { counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
}
