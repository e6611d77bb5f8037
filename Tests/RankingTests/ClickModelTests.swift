// Properties proved here:
// 1. Each model finds the parameters under which clicks were simulated, whatever the seed.
// 2. The cascade model's figures are those of a count by hand.
// 3. The position-based model undoes the bias of a fixed ranking policy that plain click-through keeps.
// 4. On clicks of its own kind a model has a lower perplexity than the others, near that of the truth.
// 5. Judgments follow the model's relevance; seldom shown products stay unjudged; bad pages are refused.
// 6. The dynamic Bayesian model's expectations are those of a sum over all hidden states.
import Foundation
import Numbers
import Ranking
import Testing

/// A shop in which the truth is known.
private struct Simulation {
  let products = (0..<8).map { "p\($0)" }
  let alpha = [0.9, 0.7, 0.55, 0.4, 0.3, 0.2, 0.12, 0.05]
  let sigma = [0.3, 0.9, 0.5, 0.8, 0.2, 0.7, 0.6, 0.4]
  let gamma = [1, 0.8, 0.62, 0.5, 0.4, 0.33, 0.28, 0.25]
  let persistence = 0.85
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func chance(_ probability: Double) -> Bool { Double(random.next() >> 11) * 0x1p-53 < probability }

  mutating func pages(_ count: Int, clicks: (inout Simulation, [Int]) -> [Bool]) -> [ClickLog.Page] {
    (0..<count).map { _ in
      let order = random.permutation(of: products.count)
      return ClickLog.Page(query: "q", products: order.map { products[$0] }, clicked: clicks(&self, order))
    }
  }

  static func positionBased(_ shop: inout Simulation, _ order: [Int]) -> [Bool] {
    order.enumerated().map { shop.chance(shop.gamma[$0] * shop.alpha[$1]) }
  }

  static func cascade(_ shop: inout Simulation, _ order: [Int]) -> [Bool] {
    var isReading = true
    return order.map { product in
      let isClicked = isReading && shop.chance(shop.alpha[product])
      if isClicked { isReading = false }
      return isClicked
    }
  }

  static func dynamicBayesian(_ shop: inout Simulation, _ order: [Int]) -> [Bool] {
    var isReading = true
    return order.map { product in
      let isClicked = isReading && shop.chance(shop.alpha[product])
      let isSatisfied = isClicked && shop.chance(shop.sigma[product])
      isReading = isReading && !isSatisfied && shop.chance(shop.persistence)
      return isClicked
    }
  }

  func pair(_ product: Int) -> ClickLog.Pair { ClickLog.Pair(query: "q", product: products[product]) }
}

