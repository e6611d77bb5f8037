import Benchmarks
import Bootstrap
import Configuration
import PostgresClient
import Ranking
import SearchService

/// `vitrine bench`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures speed beside a peer, in the same run.",
    subcommands: [
      BenchSearchCommand.self, BenchSuggestCommand.self, BenchUnderstandingCommand.self, BenchIndexCommand.self,
      BenchFreshnessCommand.self, BenchHTTPCommand.self, BenchEventsCommand.self, BenchRecommendationsCommand.self,
      BenchPricesCommand.self,
    ])
}

private let queriesHelp =
  "CSV file whose column 'query' is asked, such as judgments; Seeds/labelled-queries.csv if omitted."

private func benchmarkQueries(_ file: String?) throws -> [String] {
  let path = try file ?? ProjectFolder.find() + "/Seeds/labelled-queries.csv"
  return try Judgments.queryTexts(csv: String(decoding: ProjectFolder.read(path), as: UTF8.self))
}

/// `vitrine bench search`
struct BenchSearchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Measures searches in process and over HTTP, beside OpenSearch where Java is present.",
    discussion: """
      Searches the catalog as it is: import it first.
      Without the request cache first, which is what a search costs, then with it, where all but the first of a
      query are look-ups.
      """)

  @Option(help: queriesHelp) var queries: String?
  @Option(help: "Rounds of each contender.") var rounds = 3
  @Option(help: "Seconds a round.") var seconds = 5
  @Option(help: "Clients at once in the second part; the first has one.") var clients = 8

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    try await LoadGenerator.checkInstalled()
    let queries = try benchmarkQueries(queries)
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", cachesAnswers: false, isQuiet: true)
      let caching = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      try await SearchBenchmark(
        shop: shop, caching: caching, queries: queries, rounds: max(1, rounds), secondsPerRound: max(1, seconds),
        connections: [1, max(2, clients)], terminal: context.terminal
      ).run()
    }
  }
}

/// `vitrine bench suggest`
struct BenchSuggestCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "suggest", abstract: "Measures suggestions over HTTP, letter by letter, as typed and mistyped.",
    discussion: "Asks the catalog as it is: import it first.")

  @Option(help: queriesHelp) var queries: String?
  @Option(help: "Rounds of each list.") var rounds = 3
  @Option(help: "Seconds a round.") var seconds = 5
  @Option(help: "Clients at once in the second part; the first has one.") var clients = 8

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    try await LoadGenerator.checkInstalled()
    let queries = try benchmarkQueries(queries)
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      try await SuggestBenchmark(
        shop: shop, queries: queries, rounds: max(1, rounds), secondsPerRound: max(1, seconds),
        connections: [1, max(2, clients)], terminal: context.terminal
      ).run()
    }
  }
}

/// `vitrine bench http`
struct BenchHTTPCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "http", abstract: "Measures the HTTP server's requests a second, beside a bare C libmicrohttpd.")

  @Option(help: "Rounds of each contender.") var rounds = 5
  @Option(help: "Seconds a round.") var seconds = 3
  @Option(help: "The servers' epoll threads.") var threads = 2

  func run(_ context: CommandContext) async throws {
    try await LoadGenerator.checkInstalled()
    try await benchHTTP(rounds: max(1, rounds), secondsPerRound: max(1, seconds), threads: max(1, threads))
  }
}

/// `vitrine bench understanding`
struct BenchUnderstandingCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "understanding", abstract: "Measures how fast queries are understood.",
    discussion: "By the shop's rules and what its catalog says, and by many generated synonyms.")

  @Option(help: queriesHelp) var queries: String?
  @Option(help: "Synonym rules to generate.") var rules = 50_000
  @Option(help: "How often each query is understood.") var rounds = 20

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    let queries = try benchmarkQueries(queries)
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      try await shop.knowledge.refresh()
      try UnderstandingBenchmark(
        understanding: shop.knowledge.understanding, queries: queries, rules: max(1, rules), rounds: max(1, rounds),
        terminal: context.terminal
      ).run()
    }
  }
}
