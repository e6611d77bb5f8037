import Bootstrap
import Catalog
import Configuration
import Importing
import JSON
import Ports
import Pricing

/// `vitrine price`
struct PriceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price", abstract: "Quotes carts and proposes prices from files; publishes the shop's proposals.",
    subcommands: [
      PriceQuoteCommand.self, PriceElasticityCommand.self, PriceProposeCommand.self, PriceProposalsCommand.self,
      PricePublishCommand.self, PricePublicationsCommand.self, PriceRollbackCommand.self, PriceStopCommand.self,
    ])

  /// A price book or a cart: a million items fit.
  static let maxBytes = 1 << 30

  static func json(path: String) throws -> JSONValue {
    try JSONValue(parsing: WholeFile.bytes(path: path, atMost: maxBytes))
  }

  static func sales(path: String) throws -> SalesFile { try SalesFile(rows: TextTable(path: path).rows) }

  static func currency(_ code: String) throws -> Currency {
    guard let currency = Currency(code: code) else {
      throw ValidationError("--currency \(code.prefix(20)) is not a currency such as EUR")
    }
    return currency
  }
}

/// `vitrine price quote`
struct PriceQuoteCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "quote", abstract: "Quotes a cart by a price book, with the steps that made each price.",
    discussion: """
      Both are JSON files; docs/explain/pricing.md shows them. A cart without a time is quoted for now.
      """)

  @Option(help: "The price book's file; - is standard input.") var book: String
  @Option(help: "The cart's file; - is standard input.") var cart: String
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let book = try PriceBook(PriceBookContents(json: PriceCommand.json(path: book)))
    let cart = try CartFile(json: PriceCommand.json(path: cart), now: SystemClock().now())
    let quoted = try quote(cart.lines, in: cart.context, by: book)
    guard json else { return context.terminal.print(quoted.report) }
    var writer = JSONWriter()
    quoted.write(to: &writer)
    context.terminal.print(String(decoding: writer.bytes, as: UTF8.self))
  }
}