@Suite struct ClickModelTests {
  @Test("1. the position-based model finds α and γ", arguments: [UInt64(1), 2])
  func positionBased(seed: UInt64) throws {
    var shop = Simulation(seed: seed)
    let log = try ClickLog(pages: shop.pages(6_000, clicks: Simulation.positionBased))
    let model = PositionBasedModel(learningFrom: log, iterations: 60)
    for product in shop.products.indices {
      #expect(abs(model.relevance(of: shop.pair(product)) - shop.alpha[product]) < 0.05, "seed \(seed), \(product)")
    }
    for (found, truth) in zip(model.examination, shop.gamma) { #expect(abs(found - truth) < 0.05, "seed \(seed)") }
  }

  @Test("1. the cascade model finds α", arguments: [UInt64(1), 2])
  func cascade(seed: UInt64) throws {
    var shop = Simulation(seed: seed)
    let model = CascadeModel(learningFrom: try ClickLog(pages: shop.pages(4_000, clicks: Simulation.cascade)))
    for product in shop.products.indices {
      #expect(abs(model.relevance(of: shop.pair(product)) - shop.alpha[product]) < 0.04, "seed \(seed), \(product)")
    }
  }

  @Test("1. the dynamic Bayesian model finds α, σ and γ", arguments: [UInt64(1), 2])
  func dynamicBayesian(seed: UInt64) throws {
    var shop = Simulation(seed: seed)
    let log = try ClickLog(pages: shop.pages(6_000, clicks: Simulation.dynamicBayesian))
    let model = DynamicBayesianModel(learningFrom: log)
    #expect(abs(model.persistence - shop.persistence) < 0.04, "seed \(seed): \(model.persistence)")
    for product in shop.products.indices {
      let pair = shop.pair(product)
      #expect(abs(model.attraction[pair]! - shop.alpha[product]) < 0.05, "seed \(seed), α of \(product)")
      // Few clicks of a product that hardly attracts tell whether it satisfies.
      let tolerance = shop.alpha[product] >= 0.3 ? 0.1 : 0.3
      #expect(abs(model.satisfaction[pair]! - shop.sigma[product]) < tolerance, "seed \(seed), σ of \(product)")
    }
  }

  @Test("2. the cascade model by hand") func cascadeByHand() throws {
    // a: shown first three times, clicked once. b: examined twice (never after a click), clicked once. c: examined once.
    let model = CascadeModel(
      learningFrom: try ClickLog(pages: [
        .init(query: "q", products: ["a", "b", "c"], clicked: [true, false, true]),
        .init(query: "q", products: ["a", "b", "c"], clicked: [false, true, false]),
        .init(query: "q", products: ["a", "b", "c"], clicked: [false, false, false]),
      ]))
    // One success in two chances is assumed beforehand.
    #expect(model.relevance(of: .init(query: "q", product: "a")) == 2.0 / 5)
    #expect(model.relevance(of: .init(query: "q", product: "b")) == 2.0 / 4)
    #expect(model.relevance(of: .init(query: "q", product: "c")) == 1.0 / 3)
    #expect(model.clickProbabilities(query: "q", products: ["a", "c"]) == [0.4, 0.6 * (1.0 / 3)])
  }

  @Test("3. the bias of a ranking policy is undone") func bias() throws {
    var shop = Simulation(seed: 11)
    // The worse product of a pair is nearly always shown first, so that plain click-through puts it first.
    var pages: [ClickLog.Page] = []
    for _ in 0..<8_000 {
      var order = shop.random.permutation(of: 8)
      let (good, bad) = (order.firstIndex(of: 2)!, order.firstIndex(of: 3)!)
      if good < bad && shop.chance(0.9) { order.swapAt(good, bad) }
      let clicks = Simulation.positionBased(&shop, order)
      pages.append(.init(query: "q", products: order.map { shop.products[$0] }, clicked: clicks))
    }
    func clickThrough(_ product: String) -> Double {
      let places = pages.flatMap { page in zip(page.products, page.clicked).filter { $0.0 == product }.map(\.1) }
      return Double(places.count { $0 }) / Double(places.count)
    }
    #expect(clickThrough("p3") > clickThrough("p2"))
    let model = PositionBasedModel(learningFrom: try ClickLog(pages: pages))
    #expect(model.relevance(of: shop.pair(2)) > model.relevance(of: shop.pair(3)) + 0.1)
  }

  @Test("4. a model knows clicks of its own kind best") func perplexity() throws {
    var shop = Simulation(seed: 5)
    func perplexities(_ clicks: (inout Simulation, [Int]) -> [Bool]) throws -> [Double] {
      let log = try ClickLog(pages: shop.pages(4_000, clicks: clicks))
      let heldOut = shop.pages(2_000, clicks: clicks)
      let models: [any ClickModel] = [
        PositionBasedModel(learningFrom: log), CascadeModel(learningFrom: log), DynamicBayesianModel(learningFrom: log),
      ]
      return models.map { $0.perplexity(on: heldOut)! }
    }
    let byPosition = try perplexities(Simulation.positionBased)
    #expect(byPosition.min() == byPosition[0], "\(byPosition)")
    let byCascade = try perplexities(Simulation.cascade)
    #expect(byCascade.min()! > byCascade[1] - 1e-3, "\(byCascade)")
    let byNetwork = try perplexities(Simulation.dynamicBayesian)
    #expect(byNetwork.min() == byNetwork[2], "\(byNetwork)")
    #expect((byPosition + byCascade + byNetwork).allSatisfy { $0 > 1 && $0 < 2 })
    #expect(CascadeModel(learningFrom: try ClickLog(pages: [])).perplexity(on: []) == nil)
  }

  @Test("5. judgments from clicks") func judgments() throws {
    var shop = Simulation(seed: 6)
    var pages = shop.pages(4_000, clicks: Simulation.positionBased)
    pages.append(.init(query: "q", products: ["seldom"], clicked: [true]))
    pages.append(.init(query: "rare", products: ["p1"], clicked: [true]))
    let log = try ClickLog(pages: pages)
    let judgments = Judgments(PositionBasedModel(learningFrom: log), log: log)
    #expect(judgments.queries.map(\.text) == ["q"])
    let ratings = judgments.queries[0].ratings
    #expect(ratings["seldom"] == nil)
    #expect(ratings["p0"] == 4 && ratings["p7"] == 0)
    #expect((0..<7).allSatisfy { ratings["p\($0)"]! >= ratings["p\($0 + 1)"]! })
    #expect(throws: ClickLogError.self) {
      try ClickLog(pages: [.init(query: "q", products: ["a", "b"], clicked: [true])])
    }
  }

