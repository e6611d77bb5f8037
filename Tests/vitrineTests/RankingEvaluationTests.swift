// Properties proved here:
// 1. On LightGBM's own ranking example, with its settings, nDCG@1/3/5 are those that LightGBM 4.7.0 gives; they are
//    figures of our own walker and our own metric (needs the library and VITRINE_DATA).
// 2. The linear model is measured without the library, from libsvm and from CSV alike; JSON and page have the figures.
// 3. A damaged file, files with different features and wrong options end with their exit codes and reasons.
import Bootstrap
import Configuration
import Foundation
import JSON
import LightGBM
import LocalServices
import Numbers
import Testing
import Threading

@testable import vitrine

@Suite struct RankingEvaluationTests {
  private static let train = OptionalMaterial.data("lightgbm_lambdarank/rank.train.gz")
  private static let test = OptionalMaterial.data("lightgbm_lambdarank/rank.test.gz")

  private func run(_ words: [String]) async -> (code: ExitCode, out: String, err: String) {
    let written = Guarded((out: "", err: ""))
    let terminal = Terminal(isInteractive: false) { text, isError in
      written.withLock { if isError { $0.err += text } else { $0.out += text } }
    }
    let code = await Vitrine.run(["evaluate", "ranking"] + words, environment: [:], terminal: terminal)
    let (out, err) = written.withLock { $0 }
    return (code, out, err)
  }

  @Test(
    "1: LightGBM's example", .enabled(if: train != nil && test != nil, "needs VITRINE_DATA (docs/reference/data.md)"),
    .enabled(if: LightGBMLibrary.isInstalled, "needs lib_lightgbm.so: scripts/install-lightgbm"),
    .timeLimit(.minutes(5)))
  func example() async throws {
    let (code, out, err) = await run(["--train", Self.train!, "--test", Self.test!, "--json"])
    #expect(code == .success, "\(err.prefix(500))")
    let report = try JSONValue(parsing: Array(out.utf8))
    let orders = report["orders"]?.array ?? []
    let learned = try #require(orders.first { $0["order"]?.string == "lambdamart" })
    for (k, expected) in [(1, 0.593714), (3, 0.646689), (5, 0.670273)] {
      let found = try #require(learned["lightgbm_ndcg_\(k)"]?.double)
      #expect(abs(found - expected) < 5e-7, "nDCG@\(k): \(found)")
    }
    let file = try #require(orders.first { $0["order"]?.string == "as in the file" })
    #expect(try #require(learned["ndcg_10"]?.double) > #require(file["ndcg_10"]?.double) + 0.05)
    #expect(report["model_card"]?["trees"]?.int == 100 && report["gain"]?["Column_100"]?.double != nil)
  }

  /// A rating that follows the first feature; the second says nothing.
  private func lines(_ form: RankingFileFormat, queries: Int, seed: UInt64) -> String {
    var random = SplitMix64(seed: seed)
    var lines = form == .csv ? ["query,product_id,rating,good,noise"] : []
    for query in 0..<queries {
      for row in 0..<8 {
        let (good, noise) = (random.below(1_000), random.below(1_000))
        let rating = good / 260
        switch form {
        case .csv: lines.append("q\(query),p\(row),\(rating),\(good),\(noise)")
        case .libsvm: lines.append("\(rating) qid:\(query) 0:\(good) 1:\(noise)")
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(_ folder: StateFolder, _ name: String, _ text: String) throws -> String {
    let path = folder.path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("2: the linear model", arguments: RankingFileFormat.allCases) func linear(form: RankingFileFormat) async throws
  {
    let folder = try StateFolder()
    defer { folder.remove() }
    let train = try write(folder, "train." + form.rawValue, lines(form, queries: 30, seed: 1))
    let test = try write(folder, "test." + form.rawValue, lines(form, queries: 20, seed: 2))
    var (code, out, err) = await run(["--train", train, "--test", test, "--model", "linear", "--json"])
    #expect(code == .success, "\(err)")
    let report = try JSONValue(parsing: Array(out.utf8))
    let orders = report["orders"]?.array ?? []
    #expect(orders.compactMap { $0["order"]?.string } == ["as in the file", "linear"])
    #expect(try #require(orders.last?["ndcg_10"]?.double) > 0.99)
    #expect(try #require(report["ndcg_10_over_file_order"]?["p"]?.double) < 0.001)
    let name = form == .csv ? "good" : "Column_0"
    #expect(try #require(report["weights"]?[name]?.double) > 0.8)
    (code, out, err) = await run(["--train", train, "--test", test, "--model", "linear"])
    #expect(code == .success && out.contains("model card") && out.contains("weights: \(name) +"), "\(err)")
  }

  @Test("3: damages and wrong options") func damages() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let good = try write(folder, "good.libsvm", lines(.libsvm, queries: 2, seed: 1))
    let bad = try write(folder, "bad.libsvm", "1 qid:1 0:x\n")
    let files = ["--train", bad, "--test", good, "--model", "linear"]
    let (code, _, err) = await run(files)
    #expect(code == .failure && err.contains("bad.libsvm: ranking examples, line 1"), "\(err)")
    let one = try write(folder, "one.csv", "query,rating,price\nq,1,2\nq,0,1\n")
    let other = try write(folder, "other.csv", "query,rating,stock\nq,1,2\nq,0,1\n")
    let (differs, _, why) = await run(["--train", one, "--test", other, "--model", "linear"])
    #expect(differs == .failure && why.contains("the files' features differ: price"), "\(why)")
    for wrong in [["--trees", "0"], ["--model", "forest"], ["--learning-rate", "2"], ["--out", "x"]] {
      let (code, _, err) = await run(["--train", good, "--test", good, "--model", "linear"] + wrong)
      #expect(code == .validationFailure, "\(wrong): \(err)")
    }
  }
}
