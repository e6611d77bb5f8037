// The choice among scored items. Properties proved here:
// 1. The standard rules and their factors; what is not known of an item does not hold.
// 2. Rules as JSON come back equal; faults are told by rule and member.
// 3. What is never recommended.
// 4. Diversity: scores alone at λ 1, alike items apart below, caps on brands; it equals the plain definition on random
//    candidates.
// 5. Exploration: its share of places, never the first, the same for a seed, nothing twice.
// 6. Reasons come from the greatest contribution; a recommendation's score is its parts times its rules.

import JSON
import Recommending
import TestSupport
import Testing

@Suite struct ChoosingTests {
  @Test("1: standard rules")
  func standardRules() {
    func factors(_ facts: CandidateFacts, _ segment: String? = nil) -> [Double] {
      BusinessRules.standard.applied(to: facts, in: .init(segment: segment)).map(\.factor)
    }
    #expect(factors(CandidateFacts()) == [])
    #expect(factors(CandidateFacts(marginShare: 0.41)) == [1.2] && factors(CandidateFacts(marginShare: 0.4)) == [])
    #expect(factors(CandidateFacts(stock: 101)) == [1.1] && factors(CandidateFacts(stock: 100)) == [])
    #expect(factors(CandidateFacts(trending: 0.81)) == [1.15])
    #expect(factors(CandidateFacts(price: 101), "premium") == [1.1] && factors(CandidateFacts(price: 101)) == [])
    #expect(factors(CandidateFacts(price: 49), "budget") == [1.1] && factors(CandidateFacts(price: 50), "budget") == [])
    #expect(factors(CandidateFacts(price: 120, marginShare: 0.5, stock: 500, trending: 1), "premium").count == 4)
  }

  @Test("1: season, category and device")
  func context() {
    let condition = BusinessRules.Condition(category: "coats", months: [11, 12], device: .mobile)
    let rules = BusinessRules(rules: [.init(name: "winter", condition: condition, factor: 2)])
    let (coat, dress) = (CandidateFacts(categories: ["clothing", "coats"]), CandidateFacts(categories: ["dresses"]))
    let context = BusinessRules.Context(month: 12, device: .mobile)
    #expect(rules.applied(to: coat, in: context).count == 1 && rules.applied(to: dress, in: context).isEmpty)
    for other in [BusinessRules.Context(), .init(month: 5, device: .mobile), .init(month: 12, device: .desktop)] {
      #expect(rules.applied(to: coat, in: other).isEmpty)
    }
  }