  /// The likelihood of pages by a sum over every state of E, A and S that can be.
  private func likelihood(
    _ pages: [ClickLog.Page], alpha: [String: Double], sigma: [String: Double], gamma: Double
  ) -> Double {
    func of(_ page: ClickLog.Page, from rank: Int, isExamined: Bool) -> Double {
      guard rank < page.products.count else { return 1 }
      guard isExamined else {
        return page.clicked[rank] ? 0 : of(page, from: rank + 1, isExamined: false)
      }
      let (a, s) = (alpha[page.products[rank]]!, sigma[page.products[rank]]!)
      let reads = of(page, from: rank + 1, isExamined: true)
      let leaves = of(page, from: rank + 1, isExamined: false)
      let goesOn = gamma * reads + (1 - gamma) * leaves
      return page.clicked[rank] ? a * (s * leaves + (1 - s) * goesOn) : (1 - a) * goesOn
    }
    return pages.reduce(0) { $0 + log(of($1, from: 0, isExamined: true)) }
  }

  @Test("6. no small step from the learned parameters is likelier") func stationary() throws {
    var shop = Simulation(seed: 9)
    let pages = shop.pages(800, clicks: Simulation.dynamicBayesian)
    let model = DynamicBayesianModel(learningFrom: try ClickLog(pages: pages), iterations: 400)
    var alpha: [String: Double] = [:]
    var sigma: [String: Double] = [:]
    for product in shop.products.indices {
      alpha[shop.products[product]] = model.attraction[shop.pair(product)]
      sigma[shop.products[product]] = model.satisfaction[shop.pair(product)]
    }
    // The prior of one success in two chances for each parameter.
    func posterior(_ alpha: [String: Double], _ sigma: [String: Double], _ gamma: Double) -> Double {
      let all = Array(alpha.values) + Array(sigma.values) + [gamma]
      return likelihood(pages, alpha: alpha, sigma: sigma, gamma: gamma) + all.reduce(0) { $0 + log($1 * (1 - $1)) }
    }
    let best = posterior(alpha, sigma, model.persistence)
    for step in [-0.02, 0.02] {
      #expect(posterior(alpha, sigma, model.persistence + step) < best)
      for product in shop.products {
        var moved = alpha
        moved[product]! += alpha[product]! + step < 0.999 && alpha[product]! + step > 0.001 ? step : step / 10
        #expect(posterior(moved, sigma, model.persistence) < best, "α of \(product), \(step)")
        moved = sigma
        moved[product]! += sigma[product]! + step < 0.999 && sigma[product]! + step > 0.001 ? step : step / 10
        #expect(posterior(alpha, moved, model.persistence) < best, "σ of \(product), \(step)")
      }
    }
  }
}
