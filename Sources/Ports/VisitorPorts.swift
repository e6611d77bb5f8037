/// A visitor's number: 128 random bits, which say nothing about a person.
public struct VisitorID: Hashable, Sendable, CustomStringConvertible {
  /// 32 hexadecimal digits.
  public let text: String

  /// nil if `text` is not 32 hexadecimal digits.
  public init?(_ text: String) {
    guard isLowercaseHexadecimal(text, digits: 32) else { return nil }
    self.text = text
  }

  /// A new visitor's number, from the system's random numbers.
  public static func random() -> VisitorID {
    let digits = Array("0123456789abcdef".utf8)
    var random = SystemRandomNumberGenerator()
    let text = (0..<32).map { _ in digits[Int(truncatingIfNeeded: random.next() & 15)] }
    guard let id = VisitorID(String(decoding: text, as: UTF8.self)) else { preconditionFailure("32 digits are an id") }
    return id
  }

  public var description: String { text }
}

/// Whether a text is exactly so many hexadecimal digits, the written form of IDs.
func isLowercaseHexadecimal(_ text: String, digits: Int) -> Bool {
  text.utf8.count == digits && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}

/// Remembers a visitor's searches. The shop works without it.
public protocol RecentSearches: Sendable {
  func record(_ text: String, by visitor: VisitorID) async throws
  /// Newest first, each text once.
  func searches(of visitor: VisitorID) async throws -> [String]
}

/// Knows the queries of many shoppers.
public protocol PopularQueries: Sendable {
  /// At most `limit` queries that found something and begin with the given text, the most frequent first.
  func queries(startingWith text: String, limit: Int) async throws -> [String]
}
