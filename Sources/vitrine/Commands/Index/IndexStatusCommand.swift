import Bootstrap
import Catalog
import Configuration
import Indexer
import JSON
import Ports
import SearchDSL

/// `vitrine index status`
struct IndexStatusCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows the built indexes, the one in use, and advice.")

  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withIndexedShop { shop in
      let status = try await shop.indexStatus()
      context.terminal.print(json ? Self.json(status).text : Self.text(status))
    }
  }

  private static func text(_ status: IndexStatus) -> String {
    var lines = [
      "\(status.engine.distribution) \(status.engine.version), alias \(status.alias); \(status.products) searchable products in Postgres",
      "changes are carried by \(status.syncHolder ?? "nobody")",
    ]
    if let holder = status.lifecycleHolder { lines.append("an index is being changed by \(holder)") }
    for row in status.rows {
      let generation = row.generation
      let documents = row.documents.map { "\($0) documents" } ?? "not in the engine"
      let lag = row.lag.entries == 0 ? "nothing to read" : "\(row.lag.entries) changes to read"
      let letters = row.deadLetters == 0 ? "" : ", \(row.deadLetters) dead letters"
      lines.append(
        "\(generation.indexName)  \(generation.state.rawValue)  \(documents), \(lag)\(letters), built \(generation.createdAt)"
      )
      if let checks = generation.checks { lines.append("    gate: \(checks)") }
    }
    if !status.mappingDifferences.isEmpty {
      lines.append("the mapping differs from what the index in use was built with:")
      lines += status.mappingDifferences.map { "    \($0)" }
    }
    lines += status.advice.map { "! \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func json(_ status: IndexStatus) -> JSONValue {
    [
      "engine": .string("\(status.engine.distribution) \(status.engine.version)"), "alias": .string(status.alias),
      "aliased": .array(status.aliased.map { .string($0) }), "products": .int(Int64(status.products)),
      "sync_holder": status.syncHolder.map { .string($0) } ?? .null,
      "lifecycle_holder": status.lifecycleHolder.map { .string($0) } ?? .null,
      "generations": .array(status.rows.map(generation)),
      "mapping_differences": .array(status.mappingDifferences.map { .string($0) }),
      "advice": .array(status.advice.map { .string($0) }),
    ]
  }

  private static func generation(_ row: IndexStatus.Row) -> JSONValue {
    let generation = row.generation
    return [
      "number": .int(generation.number), "index": .string(generation.indexName),
      "state": .string(generation.state.rawValue), "mapping_hash": .string(generation.mappingHash),
      "documents": row.documents.map { .int(Int64($0)) } ?? .null, "dead_letters": .int(Int64(row.deadLetters)),
      "changes_to_read": .int(Int64(row.lag.entries)),
      "oldest_change": row.lag.oldest.map { .string($0.description) } ?? .null,
      "created_at": .string(generation.createdAt.description),
      "swapped_in_at": generation.swappedInAt.map { .string($0.description) } ?? .null,
      "checks": generation.checks.map { .string($0) } ?? .null,
    ]
  }
}
