import Bootstrap
import Configuration
import Evaluation
import Foundation
import Importing
import JSON
import LightGBM
import Ranking

extension RankingModelKind: ExpressibleByArgument {}

/// The forms of files with ranking examples.
enum RankingFileFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
  case libsvm, csv
}

/// `vitrine evaluate ranking`
struct EvaluateRankingCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "ranking", abstract: "Trains a ranking model on rated examples and measures it on others.",
    discussion: """
      A libsvm file has lines of `rating qid:1 index:value …`; instead of the qids, FILE.query beside it (or the file of
      --train-sizes) may hold the number of rows of each query. A CSV file has the columns query and rating; all others
      but product_id and position are features, and an empty field is a missing value. Any of them may be gzip.

      The model lambdamart needs LightGBM's library (scripts/install-lightgbm), linear needs none. Options of lambdamart
      are by default those of LightGBM's own ranking example. The first row is the order of the file.
      """)

  @Option(help: "The examples to learn from.") var train: String
  @Option(help: "The examples to measure on.") var test: String
  @Option(help: "linear or lambdamart.") var model = RankingModelKind.lambdamart
  @Option(help: "The form of both files: libsvm or csv; else csv for names with .csv.") var format: RankingFileFormat?
  @Option(help: "The sizes of the training queries, if they are not in FILE.query.") var trainSizes: String?
  @Option(help: "The sizes of the test queries, if they are not in FILE.query.") var testSizes: String?
  @Option(help: "The trees of lambdamart.") var trees = 100
  @Option(help: "The leaves of a tree.") var leaves = 31
  @Option(help: "The share of each tree that counts.") var learningRate = 0.1
  @Option(help: "The least rows of a leaf.") var leastRows = 50
  @Option(help: "Every nth training query is held out, and trees are kept up to their best nDCG@10.") var holdOut: Int?
  @Option(help: "Threads of the library.") var threads = 1
  @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
  @Option(help: "The file to write lambdamart's text to.") var out: String?
  @Flag(help: "Prints one JSON object.") var json = false

  /// The size that fits the memory of a machine for evaluation.
  private static let maxBytes = 2 << 30

  func validate() throws {
    guard (1...10_000).contains(trees) else { throw ValidationError("--trees \(trees) is out of range: 1 to 10000") }
    guard (2...4_096).contains(leaves) else { throw ValidationError("--leaves \(leaves) is out of range: 2 to 4096") }
    guard learningRate > 0, learningRate <= 1 else {
      throw ValidationError("--learning-rate must be above 0, at most 1")
    }
    guard (1...1_000_000).contains(leastRows) else { throw ValidationError("--least-rows must be from 1 to 1000000") }
    guard (1...256).contains(threads) else { throw ValidationError("--threads \(threads) is out of range: 1 to 256") }
    guard holdOut.map({ (2...1_000).contains($0) }) ?? true else {
      throw ValidationError("--hold-out must be from 2 to 1000")
    }
    guard out == nil || model == .lambdamart else { throw ValidationError("--out needs --model lambdamart") }
  }

  func run(_ context: CommandContext) async throws {
    var options = LambdaMART.Options()
    options.trees = trees
    options.leaves = leaves
    options.learningRate = learningRate
    options.leastRowsOfLeaf = leastRows
    options.threads = threads
    options.seed = UInt32(truncatingIfNeeded: seed)
    let evaluation = RankingEvaluation(
      train: try examples(train, sizes: trainSizes), test: try examples(test, sizes: testSizes), model: model,
      options: options, holdOut: holdOut, seed: seed)
    // Before minutes of training.
    let library = model == .lambdamart ? try LightGBMLibrary() : nil
    let report = try evaluation.run(library: library)
    if let out, let text = report.text { try text.write(toFile: out, atomically: true, encoding: .utf8) }
    context.terminal.print(json ? report.json : report.page)
  }

  private func examples(_ path: String, sizes: String?) throws -> RankingExamples {
    let text = String(decoding: try WholeFile.bytes(path: path, atMost: Self.maxBytes), as: UTF8.self)
    switch format ?? (path.contains(".csv") ? .csv : .libsvm) {
    case .csv: return try named(path) { try RankingExamples(csv: text) }
    case .libsvm:
      let sizes = try (sizes ?? Self.sideFile(of: path)).map {
        String(decoding: try WholeFile.bytes(path: $0, atMost: Self.maxBytes), as: UTF8.self)
      }
      return try named(path) { try RankingExamples(libsvm: text, sizes: sizes) }
    }
  }

  private func named<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw NamedFileError(path: path, reason: "\(error)") }
  }

  /// LightGBM's name for it: `rank.train.query` beside `rank.train`; both may end in .gz.
  private static func sideFile(of path: String) -> String? {
    let base = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    return [base + ".query", base + ".query.gz"].first { FileManager.default.isReadableFile(atPath: $0) }
  }

  private struct NamedFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var description: String { "\(path): \(reason)" }
  }
}
