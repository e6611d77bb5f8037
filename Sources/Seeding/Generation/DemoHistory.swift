public import Catalog
public import Ports

/// The history of shoppers who walk over a catalog that exists: the hand-written one.
///
/// They decide by the same model as a generated shop's (`DecisionModel`): each has a hidden taste, and each product a
/// hidden place among tastes, near that of its category. A product's price moves now and then and ends at the catalog's,
/// and shoppers answer it by their hidden sensitivity, so that an elasticity can be learned. The same seed and products give
/// the same walks; only the times end at a given day.
public struct DemoHistory: Sendable {
  public static let shoppers = 2_000
  public static let days = 180

  struct Product: Sendable {
    var skus: [String]
    var taste: Taste
    var quality: Double
    var prices: PricePath?
    /// Demand relative to the others of its category.
    var demand: Double
  }

  struct Category: Sendable {
    var products: [Product]
    var taste: Taste
    var department: String
    var peakDay: Int
  }

  private struct Deed {
    var kind: InteractionKind
    var product: Product
    var sku: Int
    var second: Int
    var position: Int?
    /// On the day of the walk.
    var price: Money?
  }

  let seed: UInt64
  let lastDay: CalendarDay
  let categories: [Category]
  let customers: [CustomerTruth]

  /// `lastDay` is the last day that is walked; products without a category or a variant are passed over.
  public init(
    products: [ProductRecord], lastDay: CalendarDay, shoppers: Int = DemoHistory.shoppers, seed: UInt64 = 1
  ) throws(SeedError) {
    self.seed = seed
    self.lastDay = lastDay
    let world = GeneratedWorld(
      try GenerationOptions(products: 1, customers: shoppers, days: Self.days, seed: seed, lastDay: lastDay))
    customers = (0..<shoppers).map(world.truth(ofCustomer:))
    let grouped = Dictionary(grouping: products.filter { !$0.variants.isEmpty }) {
      $0.categories.first?.joined(separator: " > ") ?? ""
    }
    categories = grouped.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map { path, records in
      var stream = RandomStream(seed: seed, .kindTruth, Int(truncatingIfNeeded: UInt64(fnv1aOf: path.utf8)))
      let taste = Taste(&stream, deviation: 0.6)
      return Category(
        products: records.map { Self.product($0, near: taste, seed: seed) }, taste: taste,
        department: records[0].categories[0][0], peakDay: stream.below(365))
    }
  }

  private static func product(_ record: ProductRecord, near taste: Taste, seed: UInt64) -> Product {
    var stream = RandomStream(seed: seed, .productTruth, Int(truncatingIfNeeded: UInt64(fnv1aOf: record.code.utf8)))
    return Product(
      skus: record.variants.map(\.sku.text), taste: taste + Taste(&stream, deviation: 0.45),
      quality: stream.normal() * 0.7,
      prices: record.variants[0].prices.first { $0.list == .retail && $0.minimumQuantity == 1 }.map {
        PricePath(endingAt: $0.amount, code: record.code, seed: seed)
      },
      demand: PortableMath.exp(stream.normal()))
  }

  /// The deeds of one day, from 0 to `days - 1`, in no order. Returns and ratings of what is bought come on later days,
  /// and those after the last day not at all.
  public func events(ofDay day: Int) -> [ShopEvent] {
    guard !categories.isEmpty else { return [] }
    return customers.indices.flatMap { events(of: $0, on: day) }
  }

  private func events(of customer: Int, on day: Int) -> [ShopEvent] {
    let truth = customers[customer]
    guard truth.joinedDay <= day, day < truth.churnedDay else { return [] }
    var stream = RandomStream(seed: seed, .session, customer, day)
    guard stream.chance(min(1, truth.visitRate)) else { return [] }
    var second = min(79_000, max(0, Int(saturating: (19 + stream.normal() * 3) * 3_600)))
    var deeds: [Deed] = []
    var department: String?
    var seen: Set<Int> = []
    for _ in 0..<(1 + stream.poisson(0.8)) {
      let place = wanted(by: truth, on: day, in: department, besides: seen, &stream)
      let category = categories[place]
      // A shopper looks at other categories of the same department then, so that things that go together, and not
      // alternatives, are bought together.
      department = category.department
      seen.insert(place)
      look(at: category, on: day, truth, &second, &deeds, &stream)
    }
    return finish(deeds, customer, truth, day, second + 60, &stream)
  }

  private func wanted(
    by customer: CustomerTruth, on day: Int, in department: String?, besides seen: Set<Int>,
    _ stream: inout RandomStream
  ) -> Int {
    let isLeft = categories.indices.contains { !seen.contains($0) && categories[$0].department == department }
    let weights = categories.indices.map { place -> Double in
      let category = categories[place]
      if let department, category.department != department || isLeft && seen.contains(place) { return 0 }
      return demand(for: category, by: customer, on: day)
    }
    return stream.index(weights: weights)
  }