/// `vitrine price elasticity`
struct PriceElasticityCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "elasticity", abstract: "Estimates how sales answer prices.",
    discussion: """
      The sales are a CSV file with the columns units (or sales) and price, and where known product, date, brand, category,
      promoted and stocked_out. Prints one regression of log units on log price with a constant for each brand, then each
      product's own elasticity and the one shrunk towards its brand and category, or the reason why there is none.
      """)

  @Option(help: "The sales' file; - is standard input.") var sales: String
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let file = try PriceCommand.sales(path: sales)
    let run = ProposalRun(file, currency: .eur)
    let brands = try BrandRegression(file.observations)
    context.terminal.print(json ? Self.json(brands, run) : Self.text(brands, run))
  }

  private static func text(_ brands: BrandRegression, _ run: ProposalRun) -> String {
    var lines = [
      "log units on log price and brand, \(brands.rows) rows, R2 \(decimal(brands.rSquared, 4))",
      "intercept (\(brands.reference)) \(decimal(brands.intercept, 6))",
      "log price \(decimal(brands.elasticity, 6)), standard error \(decimal(brands.standardError, 6))",
    ]
    lines += brands.brands.map { "\($0.name) \(decimal($0.effect, 6))" }
    lines.append("")
    for estimate in run.estimates {
      switch estimate.own {
      case .success(let own):
        lines.append(
          "\(estimate.product): \(decimal(own.value, 3)), 95 % between \(decimal(own.interval.lowerBound, 3)) and "
            + "\(decimal(own.interval.upperBound, 3)), \(own.observations) days, \(own.method.rawValue)")
      case .failure(let refusal): lines.append("\(estimate.product): no own estimate: \(refusal)")
      }
      if let shrunk = estimate.shrunk {
        lines.append(
          "  with brand and category: \(decimal(shrunk.value, 3)), 95 % between "
            + "\(decimal(shrunk.interval.lowerBound, 3)) and \(decimal(shrunk.interval.upperBound, 3))")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ brands: BrandRegression, _ run: ProposalRun) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("brand_regression")
      writer.object { writer in
        writer.member("rows", brands.rows)
        writer.member("r_squared", brands.rSquared)
        writer.member("intercept", brands.intercept)
        writer.member("log_price", brands.elasticity)
        writer.member("log_price_standard_error", brands.standardError)
        writer.member("reference", brands.reference)
        writer.name("brands")
        writer.object { writer in
          for brand in brands.brands {
            writer.name(text: brand.name)
            writer.double(brand.effect)
          }
        }
      }
      writer.name("products")
      writer.array { writer in
        for estimate in run.estimates {
          writer.object { writer in
            writer.member("product", estimate.product)
            switch estimate.own {
            case .success(let own):
              writer.member("elasticity", own.value)
              writer.member("standard_error", own.standardError)
              writer.member("method", own.method.rawValue)
            case .failure(let refusal): writer.member("refused", refusal.description)
            }
            if let shrunk = estimate.shrunk {
              writer.member("shrunk", shrunk.value)
              writer.member("shrunk_deviation", shrunk.deviation)
            }
          }
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// `vitrine price propose`
struct PriceProposeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "propose", abstract: "Proposes prices from sales, within guard rails, with the evidence.",
    discussion: """
      The sales are a CSV file with the columns product, date, units and price, and where known brand, category, promoted
      and stocked_out; a row is a product's day. The costs are a CSV file with the column product and any of cost, map,
      legal_floor, ceiling, stock and days_of_stock. Nothing is published: a person decides.
      """)

  @Option(help: "The sales' file; - is standard input.") var sales: String
  @Option(help: "The file of costs and limits.") var costs: String?
  @Option(help: "The currency of prices and costs.") var currency = "EUR"
  @Option(help: "1: margin, 0: revenue, between: a mix.") var marginWeight = 1.0
  @Option(help: "The largest change a day, in percent.") var maxChange = "10"
  @Option(help: "The largest change a week, in percent.") var maxChangeWeek = "20"
  @Option(help: "The least margin, in percent of the price.") var leastMargin = "0"
  @Option(help: "How far beyond observed prices one may go, in percent.") var beyondObserved = "0"
  @Option(help: "The last digits of prices: 99/100 for .99.") var ending: String?
  @Flag(help: "Uses the brand's elasticity for products without an own one.") var borrow = false
  @Flag(help: "Prints one JSON object a line.") var json = false

  private static func share(_ name: String, _ text: String, _ range: ClosedRange<Int64>) throws -> Share {
    guard let share = Share(percentText: text), range.contains(share.partsPerMillion) else {
      throw ValidationError(
        "\(name) \(text.prefix(20)) is not a percentage from \(range.lowerBound / 10_000) to \(range.upperBound / 10_000)"
      )
    }
    return share
  }

  private func priceEnding() throws -> PriceEnding? {
    guard let ending else { return nil }
    let parts = ending.split(separator: "/").map { Int64($0) }
    guard parts.count == 2, let last = parts[0], let step = parts[1], let made = PriceEnding(last: last, step: step)
    else { throw ValidationError("--ending \(ending.prefix(20)) is not such as 99/100") }
    return made
  }

  private func proposer() throws -> PriceProposer {
    guard let objective = PricingObjective(marginWeight: marginWeight) else {
      throw ValidationError("--margin-weight \(marginWeight) is out of range: 0 to 1")
    }
    return PriceProposer(
      objective: objective,
      rails: GuardRails(
        leastMargin: try Self.share("--least-margin", leastMargin, 0...990_000),
        maxChangeADay: try Self.share("--max-change", maxChange, 0...1_000_000),
        maxChangeAWeek: try Self.share("--max-change-week", maxChangeWeek, 0...1_000_000),
        beyondObserved: try Self.share("--beyond-observed", beyondObserved, 0...990_000), ending: try priceEnding()))
  }

  func validate() throws {
    _ = try proposer()
    _ = try PriceCommand.currency(currency)
  }

  func run(_ context: CommandContext) async throws {
    let currency = try PriceCommand.currency(currency)
    let facts = try costs.map { try ProductFacts.table(rows: TextTable(path: $0).rows, currency: currency) } ?? [:]
    let run = ProposalRun(try PriceCommand.sales(path: sales), currency: currency)
    for proposal in run.proposals(by: try proposer(), facts: facts, borrows: borrow) {
      guard json else {
        context.terminal.print(proposal.report(in: currency))
        continue
      }
      var writer = JSONWriter()
      proposal.write(to: &writer, in: currency)
      context.terminal.print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}
