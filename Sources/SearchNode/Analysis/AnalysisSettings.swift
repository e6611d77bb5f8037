import JSON

/// The settings of one tokenizer, filter or analyzer: strings by dotted name, as Elasticsearch keeps them.
struct ComponentSettings: Sendable {
  /// The value of a setting, after numbers and Booleans have been written as text.
  enum Value: Sendable, Equatable {
    case text(String)
    case list([String])
  }

  /// Limits that the index sets for all its components.
  struct Limits: Sendable {
    /// The most by which `max_gram` may exceed `min_gram` in an n-gram: `index.max_ngram_diff`.
    var nGramDifference = 1
    /// The most by which `max_shingle_size` may exceed `min_shingle_size`: `index.max_shingle_diff`.
    var shingleDifference = 3
  }

  let name: String
  /// Whether an analyzer names the type directly: some defaults then differ.
  let isBare: Bool
  let limits: Limits
  private(set) var values: [String: Value]

  init(name: String, values: [String: Value] = [:], isBare: Bool = false, limits: Limits = Limits()) {
    self.name = name
    self.values = values
    self.isBare = isBare
    self.limits = limits
  }

  var type: String? { text("type") }

  func text(_ key: String) -> String? {
    switch values[key] {
    case .text(let text): text
    case .list(let items): items.count == 1 ? items[0] : nil
    case nil: nil
    }
  }

  /// A list, or the items of a text separated by commas.
  func list(_ key: String) -> [String]? {
    switch values[key] {
    case .list(let items): items
    case .text(let text):
      text.isEmpty
        ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed(String($0)) }
    case nil: nil
    }
  }

  /// A list of rules, in which a comma has no meaning.
  func rules(_ key: String) -> [String]? {
    switch values[key] {
    case .list(let items): items
    case .text(let text): [text]
    case nil: nil
    }
  }

  func int(_ key: String, default value: Int) throws(AnalysisError) -> Int {
    guard let text = text(key) else { return value }
    guard let number = Int(text) else {
      throw AnalysisError("Failed to parse int setting [\(key)] with value [\(text)]", type: "settings_exception")
    }
    return number
  }

  func bool(_ key: String, default value: Bool) throws(AnalysisError) -> Bool {
    switch text(key) {
    case nil: value
    case "true": true
    case "false": false
    case .some(let text):
      throw AnalysisError("Failed to parse value [\(text)] as only [true] or [false] are allowed.")
    }
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// The `analysis` part of an index's settings, by kind and name.
struct AnalysisSettings: Sendable {
  /// The kinds of components, with their names in the settings.
  enum Kind: String, Sendable, CaseIterable {
    case analyzer, normalizer, tokenizer, filter
    case characterFilter = "char_filter"
  }

  private(set) var components: [Kind: [String: ComponentSettings]] = [:]
  private(set) var limits = ComponentSettings.Limits()

  /// Reads `settings`: names may begin with `index.`, and dots may replace nesting.
  init(_ settings: JSONValue) {
    var flat: [(path: String, value: ComponentSettings.Value)] = []
    Self.flatten(settings, path: "", into: &flat)
    var values: [Kind: [String: [String: ComponentSettings.Value]]] = [:]
    for (path, value) in flat {
      var parts = path.split(separator: ".", omittingEmptySubsequences: false)[...]
      if parts.first == "settings" { parts.removeFirst() }
      if parts.first == "index" { parts.removeFirst() }
      if parts.count == 1, case .text(let text) = value, let number = Int(text) {
        if parts.first == "max_ngram_diff" { limits.nGramDifference = number }
        if parts.first == "max_shingle_diff" { limits.shingleDifference = number }
      }
      guard parts.popFirst() == "analysis", let kind = parts.popFirst().flatMap({ Kind(rawValue: String($0)) }),
        let name = parts.popFirst(), !parts.isEmpty
      else { continue }
      values[kind, default: [:]][String(name), default: [:]][parts.joined(separator: ".")] = value
    }
    let limits = limits
    components = values.mapValues { named in
      Dictionary(uniqueKeysWithValues: named.map { ($0, ComponentSettings(name: $0, values: $1, limits: limits)) })
    }
  }

  /// The components of a kind, sorted by name, so that of several errors the same one is always thrown.
  func sorted(_ kind: Kind) -> [(name: String, component: ComponentSettings)] {
    (components[kind] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func flatten(
    _ value: JSONValue, path: String, into flat: inout [(path: String, value: ComponentSettings.Value)]
  ) {
    if let object = value.object {
      for member in object.members {
        flatten(member.value, path: path.isEmpty ? member.name : path + "." + member.name, into: &flat)
      }
    } else if let items = value.array {
      flat.append((path, .list(items.map(text))))
    } else if !value.isNull {
      flat.append((path, .text(text(value))))
    }
  }

  private static func text(_ value: JSONValue) -> String {
    value.string ?? value.text
  }
}
