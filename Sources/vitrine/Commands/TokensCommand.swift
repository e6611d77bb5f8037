import Accounts
import Bootstrap
import Configuration
import Ports

/// `vitrine tokens`
struct TokensCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens", abstract: "Makes, lists and revokes the API tokens of programs.",
    subcommands: [TokensAddCommand.self, TokensListCommand.self, TokensRevokeCommand.self])
}

/// `vitrine tokens add`
struct TokensAddCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Makes a token for a program and prints it once.",
    discussion: "The program sends it as 'Authorization: Bearer TOKEN'. Its roles say what it may do.")

  @Argument(help: "The program's name.") var name: String
  @Option(help: "The roles, with commas between.") var roles: String = "service"
  @Option(help: "Days until it expires, 1 to 366.") var days = 90

  func run(_ context: CommandContext) async throws {
    let roles = try context.roles(roles, among: Role.programs)
    try await context.withAccounts { accounts in
      context.terminal.print(
        try await accounts.addToken(name: name, roles: roles, days: days, by: CommandContext.commandLine))
    }
  }
}

/// `vitrine tokens list`
struct TokensListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the tokens with their roles and ends, without the secrets.")

  func run(_ context: CommandContext) async throws {
    try await context.withAccounts { accounts in
      for token in try await accounts.tokens() {
        let roles = token.roles.map(\.rawValue).sorted().joined(separator: ",")
        context.terminal.print(
          "\(token.name)  \(roles)  until \(token.expiresAt)\(token.isRevoked ? "  revoked" : "")")
      }
    }
  }
}

/// `vitrine tokens revoke`
struct TokensRevokeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Ends a token at once.")

  @Argument(help: "The program's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withAccounts { try await $0.revokeToken(name, by: CommandContext.commandLine) }
  }
}
