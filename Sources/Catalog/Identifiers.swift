/// An ID assigned by the database; written as a string in JSON.
public protocol Identifier: RawRepresentable<Int64>, Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  init(rawValue: Int64)
}

extension Identifier {
  public init(_ rawValue: Int64) { self.init(rawValue: rawValue) }

  /// Reads a positive decimal number.
  public init?(_ text: some StringProtocol) {
    guard let number = Int64(text), number > 0 else { return nil }
    self.init(rawValue: number)
  }

  /// The same without the cost of a generic text: pages read hundreds of IDs.
  public init?(_ text: String) {
    guard let number = Int64(text), number > 0 else { return nil }
    self.init(rawValue: number)
  }

  public var description: String { String(rawValue) }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

public struct ProductID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct VariantID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CategoryID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct BrandID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The retailer's name for the unit that is sold: one variant, one SKU.
public struct SKU: Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public init(_ text: String) { self.text = text }
  public var description: String { text }
}

/// The code of a price list: `retail` for shoppers, and one for each company's contract.
public struct PriceListCode: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }
  public var description: String { text }

  /// The price list for shoppers without a contract.
  public static let retail: PriceListCode = "retail"
}
