import Bootstrap
public import Configuration
import Evaluation
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
  /// Where the judged products are.
  enum Products: Sendable {
    case shop
    case file(String, ImportFormat)
    /// The hand-written demo catalog, loaded for the command.
    case demo
  }

  let judgments: String
  let engine: String?
  let source: String?
  let products: Products

  private static let statementTimeout = Duration.seconds(600)
  /// The judgments that come with the project, of its hand-written catalog.
  static let demoJudgments = "Seeds/judgments.csv"

  /// One input for each file of judgments; the lists have commas between. Without judgments the project's own are taken,
  /// with the hand-written catalog.
  static func all(
    judgments: String?, engine: String?, source: String?, catalog: String?, format: String
  ) throws -> [JudgedInput] {
    func list(_ text: String?) -> [String] { (text ?? "").split(separator: ",").map(String.init) }
    guard let judgments else {
      guard catalog == nil else { throw ValidationError("--catalog needs the --judgments of its products") }
      let file = try ProjectFolder.find() + "/" + demoJudgments
      return [JudgedInput(judgments: file, engine: engine, source: nil, products: .demo)]
    }
    let (files, catalogs, names) = (list(judgments), list(catalog), list(format))
    let formats = try names.map { name in
      guard let format = ImportFormat(argument: name) else {
        let known = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--format: \"\(name)\" is not one of \(known)")
      }
      return format
    }
    guard catalogs.isEmpty && files.count == 1 || catalogs.count == files.count else {
      throw ValidationError("--catalog needs as many files as --judgments, with commas between: \(files.count)")
    }
    guard formats.count == 1 || formats.count == files.count else {
      throw ValidationError("--format needs one form, or one for each catalog: \(files.count)")
    }
    return files.enumerated().map { index, file in
      let format = formats.count == 1 ? formats[0] : formats[index]
      return JudgedInput(
        judgments: file, engine: engine, source: source,
        products: catalogs.isEmpty ? .shop : .file(catalogs[index], format))
    }
  }

  private var isOfShop: Bool {
    if case .shop = products { true } else { false }
  }

  /// Runs `body` with the judged products of each input indexed, all in one database.
  static func withCatalogs(
    _ inputs: [JudgedInput], _ context: CommandContext, _ body: ([JudgedCatalog], Shop) async throws -> Void
  ) async throws {
    if inputs[0].isOfShop {
      try await withProductsOfShop(inputs, context, body)
    } else {
      try await withLoadedProducts(inputs, context, body)
    }
  }

  @_optimize(none)
  private static func withProductsOfShop(
    _ inputs: [JudgedInput], _ context: CommandContext, _ body: ([JudgedCatalog], Shop) async throws -> Void
  ) async throws {
    try await Database.with(context, statementTimeout: statementTimeout) { pool in
      try await index(inputs, sources: [inputs[0].source], pool, context, body)
    }
  }

  @_optimize(none)
  private static func withLoadedProducts(
    _ inputs: [JudgedInput], _ context: CommandContext, _ body: ([JudgedCatalog], Shop) async throws -> Void
  ) async throws {
    try await Database.withTemporary(statementTimeout: statementTimeout) { pool in
      let sources = try await load(inputs, into: PostgresCatalog(pool), context)
      try await index(inputs, sources: sources, pool, context, body)
    }
  }

  /// Loads the products of each input, and gives the sources that they were asked for by.
  private static func load(
    _ inputs: [JudgedInput], into catalog: PostgresCatalog, _ context: CommandContext
  ) async throws -> [String?] {
    // Several files of one form would have the same source.
    let names = inputs.indices.map { inputs.count > 1 ? "judged-\($0 + 1)" : nil }
    for (input, name) in zip(inputs, names) { try await input.load(as: name, into: catalog, context) }
    return zip(inputs, names).map { $1 ?? $0.source }
  }

  private func load(as name: String?, into catalog: PostgresCatalog, _ context: CommandContext) async throws {
    switch products {
    case .file(let path, let format):
      let report = try await runImport(format: format, path: path, source: name, writer: catalog)
      context.terminal.printError("\(path): \(report.summary)")
    case .demo, .shop: _ = try await DemoCatalog.load(into: catalog)
    }
  }

  // Not optimized: the optimizer of Swift 6.3.1 crashes when it joins this function with the closures of its callers.
  @_optimize(none)
  private static func index(
    _ inputs: [JudgedInput], sources: [String?], _ pool: PostgresPool, _ context: CommandContext,
    _ body: ([JudgedCatalog], Shop) async throws -> Void
  ) async throws {
    let shop = try Shop(context, pool: pool, engine: inputs[0].engine)
    var parts: [JudgedCatalog.Parts] = []
    for (number, input) in inputs.enumerated() {
      parts.append(
        JudgedCatalog.Parts(
          judgments: try Judgments(file: input.judgments), number: number, products: shop.catalog,
          catalog: shop.catalog, engine: shop.engine, mapping: shop.mapping, rules: try ProjectFolder.queryRules(),
          clock: shop.clock))
    }
    try await JudgedCatalog.with(parts, sources: sources, of: shop, body)
  }
}
