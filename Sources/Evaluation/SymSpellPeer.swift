import Bootstrap
import Foundation
import JSON

/// symspellpy on the same lists, by `scripts/symspell-peer.py` in the machine's python3.
package enum SymSpellPeer {
  package enum Outcome {
    case measured(version: String, rows: [SpellingEvaluation.Row])
    /// The reason why there is nothing to compare with, in one line.
    case absent(String)
  }

  private static let absentExitCode: Int32 = 3

  package static func run(python: String, queries: String, frequencies: String) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, try ProjectFolder.find() + "/scripts/symspell-peer.py", queries, frequencies]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return try parse(Array(bytes))
    case absentExitCode:
      return .absent(
        "symspellpy is not installed for \(python): to compare with it, `pip install symspellpy`, or name another with --python"
      )
    case 127: return .absent("there is no \(python): to compare with symspellpy, name one that has it with --python")
    default: return .absent("scripts/symspell-peer.py failed with exit code \(process.terminationStatus)")
    }
  }

  private static func parse(_ bytes: [UInt8]) throws -> Outcome {
    let report = try JSONValue(parsing: bytes)
    let rows = report["methods"]?.array?.map { method in
      SpellingEvaluation.Row(
        name: method["name"]?.string ?? "", top1: method["top_1"]?.double ?? 0,
        leftAlone: method["left_alone"]?.double ?? 0, medianMilliseconds: method["median_ms"]?.double ?? 0,
        p99Milliseconds: method["p99_ms"]?.double ?? 0)
    }
    return .measured(version: report["version"]?.string ?? "", rows: rows ?? [])
  }
}