  @Test("2: rules as JSON")
  func rulesAsJSON() throws {
    let seasonal = BusinessRules(rules: [
      .init(
        name: "winter", condition: .init(segment: "premium", category: "coats", months: [11, 1], device: .tablet),
        factor: 1.5)
    ])
    #expect(try BusinessRules(JSONValue(parsing: seasonal.json.text)) == seasonal)
    #expect(try BusinessRules(BusinessRules.standard.json) == .standard)
    #expect(try BusinessRules(JSONValue(parsing: BusinessRules.standard.json.text)) == .standard)
    for (text, part) in [
      ("[]", "one member"), (#"{"rules": [], "x": 1}"#, "one member"),
      (#"{"rules": [{"when": {"stock_above": 1}, "factor": 1}]}"#, "rule 1: `name`"),
      (#"{"rules": [{"name": "a", "when": {"stock_above": 1}, "factor": 11}]}"#, "rule 1: `factor`"),
      (#"{"rules": [{"name": "a", "when": {}, "factor": 1}]}"#, "rule 1: `when`"),
      (#"{"rules": [{"name": "a", "when": {"stock": 1}, "factor": 1}]}"#, "`stock` is not a condition"),
      (#"{"rules": [{"name": "a", "when": {"months": [0]}, "factor": 1}]}"#, "`months` is a list"),
      (#"{"rules": [{"name": "a", "when": {"months": []}, "factor": 1}]}"#, "`months` is a list"),
      (#"{"rules": [{"name": "a", "when": {"device": "watch"}, "factor": 1}]}"#, "`device` is one of mobile"),
      (#"{"rules": [{"name": "a", "when": {"segment": 1}, "factor": 1}]}"#, "`segment` is not a condition"),
    ] {
      let fault = try #require(throws: BusinessRules.Fault.self) { try BusinessRules(JSONValue(parsing: text)) }
      #expect(fault.description.contains(part), "\(fault)")
    }
    let many = JSONValue.array(.init(repeating: BusinessRules.standard.json["rules"]?[0] ?? .null, count: 101))
    #expect(throws: BusinessRules.Fault.self) { try BusinessRules(["rules": many]) }
  }

  @Test("3: never")
  func exclusions() {
    #expect(CandidateFacts(stock: 1).exclusion == nil && CandidateFacts(stock: 0).exclusion == .outOfStock)
    #expect(CandidateFacts(stock: 1, isListed: false).exclusion == .hidden)
    #expect(CandidateFacts(stock: 1, isInAssortment: false).exclusion == .outsideAssortment)
    let day: Int64 = 86_400
    #expect(CandidateFacts(stock: 1, secondsSinceBought: 29 * day).exclusion == .boughtLately)
    #expect(CandidateFacts(stock: 1, secondsSinceBought: 30 * day).exclusion == nil)
    #expect(CandidateFacts(stock: 1, secondsSinceBought: 8 * day, repurchaseSeconds: 7 * day).exclusion == nil)
  }

  @Test("4: diversity")
  func diversity() {
    let candidates = [
      Diversity.Candidate(item: 0, score: 1, brand: "a"), .init(item: 1, score: 0.9, brand: "a"),
      .init(item: 2, score: 0.8, brand: "a"), .init(item: 3, score: 0.5, brand: "b"), .init(item: 4, score: 0.4),
    ]
    func items(_ diversity: Diversity, _ similarity: (Int32, Int32) -> Float) -> [Int32] {
      diversity.choose(3, of: candidates, similarity: similarity).map(\.candidate.item)
    }
    #expect(items(.init(relevance: 1, maxOfBrand: nil)) { _, _ in 1 } == [0, 1, 2])
    #expect(items(.init(relevance: 1, maxOfBrand: 1)) { _, _ in 1 } == [0, 3, 4])
    #expect(items(.init(relevance: 0.5, maxOfBrand: nil)) { $0 < 3 && $1 < 3 ? 1 : 0 } == [0, 3, 4])
  }

  @Test("4: diversity by definition", arguments: [UInt64(1), 2, 3])
  func diversityByDefinition(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let candidates = (0..<20).map { item in
      Diversity.Candidate(item: Int32(item), score: Float.random(in: 0...1, using: &random))
    }
    var similarities = [[Float]](repeating: .init(repeating: 0, count: 20), count: 20)
    for row in 0..<20 {
      for column in 0..<row {
        similarities[row][column] = Float.random(in: 0...1, using: &random)
        similarities[column][row] = similarities[row][column]
      }
    }
    var expected: [Int] = []
    while expected.count < 8 {
      let left = (0..<20).filter { !expected.contains($0) }
      func worth(_ item: Int) -> Float {
        let alike = expected.map { similarities[item][$0] }.max() ?? 0
        return 0.6 * candidates[item].score - (1 - 0.6) * alike
      }
      expected.append(left.max { worth($0) < worth($1) } ?? 0)
    }
    let chosen = Diversity(relevance: 0.6, maxOfBrand: nil).choose(8, of: candidates) {
      similarities[Int($0)][Int($1)]
    }
    #expect(chosen.map { Int($0.candidate.item) } == expected, "seed \(seed)")
  }

  @Test("5: exploration")
  func exploration() {
    let list = (0..<20).map(Int32.init)
    let newcomers = (15..<200).map(Int32.init)
    var explored = 0
    for seed in 0..<200 as Range<UInt64> {
      let places = Exploration(share: 0.2).mix(list, newcomers: newcomers, seed: seed)
      #expect(places.count == 20 && Set(places.map(\.item)).count == 20 && !places[0].isExplored)
      #expect(places.filter(\.isExplored).allSatisfy { $0.item >= 20 })
      #expect(places == Exploration(share: 0.2).mix(list, newcomers: newcomers, seed: seed))
      explored += places.count(where: \.isExplored)
    }
    // 3,800 places at .2: 760, deviation 25.
    #expect((660...860).contains(explored), "\(explored)")
    #expect(Exploration(share: 0).mix(list, newcomers: newcomers, seed: 1).map(\.item) == list)
    #expect(Exploration(share: 1).mix([1, 2], newcomers: [], seed: 1).map(\.item) == [1, 2])
  }

  @Test("6: reasons and scores")
  func reasons() {
    let contributions = [Contribution(item: 4, share: 2), Contribution(item: 5, share: 1)]
    #expect(Reason.of(contributions) { $0 == 4 ? .viewed : .bought } == .becauseYouViewed(4))
    #expect(Reason.of(contributions) { _ in .inCart } == .boughtWith(4))
    #expect(Reason.of([]) { _ in .viewed } == nil)
    #expect(Reason.of([Contribution(item: 1, share: -1)]) { _ in .viewed } == nil)
    let parts = HybridBlend().parts(
      .init(collaborative: [1, 0], content: [1, 0], popularity: [0, 0], choices: [99, 99]), interactions: 99)
    let rules = BusinessRules.standard.applied(to: CandidateFacts(marginShare: 0.9, stock: 900))
    let recommendation = Recommendation(item: 0, parts: parts[0], rules: rules, reason: nil)
    #expect(abs(recommendation.score - 1.32) < 1e-6)
  }
}
