/// Reads a command line: the command, its arguments, and the settings that every command accepts as flags.
public struct CommandLineParser: Sendable {
  /// The result of parsing.
  public enum Outcome {
    case run(any ParsableCommand, settingFlags: [String: String])
    /// Text to print before a successful exit: help or the version.
    case show(String)
  }

  let root: any ParsableCommand.Type
  let version: String
  let settings: [SettingDeclaration]

  public init(root: any ParsableCommand.Type, version: String, settings: [SettingDeclaration]) {
    self.root = root
    self.version = version
    self.settings = settings
  }

  /// Parses the words after the executable's name. Throws `UsageError`.
  public func parse(_ words: [String]) throws(UsageError) -> Outcome {
    var parse = CommandLineParse(parser: self, words: words[...])
    return try parse.run()
  }

  /// The settings' flags by name, with the negations of the Boolean ones.
  var settingFlags: [String: SettingFlag] {
    var flags = [ResolvedSettings.fileFlag: SettingFlag(name: ResolvedSettings.fileFlag, fixedValue: nil)]
    for setting in settings {
      let name = setting.key.flag
      flags[name] = SettingFlag(name: name, fixedValue: setting.isBoolean ? "true" : nil)
      if setting.isBoolean { flags["--no-" + name.dropFirst(2)] = SettingFlag(name: name, fixedValue: "false") }
    }
    return flags
  }
}

/// A setting on the command line; a Boolean's flag implies its value.
struct SettingFlag {
  let name: String
  let fixedValue: String?
}

/// One command line being parsed.
struct CommandLineParse {
  let parser: CommandLineParser
  let settingFlags: [String: SettingFlag]
  var words: ArraySlice<String>
  /// The commands from the root down; the parser is filling the last one.
  var path: [any ParsableCommand.Type]
  var command: any ParsableCommand
  var arguments: CommandArguments
  var givenNames: Set<String> = []
  var positionalCount = 0
  var givenSettings: [String: String] = [:]

  init(parser: CommandLineParser, words: ArraySlice<String>) {
    self.parser = parser
    self.words = words
    settingFlags = parser.settingFlags
    path = [parser.root]
    command = parser.root.init()
    arguments = CommandArguments(of: command)
  }

  mutating func run() throws(UsageError) -> CommandLineParser.Outcome {
    var onlyPositional = false
    while let word = words.popFirst() {
      if onlyPositional || !word.hasPrefix("-") || word == "-" {
        if let shown = try takeWord(word) { return .show(shown) }
        continue
      }
      switch word {
      case "--": onlyPositional = true
      case "-h", "--help": return .show(helpText)
      case "--help-settings": return .show(HelpText.ofSettings(parser.settings))
      case "--version": return .show(parser.version)
      default: try takeNamed(word)
      }
    }
    if let next = configuration.defaultSubcommand { descend(into: next) }
    if !configuration.subcommands.isEmpty {
      if path.count == 1 && givenSettings.isEmpty { return .show(helpText) }
      throw usage("'\(commandPath)' needs a command: \(subcommandNames.joined(separator: ", "))")
    }
    try checkComplete()
    return .run(command, settingFlags: givenSettings)
  }

  private var configuration: CommandConfiguration { type(of: command).configuration }
  private var subcommandNames: [String] { configuration.subcommands.map { $0.configuration.commandName } }
  private var commandPath: String { path.map { $0.configuration.commandName }.joined(separator: " ") }

  private var helpText: String {
    HelpText(path: path, arguments: arguments).description
  }

  private func usage(_ message: String, nearest: String? = nil) -> UsageError {
    let help = "see '\(commandPath) --help'"
    return UsageError(message, hint: nearest.map { "did you mean '\($0)'? Otherwise \(help)." } ?? help + ".")
  }

