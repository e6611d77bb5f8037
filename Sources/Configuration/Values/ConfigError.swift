/// The reason why a setting, or the file with the settings, was refused.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The refused setting: `http.port = '99999' (environment VITRINE_HTTP_PORT)`.
  public let subject: String
  /// `must be 0 to 65535`
  public let reason: String
  /// The remedy, if the reason alone does not give it.
  public let remedy: String?

  public init(subject: String, reason: String, remedy: String? = nil) {
    self.subject = subject
    self.reason = reason
    self.remedy = remedy
  }

  public var description: String {
    "\(subject): \(reason)" + (remedy.map { "; \($0)" } ?? "")
  }
}

/// All faults of the configuration, so that one start shows all of them.
public struct InvalidConfiguration: Error, Hashable, Sendable, CustomStringConvertible {
  public let errors: [ConfigError]

  public init(_ errors: [ConfigError]) {
    self.errors = errors
  }

  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
