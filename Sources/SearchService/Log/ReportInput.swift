public import Catalog

/// Which days a report is of, and how long its lists are.
public struct ReportInput: Sendable, Hashable {
  public static let usualDays = 30
  public static let usualLimit = 20
  public static let allowedDays = 1...365
  public static let allowedLimit = 1...1_000

  public var days = usualDays
  public var limit = usualLimit

  /// Reads the parameters of an address: `days`, `limit`.
  public init(parameters: [(name: String, value: String)]) throws(InvalidInput) {
    for (name, value) in parameters {
      switch name {
      case "days": days = try Self.number(value, of: name, within: Self.allowedDays)
      case "limit": limit = try Self.number(value, of: name, within: Self.allowedLimit)
      default:
        throw InvalidInput(
          parameter: String(name.prefix(40)), reason: "is not a parameter of reports: they take days and limit")
      }
    }
  }

  public static func takes(parameter name: String) -> Bool { name == "days" || name == "limit" }

  private static func number(
    _ text: String, of name: String, within range: ClosedRange<Int>
  ) throws(InvalidInput) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw InvalidInput(
        parameter: name, reason: "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