  /// Reads a subcommand's name or a positional argument; returns the help if the word asks for it.
  private mutating func takeWord(_ word: String) throws(UsageError) -> String? {
    if !configuration.subcommands.isEmpty {
      if word == "help" && path.count == 1 { return try helpOfRest() }
      guard let next = configuration.defaultSubcommand, !subcommandNames.contains(word) else {
        try descend(to: word)
        return nil
      }
      descend(into: next)
    }
    guard let argument = arguments.positional(at: positionalCount) else {
      throw usage("'\(commandPath)' takes no further argument, but got '\(word)'")
    }
    positionalCount += 1
    guard argument.definition.accept(word) else {
      throw usage("<\(argument.valueName)> is '\(word)', but must be \(argument.definition.allowed)")
    }
    return nil
  }

  private mutating func descend(to name: String) throws(UsageError) {
    guard let next = configuration.subcommands.first(where: { $0.configuration.commandName == name }) else {
      throw usage("'\(commandPath)' has no command '\(name)'", nearest: nearestName(to: name, among: subcommandNames))
    }
    descend(into: next)
  }

  private mutating func descend(into next: any ParsableCommand.Type) {
    path.append(next)
    command = next.init()
    arguments = CommandArguments(of: command)
  }

  private mutating func helpOfRest() throws(UsageError) -> String {
    while let word = words.popFirst(), !word.hasPrefix("-") { try descend(to: word) }
    return helpText
  }

  /// Reads `--name value`, `--name=value`, `--flag` or `-n value`.
  private mutating func takeNamed(_ word: String) throws(UsageError) {
    let (name, attached) = word.cut(at: "=").map { (String($0.0), String($0.1)) } ?? (word, nil)
    if let next = configuration.defaultSubcommand, settingFlags[name] == nil { descend(into: next) }
    if let argument = arguments.named(name) {
      if argument.definition.kind == .flag {
        if attached != nil { throw usage("flag '\(name)' takes no value, but got '\(word)'") }
        _ = argument.definition.accept("")
        return
      }
      if !givenNames.insert(argument.longName).inserted && !argument.definition.isRepeating {
        throw usage("option '\(name)' is given twice")
      }
      let value = try value(of: name, attached)
      guard argument.definition.accept(value) else {
        throw usage("option '\(name)' is '\(value)', but must be \(argument.definition.allowed)")
      }
      return
    }
    guard let flag = settingFlags[name] else {
      let known = arguments.names + settingFlags.keys.sorted() + ["--help", "--help-settings", "--version"]
      throw usage("'\(commandPath)' has no option '\(name)'", nearest: nearestName(to: name, among: known))
    }
    guard let fixed = flag.fixedValue else {
      givenSettings[flag.name] = try value(of: name, attached)
      return
    }
    if attached != nil && flag.name != name { throw usage("flag '\(name)' takes no value, but got '\(word)'") }
    // A Boolean value may be spelt out: attached, or as the next word where that is true or false.
    if attached == nil, flag.name == name, let next = words.first, next == "true" || next == "false" {
      words.removeFirst()
      givenSettings[flag.name] = next
      return
    }
    givenSettings[flag.name] = attached ?? fixed
  }

  /// The text after the `=`, otherwise the next word.
  private mutating func value(of name: String, _ attached: String?) throws(UsageError) -> String {
    if let attached { return attached }
    // A word that begins with a dash usually means a forgotten value; `=` passes it nevertheless.
    guard let next = words.first, !next.hasPrefix("-") || next == "-" || Double(next) != nil else {
      throw usage("option '\(name)' needs a value")
    }
    words.removeFirst()
    return next
  }

  private func checkComplete() throws(UsageError) {
    for (index, argument) in arguments.positionals.enumerated()
    where argument.definition.isRequired && index >= positionalCount {
      throw usage("'\(commandPath)' needs <\(argument.valueName)>: \(argument.definition.help)")
    }
    for argument in arguments.options where argument.definition.isRequired && !givenNames.contains(argument.longName) {
      throw usage("'\(commandPath)' needs \(argument.longName): \(argument.definition.help)")
    }
    do {
      try command.validate()
    } catch {
      throw usage("\(error)")
    }
  }
}
