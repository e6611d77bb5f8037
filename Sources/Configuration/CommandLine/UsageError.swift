/// A command line that cannot be understood: one line names the fault, and one says what to do.
public struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  public let hint: String

  public init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }

  public var description: String { "\(message)\n\(hint)" }
}

/// The error of `validate()` for arguments that are well formed but do not go together.
public struct ValidationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
