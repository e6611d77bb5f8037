/// A command's arguments, found by reflection in its wrapped properties, in their order.
struct CommandArguments {
  /// An argument and the names that its property gives it.
  struct Named {
    let property: String
    let definition: ArgumentDefinition

    /// For a flag that is true by default, the name that turns it off.
    var longName: String {
      let name = definition.name.longName(property: property)
      return definition.isInverted ? "--no-" + name.dropFirst(2) : name
    }

    var valueName: String { definition.valueName ?? String(definition.name.longName(property: property).dropFirst(2)) }
  }

  let positionals: [Named]
  /// Options and flags.
  let options: [Named]

  init(of command: any ParsableCommand) {
    let all = Mirror(reflecting: command).children.compactMap { child -> Named? in
      guard let wrapper = child.value as? any ArgumentWrapper, let label = child.label else { return nil }
      // The compiler stores a wrapped property under its name with a leading underscore.
      return Named(property: label.hasPrefix("_") ? String(label.dropFirst()) : label, definition: wrapper.definition)
    }
    positionals = all.filter { $0.definition.kind == .positional }
    options = all.filter { $0.definition.kind != .positional }
    precondition(
      positionals.dropLast().allSatisfy { !$0.definition.isRepeating },
      "\(type(of: command)): only the last argument may repeat, for it takes all that follow")
  }

  var names: [String] { options.flatMap { [$0.longName, $0.definition.name.shortName].compactMap { $0 } } }

  func named(_ name: String) -> Named? {
    options.first { $0.longName == name || $0.definition.name.shortName == name }
  }

  func positional(at index: Int) -> Named? {
    if index < positionals.count { return positionals[index] }
    return positionals.last.flatMap { $0.definition.isRepeating ? $0 : nil }
  }
}
