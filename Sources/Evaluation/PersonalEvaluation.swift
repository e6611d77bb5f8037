package import Bootstrap
import Catalog
import Ports
import PostgresStore
import Ranking
package import RankingTraining
import Recommendations
import SearchService
import Seeding

/// The trial of personal ranking on a demo shop that runs or ran: its catalog, its history, its recommender and its engine.
package enum PersonalEvaluation {
  /// Products of a query that are ranked.
  private static let depth = 100

  /// The shop has none of the demo's products, or nothing was counted of its shoppers.
  package struct NoDemo: Error, CustomStringConvertible {
    package let reason: String
    package var description: String {
      "\(reason): run 'vitrine up' on a new folder until its jobs load-demo-history, train-recommender and count-conduct "
        + "have ended, then give its folder by --state-folder"
    }
  }

  package static func run(
    _ shop: Shop, shoppers: Int, options: PersonalTrial.Options, grow: RankingTraining.TreeGrower?,
    progress: (String) -> Void
  ) async throws -> PersonalTrial.Report {
    progress("indexing the catalog and reading the recommender")
    _ = try await shop.indexFull()
    try await shop.knowledge.refresh()
    try await shop.recommender.refresh()
    let records = try Seeding.handWrittenCatalog(directory: try ProjectFolder.find() + "/Seeds/catalog")
    let now = shop.clock.now()
    let history = try DemoHistory(products: records, lastDay: now.day.advanced(by: -1))
    let skus = try await skus(of: records, in: shop)
    guard !skus.isEmpty else { throw NoDemo(reason: "the catalog has none of the demo's products") }
    let evidence = try await shop.recommender.service.evidence(on: Array(skus.keys), for: nil)
    guard evidence.products.contains(where: { $0?.conduct != nil }) else {
      throw NoDemo(reason: "nothing was counted of the demo's shoppers")
    }
    let queries = try await queries(records, shop)
    progress("\(queries.count) queries of \(skus.count) products")
    let trial = PersonalTrial(
      queries: queries, truth: DemoTruth(history), skus: skus, knowledge: shop.recommender.service, now: now,
      options: options)
    return try await trial.run(
      shoppers: Array(0..<min(shoppers, DemoHistory.shoppers)), grow: grow, progress: progress)
  }

  private static func skus(of records: [ProductRecord], in shop: Shop) async throws -> [ProductID: String] {
    let found = Collected()
    try await shop.catalog.forEachProductBatch(size: 500, after: nil) { batch in await found.add(batch) }
    let codes = await found.byCode
    return Dictionary(
      records.compactMap { record in
        codes[record.code].flatMap { id in record.variants.first.map { (id, $0.sku.text) } }
      }, uniquingKeysWith: { first, _ in first })
  }

  private actor Collected {
    private(set) var byCode: [String: ProductID] = [:]
    func add(_ batch: [ProductSnapshot]) { for product in batch { byCode[product.code] = product.id } }
  }

  /// The names of the categories that shoppers browse, each as a shopper would type it.
  private static func queries(_ records: [ProductRecord], _ shop: Shop) async throws -> [PersonalTrial.Query] {
    let names = Set(records.compactMap { $0.categories.first?.last }).sorted()
    let service = shop.searchService()
    var queries: [PersonalTrial.Query] = []
    for name in names {
      let page = try await service.search(SearchInput(text: name.lowercased(), pageSize: depth))
      queries.append(
        .init(text: name.lowercased(), candidates: page.products.map { (product: $0.id, score: $0.score ?? 0) }))
    }
    return queries
  }
}
