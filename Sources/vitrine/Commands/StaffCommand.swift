import Accounts
import Bootstrap
import Configuration
import Glibc
import Ports
import Signing

/// `vitrine staff`
struct StaffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "staff", abstract: "Says who may sign in to the console, and as what.",
    subcommands: [
      StaffAddCommand.self, StaffListCommand.self, StaffDisableCommand.self, StaffEnableCommand.self,
      StaffPasswordCommand.self,
    ])
}

extension CommandContext {
  /// The actor of changes that are made at the command line, as the audit names it: the user of the operating system.
  static let commandLine = "\(systemUser) (command line)"

  private static var systemUser: String {
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "user \(getuid())" }
    return String(String(cString: name).prefix(60))
  }

  /// Runs `body` with the accounts of a shop that exists; a refusal ends the command with its reason.
  func withAccounts(_ body: (Accounts) async throws -> Void) async throws {
    guard Database.exists(self) else {
      terminal.printError(
        "vitrine: there is no shop in \(settings.stateFolder): name its settings by --config or its folder by --state-folder"
      )
      throw ExitCode.failure
    }
    try await Database.with(self) { pool in
      try await body(try Shop(self, pool: pool, isQuiet: true).accounts)
    }
  }

  /// The roles of a list such as `merchandiser,approver`; ends the command at a word that is none.
  func roles(_ text: String, among allowed: [Role]) throws -> Set<Role> {
    var roles: Set<Role> = []
    for word in text.split(separator: ",") {
      guard let role = Role(rawValue: String(word)), allowed.contains(role) else {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        terminal.printError("vitrine: '\(word.prefix(40))' is not a role: there are \(names)")
        throw ExitCode.validationFailure
      }
      roles.insert(role)
    }
    return roles
  }

  /// The first line of the standard input, or a new password that is printed once.
  fileprivate func password(isRead: Bool) throws -> (text: String, isNew: Bool) {
    guard isRead else { return (String(RandomToken.make().prefix(20)), true) }
    guard let line = readLine(strippingNewline: true), !line.isEmpty else {
      terminal.printError("vitrine: the standard input has no password: pass it as one line")
      throw ExitCode.validationFailure
    }
    return (line, false)
  }
}

/// `vitrine staff add`
struct StaffAddCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Adds a member of the staff.",
    discussion: """
      Roles: merchandiser, approver, buyer, pricing_manager, analyst, support, admin; several with commas between.
      Without --stdin a password is made and printed once.
      """)

  @Argument(help: "The name to sign in with.") var name: String
  @Option(help: "The roles, with commas between.") var roles: String = ""
  @Flag(help: "Reads the password from the standard input, as one line.") var stdin = false

  func run(_ context: CommandContext) async throws {
    let roles = try context.roles(roles, among: Role.staff)
    let password = try context.password(isRead: stdin)
    try await context.withAccounts { accounts in
      let member = try await accounts.add(
        name: name, password: password.text, roles: roles, by: CommandContext.commandLine)
      context.terminal.print("\(member.name) may sign in at /console")
      if password.isNew { context.terminal.print("password: \(password.text)") }
    }
  }
}

/// `vitrine staff list`
struct StaffListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the staff with their roles.")

  func run(_ context: CommandContext) async throws {
    try await context.withAccounts { accounts in
      for member in try await accounts.members() {
        let roles = member.roles.map(\.rawValue).sorted().joined(separator: ",")
        context.terminal.print("\(member.name)  \(roles)\(member.isDisabled ? "  disabled" : "")")
      }
    }
  }
}

/// `vitrine staff disable`
struct StaffDisableCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Ends a member's sessions, and lets nobody sign in by that name.")

  @Argument(help: "The member's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withAccounts { try await $0.setDisabled(true, name, by: CommandContext.commandLine) }
  }
}

/// `vitrine staff enable`
struct StaffEnableCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Lets a disabled member sign in again.")

  @Argument(help: "The member's name.") var name: String

  func run(_ context: CommandContext) async throws {
    try await context.withAccounts { try await $0.setDisabled(false, name, by: CommandContext.commandLine) }
  }
}

/// `vitrine staff password`
struct StaffPasswordCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "password", abstract: "Gives a member another password and ends all sessions of that name.",
    discussion: "Without --stdin a password is made and printed once.")

  @Argument(help: "The member's name.") var name: String
  @Flag(help: "Reads the password from the standard input, as one line.") var stdin = false

  func run(_ context: CommandContext) async throws {
    let password = try context.password(isRead: stdin)
    try await context.withAccounts { accounts in
      try await accounts.setPassword(password.text, of: name, by: CommandContext.commandLine)
      if password.isNew { context.terminal.print("password: \(password.text)") }
    }
  }
}
