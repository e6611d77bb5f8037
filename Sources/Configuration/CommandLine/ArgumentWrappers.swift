/// The name of an option or flag: derived from its property unless given.
public enum NameSpecification: Hashable, Sendable {
  /// `maxItems` → `--max-items`
  case long
  /// `--name`, given without the dashes.
  case customLong(String)
  /// The property's name, and one letter: `-n`.
  case shortAndLong(Character)

  func longName(property: String) -> String {
    switch self {
    case .customLong(let name): "--" + name
    case .long, .shortAndLong: "--" + kebabWords(property).joined(separator: "-")
    }
  }

  var shortName: String? {
    if case .shortAndLong(let letter) = self { "-\(letter)" } else { nil }
  }
}

/// The data that the parser and the help need about an argument, whatever its type.
struct ArgumentDefinition {
  enum Kind {
    case positional, option, flag
  }

  let kind: Kind
  let name: NameSpecification
  let help: String
  let valueName: String?
  let allowed: String
  let defaultText: String?
  let isRequired: Bool
  /// Whether the argument accepts any number of values.
  let isRepeating: Bool
  /// A flag that is true by default; `--no-…` turns it off.
  let isInverted: Bool
  /// Stores one value; false if the value is not permitted by `allowed`.
  let accept: (String) -> Bool
}

/// An argument that the parser finds by reflection in a command's properties.
protocol ArgumentWrapper {
  var definition: ArgumentDefinition { get }
}

/// A parsed value; a class, because the parser fills it after the command was made.
final class ArgumentBox<Value> {
  var value: Value?
  /// Whether a repeating argument still holds its default.
  var isDefault = true

  init(_ value: Value?) {
    self.value = value
  }

  func get() -> Value {
    guard let value else { preconditionFailure("an argument was read before its command was parsed") }
    return value
  }

  /// Stores `text` as the value or, for arrays, as one more element.
  static func single(_ box: ArgumentBox<Value>) -> (String) -> Bool where Value: ExpressibleByArgument {
    { text in
      guard let value = Value(argument: text) else { return false }
      box.value = value
      return true
    }
  }

  static func optional<Wrapped: ExpressibleByArgument>(_ box: ArgumentBox<Value>) -> (String) -> Bool
  where Value == Wrapped? {
    { text in
      guard let value = Wrapped(argument: text) else { return false }
      box.value = .some(value)
      return true
    }
  }

  static func repeating<Element: ExpressibleByArgument>(_ box: ArgumentBox<Value>) -> (String) -> Bool
  where Value == [Element] {
    { text in
      guard let value = Element(argument: text) else { return false }
      box.value = (box.isDefault ? [] : box.value ?? []) + [value]
      box.isDefault = false
      return true
    }
  }
}

/// `--limit 20`: a value with a name.
@propertyWrapper
public struct Option<Value>: ArgumentWrapper {
  let box: ArgumentBox<Value>
  let definition: ArgumentDefinition

  public var wrappedValue: Value { box.get() }

  private init(
    box: ArgumentBox<Value>, name: NameSpecification, help: String, valueName: String?, allowed: String,
    defaultText: String?, isRequired: Bool, isRepeating: Bool = false, accept: @escaping (String) -> Bool
  ) {
    self.box = box
    definition = ArgumentDefinition(
      kind: .option, name: name, help: help, valueName: valueName, allowed: allowed, defaultText: defaultText,
      isRequired: isRequired, isRepeating: isRepeating, isInverted: false, accept: accept)
  }
}

extension Option where Value: ExpressibleByArgument {
  /// An option with a default.
  public init(wrappedValue: Value, name: NameSpecification = .long, help: String, valueName: String? = nil) {
    let box = ArgumentBox<Value>(wrappedValue)
    self.init(
      box: box, name: name, help: help, valueName: valueName, allowed: Value.expectation,
      defaultText: wrappedValue.defaultValueDescription, isRequired: false, accept: ArgumentBox.single(box))
  }

  /// An option that must be given.
  public init(name: NameSpecification = .long, help: String, valueName: String? = nil) {
    let box = ArgumentBox<Value>(nil)
    self.init(
      box: box, name: name, help: help, valueName: valueName, allowed: Value.expectation, defaultText: nil,
      isRequired: true, accept: ArgumentBox.single(box))
  }
}

