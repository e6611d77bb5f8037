import Bootstrap
import Foundation
import JSON
package import Recommending

/// scikit-surprise and implicit on the same split, by `scripts/recommender-peer.py` in the machine's python3.
package enum RecommenderPeer {
  package struct Figures {
    /// Nil where the library is not there.
    var surprise: String?
    var implicit: String?
    var ratings: [RecommenderEvaluation.RatingRow]
    var lists: [RecommenderEvaluation.ListRow]
  }

  package enum Outcome {
    case measured(Figures)
    /// Why there is nothing to compare with, in one line.
    case absent(String)
  }

  private static let absentExitCode: Int32 = 3

  package static func run(
    python: String, interactions: Interactions, part: InteractionSplit.Part, options: RecommenderEvaluation.Options
  ) throws -> Outcome {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-rows-\(UUID().uuidString).tsv")
    try Data(rows(interactions, part)).write(to: file)
    // The folder is the system's for what need not last.
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let least = interactions.hasRatings ? options.relevantFrom : -.greatestFiniteMagnitude
    process.arguments = [
      python, try ProjectFolder.find() + "/scripts/recommender-peer.py", file.path, "\(least)", "\(options.depth)",
      "\(options.neighbours)", "\(options.seed % UInt64(UInt32.max))",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return .measured(try parse(Array(bytes)))
    case absentExitCode:
      return .absent(
        "neither scikit-surprise nor implicit is installed for \(python): to compare with them, "
          + "`pip install 'numpy<2' scikit-surprise implicit`, or name another with --python")
    case 127:
      return .absent("there is no \(python): to compare with other libraries, name one that has them with --python")
    default: return .absent("scripts/recommender-peer.py failed with exit code \(process.terminationStatus)")
    }
  }

  /// user, item, rating, whether it is held out.
  private static func rows(_ interactions: Interactions, _ part: InteractionSplit.Part) -> [UInt8] {
    var isHeld = [Bool](repeating: false, count: interactions.rows.count)
    for place in part.test { isHeld[place] = true }
    var bytes: [UInt8] = []
    for (row, isHeld) in zip(interactions.rows, isHeld) {
      bytes += "\(row.user)\t\(row.item)\t\(row.rating)\t\(isHeld ? 1 : 0)\n".utf8
    }
    return bytes
  }

  private static func parse(_ bytes: [UInt8]) throws -> Figures {
    let report = try JSONValue(parsing: bytes)
    func number(_ row: JSONValue, _ name: String) -> Double { row[name]?.double ?? .nan }
    let ratings = report["ratings"]?.array ?? []
    let lists = report["lists"]?.array ?? []
    return Figures(
      surprise: report["surprise"]?.string, implicit: report["implicit"]?.string,
      ratings: ratings.map { row in
        .init(
          name: row["name"]?.string ?? "", rmse: number(row, "rmse"), mae: number(row, "mae"),
          seconds: number(row, "seconds"))
      },
      lists: lists.map { row in
        .init(
          name: row["name"]?.string ?? "", recall: number(row, "recall"), ndcg: number(row, "ndcg"), bias: nil,
          seconds: number(row, "seconds"))
      })
  }
}
