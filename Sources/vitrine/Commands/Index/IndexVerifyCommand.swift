import Bootstrap
import Configuration
import Indexer
import JSON
import Ports

/// `vitrine index verify`
struct IndexVerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compares every document of the index in use with Postgres.",
    discussion: """
      Documents are compared by version: bucket by bucket, then id by id where a bucket differs. Changes that are still
      on their way are no drift. Exit code 3: drift was found and is still there.
      """)

  @Flag(help: "Puts right what differs.") var repair = false
  @Flag(help: "Prints one JSON object.") var json = false

  /// Most documents that the report names.
  private static let maxNamed = 20

  func run(_ context: CommandContext) async throws {
    try await context.withIndexedShop { shop in
      let report = try await shop.verifyIndex(repairs: repair)
      context.terminal.print(json ? Self.json(report).text : text(report))
      if !report.left.isEmpty { throw ExitCode.gateRefused }
    }
  }

  private func text(_ report: IndexVerification.Report) -> String {
    let kinds = DriftAudit.Drift.Kind.allCases.map { "\(report.count($0)) \($0.rawValue)" }.joined(separator: ", ")
    var lines = [
      "\(report.generation.indexName): \(report.found.count) documents had drifted (\(kinds)), \(report.repaired) repaired, in \(inSeconds(report.seconds))"
    ]
    lines += report.left.prefix(Self.maxNamed).map { "    \($0.id) is \($0.kind.rawValue)" }
    if report.left.count > Self.maxNamed { lines.append("    and \(report.left.count - Self.maxNamed) more") }
    if !report.left.isEmpty, !repair { lines.append("run it with --repair to put them right") }
    return lines.joined(separator: "\n")
  }

  private static func json(_ report: IndexVerification.Report) -> JSONValue {
    let left = report.left.map { drift in
      [
        "id": .string(drift.id), "kind": .string(drift.kind.rawValue),
        "document_version": drift.documentVersion.map { .int($0) } ?? .null,
        "engine_version": drift.engineVersion.map { .int($0) } ?? .null,
      ] as JSONValue
    }
    return [
      "index": .string(report.generation.indexName), "missing": .int(Int64(report.count(.missing))),
      "stale": .int(Int64(report.count(.stale))), "extra": .int(Int64(report.count(.extra))),
      "repaired": .int(Int64(report.repaired)), "left": .array(left), "seconds": .double(report.seconds),
    ]
  }
}