extension Option {
  /// An option that may be absent.
  public init<Wrapped: ExpressibleByArgument>(
    name: NameSpecification = .long, help: String, valueName: String? = nil
  ) where Value == Wrapped? {
    let box = ArgumentBox<Value>(.some(nil))
    self.init(
      box: box, name: name, help: help, valueName: valueName, allowed: Wrapped.expectation, defaultText: nil,
      isRequired: false, accept: ArgumentBox.optional(box))
  }

  /// An option that may be given several times.
  public init<Element: ExpressibleByArgument>(
    wrappedValue: [Element], name: NameSpecification = .long, help: String, valueName: String? = nil
  ) where Value == [Element] {
    let box = ArgumentBox<Value>(wrappedValue)
    let shown = wrappedValue.map(\.defaultValueDescription).joined(separator: ", ")
    self.init(
      box: box, name: name, help: help, valueName: valueName, allowed: Element.expectation,
      defaultText: shown.isEmpty ? nil : shown, isRequired: false, isRepeating: true,
      accept: ArgumentBox.repeating(box))
  }
}

/// `--json`: a Boolean with a name.
///
/// A flag that is true by default is written `--no-…`; its help describes the negation.
@propertyWrapper
public struct Flag: ArgumentWrapper {
  let box: ArgumentBox<Bool>
  let definition: ArgumentDefinition

  public var wrappedValue: Bool { box.get() }

  public init(wrappedValue: Bool, name: NameSpecification = .long, help: String) {
    let box = ArgumentBox<Bool>(wrappedValue)
    self.box = box
    definition = ArgumentDefinition(
      kind: .flag, name: name, help: help, valueName: nil, allowed: "", defaultText: nil, isRequired: false,
      isRepeating: false, isInverted: wrappedValue,
      accept: { _ in
        box.value = !wrappedValue
        return true
      })
  }
}

/// `catalog.csv`: a value identified by its position.
@propertyWrapper
public struct Argument<Value>: ArgumentWrapper {
  let box: ArgumentBox<Value>
  let definition: ArgumentDefinition

  public var wrappedValue: Value { box.get() }

  private init(
    box: ArgumentBox<Value>, help: String, valueName: String?, allowed: String, defaultText: String?, isRequired: Bool,
    isRepeating: Bool = false, accept: @escaping (String) -> Bool
  ) {
    self.box = box
    definition = ArgumentDefinition(
      kind: .positional, name: .long, help: help, valueName: valueName, allowed: allowed, defaultText: defaultText,
      isRequired: isRequired, isRepeating: isRepeating, isInverted: false, accept: accept)
  }
}

extension Argument where Value: ExpressibleByArgument {
  /// An argument with a default.
  public init(wrappedValue: Value, help: String, valueName: String? = nil) {
    let box = ArgumentBox<Value>(wrappedValue)
    self.init(
      box: box, help: help, valueName: valueName, allowed: Value.expectation,
      defaultText: wrappedValue.defaultValueDescription, isRequired: false, accept: ArgumentBox.single(box))
  }

  /// An argument that must be given.
  public init(help: String, valueName: String? = nil) {
    let box = ArgumentBox<Value>(nil)
    self.init(
      box: box, help: help, valueName: valueName, allowed: Value.expectation, defaultText: nil, isRequired: true,
      accept: ArgumentBox.single(box))
  }
}

extension Argument {
  /// An argument that may be absent.
  public init<Wrapped: ExpressibleByArgument>(help: String, valueName: String? = nil) where Value == Wrapped? {
    let box = ArgumentBox<Value>(.some(nil))
    self.init(
      box: box, help: help, valueName: valueName, allowed: Wrapped.expectation, defaultText: nil, isRequired: false,
      accept: ArgumentBox.optional(box))
  }

  /// Any number of arguments, or none.
  public init<Element: ExpressibleByArgument>(wrappedValue: [Element], help: String, valueName: String? = nil)
  where Value == [Element] {
    let box = ArgumentBox<Value>(wrappedValue)
    self.init(
      box: box, help: help, valueName: valueName, allowed: Element.expectation, defaultText: nil, isRequired: false,
      isRepeating: true, accept: ArgumentBox.repeating(box))
  }

  /// Any number of arguments, at least one.
  public init<Element: ExpressibleByArgument>(help: String, valueName: String? = nil) where Value == [Element] {
    let box = ArgumentBox<Value>(nil)
    self.init(
      box: box, help: help, valueName: valueName, allowed: Element.expectation, defaultText: nil, isRequired: true,
      isRepeating: true, accept: ArgumentBox.repeating(box))
  }
}
