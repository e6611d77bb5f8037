/// The settings in force, and the origin of each.
public struct ResolvedSettings: Sendable {
  public let settings: Settings
  public let entries: [SettingEntry]
  /// The settings file, if one was read.
  public let filePath: String?
  /// `VITRINE_…` variables that are set but name no setting, which reveals misspelt ones.
  public let unusedVariables: [String]

  /// The flag that names the settings file, and its variable.
  public static let fileFlag = "--config"
  public static let fileVariable = "VITRINE_CONFIG"

  /// Every setting, in the order of the groups.
  public static let declarations: [SettingDeclaration] = {
    let config = ConfigReader(providers: [])
    _ = Settings(config)
    return config.entries.map(\.declaration)
  }()

  /// Reads flags (by name, `--http-port`), environment and file, in that order of precedence.
  ///
  /// Throws `InvalidConfiguration` with all faults: values, lines of the file, and unknown keys in the file.
  public init(flags: [String: String], environment: [String: String]) throws(InvalidConfiguration) {
    let variable = environment[Self.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
    let path = flags[Self.fileFlag] ?? variable
    var providers: [any ConfigProvider] = [
      CommandLineArgumentsProvider(flags), EnvironmentVariablesProvider(environment),
    ]
    var unknownKeys: [ConfigError] = []
    if let path {
      do throws(ConfigError) {
        let file = try FileProvider(path: path)
        unknownKeys = Self.unknownKeys(of: file)
        providers.append(file)
      } catch {
        throw InvalidConfiguration([error])
      }
    }
    let config = ConfigReader(providers: providers)
    let settings = Settings(config)
    do throws(InvalidConfiguration) {
      try config.finish()
    } catch {
      throw InvalidConfiguration(unknownKeys + error.errors)
    }
    guard unknownKeys.isEmpty else { throw InvalidConfiguration(unknownKeys) }
    self.settings = settings
    entries = config.entries
    filePath = path
    let known = Set(Self.declarations.map(\.key.environmentVariable) + [Self.fileVariable])
    unusedVariables = environment.keys
      .filter { $0.hasPrefix(ConfigKey.environmentPrefix) && !known.contains($0) }.sorted()
  }

  private static func unknownKeys(of file: FileProvider) -> [ConfigError] {
    let known = declarations.map(\.key.description)
    return file.keys.filter { !known.contains($0) }.map { key in
      let origin = file.values[key].map { "\($0.origin)" } ?? file.path
      let nearest = nearestName(to: key, among: known)
      return ConfigError(
        subject: origin, reason: "'\(key)' is not a setting",
        remedy: nearest.map { "did you mean '\($0)'?" } ?? "'vitrine config' lists all of them")
    }
  }
}
