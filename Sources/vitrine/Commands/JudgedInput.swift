public import Configuration
public import Importing
import PostgresClient
import PostgresStore
import Ranking

extension ImportFormat: ExpressibleByArgument {}

extension Judgments {
  init(file path: String) throws { try self.init(csv: String(decoding: ProjectFolder.read(path), as: UTF8.self)) }
}

/// The input of commands that measure with judgments: the judgments, the products, the engine.
struct JudgedInput: Sendable {
  let judgments: String
  let engine: String?
  let source: String?
  /// A file of products; nil: the shop's catalog.
  let catalog: String?
  let format: ImportFormat

  private static let statementTimeout = Duration.seconds(600)

  func readJudgments() throws -> Judgments { try Judgments(file: judgments) }

  /// Runs `body` with the judged products indexed.
  func withCatalog<Result>(
    _ context: CommandContext, _ body: (JudgedCatalog, Shop) async throws -> Result
  ) async throws -> Result {
    let judgments = try readJudgments()
    return try await withDatabase(context) { pool in
      let shop = try Shop(context, pool: pool, engine: engine)
      let parts = JudgedCatalog.Parts(
        judgments: judgments, products: shop.catalog, catalog: shop.catalog, engine: shop.engine,
        mapping: shop.mapping, rules: try ProjectFolder.queryRules(), clock: shop.clock)
      return try await JudgedCatalog.with(parts, source: source) { try await body($0, shop) }
    }
  }

  private func withDatabase<Result>(
    _ context: CommandContext, _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    guard let catalog else {
      return try await Database.with(context, statementTimeout: Self.statementTimeout, body)
    }
    return try await Database.withTemporary(statementTimeout: Self.statementTimeout) { pool in
      let report = try await runImport(format: format, path: catalog, writer: PostgresCatalog(pool))
      context.terminal.printError("\(catalog): \(report.summary)")
      return try await body(pool)
    }
  }
}
