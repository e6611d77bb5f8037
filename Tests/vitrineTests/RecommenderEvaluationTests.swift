// `vitrine evaluate recommender`. What is proved:
// 1. The figures on generated ratings are scikit-surprise's (recorded), of rows and splits as the command reads them, as a
//    table and as JSON, from plain and gzip files.
// 2. Lines that cannot be read are told; a file without ratings, or without what counts as chosen, is measured in part
//    and says so; a Python that is absent is said.
// 3. Wrong usage and unusable files end with their exit codes and reasons.

import Configuration
import Foundation
import JSON
import Testing
import Threading

@testable import Bootstrap
@testable import Evaluation
@testable import vitrine

@Suite struct RecommenderEvaluationTests {
  private func run(_ words: [String]) async -> (code: ExitCode, out: String, err: String) {
    let written = Guarded((out: "", err: ""))
    let terminal = Terminal(isInteractive: false) { text, isError in
      written.withLock { if isError { $0.err += text } else { $0.out += text } }
    }
    let code = await Vitrine.run(
      ["evaluate", "recommender", "--python", "no-such-python"] + words, environment: [:], terminal: terminal)
    let (out, err) = written.withLock { $0 }
    return (code, out, err)
  }

  /// The rows of `Tests/RecommendingTests/GeneratedInteractions.swift`.
  private static let lines: [String] = {
    var state: UInt64 = 20_261_130
    func next(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    var seen: Set<[Int]> = []
    var lines: [String] = []
    while lines.count < 700 {
      let (user, item) = (next(60), next(40) * next(40) / 40)
      let rating = min(5, max(1, (user % 4 == item % 4 ? 4 : 2) + next(3) - 1))
      if seen.insert([user, item]).inserted { lines.append("\(user)\t\(item)\t\(rating)\t\(lines.count)") }
    }
    return lines
  }()

  private func file(_ folder: StateFolder, _ text: String) throws -> String {
    let path = folder.path + "/interactions.tsv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("1: figures", .timeLimit(.minutes(5))) func figures() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let path = try file(folder, Self.lines.joined(separator: "\n"))
    var (code, out, err) = await run(["--interactions", path, "--relevant-from", "3", "--depth", "5", "--json"])
    #expect(code == .success, "\(err)")
    let report = try JSONValue(parsing: Array(out.utf8))
    let ratings = report["ratings"]?.array ?? []
    #expect(ratings.compactMap { $0["name"]?.string } == ["baseline", "slope one", "kNN basic", "SVD", "SVD++"])
    for (row, rmse) in zip(ratings, [1.0984265182643054, 1.1671757614629066, 1.0914874190311241]) {
      #expect(abs((row["rmse"]?.double ?? 0) - rmse) < 1e-9)
    }
    let popularity = try #require(report["lists"]?[0])
    #expect(popularity["name"]?.string == "popularity" && abs((popularity["recall"]?.double ?? 0) - 0.47) < 1e-9)
    #expect(report["lists"]?.array?.count == 9 && report["held_out_rows"]?.int == 140)
    #expect(report["peers"]?["absent"]?.string?.contains("no-such-python") == true)
    let zip = Process()
    zip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    zip.arguments = ["gzip", path]
    try zip.run()
    zip.waitUntilExit()
    (code, out, err) = await run(["--interactions", path + ".gz", "--relevant-from", "3"])
    #expect(code == .success && out.contains("1.098427") && out.contains("tuned blend, nothing rated shown again"))
    (code, out, err) = await run(["--interactions", path + ".gz", "--split", "folds", "--json"])
    let folds = try JSONValue(parsing: Array(out.utf8))
    #expect(code == .success && folds["held_out_rows"]?.int == 700)
  }

  @Test("2: what is told") func told() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    var path = try file(folder, "1,2\n1,3\nx\n2,2\n2,4\n3,2\n3,3\n4,2\n4,3\n5,4\n5,2\n")
    var (code, out, err) = await run(["--interactions", path])
    #expect(code == .success && err.contains("line 3: has 1 field") && out.contains("has no ratings"), "\(out)\(err)")
    path = try file(folder, Self.lines.joined(separator: "\n"))
    (code, out, err) = await run(["--interactions", path, "--relevant-from", "6"])
    #expect(code == .success && out.contains("lists are not measured") && out.contains("greatest rating is 5"))
  }

  @Test("3: refusals") func refusals() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    var (code, _, err) = await run(["--interactions", folder.path + "/none"])
    #expect(code == .failure && err.contains("no such file"))
    (code, _, err) = await run(["--interactions", try file(folder, "alone\n")])
    #expect(code == .failure && err.contains("has one field"), "\(err)")
    (code, _, err) = await run(["--interactions", try file(folder, "1\t2\t3\n1\t3\t4\n"), "--split", "time"])
    #expect(code == .failure && err.contains("--split mod5"), "\(err)")
    for words in [["--depth", "0"], ["--neighbours", "0"], ["--split", "mod7"], ["--seed", "-1"]] {
      (code, _, err) = await run(["--interactions", folder.path] + words)
      #expect(code == .validationFailure, "\(words): \(err)")
    }
  }
}
