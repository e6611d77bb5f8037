/// The result of a command for the shell; may be thrown when there is nothing more to say.
public struct ExitCode: Error, Hashable, Sendable, RawRepresentable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Success.
  public static let success = ExitCode(rawValue: 0)
  /// The attempt failed; the reason was printed.
  public static let failure = ExitCode(rawValue: 1)
  /// Not attempted: the command line or the configuration is wrong.
  public static let validationFailure = ExitCode(rawValue: 2)
  /// The command succeeded, but a gate (checks of an index, a model, a price) refused the result.
  public static let gateRefused = ExitCode(rawValue: 3)
}
