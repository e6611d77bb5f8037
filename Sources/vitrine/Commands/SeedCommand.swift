import Bootstrap
import Catalog
import Configuration
import Ports
import PostgresClient
import PostgresStore
import Seeding

/// `vitrine seed`
struct SeedCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "seed", abstract: "Makes a catalog with customers, sessions, orders, prices and stock of any size.",
    discussion: """
      The same options give the same bytes on every machine. Writes a folder of NDJSON files (docs/reference/seeds.md)
      with --output, puts the products into the catalog with --load, or both. Without --products it takes the
      hand-written demo catalog, which can only be loaded.
      """)

  @Option(help: "Products to make; else the hand-written ones.") var products: Int?
  @Option(help: "Customers to make.") var customers = 0
  @Option(help: "Days of sessions and orders.") var days = 0
  @Option(help: "Where the random numbers start.") var seed = 1
  @Option(help: "The folder to write to.") var output: String?
  @Flag(help: "Puts the products into the catalog.") var load = false

  private static let statementTimeout = Duration.seconds(300)
  private static let batch = 1_000
  private static let generatedSource = "generated"

  func run(_ context: CommandContext) async throws {
    guard output != nil || load, products != nil || output == nil else {
      context.terminal.printError("vitrine: 'seed' needs --load, or --products N with --output DIR")
      throw ExitCode.validationFailure
    }
    guard let products else { return try await loadDemo(context) }
    let options = try GenerationOptions(
      products: products, customers: customers, days: days, seed: UInt64(bitPattern: Int64(seed)))
    if let output { try write(options, to: output, context) }
    if load { try await loadGenerated(options, context) }
  }

  private func write(_ options: GenerationOptions, to folder: String, _ context: CommandContext) throws {
    var sink = try SeedFolder(directory: folder)
    let start = ContinuousClock.now
    let summary = try Seeding.generate(options, to: &sink)
    for (file, lines) in summary.lineCounts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      context.terminal.print("\(file.rawValue): \(lines) lines")
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    context.terminal.print("written to \(folder) in \((seconds * 10).rounded() / 10) s")
  }

  private func loadDemo(_ context: CommandContext) async throws {
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      report(try await DemoCatalog.load(into: PostgresCatalog(pool)), context)
    }
  }

  private func loadGenerated(_ options: GenerationOptions, _ context: CommandContext) async throws {
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let catalog = PostgresCatalog(pool)
      let meter = context.terminal.progress("seed", unit: "products", total: options.products)
      var total = ImportOutcome()
      var batch: [ProductRecord] = []
      func flush() async throws {
        total.add(try await catalog.upsert(batch, source: Self.generatedSource), at: total.count)
        meter.advance(by: batch.count)
        batch.removeAll(keepingCapacity: true)
      }
      for record in Seeding.products(options) {
        batch.append(record)
        if batch.count == Self.batch { try await flush() }
      }
      if !batch.isEmpty { try await flush() }
      meter.finish()
      report(total, context)
    }
  }

  private func report(_ outcome: ImportOutcome, _ context: CommandContext) {
    for refusal in outcome.refused {
      context.terminal.printError("product \(refusal.offset + 1) was refused: \(refusal.reason)")
    }
    context.terminal.print(
      "\(outcome.inserted) inserted, \(outcome.changed) changed, \(outcome.unchanged) unchanged, \(outcome.refused.count) refused"
    )
  }
}
