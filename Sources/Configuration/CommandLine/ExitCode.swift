/// How a command ended, for the shell; may be thrown where nothing more is to be said.
public struct ExitCode: Error, Hashable, Sendable, RawRepresentable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Done.
  public static let success = ExitCode(rawValue: 0)
  /// Tried and failed; the reason was printed.
  public static let failure = ExitCode(rawValue: 1)
  /// Not tried: the command line or the configuration is wrong.
  public static let validationFailure = ExitCode(rawValue: 2)
  /// Done as asked, and a gate (checks of an index, a model, a price) refused the result.
  public static let gateRefused = ExitCode(rawValue: 3)
}
