/// Input that the shop cannot follow: names the parameter and says what is allowed.
public struct InvalidInput: Error, Sendable, Hashable, CustomStringConvertible {
  public var parameter: String
  public var reason: String

  public init(parameter: String, reason: String) {
    self.parameter = parameter
    self.reason = reason
  }

  public var description: String { "\(parameter): \(reason)" }
}
