/// Known facts of an item and a shopper when a list is made.
public struct CandidateFacts: Sendable, Equatable {
  /// In the currency's main units.
  public var price: Double?
  /// (price − cost) / price
  public var marginShare: Double?
  public var stock: Int64
  /// 0…1
  public var trending: Double
  public var isListed: Bool
  /// Whether the shopper's assortment (a company's contract) has it.
  public var isInAssortment: Bool
  public var secondsSinceBought: Int64?
  /// How long a buyer of this category takes to buy again.
  public var repurchaseSeconds: Int64?
  public var brand: String?
  /// The slugs of the categories that it stands in, at any depth.
  public var categories: [String]

  public init(
    price: Double? = nil, marginShare: Double? = nil, stock: Int64 = 0, trending: Double = 0, isListed: Bool = true,
    isInAssortment: Bool = true, secondsSinceBought: Int64? = nil, repurchaseSeconds: Int64? = nil,
    brand: String? = nil,
    categories: [String] = []
  ) {
    self.price = price
    self.marginShare = marginShare
    self.stock = stock
    self.trending = trending
    self.isListed = isListed
    self.isInAssortment = isInAssortment
    self.secondsSinceBought = secondsSinceBought
    self.repurchaseSeconds = repurchaseSeconds
    self.brand = brand
    self.categories = categories
  }

  /// Why an item is never recommended.
  public enum Exclusion: String, Sendable, CaseIterable {
    case outOfStock = "out_of_stock"
    case hidden
    case outsideAssortment = "outside_assortment"
    case boughtLately = "bought_lately"
  }

  /// A category whose buyers' cycle is not known is taken to be bought once in this time.
  public static let usualRepurchaseSeconds: Int64 = 30 * 86_400

  /// The first reason to leave the item out; nil where it may be recommended.
  public var exclusion: Exclusion? {
    if !isListed { return .hidden }
    if !isInAssortment { return .outsideAssortment }
    if stock <= 0 { return .outOfStock }
    guard let secondsSinceBought else { return nil }
    return secondsSinceBought < repurchaseSeconds ?? Self.usualRepurchaseSeconds ? .boughtLately : nil
  }
}
