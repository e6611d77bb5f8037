/// A command line that cannot be understood: one line that says what is wrong, one that says what to do.
public struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  public let hint: String

  public init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }

  public var description: String { "\(message)\n\(hint)" }
}

/// What `validate()` throws when arguments, each well formed, do not go together.
public struct ValidationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
