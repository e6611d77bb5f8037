import Bootstrap
import Catalog
import Configuration
import JSON
import Ports
import PostgresClient
import PostgresStore
import Recommendations

/// `vitrine models`
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Shows trained models, and says which one is served.",
    subcommands: [
      ModelsListCommand.self, ModelsShowCommand.self, ModelsPromoteCommand.self, ModelsRollbackCommand.self,
    ])
}

/// `vitrine models list`
struct ModelsListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the models, newest first, with the gate's findings.")

  @Option(help: "How many, 1 to 500.") var limit = 20
  @Flag(help: "Prints a JSON object a line.") var json = false

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      let models = try await PostgresModels(pool).models(kind: nil, limit: min(max(1, limit), 500))
      for model in models { context.terminal.print(json ? ModelText.json(model).text : ModelText.line(model)) }
      if models.isEmpty {
        context.terminal.printError(
          "no model was trained: 'vitrine train recommender' and 'vitrine train ranking' train one")
      }
    }
  }
}

/// `vitrine models show`
struct ModelsShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a model's provenance and figures.")

  @Argument(help: "The model's number.") var number: Int
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      guard let model = try await PostgresModels(pool).model(Int64(number)) else {
        throw ModelText.unknown(number, context)
      }
      context.terminal.print(json ? ModelText.json(model).text : ModelText.page(model))
    }
  }
}

/// `vitrine models promote`
struct ModelsPromoteCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Serves a model from now on, whatever the gate found.",
    discussion: "Servers take it up within seconds. A model whose file is damaged is not promoted.")

  @Argument(help: "The model's number.") var number: Int

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      guard let model = try await shop.promoteModel(Int64(number)) else {
        throw ModelText.unknown(number, context)
      }
      context.terminal.print("\(model.kind) \(model.number) is served")
    }
  }
}

/// `vitrine models rollback`
struct ModelsRollbackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Serves the model that was served before the present one.",
    discussion: """
      The present one is refused from then on, so that a second rollback goes further back. Until 'vitrine models promote'
      names another model, training only adds candidates. Before the first ranking that was learned stands the hand-set one.
      """)

  @Option(help: "The kind: recommender or ranking.") var kind = "recommender"
  @Flag(help: "Serves the hand-set ranking, whatever was served before; of the kind ranking alone.") var handSet = false

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      guard Shop.modelKinds.contains(kind) else {
        context.terminal.printError("vitrine: there is no kind '\(kind.prefix(64))': there are recommender and ranking")
        throw ExitCode.validationFailure
      }
      guard !handSet || kind == Shop.rankingKind else {
        context.terminal.printError("vitrine: --hand-set goes with --kind \(Shop.rankingKind)")
        throw ExitCode.validationFailure
      }
      guard let model = try await shop.rollBackModel(ofKind: kind, toHandSet: handSet) else {
        context.terminal.printError(
          handSet
            ? "vitrine: the hand-set ranking is served already" : "vitrine: no model was served before the present one")
        throw ExitCode.failure
      }
      context.terminal.print("\(model.kind) \(model.number) is served")
    }
  }
}

/// Models as lines, for people and for programs.
enum ModelText {
  static func unknown(_ number: Int, _ context: CommandContext) -> ExitCode {
    context.terminal.printError("vitrine: there is no model \(number): 'vitrine models list' lists them")
    return .validationFailure
  }

  static func line(_ model: ModelEntry) -> String {
    let promoted = model.promotedAt.map { ", promoted \($0)" + (model.isHeld ? " by a rollback" : "") } ?? ""
    return
      "\(model.number)  \(model.kind)  \(model.state.rawValue)  trained \(model.trainedAt)\(promoted)  \(model.findings)"
  }

  static func page(_ model: ModelEntry) -> String {
    let figures = model.metrics.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value.shortText)" }
    return """
      \(line(model))
      file: \(model.file)
      data: digest \(model.dataDigest), until \(model.dataThrough)
      code: \(model.codeVersion), seed \(model.seed)
      \(figures.joined(separator: "\n"))
      """
  }

  static func json(_ model: ModelEntry) -> JSONValue {
    [
      "number": .int(model.number), "kind": .string(model.kind), "state": .string(model.state.rawValue),
      "file": .string(model.file), "data_digest": .string(model.dataDigest),
      "code_version": .string(model.codeVersion), "seed": .string(String(model.seed)),
      "data_through": .string(model.dataThrough.description), "trained_at": .string(model.trainedAt.description),
      "promoted_at": model.promotedAt.map { .string($0.description) } ?? .null, "is_held": .bool(model.isHeld),
      "findings": .string(model.findings),
      "metrics": .object(JSONObject(model.metrics.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })),
    ]
  }
}
