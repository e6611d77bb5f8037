import Bootstrap
import Catalog
import Configuration
import JSON
import Ports
import PostgresStore

/// `vitrine index dead-letters`
struct DeadLettersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows, retries or discards documents that the search engine refused.",
    subcommands: [DeadLettersListCommand.self, DeadLettersRetryCommand.self, DeadLettersDiscardCommand.self])
}

/// `vitrine index dead-letters list`
struct DeadLettersListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists refused documents with the engine's reasons, oldest first.")

  @Option(help: "How many.") var limit = 50
  @Flag(help: "Shows each refused document as well.") var documents = false
  @Flag(help: "Prints a JSON object a line, with the document.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withIndexedShop { shop in
      let live = try await shop.liveGeneration()
      let letters = try await shop.ledger.deadLetters(generation: live.number, of: nil, limit: max(1, limit))
      for letter in letters { context.terminal.print(json ? Self.json(letter).text : text(letter)) }
      let count = try await shop.ledger.deadLetterCount(generation: live.number)
      if count == 0 { context.terminal.printError("\(live.indexName) has no dead letters") }
      if count > letters.count { context.terminal.printError("and \(count - letters.count) more: --limit shows them") }
    }
  }

  private func text(_ letter: DeadLetter) -> String {
    let document = documents ? letter.document.map { "\n    \($0)" } ?? "" : ""
    let time = letter.createdAt.map { "\($0)  " } ?? ""
    return "\(time)product \(letter.product), version \(letter.documentVersion): \(letter.reason)\(document)"
  }

  private static func json(_ letter: DeadLetter) -> JSONValue {
    [
      "product_id": .string(letter.product.description), "document_version": .int(letter.documentVersion),
      "reason": .string(letter.reason), "document": letter.document.map { .string($0) } ?? .null,
      "created_at": letter.createdAt.map { .string($0.description) } ?? .null,
    ]
  }
}

/// The letters that a command concerns: those of some products, or all.
private func chosenProducts(_ words: [String], all: Bool, _ context: CommandContext) throws -> [ProductID]? {
  if all, words.isEmpty { return nil }
  let products = words.compactMap { ProductID($0) }
  guard !all, !words.isEmpty, products.count == words.count else {
    context.terminal.printError(
      "vitrine: name products by their ids, as `vitrine index dead-letters list` shows them, or give --all")
    throw ExitCode.validationFailure
  }
  return products
}

/// `vitrine index dead-letters retry`
struct DeadLettersRetryCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Indexes the products of refused documents again, after you have fixed the cause.",
    discussion: "Sync does it; a letter goes away when its document was written.")

  @Argument(help: "Ids of products.") var products: [String] = []
  @Flag(help: "All of them.") var all = false

  func run(_ context: CommandContext) async throws {
    let products = try chosenProducts(products, all: all, context)
    try await context.withIndexedShop { shop in
      let live = try await shop.liveGeneration()
      let count = try await shop.ledger.retryDeadLetters(generation: live.number, of: products)
      context.terminal.print("\(count) products are in line to be indexed again")
    }
  }
}

/// `vitrine index dead-letters discard`
struct DeadLettersDiscardCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "discard",
    abstract: "Deletes the notes on refused documents; their products stay as they are in the index until they change.")

  @Argument(help: "Ids of products.") var products: [String] = []
  @Flag(help: "All of them.") var all = false

  func run(_ context: CommandContext) async throws {
    let products = try chosenProducts(products, all: all, context)
    try await context.withIndexedShop { shop in
      let live = try await shop.liveGeneration()
      let count = try await shop.ledger.discardDeadLetters(generation: live.number, of: products)
      context.terminal.print(
        "\(count) dead letters were discarded; `vitrine index verify` names their products as drift")
    }
  }
}
