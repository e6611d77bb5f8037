// Learning a ranking from a simulated log, whose shoppers like what is popular and what is of their brand, and look less at
// lower places:
// 1. The weighted sum, which needs no library, passes the gate against the hand-set ranking without such knowledge; trees do
//    as well where LightGBM is installed.
// 2. A log whose clicks are chance is refused by the gate; one with few pages is not learned from, and the error says so. The
//    gate promotes nothing on fewer held-out pages than it needs, and guards purchases once there are enough.
// 3. A model is the same after its file was written and read; a damaged file, a file of another schema or kind, and one whose
//    features are others are refused.
// 4. Pages of another schema, and pages whose bytes are no whole rows, are left out.
import Catalog
import Foundation
import LightGBM
import Numbers
import Ports
import Ranking
import Recommending
import Testing

@testable import RankingTraining

@Suite struct RankingTrainingTests {
  private static let now = Timestamp("2026-11-30T12:00:00Z")!

  /// `liking` 0: clicks are chance.
  private func log(pages: Int, liking: Double, seed: UInt64) throws -> [LoggedImpression] {
    var random = SplitMix64(seed: seed)
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    let place = FeatureTable.places
    let (text, popular, brand) = (place["text_score"]!, place["popularity_180"]!, place["title_focus"]!)
    return (0..<pages).map { page in
      var values: [Double] = []
      var grades: [Double] = []
      for rank in 0..<20 {
        var row = [Double](repeating: .nan, count: FeatureTable.width)
        row[text] = 1 - Double(rank) / 40
        row[popular] = unit()
        row[brand] = unit()
        let chance = 1 / (1 + exp(1 - liking * (4 * row[popular] + 4 * row[brand] - 4)))
        let isClicked = unit() < pow(Double(rank + 1), -0.65) && unit() < chance
        grades.append(isClicked ? (unit() < 0.2 ? 3 : 1) : 0)
        values += row
      }
      return LoggedImpression(
        at: Timestamp(microsecondsSinceEpoch: Self.now.microsecondsSinceEpoch + Int64(page) * 1_000_000),
        query: "query \(page % 7)", firstRank: 1,
        products: (0..<20).map { ProductID(Int64(page * 20 + $0 + 1)) },
        features: LoggedFeatures(schema: RankingFeature.schema, bytes: FeatureCode.bytes(of: values)), grades: grades)
    }
  }

  private static func grower() throws -> RankingTraining.TreeGrower? {
    guard LightGBMLibrary.isInstalled else { return nil }
    let library = try LightGBMLibrary()
    return { examples, validation, monotone in
      var options = LambdaMART.Options()
      (options.trees, options.leaves, options.patience, options.monotone) = (60, 7, 15, monotone)
      let model = try LambdaMART(library: library).train(on: examples, validation: validation, options: options)
      return RankingTraining.Trees(text: model.text, count: model.treeCount, gains: model.gains)
    }
  }

  @Test("1: better than the hand-set ranking")
  func learns() throws {
    let training = RankingTraining(try log(pages: 900, liking: 1, seed: 1))
    let linear = try training.learn(grow: nil, inForce: HandSetRanking())
    #expect(linear.verdict.isPassed, "\(linear.verdict.findings)")
    #expect((linear.metrics["weight_popularity_180"] ?? 0) > 0 && (linear.metrics["weight_title_focus"] ?? 0) > 0)
    guard let grow = try Self.grower() else { return print("LightGBM is not installed: trees are not tried") }
    let trees = try training.learn(grow: grow, inForce: HandSetRanking())
    #expect(trees.verdict.isPassed, "\(trees.verdict.findings)")
    #expect((trees.metrics["gain_popularity_180"] ?? 0) > (trees.metrics["gain_hour"] ?? 0))
  }

  @Test("2: chance, and too little")
  func refuses() throws {
    let chance = try RankingTraining(log(pages: 700, liking: 0, seed: 2)).learn(grow: nil, inForce: HandSetRanking())
    #expect(!chance.verdict.isPassed, "\(chance.verdict.findings)")
    let few = RankingTraining(try log(pages: 40, liking: 1, seed: 3))
    #expect(throws: RankingTraining.TooLittle.self) { try few.learn(grow: nil, inForce: HandSetRanking()) }
  }

