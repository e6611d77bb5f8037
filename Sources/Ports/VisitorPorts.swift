public import Catalog

/// Who looks around, by a number of 128 random bits that says nothing about a person.
public struct VisitorID: Hashable, Sendable, CustomStringConvertible {
  /// 32 hexadecimal digits.
  public let text: String

  /// nil where `text` is not 32 hexadecimal digits.
  public init?(_ text: String) {
    guard isLowercaseHexadecimal(text, digits: 32) else { return nil }
    self.text = text
  }

  /// A new visitor's, from the system's random numbers.
  public static func random() -> VisitorID {
    let digits = Array("0123456789abcdef".utf8)
    var random = SystemRandomNumberGenerator()
    let text = (0..<32).map { _ in digits[Int(truncatingIfNeeded: random.next() & 15)] }
    guard let id = VisitorID(String(decoding: text, as: UTF8.self)) else { preconditionFailure("32 digits are an id") }
    return id
  }

  public var description: String { text }
}

/// Whether a text is so many hexadecimal digits, as an id that goes out and comes back is written.
func isLowercaseHexadecimal(_ text: String, digits: Int) -> Bool {
  text.utf8.count == digits && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}

/// Remembers what a visitor looked at. The shop goes on without it.
public protocol RecentlyViewed: Sendable {
  func record(_ product: ProductID, by visitor: VisitorID) async throws
  /// The newest first, each product once.
  func products(of visitor: VisitorID, limit: Int) async throws -> [ProductID]
}

/// Remembers what a visitor searched for. The shop goes on without it.
public protocol RecentSearches: Sendable {
  func record(_ text: String, by visitor: VisitorID) async throws
  /// The newest first, each text once.
  func searches(of visitor: VisitorID) async throws -> [String]
}

/// Knows what many shoppers search for.
public protocol PopularQueries: Sendable {
  /// Queries that found something and begin so, the most frequent first, at most `limit`.
  func queries(startingWith text: String, limit: Int) async throws -> [String]
}
