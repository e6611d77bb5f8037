/// The origin of a value.
public enum ConfigOrigin: Hashable, Sendable, CustomStringConvertible {
  case builtIn
  case flag(String)
  case environment(String)
  case file(path: String, line: Int)

  public var description: String {
    switch self {
    case .builtIn: "default"
    case .flag(let name): "flag \(name)"
    case .environment(let name): "environment \(name)"
    case .file(let path, let line): "\(path):\(line)"
    }
  }
}

/// A value as written, and its origin.
public struct ConfigValue: Hashable, Sendable {
  public let text: String
  public let origin: ConfigOrigin

  public init(text: String, origin: ConfigOrigin) {
    self.text = text
    self.origin = origin
  }
}

/// One source of values: the command line, the environment or a file.
public protocol ConfigProvider: Sendable {
  func value(forKey key: ConfigKey) -> ConfigValue?
}

/// The settings given as flags, by the flag's name (`--http-port`).
public struct CommandLineArgumentsProvider: ConfigProvider {
  let valuesByFlag: [String: String]

  public init(_ valuesByFlag: [String: String]) {
    self.valuesByFlag = valuesByFlag
  }

  public func value(forKey key: ConfigKey) -> ConfigValue? {
    valuesByFlag[key.flag].map { ConfigValue(text: $0, origin: .flag(key.flag)) }
  }
}

/// The process's environment. A variable with an empty value counts as unset, as in most shell scripts.
public struct EnvironmentVariablesProvider: ConfigProvider {
  let variables: [String: String]

  public init(_ variables: [String: String]) {
    self.variables = variables
  }

  public func value(forKey key: ConfigKey) -> ConfigValue? {
    guard let text = variables[key.environmentVariable], !text.isEmpty else { return nil }
    return ConfigValue(text: text, origin: .environment(key.environmentVariable))
  }
}