  @Test("2: least counts")
  func leastCounts() throws {
    let training = RankingTraining(try log(pages: 900, liking: 1, seed: 1))
    let heldOut = try #require(try training.learn(grow: nil, inForce: HandSetRanking()).metrics["held_out_pages"])
    var gate = RankingGate()
    #expect(heldOut >= Double(gate.leastPages))
    gate.leastPages = Int(saturating: heldOut) + 1
    let few = try RankingTraining(log(pages: 900, liking: 1, seed: 1), gate: gate)
      .learn(grow: nil, inForce: HandSetRanking())
    #expect(!few.verdict.isPassed && few.verdict.findings.contains("too few to decide"), "\(few.verdict.findings)")
    // A tolerance that no model meets: only the least count of purchases decides whether it is looked at.
    var strict = RankingGate()
    (strict.leastPurchases, strict.purchaseTolerance) = (1, -2)
    let guarded = try RankingTraining(log(pages: 900, liking: 1, seed: 1), gate: strict)
      .learn(grow: nil, inForce: HandSetRanking())
    #expect(guarded.verdict.findings.contains("purchases stand lower"))
    strict.leastPurchases = 10_000
    let unguarded = try RankingTraining(log(pages: 900, liking: 1, seed: 1), gate: strict)
      .learn(grow: nil, inForce: HandSetRanking())
    #expect(unguarded.verdict.isPassed, "\(unguarded.verdict.findings)")
  }

  @Test("3: files")
  func files() throws {
    let path = NSTemporaryDirectory() + "vitrine-ranking-\(UInt32.random(in: 0...UInt32.max))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = ModelFolder(path)
    let training = RankingTraining(try log(pages: 400, liking: 1, seed: 4))
    let table = FeatureTable(values: FeatureCode.values(of: try log(pages: 1, liking: 1, seed: 5)[0].features.bytes)!)
    for grow in [nil, try Self.grower()] {
      let outcome = try training.learn(grow: grow, inForce: HandSetRanking())
      let provenance = ModelFile.Provenance(
        kind: "ranking", dataDigest: "1", codeVersion: "test", seed: 1, trainedSeconds: 0, metrics: outcome.metrics)
      let arrays = LearnedRanking.arrays(of: outcome)
      let name = try folder.write(ModelFile(provenance: provenance, arrays: arrays))
      let read = try LearnedRanking(try folder.file(name), version: "read")
      let made = try LearnedRanking(version: "made", model: outcome.model)
      for (own, other) in zip(read.scores(of: table), made.scores(of: table)) { #expect(abs(own - other) < 1e-6) }

      var bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
      bytes[100] ^= 1  // Within the header.
      try bytes.write(to: URL(fileURLWithPath: path + "/damaged"))
      #expect(throws: ModelFolder.Unreadable.self) { try folder.file("damaged") }
      var other = arrays
      other["schema"] = .int64s([Int64(RankingFeature.schema) + 1])
      #expect(throws: (any Error).self) {
        try LearnedRanking(ModelFile(provenance: provenance, arrays: other), version: "other")
      }
      var foreign = provenance
      foreign.kind = "recommender"
      #expect(throws: (any Error).self) {
        try LearnedRanking(ModelFile(provenance: foreign, arrays: arrays), version: "other")
      }
    }
    let linear = LinearRanker(featureNames: ["a"], weights: [1])
    #expect(throws: LearnedRanking.OtherFeatures.self) { try LearnedRanking(version: "x", model: .linear(linear)) }
  }

  @Test("4: pages of others")
  func pagesOfOthers() throws {
    var pages = try log(pages: 30, liking: 1, seed: 6)
    let whole = ImpressionSet(pages).pages.count
    #expect(whole > 15)
    for place in pages.indices where place % 2 == 0 { pages[place].features.schema += 1 }
    for place in pages.indices where place % 2 == 1 { pages[place].features.bytes.removeLast() }
    #expect(ImpressionSet(pages).pages.isEmpty)
  }
}
