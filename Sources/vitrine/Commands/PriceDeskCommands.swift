import Bootstrap
import Catalog
import Configuration
import Ports
import PriceDesk
import Pricing

extension CommandContext {
  fileprivate func withDesk(_ body: (PriceDesk) async throws -> Void) async throws {
    guard Database.exists(self) else {
      terminal.printError(
        "vitrine: there is no shop in \(settings.stateFolder): name its settings by --config or its folder by --state-folder"
      )
      throw ExitCode.failure
    }
    try await Database.with(self) { pool in try await body(try Shop(self, pool: pool, isQuiet: true).priceDesk) }
  }
}

/// `vitrine price proposals`
struct PriceProposalsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "proposals", abstract: "Lists the shop's open proposals, those with the largest expected gain first.",
    discussion: "The job 'pricing' makes them: 'vitrine jobs run pricing'.")

  @Option(help: "change, keep or refused.") var kind = "change"
  @Option(help: "How many, 1 to 500.") var limit = 20

  func run(_ context: CommandContext) async throws {
    guard let kind = ProposalKind(rawValue: kind) else {
      throw ValidationError("--kind \(kind.prefix(20)) is not change, keep or refused")
    }
    try await context.withDesk { desk in
      for kept in try await desk.proposals(kind, limit: min(max(1, limit), PriceDesk.maxListed)) {
        context.terminal.print("\(kept.id)  \(kept.title)\n\(kept.proposal.report(in: desk.currency))")
      }
    }
  }
}

/// `vitrine price publish`
struct PricePublishCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publishes the prices of proposals, all or none.")

  @Argument(help: "The proposals' numbers, with commas between.") var proposals: String
  @Option(help: "Why; the audit keeps it.") var reason = ""
  @Option(help: "Another price than the proposal's, such as 12.34; for one proposal.") var price: String?

  private func ids() throws -> [Int64] {
    let parts = proposals.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
    let ids = parts.compactMap { $0 }
    guard ids.count == parts.count else {
      throw ValidationError("\(proposals.prefix(40)) is not a list of numbers such as 17,18")
    }
    guard price == nil || ids.count == 1 else { throw ValidationError("--price is for one proposal") }
    return ids
  }

  func validate() throws { _ = try ids() }

  func run(_ context: CommandContext) async throws {
    let ids = try ids()
    try await context.withDesk { desk in
      let number: Int64
      if let price {
        guard let typed = Money(decimalText: price, currency: desk.currency) else {
          throw ValidationError("--price \(price.prefix(20)) is not an amount such as 12.34")
        }
        number = try await desk.publish(ids[0], at: typed, reason: reason, by: CommandContext.commandLine)
      } else {
        number = try await desk.publish(ids, reason: reason, by: CommandContext.commandLine)
      }
      context.terminal.print("publication \(number)")
    }
  }
}

/// `vitrine price publications`
struct PricePublicationsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "publications", abstract: "Lists what was published, newest first.")

  @Option(help: "How many, 1 to 500.") var limit = 20

  func run(_ context: CommandContext) async throws {
    try await context.withDesk { desk in
      for publication in try await desk.publications(limit: min(max(1, limit), PriceDesk.maxListed)) {
        let again = publication.restoredFrom.map { ", took back publication \($0)" } ?? ""
        context.terminal.print(
          "\(publication.number)  \(publication.publishedAt) by \(publication.author)\(again), "
            + "\(publication.prices) prices: \(publication.reason)")
      }
    }
  }
}

/// `vitrine price rollback`
struct PriceRollbackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Gives the prices of a publication their amounts of before, all or none.")

  @Argument(help: "The number of the publication.") var publication: Int
  @Option(help: "Why; the audit keeps it.") var reason = ""

  func run(_ context: CommandContext) async throws {
    try await context.withDesk { desk in
      let number = try await desk.rollBack(Int64(publication), reason: reason, by: CommandContext.commandLine)
      context.terminal.print("publication \(number) took publication \(publication) back")
    }
  }
}

/// `vitrine price stop`
struct PriceStopCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "The kill switch: stops every change of prices, or allows them again.")

  @Flag(help: "Allows changes again.") var off = false
  @Option(help: "Why; the audit keeps it.") var reason = ""

  func run(_ context: CommandContext) async throws {
    try await context.withDesk { desk in
      try await desk.setStopped(!off, reason: reason, by: CommandContext.commandLine)
      context.terminal.print(off ? "prices may change again" : "no price changes")
    }
  }
}
