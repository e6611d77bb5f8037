/// A type whose values can be written on the command line.
public protocol ExpressibleByArgument {
  init?(argument: String)
  /// The text of the value as a default in the help.
  var defaultValueDescription: String { get }
  /// All permitted values, if the list is short.
  static var allValueStrings: [String] { get }
  /// The permitted values in a few words: `a whole number`.
  static var expectation: String { get }
}

extension ExpressibleByArgument {
  public var defaultValueDescription: String { "\(self)" }
  public static var allValueStrings: [String] { [] }
  public static var expectation: String {
    allValueStrings.isEmpty ? "a \(Self.self)" : "one of " + allValueStrings.joined(separator: ", ")
  }
}

extension String: ExpressibleByArgument {
  public init?(argument: String) { self = argument }
  public static var expectation: String { "text" }
}

extension Int: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var expectation: String { "a whole number" }
}

extension UInt64: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var expectation: String { "a whole number, not negative" }
}

extension Double: ExpressibleByArgument {
  public init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
  public static var expectation: String { "a number" }
}

/// An enumeration of texts needs only the conformance.
extension ExpressibleByArgument where Self: RawRepresentable<String> & CaseIterable {
  public init?(argument: String) { self.init(rawValue: argument) }
  public var defaultValueDescription: String { rawValue }
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}
