/// One restriction of the results. Values of one filter widen it, several filters narrow.
public enum SearchFilter: Sendable, Hashable {
  case category(CategoryID)
  case brand([String])
  /// In minor units; both ends inside.
  case price(lower: Int64?, upper: Int64?)
  case minimumRating(Double)
  case inStock
  case reduced
  case releasedWithin(days: Int)
  case attribute(code: String, values: [String])
  case attributeRange(code: String, lower: Double?, upper: Double?)

  /// A range as an address has it, in the shortest form: `2..5`, `13..16.5`, `10..`.
  public static func rangeText(_ lower: Double?, _ upper: Double?) -> String {
    func text(_ number: Double?) -> String {
      number.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int64(saturating: $0)) : String($0) } ?? ""
    }
    return "\(text(lower))..\(text(upper))"
  }

  /// The attribute that it restricts, by values or by a range.
  public var attributeCode: String? {
    switch self {
    case .attribute(let code, _), .attributeRange(let code, _, _): code
    case .category, .brand, .price, .minimumRating, .inStock, .reduced, .releasedWithin: nil
    }
  }

  /// The facet that this filter belongs to, whose counts are made without it.
  public var facetCode: String {
    switch self {
    case .category: "category"
    case .brand: "brand"
    case .price: "price"
    case .minimumRating: "rating"
    case .inStock: "stock"
    case .reduced: "reduced"
    case .releasedWithin: "released"
    case .attribute(let code, _), .attributeRange(let code, _, _): code
    }
  }
}

extension SearchFilter {
  /// The values of `filter=` that read back as this filter.
  public func texts(currency: Currency) -> [String] {
    switch self {
    case .category(let id): return ["category:\(id)"]
    case .brand(let names): return names.map { "brand:\($0)" }
    case .price(let lower, let upper):
      func text(_ amount: Int64?) -> String {
        amount.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
      }
      return ["price:\(text(lower))..\(text(upper))"]
    case .minimumRating(let stars): return ["rating:\(stars.shortText)"]
    case .inStock: return ["stock:yes"]
    case .reduced: return ["reduced:yes"]
    case .releasedWithin(let days): return ["released:\(days)d"]
    case .attribute(let code, let values): return values.map { "\(code):\($0)" }
    case .attributeRange(let code, let lower, let upper):
      return ["\(code):\(Self.rangeText(lower, upper))"]
    }
  }
}
