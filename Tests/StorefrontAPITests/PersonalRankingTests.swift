// Personal ranking over the real server, on a real Postgres and a real Redis:
// 1. A visitor who looked at one brand's dresses gets that brand's earlier; a stranger, and a browser that asks to be left
//    alone, get the engine's order.
// 2. `why=true` tells each shown product's features and their parts, as the schema says.
// 3. A search is kept with the feature values of what it showed; with a click and a purchase on it, training reads it, and a
//    search with the engine's order, or of a browser that asks to be left alone, is not.
// 4. A model whose file is damaged: the hand-set order, `degraded` names the ranking, and no error.
// 5. Pages behind cursors, while the visitor's deeds change the order: nothing twice, nothing missing.
// 7. A rollback from the first learned model leads to the hand-set ranking; training does not replace it, a person does.
// 6. Counts of deeds: interest by days, views, purchases and looks.
import Behaviour
import Catalog
import Edge
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Ranking
import RankingTraining
import RedisStore
import SearchService
import Seeding
import StorefrontAPI
import TestSupport
import Testing
import Threading

@testable import Bootstrap

@Suite(.serialized) struct PersonalRankingTests {
  private static let shop = Task {
    let redis = try await LocalRedis.startTemporary()
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"),
      redis: try RedisClient(redis.settings))
    try await shop.shop.recommender.refresh()
    return shop
  }

  private func search(_ shop: TestShop, _ parameters: String, _ headers: String = "") async throws -> JSONValue {
    let answer = try await shop.client.get("/v1/search?\(parameters)", headers: headers)
    #expect(answer.status == 200, "\(parameters): \(answer.text)")
    return try JSONValue(parsing: answer.body)
  }

  private func products(_ page: JSONValue) -> [(id: String, brand: String)] {
    (page["products"]?.array ?? []).compactMap { product in
      product["id"]?.string.map { ($0, product["brand"]?.string ?? "") }
    }
  }

  private func deed(
    _ kind: InteractionKind, _ product: String, by visitor: VisitorID, in shop: TestShop, list: ListID? = nil
  ) async throws {
    let id = try #require(ProductID(product))
    let event = ShopEvent(
      id: .random(), at: shop.shop.clock.now(), actor: .person(.visitor(visitor)),
      content: .deed(ProductDeed(kind, .id(id), list: list, position: list.map { _ in 1 })))
    #expect(try await shop.behaviour.intake.submit([event]) == [.stored])
  }

  @Test("1: a visitor's brand", .timeLimit(.minutes(5)))
  func brand() async throws {
    let shop = try await Self.shop.value
    let query = "q=dress&page_size=100"
    let engine = products(try await search(shop, query))
    let brands = Dictionary(grouping: engine.indices, by: { engine[$0].brand }).filter { $0.value.count > 1 }
    // The brand whose products stand lowest.
    func mean(_ places: [Int]) -> Double { Double(places.reduce(0, +)) / Double(places.count) }
    let brand = try #require(brands.max { (mean($0.value), $0.key) < (mean($1.value), $1.key) }?.key)
    let (visitor, cookieless) = (VisitorID.random(), VisitorID.random())
    for product in engine where product.brand == brand {
      for _ in 0..<3 { try await deed(.view, product.id, by: visitor, in: shop) }
    }
    let own = products(try await search(shop, query, TestShop.cookie(visitor)))
    #expect(Set(own.map(\.id)) == Set(engine.map(\.id)))
    let before = mean(engine.indices.filter { engine[$0].brand == brand })
    let after = mean(own.indices.filter { own[$0].brand == brand })
    #expect(after < before, "\(brand): \(before) to \(after)")
    for headers in ["", TestShop.cookie(cookieless), TestShop.cookie(visitor) + "DNT: 1\r\n"] {
      #expect(try await products(search(shop, query, headers)).map(\.id) == engine.map(\.id))
    }
  }

  @Test("2: why", .timeLimit(.minutes(5)))
  func why() async throws {
    let shop = try await Self.shop.value
    let page = try await search(shop, "q=red+dress&why=true&page_size=5")
    let problems = SchemaValidator(document: OpenAPI.document).problems(
      page, ["$ref": "#/components/schemas/SearchPage"])
    #expect(problems.isEmpty, "\(problems.prefix(3))")
    let ranking = try #require(page["why"]?["ranking"])
    #expect(ranking["model"]?.string == "hand-1")
    let told = ranking["products"]?.array ?? []
    #expect(told.compactMap { $0["id"]?.string } == products(page).map(\.id))
    let names = told.first?["features"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(names.contains("text_score") && names.contains("price_place") && !names.contains("brand_affinity"))
  }

  private func logged(_ shop: TestShop) async throws -> [LoggedImpression] {
    let all = Guarded<[LoggedImpression]>([])
    try await PostgresRankingLog(shop.pool).forEachBatch(
      schema: RankingFeature.schema, until: Timestamp("2027-01-01T00:00:00Z")!, limit: 1_000
    ) { batch in all.withLock { $0 += batch } }
    return all.withLock { $0 }
  }

  @Test("3: the log", .timeLimit(.minutes(5)))
  func log() async throws {
    let shop = try await Self.shop.value
    let visitor = VisitorID.random()
    let cookie = TestShop.cookie(visitor)
    let page = try await search(shop, "q=boots", cookie)
    let list = try #require(page["search_id"]?.string.flatMap { ListID($0) })
    _ = try await search(shop, "q=boots&sort=price_asc", cookie)
    _ = try await search(shop, "q=boots", cookie + "DNT: 1\r\n")
    try await shop.behaviour.intake.settle()
    #expect(try await logged(shop).filter { $0.query == "boots" }.isEmpty, "nothing was clicked yet")
    let shown = products(page)
    try await deed(.click, shown[1].id, by: visitor, in: shop, list: list)
    try await deed(.purchase, shown[2].id, by: visitor, in: shop)
    let found = try await logged(shop).filter { $0.query == "boots" }
    let read = try #require(found.first)
    // The other search of that day by this shopper was sorted by price: it has no feature values.
    #expect(found.count == 1 && read.products.map(\.description) == shown.map(\.id))
    #expect(read.grades[..<4] == [0, LoggedImpression.Grade.click, LoggedImpression.Grade.purchase, 0])
    let values = try #require(FeatureCode.values(of: read.features.bytes))
    #expect(values.count == shown.count * FeatureTable.width)
    let score = try #require(FeatureTable.places["text_score"])
    #expect(values[score] > 0 && values[score] <= 1)
  }

  @Test("6: counts", .timeLimit(.minutes(5)))
  func counts() async throws {
    let shop = try await Self.shop.value
    let visitor = VisitorID.random()
    let page = try await search(shop, "q=kettle", TestShop.cookie(visitor))
    let kettle = try #require(products(page).first?.id)
    try await deed(.view, kettle, by: visitor, in: shop)
    try await deed(.purchase, kettle, by: visitor, in: shop)
    try await shop.behaviour.intake.settle()
    let store = PostgresConduct(shop.pool)
    let now = shop.shop.clock.now()
    #expect(try await store.count(now: now) > 0)
    let counted = try #require(try await store.conduct(countedAfter: nil))
    let conduct = try #require(counted.products[ProductID(kettle)!])
    #expect(conduct.views >= 1 && conduct.purchases >= 1 && conduct.interest7 >= 6 && conduct.looks > 0)
    #expect(conduct.interest7 == conduct.interest180)
    #expect(try await store.conduct(countedAfter: counted.countedAt) == nil)
  }

  @Test("5: cursors while deeds come", .timeLimit(.minutes(5)))
  func cursors() async throws {
    let shop = try await Self.shop.value
    let visitor = VisitorID.random()
    let cookie = TestShop.cookie(visitor)
    let all = Set(products(try await search(shop, "q=black&page_size=100")).map(\.id))
    var page = try await search(shop, "q=black&page_size=6", cookie)
    var shown = products(page).map(\.id)
    while let cursor = page["next_cursor"]?.string {
      try await deed(.view, try #require(shown.last), by: visitor, in: shop)
      page = try await search(shop, "cursor=\(cursor)", cookie)
      shown += products(page).map(\.id)
    }
    #expect(Set(shown).count == shown.count, "a product came twice")
    #expect(Set(shown).isSuperset(of: all), "a product is missing")
  }

  @Test("4: a damaged model", .timeLimit(.minutes(5)))
  func damagedModel() async throws {
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"))
    try await shop.shop.recommender.refresh()
    let before = try await search(shop, "q=dress")
    #expect(before["degraded"] == [])
    let now = shop.shop.clock.now()
    let ledger = PostgresModels(shop.pool)
    let number = try await ledger.add(
      ModelEntry(
        kind: "ranking", file: "none.model", dataDigest: "", codeVersion: "", seed: 1, metrics: [:], dataThrough: now,
        trainedAt: now))
    await #expect(throws: (any Error).self) { _ = try await shop.shop.promoteModel(number) }
    #expect(try await ledger.promote(number, by: .person, now: now))
    let follower = RankingFollower(ranking: try #require(shop.shop.ranking), desk: shop.shop.rankingDesk)
    await #expect(throws: (any Error).self) { try await follower.step() }
    let after = try await search(shop, "q=dress")
    #expect(after["degraded"] == ["ranking"])
    #expect(products(after).map(\.id) == products(before).map(\.id))
  }

  @Test("7: back to the hand-set ranking", .timeLimit(.minutes(5)))
  func handSet() async throws {
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"))
    let (now, ledger, desk) = (shop.shop.clock.now(), PostgresModels(shop.pool), shop.shop.rankingDesk)
    func add() async throws -> Int64 {
      try await ledger.add(
        ModelEntry(
          kind: "ranking", file: "none.model", dataDigest: "", codeVersion: "", seed: 1, metrics: [:],
          dataThrough: now, trainedAt: now))
    }
    #expect(try await desk.rollBack() == nil, "nothing was learned")
    let learned = try await add()
    #expect(try await ledger.promote(learned, by: .training, now: now))
    let ranking = try #require(shop.shop.ranking)
    let follower = RankingFollower(ranking: ranking, desk: desk)
    await #expect(throws: (any Error).self) { try await follower.step() }
    let row = try #require(try await desk.rollBack())
    try await follower.step()
    #expect(ranking.version == "hand-1")
    #expect(try await search(shop, "q=dress")["degraded"] == [])
    #expect(try await ledger.serving(kind: "ranking")?.number == row.number)
    #expect(try await ledger.model(learned)?.state == .refused)
    #expect(try await desk.rollBack() == nil, "it is served already")
    #expect(try await desk.rollBack(toHandSet: true) == nil, "it is served already")
    let next = try await add()
    #expect(try await !ledger.promote(next, by: .training, now: now), "training does not replace it")
    #expect(try await ledger.promote(next, by: .person, now: now))
    #expect(try await desk.rollBack(toHandSet: true) != nil)
    // Its rows have no file, and pruning removes none.
    for number in try await ledger.models(kind: "ranking", limit: 10).filter({ $0.file == "hand-set" }).map(\.number) {
      #expect(try await desk.model(number)?.version == "hand-1")
    }
  }
}
