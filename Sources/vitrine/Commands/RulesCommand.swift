import Accounts
import Bootstrap
import Catalog
import Configuration
import Foundation
import Merchandising
import Ports

/// `vitrine rules`
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Exports, compares, changes, publishes and takes back the shop's search rules.",
    discussion: """
      A folder of rules has the files synonyms.txt, rules.txt, campaigns.txt, redirects.txt, stop-phrases.txt, accessories.txt and
      unsuggested.txt; a file that is missing is empty. So rules may be kept in git.
      """,
    subcommands: [
      RulesExportCommand.self, RulesDiffCommand.self, RulesApplyCommand.self, RulesDraftsCommand.self,
      RulesPublishCommand.self, RulesRollbackCommand.self, RulesVersionsCommand.self,
    ])
}

/// A folder with a file for each kind of rules.
private struct RuleFolder {
  let path: String

  private func file(_ kind: RuleTexts.Kind) -> String { "\(path)/\(kind.rawValue).txt" }

  func read() throws -> RuleTexts {
    var texts = RuleTexts()
    var isFound = false
    for kind in RuleTexts.Kind.allCases where FileManager.default.fileExists(atPath: file(kind)) {
      texts[kind] = String(decoding: try ProjectFolder.read(file(kind)), as: UTF8.self)
      isFound = true
    }
    guard isFound else { throw ValidationError("\(path) has none of the files \(Self.names)") }
    return texts
  }

  func write(_ texts: RuleTexts) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for kind in RuleTexts.Kind.allCases {
      let text = texts[kind]
      // A line that is added behind the last one is a line of its own.
      let ended = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
      try ended.write(toFile: file(kind), atomically: true, encoding: .utf8)
    }
  }

  static let names = RuleTexts.Kind.allCases.map { $0.rawValue + ".txt" }.joined(separator: ", ")
}

extension CommandContext {
  fileprivate func withRules(_ body: (Shop, Merchandising) async throws -> Void) async throws {
    guard Database.exists(self) else {
      terminal.printError(
        "vitrine: there is no shop in \(settings.stateFolder): name its settings by --config or its folder by --state-folder"
      )
      throw ExitCode.failure
    }
    try await Database.with(self) { pool in
      let shop = try Shop(self, pool: pool, isQuiet: true)
      try await shop.merchandising.follow()
      do {
        try await body(shop, shop.gatedMerchandising)
      } catch let refusal as Merchandising.Refusal where refusal.kind == .heldBack {
        terminal.printError("vitrine: \(refusal)")
        throw ExitCode.gateRefused
      }
    }
  }

  fileprivate func printDifference(_ difference: RuleDifference) {
    for part in difference.parts {
      terminal.print("\(part.kind.rawValue)\(part.added.isEmpty && part.removed.isEmpty ? ": another order" : "")")
      for (mark, entries) in [("-", part.removed), ("+", part.added)] {
        for entry in entries {
          for line in entry.split(separator: "\n") { terminal.print("\(mark) \(line)") }
        }
      }
    }
  }

  /// Says which lines are valid and probably not meant.
  fileprivate func printFindings(_ texts: RuleTexts, _ shop: Shop) async throws {
    let rules = try await shop.merchandising.compiled(texts)
    for finding in try await shop.rulePreview.findings(texts, rules) { terminal.printError("note: \(finding)") }
  }

  /// The person who runs a command, as the audit names it: a member of the staff that `--as` names, or the user of the
  /// operating system.
  fileprivate func actor(named name: String, of shop: Shop) async throws -> (name: String, isApprover: Bool) {
    guard !name.isEmpty else { return (CommandContext.commandLine, true) }
    guard
      let member = try await shop.accounts.members().first(where: { $0.name == name.lowercased() && !$0.isDisabled })
    else {
      terminal.printError(
        "vitrine: there is no member of the staff called \(name.prefix(100)): see 'vitrine staff list'")
      throw ExitCode.validationFailure
    }
    return (member.name, !member.roles.isDisjoint(with: [.approver, .admin]))
  }
}

/// `vitrine rules export`
struct RulesExportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the published rules, or a version or draft, into a folder.")

  @Argument(help: "The folder; it is made if it does not exist.") var folder: String
  @Option(help: "The number of a version; the published one without it.") var version: Int = 0
  @Option(help: "The number of a draft in place of a version.") var draft: Int = 0

  func run(_ context: CommandContext) async throws {
    try await context.withRules { _, merchandising in
      let texts: RuleTexts
      if draft > 0 {
        texts = try await merchandising.draft(Int64(draft)).texts
      } else {
        let published = try await merchandising.publishedNumber()
        texts = try await merchandising.known(version > 0 ? Int64(version) : published)
      }
      try RuleFolder(path: folder).write(texts)
      context.terminal.print("wrote \(RuleFolder.names) into \(folder)")
    }
  }
}

