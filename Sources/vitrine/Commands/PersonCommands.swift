import Behaviour
import Bootstrap
import Configuration
import Evaluation
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import Telemetry

/// `vitrine erase`
struct EraseCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Deletes everything that is stored about one person; the sums stay.",
    discussion: """
      Name a customer by the retailer's code or a visitor by the number of the cookie. A customer's erasure includes the
      visitors who signed in as that customer (docs/explain/behaviour.md).
      """)

  @Option(help: "The customer's code.") var customer: String?
  @Option(help: "The visitor's number: 32 hexadecimal digits.") var visitor: String?

  func run(_ context: CommandContext) async throws {
    let person = try Person(customer: customer, visitor: visitor)
    try await withBehaviour(context) { behaviour in
      let records = try await behaviour.erase(person)
      for record in records { context.terminal.print("\(record.kind): \(record.count)") }
      context.terminal.print("erased \(records.reduce(0) { $0 + $1.count }) records")
    }
  }
}

/// `vitrine export-person`
struct ExportPersonCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "export-person",
    abstract: "Prints everything that is stored about one person, a line of JSON a record.")

  @Option(help: "The customer's code.") var customer: String?
  @Option(help: "The visitor's number: 32 hexadecimal digits.") var visitor: String?

  func run(_ context: CommandContext) async throws {
    let person = try Person(customer: customer, visitor: visitor)
    let terminal = context.terminal
    try await withBehaviour(context) { behaviour in
      try await behaviour.export(person) { line in terminal.print(String(decoding: line, as: UTF8.self)) }
    }
  }
}

extension Person {
  fileprivate init(customer: String?, visitor: String?) throws {
    let hint = "The code is the one of the retailer's own files; the number is in an export of the browser's data."
    switch (customer, visitor) {
    case (let customer?, nil):
      guard let code = CustomerCode(customer) else {
        throw UsageError(
          "--customer must be 1 to \(CustomerCode.maxBytes) bytes without control characters", hint: hint)
      }
      self = .customer(code)
    case (nil, let visitor?):
      guard let id = VisitorID(visitor) else { throw UsageError("--visitor must be 32 hexadecimal digits", hint: hint) }
      self = .visitor(id)
    default: throw UsageError("give either --customer or --visitor", hint: hint)
    }
  }
}

private func withBehaviour(_ context: CommandContext, _ body: (Behaviour) async throws -> Void) async throws {
  try await Database.with(context) { pool in
    let redis = try await Redis.open(context, startsPrivate: true, joinsRunning: true)
    do {
      try await body(
        Shop.behaviour(
          context.settings, pool: pool, redis: redis.client, catalog: PostgresCatalog(pool), clock: SystemClock(),
          metrics: MetricsRegistry()))
      await redis.close()
    } catch {
      await redis.close()
      throw error
    }
  }
}
