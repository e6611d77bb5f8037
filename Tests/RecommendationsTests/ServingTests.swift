// Answers with recommendations:
// 1. Never: out of stock, hidden, for other customers, bought lately, turned down, the product on screen, what is in the
//    cart; and no product twice among rows that are not the shopper's own record (random shops and shoppers, seed
//    printed).
// 2. A new shopper is served by the session, without training: a view changes the next answer, and its reason names the
//    product viewed.
// 3. A product that came after the training is recommended beside products like it, and they beside it; a sold-out one
//    leaves with the next look.
// 4. Each kind of row holds what its name says.
// 5. `why` takes each score apart: base times the rules is the score; the contributions name products of the history.
// 6. Rules in force lift what they say; three of a brand at the most.
// 7. Without the shopper's memory, or before the catalog is read, the answer says so, and no call fails.
// 8. A new model is served after the next look; the places of products stay.
import Catalog
import Foundation
import JSON
import Ports
import Recommendations
import Recommending
import Telemetry
import TestSupport
import Testing
import Threading

@Suite struct ServingTests {
  private let folder = NSTemporaryDirectory() + "vitrine-models-\(UUID().uuidString)"

  private func withStand(
    _ products: [ProductSnapshot], history: [Interaction] = [], options: RecommendationService.Options = .init(),
    affinity: (any ProductAffinity)? = nil, _ body: (Stand) async throws -> Void
  ) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover in the temporary folder does no harm.
    // No answer is a stranger's because the machine was busy.
    var options = options
    options.memoryDeadline = .seconds(60)
    let stand = Stand(products, folder: folder, options: options, affinity: affinity)
    if !history.isEmpty { try await stand.train(history) }
    try await stand.follower.step()
    try await body(stand)
  }

  private static let visitor = Person.visitor(VisitorID(String(repeating: "a", count: 32))!)

  private static func plain() -> RecommendationService.Options {
    var options = RecommendationService.Options()
    options.exploration = Exploration(share: 0)
    options.diversity = Diversity(relevance: 1, maxOfBrand: nil)
    return options
  }

  @Test("1: never")
  func never() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("ServingTests.never seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var products = (1...80).map {
      product(Int64($0), leaf: 10 + Int64($0) % 5, stock: Int64.random(in: 0...3, using: &random))
    }
    for place in products.indices {
      if Bool.random(using: &random) && place % 5 == 0 { products[place].lifecycle = .hidden }
      if place % 7 == 0 { products[place].audience = .companies }
    }
    try await withStand(products, history: tasteful(shoppers: 60, products: 1...80, deeds: 12, seed: 2)) { stand in
      var shown: Set<RecommendationKind> = []
      for _ in 0..<40 {
        let bought = (0..<3).map { _ in deed(1, .random(in: 1...80, using: &random), .purchase, daysAgo: 2) }
        let dismissed = [deed(1, .random(in: 1...80, using: &random), .dismiss, daysAgo: 1)]
        let viewed = (0..<5).map { _ in deed(1, .random(in: 1...80, using: &random), daysAgo: 0.1) }
        stand.deeds.withLock { $0 = viewed + dismissed + bought }
        let cart = (0..<2).map { _ in ProductID(Int64.random(in: 1...80, using: &random)) }
        let onScreen = ProductID(Int64.random(in: 1...80, using: &random))
        for placement in Placement.allCases {
          let answer = await stand.service.recommend(
            .init(placement: placement, product: onScreen, cart: cart, person: Self.visitor))
          let rows = answer.rows.filter { $0.kind != .recentlyViewed && $0.kind != .buyAgain }
          shown.formUnion(rows.map(\.kind))
          if [.home, .category, .noResults].contains(placement) {
            #expect(!rows.isEmpty, "nothing is shown at \(placement)")
          }
          let ids = rows.flatMap { $0.products.map(\.product) }
          #expect(Set(ids).count == ids.count, "a product stands twice")
          let forbidden = Set(cart + [onScreen] + bought.map(\.product) + dismissed.map(\.product))
          #expect(forbidden.isDisjoint(with: ids))
          for id in ids {
            let product = products[Int(id.rawValue) - 1]
            #expect(product.hasStock && product.lifecycle == .listed && product.audience.contains(.shops))
          }
        }
      }
      let expected: Set<RecommendationKind> = [
        .forYou, .similar, .becauseYouViewed, .trending,
      ]
      #expect(shown.isSuperset(of: expected), "never shown: \(expected.subtracting(shown))")
    }
  }

  @Test("2: a click moves the next answer")
  func session() async throws {
    let products = (1...60).map { product(Int64($0), leaf: 10 + Int64($0) % 4) }
    let history = tasteful(shoppers: 120, products: 1...60, deeds: 14, seed: 4)
    try await withStand(products, history: history, options: Self.plain()) { stand in
      let request = RecommendationRequest(placement: .home, person: Self.visitor, kinds: [.forYou])
      let stranger = await stand.service.recommend(request)
      #expect(stranger.rows[0].title == "Popular now")
      for viewed in [Int64(3), 55] {
        stand.deeds.withLock { $0 = [deed(9_999, viewed, daysAgo: 0)] }
        let row = try #require(await stand.service.recommend(request).rows.first)
        #expect(row.title == "Recommended for you" && row.products.count == 12)
        #expect(row.products[0].reason?.text == "Because you viewed Product \(viewed)")
      }
      // A session of one taste gets that taste.
      for first in [Int64(1), 31] {
        stand.deeds.withLock { $0 = (0..<12).map { deed(9_999, first + Int64($0), daysAgo: Double($0) / 100) } }
        let row = try #require(await stand.service.recommend(request).rows.first)
        let sameTaste = row.products.count { ($0.product.rawValue <= 30) == (first <= 30) }
        #expect(sameTaste >= 10, "\(sameTaste) of \(row.products.count)")
      }
    }
  }

  @Test("3: new and sold-out products")
  func newProducts() async throws {
    let kinds = ["walnut desk lamp", "linen summer dress", "wireless phone charger"]
    let products = (1...60).map {
      product(Int64($0), leaf: 10 + Int64($0) % 3, brand: "brand \($0)", words: kinds[Int($0) % 3])
    }
    let history = tasteful(shoppers: 60, products: 1...60, deeds: 12, seed: 6)
    try await withStand(products, history: history, options: Self.plain()) { stand in
      stand.catalog.put(
        product(500, leaf: 11, brand: "brand 500", words: "linen summer dress, sleeveless", listedDaysAgo: 0))
      try await stand.follower.step()
      func similar(_ id: Int64) async -> [Int64] {
        let answer = await stand.service.recommend(
          .init(placement: .product, product: ProductID(id), kinds: [.similar]))
        return answer.rows.first?.products.map(\.product.rawValue) ?? []
      }
      let ofNew = await similar(500)
      #expect(ofNew.count == 12 && ofNew.allSatisfy { $0 % 3 == 1 }, "\(ofNew)")
      #expect(await similar(4).contains(500))
      #expect(await !similar(3).contains(500))
      stand.catalog.change(500) { $0.variants[0].availableQuantity = 0 }
      try await stand.follower.step()
      #expect(await !similar(4).contains(500))
      stand.catalog.change(500) { $0.variants[0].availableQuantity = 3 }
      try await stand.follower.step()
      #expect(await similar(4).contains(500))
      // A model that knows it takes over.
      try await stand.train(history)
      try await stand.follower.step()
      #expect(await similar(4).contains(500))
    }
  }

  @Test("3: a catalog that fills while the shop runs")
  func filling() async throws {
    try await withStand([]) { stand in
      for id in 1...120 { stand.catalog.put(product(Int64(id), words: id % 2 == 0 ? "walnut lamp" : "linen dress")) }
      for _ in 0..<2 { try await stand.follower.step() }
      let answer = await stand.service.recommend(.init(placement: .product, product: ProductID(4), kinds: [.similar]))
      #expect(answer.rows.first?.products.allSatisfy { $0.product.rawValue % 2 == 0 } == true)
    }
  }

  @Test("4: kinds")
  func kinds() async throws {
    // Lamps (10) and bulbs (11) are bought together; desks (12) are of the same department, dresses (20) are not.
    var products = (1...10).map { product(Int64($0), leaf: 10, price: 4_000 + Int64($0) * 500) }
    products += (11...20).map { product(Int64($0), leaf: 11) }
    products += (21...30).map { product(Int64($0), leaf: 12) }
    products += (31...40).map { product(Int64($0), leaf: 20, department: 2, listedDaysAgo: Double($0) - 30) }
    let history = (1...40).flatMap { shopper -> [Interaction] in
      let (lamp, day) = (Int64(shopper % 10) + 1, Double(shopper % 20) + 1)
      return [
        deed(Int64(shopper), lamp, .purchase, daysAgo: day),
        deed(Int64(shopper), lamp + 10, .purchase, daysAgo: day),
        deed(Int64(shopper), 31 + Int64(shopper % 10), .view, daysAgo: day + 2),
      ]
    }
    try await withStand(products, history: history, options: Self.plain()) { stand in
      func row(
        _ kind: RecommendationKind, product: Int64? = nil, cart: [Int64] = [], category: Int64? = nil
      ) async -> [Int64] {
        let answer = await stand.service.recommend(
          .init(
            placement: .home, product: product.map { ProductID($0) }, cart: cart.map { ProductID($0) },
            category: category.map { CategoryID($0) }, person: Self.visitor, kinds: [kind]))
        return answer.rows.first?.products.map(\.product.rawValue) ?? []
      }
      #expect(await row(.boughtTogether, product: 3).first == 13)
      #expect(await row(.crossSell, cart: [3, 4]).prefix(2).sorted() == [13, 14])
      #expect(await row(.completeTheLook, product: 3).first == 13)
      let dearer = await row(.upsell, product: 2)
      #expect(!dearer.isEmpty && dearer.allSatisfy { (3...9).contains($0) }, "\(dearer)")
      let new = await row(.newForYou)
      #expect(new.first == 31 && new.allSatisfy { (31...40).contains($0) }, "\(new)")
      #expect(await row(.trending, category: 20).allSatisfy { (31...40).contains($0) })
      for kind in [RecommendationKind.recentlyViewed, .buyAgain, .becauseYouViewed] {
        #expect(await row(kind).isEmpty, "a stranger has no record")
      }
      stand.deeds.withLock {
        $0 = [
          deed(7, 25, daysAgo: 0), deed(7, 33, daysAgo: 1), deed(7, 25, daysAgo: 2),
          deed(7, 11, .purchase, daysAgo: 40), deed(7, 12, .purchase, daysAgo: 10),
        ]
      }
      #expect(await row(.recentlyViewed) == [25, 33])
      #expect(await row(.recentlyViewed, product: 25) == [33])
      #expect(await row(.buyAgain) == [11])
      let because = await stand.service.recommend(
        .init(placement: .home, person: Self.visitor, kinds: [.becauseYouViewed]))
      #expect(because.rows.first?.title == "Because you viewed Product 25")
    }
  }

  @Test("4: what rises now")
  func trending() async throws {
    struct Rising: ProductAffinity {
      func viewed(with product: ProductID, limit: Int) async throws -> [WeightedProduct] { [] }
      func bought(with product: ProductID, limit: Int) async throws -> [WeightedProduct] { [] }
      func trending(limit: Int) async throws -> [WeightedProduct] {
        [.init(product: ProductID(7), weight: 9), .init(product: ProductID(3), weight: 4)]
      }
    }
    try await withStand((1...20).map { product(Int64($0)) }, options: Self.plain(), affinity: Rising()) { stand in
      let answer = await stand.service.recommend(.init(placement: .home, kinds: [.trending], explains: true))
      #expect(answer.rows[0].products.map(\.product.rawValue) == [7, 3])
      // 7 is above .8 of the greatest: the rule for what trends.
      #expect(answer.rows[0].products[0].explanation?.rules.map(\.name) == ["trending"])
    }
  }

  @Test("5: scores taken apart")
  func why() async throws {
    let products = (1...60).map { product(Int64($0), leaf: 10 + Int64($0) % 4, stock: Int64($0) * 5) }
    let history = tasteful(shoppers: 120, products: 1...60, deeds: 14, seed: 8)
    try await withStand(products, history: history) { stand in
      stand.deeds.withLock { $0 = [deed(1, 3, daysAgo: 0), deed(1, 8, .addToCart, daysAgo: 0.1)] }
      let answer = await stand.service.recommend(
        .init(placement: .home, limit: 30, person: Self.visitor, explains: true))
      #expect(answer.model == 1)
      for row in answer.rows {
        for shown in row.products where !shown.isExplored {
          let why = try #require(shown.explanation)
          let score = why.rules.reduce(why.base) { $0 * $1.value }
          #expect(abs(score - shown.score) < 1e-5)
          if row.kind == .forYou {
            let parts = Dictionary(uniqueKeysWithValues: why.parts.map { ($0.name, $0.value) })
            let weight = parts["collaborative_weight"]!
            let base =
              weight * parts["collaborative"]! + (1 - weight) * parts["content"]!
              + parts["popularity_weight"]! * parts["popularity"]!
            #expect(abs(base - why.base) < 1e-5)
            #expect(why.contributions.allSatisfy { [3, 8].contains($0.product.rawValue) })
          }
          #expect(why.rules.contains { $0.name == "stock" } == (shown.product.rawValue * 5 > 100))
        }
      }
      let bare = await stand.service.recommend(.init(placement: .home, person: Self.visitor))
      #expect(bare.rows.allSatisfy { $0.products.allSatisfy { $0.explanation == nil } })
    }
  }

  @Test("6: rules and brands")
  func rules() async throws {
    var products = (1...30).map { product(Int64($0), brand: $0 <= 20 ? "Big" : "small \($0)") }
    for place in products.indices { products[place].popularity = Double(100 - place) }
    products[25].variants[0].availableQuantity = 500
    var options = RecommendationService.Options()
    options.exploration = Exploration(share: 0)
    options.diversity = Diversity(relevance: 1, maxOfBrand: 3)
    try await withStand(products, options: options) { stand in
      let request = RecommendationRequest(placement: .home, limit: 8, kinds: [.forYou])
      let usual = await stand.service.recommend(request).rows[0].products.map(\.product.rawValue)
      #expect(usual.prefix(3) == [1, 2, 3] && usual.dropFirst(3).allSatisfy { $0 > 20 })
      let rule = BusinessRules.Rule(name: "clear the shelf", condition: .init(stockAbove: 400), factor: 2)
      stand.service.put(rules: BusinessRules(rules: [rule]))
      #expect(await stand.service.recommend(request).rows[0].products[0].product == ProductID(26))
    }
  }

  @Test("7: faults")
  func faults() async throws {
    struct Away: Error {}
    let catalog = MemoryCatalog((1...20).map { product(Int64($0)) })
    let desk = ModelDesk(
      ledger: MemoryLedger(), folder: ModelFolder(folder), clock: SetClock(), codeVersion: "test")
    let service = RecommendationService(
      memory: { _, _ in throw Away() }, clock: SetClock(), metrics: MetricsRegistry())
    let request = RecommendationRequest(placement: .home, person: Self.visitor)
    #expect(await service.recommend(request).degraded == ["recommendations"])
    let follower = ShelfFollower(
      service: service, products: catalog, costs: catalog, affinity: nil, desk: desk, rules: nil, clock: SetClock())
    try await follower.step()
    let answer = await service.recommend(request)
    #expect(answer.degraded == ["profile"] && !answer.rows.isEmpty)
    #expect(await service.recommend(.init(placement: .product, product: ProductID(12_345))).rows.isEmpty)
  }

  @Test("7: a file of rules with a fault, and a model that cannot be read")
  func unreadable() async throws {
    let products = (1...60).map { product(Int64($0), leaf: 10 + Int64($0) % 4) }
    let history = tasteful(shoppers: 60, products: 1...60, deeds: 12, seed: 6)
    try await withStand(products, history: history, options: Self.plain()) { stand in
      let rules = folder + "/rules.json"
      try Data(BusinessRules.standard.json.text.utf8).write(to: URL(fileURLWithPath: rules))
      let follower = ShelfFollower(
        service: stand.service, products: stand.catalog, costs: stand.catalog, affinity: nil, desk: stand.desk,
        rules: try RulesFile(path: rules), clock: SetClock())
      try await follower.step()
      func isShown(_ id: Int64) async -> Bool {
        let request = RecommendationRequest(placement: .home, limit: 50, kinds: [.forYou])
        return await stand.service.recommend(request).rows.contains { row in
          row.products.contains { $0.product == ProductID(id) }
        }
      }
      #expect(await isShown(7))
      // Both files are damaged, and then a product sells out.
      try Data("{\"rules\": 1, \"more\": 2}".utf8).write(to: URL(fileURLWithPath: rules))
      let second = try await stand.train(tasteful(shoppers: 60, products: 1...60, deeds: 12, seed: 7))
      try Data("damaged".utf8).write(to: URL(fileURLWithPath: folder + "/" + second.entry.file))
      stand.catalog.change(7) { $0.variants[0].availableQuantity = 0 }
      await #expect(throws: (any Error).self) { try await follower.step() }
      #expect(await !isShown(7))
      #expect(stand.service.modelNumber == 1)
      // A shop that starts now serves by texts.
      let fresh = starting(stand)
      await #expect(throws: ModelFolder.Unreadable.self) { try await fresh.step() }
      #expect(await isShown(8))
      #expect(stand.service.modelNumber == nil)
    }
  }

  private func starting(_ stand: Stand) -> ShelfFollower {
    ShelfFollower(
      service: stand.service, products: stand.catalog, costs: stand.catalog, affinity: nil, desk: stand.desk,
      rules: nil, clock: SetClock())
  }

  @Test("9: prices and device")
  func context() async throws {
    var products = (1...60).map { product(Int64($0), price: Int64($0) * 100) }
    for place in products.indices { products[place].popularity = Double(100 - place) }
    try await withStand(products, options: Self.plain()) { stand in
      var request = RecommendationRequest(placement: .home, limit: 50, prices: 10...20, kinds: [.forYou])
      let found = await stand.service.recommend(request).rows[0].products.map(\.product.rawValue)
      #expect(found.sorted() == Array(10...20))
      let condition = BusinessRules.Condition(priceAbove: 15, months: [11], device: .mobile)
      stand.service.put(rules: BusinessRules(rules: [.init(name: "phones", condition: condition, factor: 9)]))
      request.explains = true
      for (device, isLifted) in [(DeviceClass.mobile, true), (.desktop, false)] {
        request.device = device
        let best = await stand.service.recommend(request).rows[0].products[0]
        #expect((best.explanation?.rules.map(\.name) == ["phones"]) == isLifted, "\(device)")
      }
    }
  }

  @Test("8: a new model")
  func newModel() async throws {
    let products = (1...60).map { product(Int64($0), leaf: 10 + Int64($0) % 4) }
    try await withStand(products) { stand in
      let request = RecommendationRequest(placement: .product, product: ProductID(3), kinds: [.similar])
      #expect(await stand.service.recommend(request).model == nil)
      let history = tasteful(shoppers: 120, products: 1...60, deeds: 14, seed: 4)
      let first = try await stand.train(history)
      try await stand.follower.step()
      let answer = await stand.service.recommend(request)
      #expect(answer.model == first.entry.number)
      let sameTaste = answer.rows[0].products.count { $0.product.rawValue <= 30 }
      #expect(sameTaste >= 9)
      try await stand.train(history)
      _ = try await stand.desk.rollBack()
      try await stand.follower.step()
      #expect(await stand.service.recommend(request).model == first.entry.number)
    }
  }
}
