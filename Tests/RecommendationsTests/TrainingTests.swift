// Training, its measure and the gate:
// 1. Shoppers of two tastes: the hybrid's lists on held-out days are far above popularity's, and but for chance not below
//    any of its parts. (`DemoShoppersTests`: where the parts know different things, it is above each.)
// 2. The same deeds give the same model, in whatever order they are read.
// 3. A model goes through its file unchanged; a file of another kind, and one that does not fit together, are refused.
// 4. The gate refuses a model that is worse than the one in use on days that neither learnt from, and passes the same
//    deeds again; a first model is measured against popularity. Where nothing can be compared, it refuses what learnt from
//    less than half the deeds: an emptied history does not replace a model, also if that one's file is damaged.
// 5. Rollback serves the model before, and a second rollback the one before that; what is trained after it waits until a
//    person promotes a model. A model whose file is gone is neither promoted nor rolled back to.
// 6. Deeds with unknown products are counted and left out; without deeds products are alike by their texts.
// 7. The time until buyers of a category buy again is the median of their gaps.
import Catalog
import Foundation
import Ports
import Recommendations
import Recommending
import TestSupport
import Testing

@Suite struct TrainingTests {
  private let folder = NSTemporaryDirectory() + "vitrine-models-\(UUID().uuidString)"
  private let products = (1...60).map { product(Int64($0), leaf: 10 + Int64($0) % 4, words: "thing \($0 % 9) of use") }

  private func stand() -> Stand { Stand(products, folder: folder) }

  private func removing<T>(_ body: () async throws -> T) async rethrows -> T {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover in the temporary folder does no harm.
    return try await body()
  }

  @Test("1: better than its parts")
  func better() async throws {
    try await removing {
      let report = try await stand().train(tasteful(shoppers: 200, products: 1...60, deeds: 16, seed: 7))
      let metrics = report.entry.metrics
      let hybrid = try #require(metrics["recall_at_20_hybrid"])
      #expect(hybrid > 1.2 * (metrics["recall_at_20_popularity"] ?? 1))
      #expect(hybrid >= 0.98 * (metrics["recall_at_20_collaborative"] ?? 1))
      #expect(hybrid >= 0.98 * (metrics["recall_at_20_content"] ?? 1))
      #expect(report.isPromoted && report.deeds == 3_200)
    }
  }

  @Test("2: one order")
  func order() async throws {
    try await removing {
      let deeds = tasteful(shoppers: 80, products: 1...60, deeds: 12, seed: 11)
      let first = try await stand().train(deeds)
      let second = try await stand().train(deeds.reversed())
      #expect(first.entry.dataDigest == second.entry.dataDigest && first.entry.metrics == second.entry.metrics)
      func bytes(_ report: ModelDesk.Report) throws -> ModelFile {
        var file = try ModelFile(path: folder + "/" + report.entry.file)
        file.provenance.trainedSeconds = 0
        return file
      }
      #expect(try bytes(first) == bytes(second))
      let other = try await stand().train(deeds.dropLast())
      #expect(other.entry.dataDigest != first.entry.dataDigest)
    }
  }

  @Test("3: the file")
  func file() async throws {
    try await removing {
      let report = try await stand().train(tasteful(shoppers: 80, products: 1...60, deeds: 12, seed: 3))
      let file = try ModelFile(path: folder + "/" + report.entry.file)
      let model = try RecommenderModel(file)
      #expect(model.file(file.provenance) == file)
      var other = file
      other.provenance.kind = "ranking"
      #expect(throws: ModelFile.Fault.self) { try RecommenderModel(other) }
      var short = file
      short.arrays["choices"] = .int32s([1, 2, 3])
      #expect(throws: ModelFile.Fault.self) { try RecommenderModel(short) }
    }
  }

  @Test("4: the gate")
  func gate() async throws {
    try await removing {
      let stand = stand()
      let deeds = tasteful(shoppers: 200, products: 1...60, deeds: 16, seed: 5)
      // The first model learns from the days until a fortnight ago.
      let before = ModelDesk(
        ledger: stand.ledger, folder: ModelFolder(folder), clock: EarlierClock(days: 15), codeVersion: "test")
      let first = try await before.train(products: stand.catalog, history: MemoryHistory(deeds: deeds))
      #expect(first.isPromoted && first.verdict.findings.contains("popularity"))
      let second = try await stand.train(deeds)
      #expect(second.isPromoted && second.verdict.findings.contains("the model in use"))
      // A history of which most was lost: three deeds of each of 60 shoppers before the same last days.
      var kept: [ShopperID: Int] = [:]
      let rest = deeds.filter { old in
        guard old.shopper.rawValue < 60, old.at < testNow.earlier(days: 15) else { return old.shopper.rawValue < 60 }
        kept[old.shopper, default: 0] += 1
        return kept[old.shopper, default: 0] <= 3
      }
      let third = Stand(products, folder: folder)
      _ = try await third.ledger.promote(try await third.ledger.add(first.entry), by: .person, now: testNow)
      let worse = try await third.train(rest)
      #expect(!worse.verdict.isPassed && !worse.isPromoted, "\(worse.verdict.findings)")
      #expect(try await third.ledger.model(worse.entry.number)?.state == .refused)
      #expect(try await third.ledger.serving(kind: RecommenderModel.kind)?.file == first.entry.file)
    }
  }

