/// The help of one command, made from its declaration.
struct HelpText: CustomStringConvertible {
  /// The path from the root to the command.
  let path: [any ParsableCommand.Type]
  let arguments: CommandArguments

  /// Terminals are 80 columns wide unless known otherwise.
  static let width = 80
  static let labelWidth = 26

  var description: String {
    let configuration = path[path.count - 1].configuration
    var sections = [configuration.abstract, "usage: " + usageLine]
    if !configuration.discussion.isEmpty { sections.append(configuration.discussion) }
    section("commands", configuration.subcommands.map { ($0.configuration.commandName, $0.configuration.abstract) })
    section("arguments", arguments.positionals.map { ("<\($0.valueName)>", detail(of: $0.definition)) })
    var options = arguments.options.map { (label(of: $0), detail(of: $0.definition)) }
    options.append(("-h, --help", "Prints this."))
    options.append(("--help-settings", "Prints the settings, which every command accepts as options."))
    if path.count == 1 { options.append(("--version", "Prints the version.")) }
    section("options", options)
    return sections.joined(separator: "\n\n")

    func section(_ title: String, _ rows: [(String, String)]) {
      guard !rows.isEmpty else { return }
      sections.append(Self.section(title, rows))
    }
  }

  /// The help of the settings, the same for every command.
  static func ofSettings(_ settings: [SettingDeclaration]) -> String {
    section(
      "settings, accepted by every command as options, from the environment, and from a file", settingLines(settings))
  }

  private static func section(_ title: String, _ rows: [(String, String)]) -> String {
    title + ":\n" + rows.map { row($0.0, $0.1) }.joined(separator: "\n")
  }

  private var usageLine: String {
    var parts = path.map { $0.configuration.commandName }
    for option in arguments.options where option.definition.isRequired {
      parts.append("\(option.longName) <\(option.valueName)>")
    }
    if arguments.options.contains(where: { !$0.definition.isRequired }) { parts.append("[options]") }
    for argument in arguments.positionals {
      let name = "<\(argument.valueName)>" + (argument.definition.isRepeating ? "…" : "")
      parts.append(argument.definition.isRequired ? name : "[\(name)]")
    }
    if !path[path.count - 1].configuration.subcommands.isEmpty { parts.append("<command>") }
    return parts.joined(separator: " ")
  }

  private static func settingLines(_ settings: [SettingDeclaration]) -> [(String, String)] {
    [
      (
        "\(ResolvedSettings.fileFlag) <file>",
        "File of settings, 'key = value' a line; or \(ResolvedSettings.fileVariable)."
      )
    ]
      + settings.map { setting in
        let shownDefault = setting.defaultText.map { " (default: \($0))" } ?? ""
        return (setting.key.flag + (setting.isBoolean ? "" : " <value>"), setting.summary + shownDefault)
      }
  }

  private func label(of argument: CommandArguments.Named) -> String {
    let short = argument.definition.name.shortName.map { "\($0), " } ?? ""
    let value = argument.definition.kind == .option ? " <\(argument.valueName)>" : ""
    return short + argument.longName + value
  }

  private func detail(of definition: ArgumentDefinition) -> String {
    var text = definition.help
    if definition.allowed.hasPrefix("one of ") {
      text += " \(definition.allowed.prefix(1).uppercased())\(definition.allowed.dropFirst())."
    }
    if let shown = definition.defaultText { text += " (default: \(shown))" }
    if definition.kind != .flag && definition.isRequired { text += " (required)" }
    if definition.isRepeating { text += " (may be repeated)" }
    return text
  }

  /// A label and its text, wrapped beside it.
  static func row(_ label: String, _ text: String) -> String {
    var lines: [String] = []
    var line = "  " + label
    if line.count + 2 > labelWidth {
      lines.append(line)
      line = ""
    }
    line += String(repeating: " ", count: labelWidth - line.count)
    var hasWord = false
    for word in text.split(separator: " ") {
      if hasWord && line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: labelWidth)
        hasWord = false
      }
      line += (hasWord ? " " : "") + word
      hasWord = true
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
