/// The help of one command, made from its declaration.
struct HelpText: CustomStringConvertible {
  /// The path from the root to the command.
  let path: [any ParsableCommand.Type]
  let arguments: CommandArguments
  let settings: [SettingDeclaration]

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
    if path.count == 1 { options.append(("--version", "Prints the version.")) }
    section("options", options)
    if configuration.listsSettings {
      section("settings, taken by every command, from the environment and from a file as well", settingLines)
    } else {
      sections.append("Every command takes the settings as well, such as --http-port 8081; see '\(listingCommand)'.")
    }
    return sections.joined(separator: "\n\n")

    func section(_ title: String, _ rows: [(String, String)]) {
      guard !rows.isEmpty else { return }
      sections.append(title + ":\n" + rows.map { Self.row($0.0, $0.1) }.joined(separator: "\n"))
    }
  }

  /// The command whose help lists the settings.
  private var listingCommand: String {
    let root = path[0].configuration
    let lister = root.subcommands.first { $0.configuration.listsSettings }
    return ([root.commandName] + (lister.map { [$0.configuration.commandName] } ?? []) + ["--help"])
      .joined(separator: " ")
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

  private var settingLines: [(String, String)] {
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