  @Test("4: a history that was lost")
  func lostHistory() async throws {
    try await removing {
      let stand = stand()
      let deeds = tasteful(shoppers: 80, products: 1...60, deeds: 12, seed: 13)
      let first = try await stand.train(deeds)
      for rest in [[], Array(deeds.prefix(deeds.count / 3))] {
        let report = try await stand.train(rest)
        #expect(!report.isPromoted && report.verdict.findings.contains("not whole"), "\(report.verdict.findings)")
        #expect(try await stand.ledger.serving(kind: RecommenderModel.kind)?.number == first.entry.number)
      }
      try Data("damaged".utf8).write(to: URL(fileURLWithPath: folder + "/" + first.entry.file))
      #expect(try await !stand.train([]).isPromoted)
      #expect(try await stand.train(deeds).isPromoted)
    }
  }

  @Test("5: rollback and promotion")
  func rollback() async throws {
    try await removing {
      let stand = stand()
      let deeds = tasteful(shoppers: 80, products: 1...60, deeds: 12, seed: 1)
      #expect(try await stand.desk.rollBack() == nil)
      let first = try await stand.train(deeds)
      let second = try await stand.train(deeds)
      #expect(try await stand.ledger.serving(kind: RecommenderModel.kind)?.number == second.entry.number)
      let third = try await stand.train(deeds)
      #expect(try await stand.desk.rollBack()?.number == second.entry.number)
      let waiting = try await stand.train(deeds)
      #expect(waiting.verdict.isPassed && !waiting.isPromoted)
      #expect(waiting.entry.state == .candidate && waiting.entry.findings.contains("since a rollback"))
      #expect(try await stand.ledger.serving(kind: RecommenderModel.kind)?.number == second.entry.number)
      #expect(try await stand.desk.rollBack()?.number == first.entry.number)
      #expect(try await stand.desk.rollBack() == nil)
      #expect(try await stand.ledger.serving(kind: RecommenderModel.kind)?.number == first.entry.number)
      #expect(try await stand.ledger.model(third.entry.number)?.state == .refused)
      #expect(try await stand.desk.promote(waiting.entry.number)?.number == waiting.entry.number)
      #expect(try await stand.train(deeds).isPromoted)
      try FileManager.default.removeItem(atPath: folder + "/" + waiting.entry.file)
      await #expect(throws: ModelFolder.Unreadable.self) { try await stand.desk.rollBack() }
      try FileManager.default.removeItem(atPath: folder + "/" + second.entry.file)
      await #expect(throws: ModelFolder.Unreadable.self) { try await stand.desk.promote(second.entry.number) }
      #expect(try await stand.desk.promote(99) == nil)
    }
  }

  @Test("6: unknown products, and no deeds")
  func unknown() async throws {
    try await removing {
      let report = try await stand().train([deed(1, 5, daysAgo: 3), deed(1, 999, daysAgo: 3)])
      #expect(report.deeds == 1 && report.unknownProducts == 1)
      let stand = stand()
      try await stand.follower.step()
      let answer = await stand.service.recommend(.init(placement: .product, product: ProductID(1)))
      let similar = try #require(answer.rows.first { $0.kind == .similar })
      #expect(answer.model == nil && similar.products.count == 12)
    }
  }

  @Test("7: cycles")
  func cycles() async throws {
    try await removing {
      let deeds = (1...30).flatMap { shopper in
        (0..<3).map { deed(Int64(shopper), 4, .purchase, daysAgo: 5 + Double($0) * 21) }
      }
      let report = try await stand().train(deeds)
      let file = try ModelFile(path: folder + "/" + report.entry.file)
      #expect(try file.int64s("cycle.categories") == [10])
      #expect(try file.int64s("cycle.seconds") == [21 * 86_400])
    }
  }
}

private struct EarlierClock: WallClock {
  var days: Double
  func now() -> Timestamp { testNow.earlier(days: days) }
}
