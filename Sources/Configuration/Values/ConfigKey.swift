/// A setting's name, dotted and in lower camel case: `http.maxConnections`.
///
/// Two other spellings follow from it: the flag `--http-max-connections` and the environment's
/// `VITRINE_HTTP_MAX_CONNECTIONS`.
public struct ConfigKey: Hashable, Sendable, CustomStringConvertible {
  public let components: [String]

  public init(_ components: [String]) {
    self.components = components
  }

  /// Splits at the dots: `"http.port"` → `http`, `port`.
  public init(dotted: String) {
    self.init(dotted.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
  }

  public var description: String { components.joined(separator: ".") }

  /// Its name on the command line: `--http-max-connections`.
  public var flag: String { "--" + words.joined(separator: "-") }

  /// Its name in the environment: `VITRINE_HTTP_MAX_CONNECTIONS`.
  public var environmentVariable: String {
    Self.environmentPrefix + words.map { $0.uppercased() }.joined(separator: "_")
  }

  static let environmentPrefix = "VITRINE_"

  private var words: [String] { components.flatMap { kebabWords($0) } }
}

/// Splits lower camel case into lower-case words: `"maxBodyBytes"` → `max`, `body`, `bytes`.
func kebabWords(_ camelCase: String) -> [String] {
  var words: [String] = [""]
  for character in camelCase {
    if character.isUppercase { words.append("") }
    words[words.count - 1] += character.lowercased()
  }
  return words.filter { !$0.isEmpty }
}