/// `vitrine rules diff`
struct RulesDiffCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what a folder changes in the published rules: - removed, + added.")

  @Argument(help: "The folder with the rules.") var folder: String

  func run(_ context: CommandContext) async throws {
    try await context.withRules { shop, merchandising in
      let texts = try RuleFolder(path: folder).read()
      _ = try await merchandising.compiled(texts, refusesAbsent: true)
      let published = try await merchandising.known(try await merchandising.publishedNumber())
      let difference = RuleDifference(from: published, to: texts)
      context.printDifference(difference)
      if difference.isEmpty { context.terminal.print("the folder has the published rules") }
      try await context.printFindings(texts, shop)
    }
  }
}

/// `vitrine rules apply`
struct RulesApplyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Makes a draft of a folder's rules, or replaces a draft's.",
    discussion: "Nothing is published: look at the draft in the console, then 'vitrine rules publish'.")

  @Argument(help: "The folder with the rules.") var folder: String
  @Option(help: "The draft's name.") var name: String = "from files"
  @Option(name: .customLong("as"), help: "The member of the staff who does so; else the user of the operating system.")
  var member: String = ""

  func run(_ context: CommandContext) async throws {
    try await context.withRules { shop, merchandising in
      let texts = try RuleFolder(path: folder).read()
      let actor = try await context.actor(named: member, of: shop).name
      let known = try await merchandising.drafts().first { $0.name == name }?.id
      let id: Int64
      if let known {
        id = known
      } else {
        _ = try await merchandising.compiled(texts, refusesAbsent: true)
        id = try await merchandising.addDraft(named: name, by: actor)
      }
      let draft = try await merchandising.draft(id)
      let revision = try await merchandising.save(texts, of: draft, by: actor)
      let published = try await merchandising.known(draft.base)
      let summary = RuleDifference(from: published, to: texts).summary
      context.terminal.print(
        "draft \(id) (\(name)), revision \(revision): \(summary.isEmpty ? "no change" : summary)")
      try await context.printFindings(texts, shop)
    }
  }
}

/// `vitrine rules drafts`
struct RulesDraftsCommand: Command {
  static let configuration = CommandConfiguration(commandName: "drafts", abstract: "Lists the drafts.")

  func run(_ context: CommandContext) async throws {
    try await context.withRules { _, merchandising in
      for draft in try await merchandising.drafts() {
        context.terminal.print(
          "\(draft.id)  \(draft.name), revision \(draft.revision) by \(draft.author) at \(draft.updatedAt), begun with version \(draft.base)"
        )
      }
    }
  }
}

/// `vitrine rules publish`
struct RulesPublishCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publishes a draft; every server takes it up within two seconds.")

  @Argument(help: "The number of the draft.") var draft: Int
  @Option(help: "Why; the audit keeps it.") var reason: String = ""
  @Option(name: .customLong("as"), help: "The member of the staff who does so; else the user of the operating system.")
  var member: String = ""
  @Flag(
    name: .customLong("override"),
    help: "Publishes what the gate holds back, as an approver may; the audit keeps what was held against it.")
  var overridesGate = false

  func run(_ context: CommandContext) async throws {
    try await context.withRules { shop, merchandising in
      let actor = try await context.actor(named: member, of: shop)
      let found = try await merchandising.draft(Int64(draft))
      let number = try await merchandising.publish(
        found.id, revision: found.revision, reason: reason, by: actor.name, isApprover: actor.isApprover,
        overridesGate: overridesGate)
      context.terminal.print("published version \(number)")
      try await context.printFindings(found.texts, shop)
    }
  }
}

/// `vitrine rules rollback`
struct RulesRollbackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Publishes the rules of an old version again.")

  @Argument(help: "The number of the version.") var version: Int
  @Option(help: "Why; the audit keeps it.") var reason: String = ""
  @Option(name: .customLong("as"), help: "The member of the staff who does so; else the user of the operating system.")
  var member: String = ""

  func run(_ context: CommandContext) async throws {
    try await context.withRules { shop, merchandising in
      let actor = try await context.actor(named: member, of: shop).name
      switch try await merchandising.rollBack(to: Int64(version), reason: reason, by: actor) {
      case .published(let number):
        context.terminal.print("published version \(number), the rules of version \(version)")
      case .proposed(let draft):
        context.terminal.print(
          "the shop asks for two people: an approver other than \(actor) must publish draft \(draft)")
      }
    }
  }
}

/// `vitrine rules versions`
struct RulesVersionsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "versions", abstract: "Lists what was published, newest first.")

  @Option(help: "How many, 1 to 500.") var limit = 20

  func run(_ context: CommandContext) async throws {
    try await context.withRules { _, merchandising in
      for version in try await merchandising.versions(limit: min(max(1, limit), Merchandising.maxVersions)) {
        let again = version.restoredFrom.map { ", the rules of version \($0)" } ?? ""
        context.terminal.print(
          "\(version.number)  \(version.publishedAt) by \(version.author)\(again): \(version.reason)")
      }
    }
  }
}
