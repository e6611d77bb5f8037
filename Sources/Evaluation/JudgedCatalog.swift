package import Bootstrap
package import Catalog
package import Indexer
import JSON
package import Ports
package import Ranking
package import SearchDSL
import SearchService
package import Understanding

/// The source of the judged products, in two separate indices: one with the four plain fields of the published figures,
/// and one as the shop indexes it. Neither contains anything else, because other products would change the statistics.
package struct JudgedCatalog: Sendable {
  /// The parts that it is made from.
  package struct Parts: Sendable {
    let judgments: Judgments
    /// Tells the indices of several catalogs of one command apart.
    var number = 0
    let products: any ProductSource
    let catalog: any CatalogReader
    let engine: any SearchEngine
    let mapping: IndexMapping
    let rules: QueryRules
    let clock: any WallClock

    package init(
      judgments: Judgments, number: Int = 0, products: any ProductSource, catalog: any CatalogReader,
      engine: any SearchEngine, mapping: IndexMapping, rules: QueryRules, clock: any WallClock
    ) {
      self.judgments = judgments
      self.number = number
      self.products = products
      self.catalog = catalog
      self.engine = engine
      self.mapping = mapping
      self.rules = rules
      self.clock = clock
    }

    var plainIndex: String { "vitrine-evaluate-plain-\(number)" }
    var shopIndex: String { "vitrine-evaluate-shop-\(number)" }
  }

  private static let batch = 500
  private static let deadline = Duration.seconds(60)

  let parts: Parts
  /// The name of the source under which the judged products were imported.
  package let source: String
  package let codes: [ProductID: String]
  let titles: [String: String]
  private let knowledge: CatalogKnowledge

  var judgments: Judgments { parts.judgments }

  /// Judged products that the source does not have.
  var judgmentsWithoutProduct: Int {
    Set(judgments.queries.flatMap(\.ratings.keys)).subtracting(codes.values).count
  }

  struct NothingJudged: Error, CustomStringConvertible {
    /// How many products each source has.
    let loaded: [String: Int]
    /// The source that was asked for, if one was.
    let wanted: String?

    var description: String {
      let sources = loaded.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .prefix(10).map { "\($0.value) of source \"\($0.key)\"" }.joined(separator: ", ")
      if let wanted, loaded[wanted] == nil, !loaded.isEmpty {
        return "no product has the source \"\(wanted)\"; there are \(sources): give one of these as --source, or none"
      }
      if !loaded.isEmpty {
        return
          "none of the judged products is among the products that were loaded (\(sources)): do the judgments name their codes?"
      }
      return
        "the catalog is empty: give the products' file as --catalog FILE, or import it first, as in `vitrine import --format icecat FILE`"
    }
  }

  struct NothingRelevant: Error, CustomStringConvertible {
    let description =
      "no query of the judgments has a product rated above 0: without one no ranking is better than another"
  }

  /// Indexes the judged products of each catalog, runs `body` with the shop, and removes the indices.
  ///
  /// `sources` are the names under which the products were imported; nil: the source of most judged products.
  package static func with(
    _ parts: [Parts], sources: [String?], of shop: Shop, _ body: ([JudgedCatalog], Shop) async throws -> Void
  ) async throws {
    guard parts.allSatisfy({ $0.judgments.queries.contains(where: \.hasRelevant) }) else { throw NothingRelevant() }
    do {
      var catalogs: [JudgedCatalog] = []
      for (parts, source) in zip(parts, sources) { catalogs.append(try await JudgedCatalog(parts, source: source)) }
      try await body(catalogs, shop)
    } catch {
      // The first failure is the error to report; the next run replaces indices that stay.
      for parts in parts { try? await removeIndices(parts) }
      throw error
    }
    for parts in parts { try await removeIndices(parts) }
  }

  private init(_ parts: Parts, source wanted: String?) async throws {
    self.parts = parts
    source = try await Self.judgedSource(parts, wanted: wanted)
    let source = source
    try await Self.removeIndices(parts)
    for (name, body) in [(parts.plainIndex, Self.plainMapping), (parts.shopIndex, parts.mapping.body)] {
      try await parts.engine.createIndex(name, body: body, deadline: .now + Self.deadline)
    }
    let names = ProductNames()
    try await parts.products.forEachProductBatch(size: Self.batch, after: nil) { batch in
      try await Self.index(batch.filter { $0.source == source }, names: names, parts)
    }
    for index in [parts.plainIndex, parts.shopIndex] {
      try await parts.engine.refresh(index, deadline: .now + Self.deadline)
    }
    (codes, titles) = await (names.codes, names.titles)
    knowledge = CatalogKnowledge(source: parts.products, rules: parts.rules) { $0.source == source && $0.isSearchable }
    try await knowledge.refresh()
  }

  /// The source that was asked for, else the one that most judged products have.
  private static func judgedSource(_ parts: Parts, wanted: String?) async throws -> String {
    let judged = Set(parts.judgments.queries.flatMap(\.ratings.keys))
    let (counts, all) = (SourceCounts(), SourceCounts())
    try await parts.products.forEachProductBatch(size: batch, after: nil) { batch in
      await counts.add(batch.filter { judged.contains($0.code) }.map(\.source))
      await all.add(batch.map(\.source))
    }
    let loaded = await all.counts
    if let wanted, loaded[wanted] != nil { return wanted }
    guard wanted == nil, let best = await counts.best else { throw NothingJudged(loaded: loaded, wanted: wanted) }
    return best
  }

  // MARK: Searching

  /// The shop's search over the judged products.
  func service(
    weights: RankingWeights, steps: Set<SearchStep> = Set(SearchStep.allCases)
  ) -> SearchService {
    // An evaluation is not a shopper: a slow machine must not change the figures.
    var deadlines = SearchService.Deadlines()
    deadlines.search = Self.deadline
    return SearchService(
      engine: parts.engine, index: parts.shopIndex, catalog: parts.catalog, clock: parts.clock,
      retrieval: Retrieval(weights: weights), knowledge: knowledge, steps: steps, deadlines: deadlines)
  }

  /// The codes of the products that a service finds, best first.
  func ranking(_ text: String, by service: SearchService, depth: Int) async throws -> [String] {
    try await service.ranking(of: SearchInput(text: text, pageSize: depth)).compactMap { codes[$0] }
  }

  /// The codes of the products that a plain form finds; equal scores are in ID order, which is the file's.
  func plainRanking(
    _ text: String, kind: MultiMatchQuery.Kind, fields: [BoostedField], depth: Int
  ) async throws -> [String] {
    let request = SearchRequest(
      query: .multiMatch(MultiMatchQuery(query: text, fields: fields, kind: kind)),
      size: depth, sort: [.score, SortKey(.field("line"), .ascending)], source: .none)
    let response = try await parts.engine.search(request, in: parts.plainIndex, deadline: .now + Self.deadline)
    return response.hits.compactMap { ProductID($0.id).flatMap { codes[$0] } }
  }

  // MARK: Indexing

  private static func removeIndices(_ parts: Parts) async throws {
    for name in [parts.plainIndex, parts.shopIndex] {
      if try await !parts.engine.indices(matching: name, deadline: .now + deadline).isEmpty {
        try await parts.engine.deleteIndex(name, deadline: .now + deadline)
      }
    }
  }

  private static func index(_ batch: [ProductSnapshot], names: ProductNames, _ parts: Parts) async throws {
    guard !batch.isEmpty else { return }
    let plain = batch.map { product in
      BulkOperation(id: product.id.description, externalVersion: nil, action: .index(source: plainDocument(product)))
    }
    let response = try await parts.engine.bulk(plain, to: parts.plainIndex, refresh: false, deadline: .now + deadline)
    if let refused = response.items.first(where: { $0.error != nil }) {
      throw IndexingError.gateRefused("\(refused.id): \(refused.error?.reason ?? "")")
    }
    _ = try await BulkWriter(engine: parts.engine, clock: parts.clock).write(batch, to: parts.shopIndex, refresh: false)
    await names.add(batch)
  }

  /// Icecat's four fields, as in the published figures.
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
}

/// IDs, codes and titles of the indexed products.
private actor ProductNames {
  private(set) var codes: [ProductID: String] = [:]
  private(set) var titles: [String: String] = [:]

  func add(_ products: [ProductSnapshot]) {
    for product in products {
      codes[product.id] = product.code
      titles[product.code] = product.title
    }
  }
}

private actor SourceCounts {
  private(set) var counts: [String: Int] = [:]
  func add(_ sources: [String]) { for source in sources { counts[source, default: 0] += 1 } }
  var best: String? { counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
}