  /// How strongly a shopper is drawn to a category on a day, relative to the other categories.
  func demand(for category: Category, by customer: CustomerTruth, on day: Int) -> Double {
    let date = lastDay.advanced(by: day - Self.days + 1)
    let season =
      0.3 * PortableMath.cosineOfTurns(Double(date.daysSinceEpoch % 365 - Int64(category.peakDay)) / 365.25)
    return PortableMath.exp(DecisionModel.kindTaste * customer.taste.affinity(category.taste) + season)
      * Double(category.products.count).squareRoot()
  }

  /// The logit of a click on a product that is looked at.
  static func click(on product: Product, by customer: CustomerTruth) -> Double {
    DecisionModel.clickIntercept + DecisionModel.clickTaste * customer.taste.affinity(product.taste)
      + DecisionModel.clickQuality * product.quality
  }

  /// The products of a category's page, best first: the shop does not know the shopper's taste.
  static func page(of category: Category, _ stream: inout RandomStream) -> [Int] {
    let order = category.products.indices.map { place in
      (place, PortableMath.ln(category.products[place].demand) + stream.normal() * 0.8)
    }
    return order.sorted {
      ($0.1, category.products[$1.0].skus[0]) > ($1.1, category.products[$0.0].skus[0])
    }.prefix(Behaviour.pageSize).map(\.0)
  }

  private func look(
    at category: Category, on day: Int, _ customer: CustomerTruth, _ second: inout Int, _ deeds: inout [Deed],
    _ stream: inout RandomStream
  ) {
    let shown = Self.page(of: category, &stream).map { category.products[$0] }
    for (index, product) in shown.enumerated() {
      guard stream.chance(PortableMath.power(Double(index + 1), -DecisionModel.positionBias)) else { continue }
      second = min(second + 2 + stream.below(6), 86_000)
      let affinity = customer.taste.affinity(product.taste)
      guard stream.chance(PortableMath.logistic(Self.click(on: product, by: customer))) else { continue }
      let sku = stream.below(product.skus.count)
      deeds.append(Deed(kind: .click, product: product, sku: sku, second: second, position: index + 1))
      deeds.append(Deed(kind: .view, product: product, sku: sku, second: second + 1))
      second = min(second + 8 + Int(saturating: min(600, stream.exponential(mean: 40))), 86_000)
      let cart =
        DecisionModel.cartIntercept + DecisionModel.cartTaste * affinity
        + DecisionModel.cartQuality * product.quality
        - customer.priceSensitivity * (product.prices?.logarithm(on: day) ?? 0)
      guard stream.chance(PortableMath.logistic(cart)) else { continue }
      deeds.append(
        Deed(kind: .addToCart, product: product, sku: sku, second: second, price: product.prices?.price(on: day)))
    }
  }

  /// The session's events, and what follows from its order.
  private func finish(
    _ deeds: [Deed], _ customer: Int, _ truth: CustomerTruth, _ day: Int, _ second: Int, _ stream: inout RandomStream
  ) -> [ShopEvent] {
    var events = deeds.enumerated().map { event($0.element, customer, day, number: $0.offset) }
    let cart = deeds.filter { $0.kind == .addToCart }
    guard !cart.isEmpty, stream.chance(DecisionModel.checkout) else { return events }
    let order = "demo-\(customer)-\(day)"
    for (index, line) in cart.enumerated() {
      var bought = line
      bought.kind = .purchase
      bought.second = min(second, 86_399)
      events.append(event(bought, customer, day, number: 1_000 + index, order: order))
      if stream.chance(min(0.9, 0.08 * truth.returnFactor)) {
        bought.kind = .returned
        events.append(
          event(bought, customer, day + 3 + stream.below(22), number: (day + 1) * 10_000 + 2_000 + index, order: order))
      } else if stream.chance(0.25) {
        bought.kind = .rating
        let liking = 3.6 + 0.5 * truth.taste.affinity(bought.product.taste) + 0.6 * bought.product.quality
        let stars = min(5, max(1, (liking + stream.normal() * 0.6).rounded()))
        events.append(
          event(bought, customer, day + 2 + stream.below(14), number: (day + 1) * 10_000 + 3_000 + index, stars: stars))
      }
    }
    return events.filter { $0.at.day <= lastDay }
  }

  private func event(
    _ deed: Deed, _ customer: Int, _ day: Int, number: Int, order: String? = nil, stars: Double? = nil
  ) -> ShopEvent {
    let start = lastDay.advanced(by: day - Self.days + 1).start
    var content = ProductDeed(deed.kind, .sku(deed.product.skus[deed.sku]), position: deed.position)
    if deed.kind == .purchase || deed.kind == .returned { content.price = deed.price }
    content.order = order
    content.stars = stars
    return ShopEvent(
      id: EventID(of: "demo \(seed) \(customer) \(day) \(number)"),
      at: Timestamp(microsecondsSinceEpoch: start.microsecondsSinceEpoch + Int64(deed.second) * 1_000_000),
      actor: DemoHistory.actor(customer), content: .deed(content))
  }

  private static func actor(_ customer: Int) -> EventActor {
    CustomerCode(DemoTruth.code(ofShopper: customer)).map { .person(.customer($0)) } ?? .nobody
  }
}
