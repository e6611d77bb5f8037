public import Catalog

/// Something that a query names: a brand, a category, a colour, a size, a price.
public struct Recognition: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable { case brand, category, colour, size, attribute, measure, price }

  /// What it asks of a product.
  public enum Constraint: Sendable, Hashable {
    case brand(String)
    case category([CategoryID])
    /// Any of these values of these attributes.
    case values([AttributePair])
    /// Any of these attributes between two numbers.
    case numbers([NumberRange])
    /// In minor units; both ends inside.
    case price(lower: Int64?, upper: Int64?)
    /// The cheaper, the better: half the weight at this price, in minor units.
    case lowPrice(typical: Int64)
  }

  public struct AttributePair: Sendable, Hashable {
    public var code: String
    public var value: String
  }

  public struct NumberRange: Sendable, Hashable {
    public var code: String
    public var lower: Double
    public var upper: Double
  }

  public var kind: Kind
  /// As a shopper reads it: `Red`, `under £50`.
  public var label: String
  /// The words of the query that say it.
  public var words: String
  public var constraint: Constraint
  /// A filter, because it is sure; else what has it stands higher.
  public var isFilter: Bool

  /// How an address names it, to have it left out: `colour:Red`.
  public var reference: String { "\(kind.rawValue):\(label)" }
}
