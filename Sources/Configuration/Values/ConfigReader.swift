/// The facts about a setting other than its value.
public struct SettingDeclaration: Hashable, Sendable {
  public let key: ConfigKey
  /// The permitted values: `0 to 65535`, `true or false`, `text`.
  public let allowed: String
  /// The default as it would be written; nil if the setting may be absent.
  public let defaultText: String?
  /// One sentence for the help and for `docs/reference/settings.md`.
  public let summary: String
  public let isSecret: Bool
  /// A Boolean's flag needs no value: `--redis-enabled`, `--no-redis-enabled`.
  public let isBoolean: Bool
}

/// A setting in force.
public struct SettingEntry: Hashable, Sendable {
  public let declaration: SettingDeclaration
  /// nil if the setting is absent. A secret is already blanked.
  public let shownText: String?
  public let origin: ConfigOrigin
}

/// Reads typed settings from providers, of which the first that has the key wins, and records what it read.
///
/// A call that reads a setting is also its only declaration: it states key, type, default, allowed range and sentence.
/// A wrong value is recorded and the default returned, so that a start reports every wrong value at once; `finish()`
/// throws the recorded errors.
public struct ConfigReader {
  private let providers: [any ConfigProvider]
  private let prefix: [String]
  private let record: Record

  /// The entries and errors so far; the readers of all scopes share them.
  private final class Record {
    var entries: [SettingEntry] = []
    var errors: [ConfigError] = []
  }

  public init(providers: [any ConfigProvider]) {
    self.init(providers: providers, prefix: [], record: Record())
  }

  private init(providers: [any ConfigProvider], prefix: [String], record: Record) {
    self.providers = providers
    self.prefix = prefix
    self.record = record
  }

  /// A reader with `name` as the prefix of its keys: `scoped(to: "http")` reads `port` as `http.port`.
  public func scoped(to name: String) -> ConfigReader {
    ConfigReader(providers: providers, prefix: prefix + [name], record: record)
  }

  public var entries: [SettingEntry] { record.entries }

  /// Throws all errors since the first reading.
  public func finish() throws(InvalidConfiguration) {
    guard record.errors.isEmpty else { throw InvalidConfiguration(record.errors) }
  }

  /// A whole number in `range`.
  public func int(forKey key: String, default value: Int, in range: ClosedRange<Int>, _ summary: String) -> Int {
    read(
      key, default: value, allowed: "a whole number, \(range.lowerBound) to \(range.upperBound)", summary,
      write: String.init, parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })!
  }

  /// `true` or `false`; `yes`, `no`, `on`, `off`, `1` and `0` are accepted too.
  public func bool(forKey key: String, default value: Bool, _ summary: String) -> Bool {
    read(
      key, default: value, allowed: "true or false", summary, isBoolean: true, write: String.init,
      parse: Self.boolean)!
  }

  /// One of an enumeration's cases, by its raw value.
  public func string<Choice>(
    forKey key: String, as type: Choice.Type, default value: Choice, _ summary: String
  ) -> Choice where Choice: RawRepresentable<String> & CaseIterable {
    read(
      key, default: value, allowed: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), summary,
      write: \.rawValue, parse: { Choice(rawValue: $0) })!
  }

  /// Text. `allowed` describes in words the values that `isAllowed` accepts.
  public func string(
    forKey key: String, default value: String, allowed: String = plainText,
    where isAllowed: (String) -> Bool = isPlainText, _ summary: String
  ) -> String {
    read(key, default: value, allowed: allowed, summary, write: { $0 }, parse: { isAllowed($0) ? $0 : nil })!
  }

  /// Text that may be absent. A secret is never shown.
  public func string(
    forKey key: String, allowed: String = plainText, where isAllowed: (String) -> Bool = isPlainText,
    isSecret: Bool = false, _ summary: String
  ) -> String? {
    read(
      key, default: nil, allowed: allowed, summary, isSecret: isSecret, write: { $0 },
      parse: { isAllowed($0) ? $0 : nil })
  }

  /// A value of any type that `parse` reads from text; absent if `value` is nil and nothing is given.
  ///
  /// `write` gives the text to show, without secrets such as a URL's password. If `showsRefusedText` is false, the
  /// error does not repeat an unreadable value either.
  public func value<Value>(
    forKey key: String, default value: Value?, allowed: String, showsRefusedText: Bool = true, _ summary: String,
    write: (Value) -> String, parse: (String) -> Value?
  ) -> Value? {
    read(
      key, default: value, allowed: allowed, summary, showsRefusedText: showsRefusedText, write: write, parse: parse)
  }

  /// Whether any provider has the key, with a valid value or not.
  public func isGiven(_ key: String) -> Bool { given(ConfigKey(prefix + [key])) != nil }

  /// Records that a well-formed value contradicts other values.
  public func refuse(key: String, reason: String, remedy: String? = nil) {
    let key = ConfigKey(prefix + [key])
    let origin = given(key)?.origin ?? .builtIn
    let entry = record.entries.last { $0.declaration.key == key }
    let shown = entry?.shownText.map { entry?.declaration.isSecret == true ? " = \($0)" : " = '\($0)'" } ?? ""
    record.errors.append(ConfigError(subject: "\(key)\(shown) (\(origin))", reason: reason, remedy: remedy))
  }

  private func given(_ key: ConfigKey) -> ConfigValue? {
    for provider in providers {
      if let value = provider.value(forKey: key) { return value }
    }
    return nil
  }

  private func read<Value>(
    _ name: String, default fallback: Value?, allowed: String, _ summary: String, isSecret: Bool = false,
    isBoolean: Bool = false, showsRefusedText: Bool = true, write: (Value) -> String, parse: (String) -> Value?
  ) -> Value? {
    let key = ConfigKey(prefix + [name])
    let declaration = SettingDeclaration(
      key: key, allowed: allowed, defaultText: fallback.map(write), summary: summary, isSecret: isSecret,
      isBoolean: isBoolean)
    let given = given(key)
    let value = given.flatMap { parse($0.text) } ?? fallback
    if let given, parse(given.text) == nil {
      let shown = isSecret || !showsRefusedText ? "(not shown)" : "'\(given.text.prefix(200))'"
      record.errors.append(
        ConfigError(subject: "\(key) = \(shown) (\(given.origin))", reason: "must be \(allowed)"))
    }
    record.entries.append(
      SettingEntry(
        declaration: declaration, shownText: value.map { isSecret ? "(secret)" : write($0) },
        origin: given?.origin ?? .builtIn))
    return value
  }

  /// A description of the texts that `isPlainText` accepts.
  public static let plainText = "text of one line, not empty"

  /// One line, so that the value can be shown on one line and written in a settings file.
  public static func isPlainText(_ text: String) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }

  private static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }
}
