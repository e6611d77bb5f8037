import Benchmarks
import Bootstrap
import Configuration

/// `vitrine bench events`
struct BenchEventsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Measures how many events a second are stored, beside a transaction a request.")

  @Option(help: "Seconds of each contender.") var seconds = 10
  @Option(help: "Senders at once; each waits for its answer.") var senders = 64
  @Option(help: "Events of a request.") var requestSize = 1

  func run(_ context: CommandContext) async throws {
    try await Database.withTemporary(statementTimeout: .seconds(60)) { pool in
      try await EventsBenchmark(
        pool: pool, requestSize: max(1, requestSize), senders: max(1, senders), seconds: max(1, seconds),
        terminal: context.terminal
      ).run()
    }
  }
}
