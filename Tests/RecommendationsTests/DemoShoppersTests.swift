// The demo's shoppers, whose tastes are known:
// 1. (VITRINE_SOAK=1: all shoppers; else a fifth of them, within chance) On the last fifth of their deeds the hybrid's lists find more of what they choose than each model that it is made of,
//    with parameters that were chosen on days before.
// 2. The share of the oracle's gain is printed: 0 is popularity, 1 a list by the hidden tastes themselves.
import Catalog
import Ports
import Recommending
import Seeding
import TestSupport
import Testing

@testable import Recommendations

@Suite struct DemoShoppersTests {
  private let records: [ProductRecord]
  private let history: DemoHistory
  private let bySKU: [String: Int]

  init() throws {
    let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    records = try Seeding.handWrittenCatalog(directory: "/" + path + "/Seeds/catalog")
    history = try DemoHistory(products: records, lastDay: testNow.day.advanced(by: -1))
    bySKU = Dictionary(
      uniqueKeysWithValues: records.enumerated().flatMap { place, record in
        record.variants.map { ($0.sku.text, place) }
      })
  }

  private var products: [TrainingProduct] {
    records.enumerated().map { place, record in
      TrainingProduct(
        id: ProductID(Int64(place + 1)), leaf: nil,
        text: ProductText(
          categories: record.categories.first ?? [], brand: record.brand,
          description: record.title + " " + record.summary, tags: []))
    }
  }

  /// The short form learns from a fifth of the shoppers.
  private func interactions() -> [Interaction] {
    (0..<DemoHistory.days).flatMap { history.events(ofDay: $0) }.compactMap { event in
      guard case .person(.customer(let code)) = event.actor, let number = Int64(code.text.dropFirst(5)),
        isSoak || number <= 400,
        case .deed(let deed) = event.content, case .sku(let sku) = deed.product, let place = bySKU[sku]
      else { return nil }
      return Interaction(
        shopper: ShopperID(rawValue: number), product: ProductID(Int64(place + 1)), kind: deed.kind,
        weight: deed.stars.map(InteractionKind.weight(rating:)) ?? deed.kind.weight, at: event.at)
    }
  }

  @Test("1, 2: above its parts")
  func aboveParts() async throws {
    let data = try await TrainingData.read(
      MemoryHistory(deeds: interactions()), products: products.map(\.id), now: testNow)
    let training = RecommenderTraining(products: products, data: data)
    let validation = try #require(try training.learn { print("demo: \($0)") }.validation)
    let recall = validation.recall
    let hybrid = try #require(recall["hybrid"])
    // So few shoppers leave room for chance; the long form has all of them.
    let chance = isSoak ? 0 : 1 / Double(validation.shoppers).squareRoot()
    for (part, value) in recall where part != "hybrid" {
      #expect(hybrid > value * (1 - chance), "\(part): \(recall)")
    }
    #expect(recall.count >= 4)
    let popular = recall["popularity"] ?? 0
    let oracle = try #require(oracleRecall(training, from: validation.startSeconds))
    print("demo: chosen \(validation.choice)")
    print("demo: recall@20 \(recall), oracle \(oracle), share of its gain \((hybrid - popular) / (oracle - popular))")
    #expect((hybrid - popular) / (oracle - popular) > 0.5)
  }

  /// The recall@20 of lists by the shoppers' hidden tastes. Shoppers' places follow their numbers.
  private func oracleRecall(_ training: RecommenderTraining, from start: Int64) -> Double? {
    guard let split = training.split(from: start) else { return nil }
    let truth = DemoTruth(history)
    let numbers = Set(training.data.rows.map(\.shopper)).count
    let shoppers = Set(interactions().map(\.shopper)).sorted()
    precondition(numbers == shoppers.count)
    let day = DemoHistory.days - 10
    return TopNMeasure(split.heldOut) { user, _, scores in
      for (sku, clicks) in truth.expectedClicks(ofShopper: Int(shoppers[user].rawValue) - 1, on: day) {
        if let place = bySKU[sku] { scores[place] = Float(clicks) }
      }
    }?.recall
  }
}
