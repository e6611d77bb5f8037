import Catalog

/// The hidden truth of a demo history, by which recommendations are measured: an oracle that knows each shopper's taste.
public struct DemoTruth: Sendable {
  /// Pages that are drawn of each category to learn how often a product of it is looked at.
  private static let pages = 400

  private let history: DemoHistory
  /// By category and product: the chance that one look at the category's page reaches the product.
  private let chanceOfLook: [[Double]]

  public init(_ history: DemoHistory) {
    self.history = history
    chanceOfLook = history.categories.enumerated().map { place, category in
      var stream = RandomStream(seed: history.seed, .session, -1, place)
      var chances = [Double](repeating: 0, count: category.products.count)
      for _ in 0..<Self.pages {
        for (index, product) in DemoHistory.page(of: category, &stream).enumerated() {
          chances[product] += PortableMath.power(Double(index + 1), -DecisionModel.positionBias)
        }
      }
      return chances.map { $0 / Double(Self.pages) }
    }
  }

  /// The shopper's clicks on each product that are expected of one visit on a day, relative to one another. By the SKU of
  /// the product's first variant.
  public func expectedClicks(ofShopper shopper: Int, on day: Int) -> [String: Double] {
    let customer = history.customers[shopper]
    var clicks: [String: Double] = [:]
    for (category, chances) in zip(history.categories, chanceOfLook) {
      let demand = history.demand(for: category, by: customer, on: day)
      for (product, look) in zip(category.products, chances) {
        clicks[product.skus[0]] =
          demand * look * PortableMath.logistic(DemoHistory.click(on: product, by: customer))
      }
    }
    return clicks
  }

  /// The chance that a shopper who looks at a product clicks on it. By the SKU of the product's first variant.
  public func clickChances(ofShopper shopper: Int) -> [String: Double] {
    let customer = history.customers[shopper]
    var chances: [String: Double] = [:]
    for product in history.categories.flatMap(\.products) {
      chances[product.skus[0]] = PortableMath.logistic(DemoHistory.click(on: product, by: customer))
    }
    return chances
  }

  /// A shopper's chances with a product.
  public struct Chances: Sendable {
    /// Of a click on the product that is looked at.
    public var click: Double
    /// Of an order of the product that was clicked.
    public var purchase: Double
    /// In minor units of its currency; 0 where there is none.
    public var price: Int64

    public init(click: Double = 0, purchase: Double = 0, price: Int64 = 0) {
      (self.click, self.purchase, self.price) = (click, purchase, price)
    }
  }

  /// By the SKU of the product's first variant.
  public func chances(ofShopper shopper: Int) -> [String: Chances] {
    let customer = history.customers[shopper]
    var chances: [String: Chances] = [:]
    for product in history.categories.flatMap(\.products) {
      let cart =
        DecisionModel.cartIntercept + DecisionModel.cartTaste * customer.taste.affinity(product.taste)
        + DecisionModel.cartQuality * product.quality
      chances[product.skus[0]] = Chances(
        click: PortableMath.logistic(DemoHistory.click(on: product, by: customer)),
        purchase: PortableMath.logistic(cart) * DecisionModel.checkout,
        price: product.prices?.price(on: DemoHistory.days - 1).minorUnits ?? 0)
    }
    return chances
  }

  /// The chance of a look at a place of a list, from 1.
  public static func chanceOfLook(atPlace place: Int) -> Double {
    PortableMath.power(Double(max(1, place)), -DecisionModel.positionBias)
  }

  /// The customer code of a shopper, as orders and events name it.
  public static func code(ofShopper shopper: Int) -> String { "demo-\(shopper + 1)" }
}
