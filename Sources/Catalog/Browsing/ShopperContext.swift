/// For whom prices and products are looked up. It holds a contract's lists and nothing about a person.
public struct ShopperContext: Sendable, Hashable {
  public var audience: Audience
  public var priceLists: [PriceListCode]

  public init(audience: Audience, priceLists: [PriceListCode]) {
    self.audience = audience
    self.priceLists = priceLists
  }

  /// A shopper from the street.
  public static let visitor = ShopperContext(audience: .shops, priceLists: [.retail])
}
