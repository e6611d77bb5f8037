import Catalog
import JSON

/// Simulates the shoppers' days: sessions, orders, stock movements and returns.
///
/// It keeps two bytes for each variant and one more for each product (units sold and not yet replaced, and the variants
/// on order), and eight bytes for each customer; everything else is recomputed from the options.
struct Behaviour {
  let world: GeneratedWorld
  let maker: ProductMaker
  let clock: HistoryClock

  /// Sizes times colours: no generated product has more.
  static let maxVariants = 8
  /// Results on a page.
  static let pageSize = 10
  /// A page shows the best of this many products drawn by demand.
  static let candidateCount = 18

  private var soldNet: [Int16]
  private var onOrder: [UInt8]
  private let customers: [ActiveCustomer]
  /// Future arrivals, by the day modulo the ring's size.
  private var arrivals: [[Arrival]]
  /// Longer than the longest delivery and the longest time until a return.
  private static let ringDays = 32
  private var orderCount = 0
  private var sessionCount = 0
  private var returnCount = 0

  private struct ActiveCustomer {
    var visitRate: Float
    var joinedDay: Int16
    var churnedDay: Int16
  }

  /// A delivery from the supplier, or a returned parcel.
  private struct Arrival {
    var product: Int
    var variant: Int
    var pieces: Int
    var returned: Returned?
  }

  private struct Returned {
    var order: Int
    var line: Int
    var refund: Int64
    var reason: String
  }

  init(_ world: GeneratedWorld) {
    self.world = world
    maker = ProductMaker(world)
    clock = HistoryClock(world.options)
    let isSimulated = world.options.customers > 0 && world.options.days > 0
    soldNet = Array(repeating: 0, count: isSimulated ? world.options.products * Self.maxVariants : 0)
    onOrder = Array(repeating: 0, count: isSimulated ? world.options.products : 0)
    customers = (0..<world.options.customers).map { customer in
      let truth = world.truth(ofCustomer: customer)
      return ActiveCustomer(
        visitRate: Float(truth.visitRate), joinedDay: Int16(clamping: truth.joinedDay),
        churnedDay: Int16(clamping: truth.churnedDay))
    }
    arrivals = Array(repeating: [], count: Self.ringDays)
  }

  /// Writes one day: the morning's arrivals, then the customers' visits in the order of their numbers.
  mutating func day<Sink>(_ day: Int, _ out: inout SeedWriter<Sink>) throws {
    try receive(day, &out)
    let demand = world.kinds.indices.map { world.demandFactor(kind: $0, day: day) }
    let visits = clock.visitFactor(day: day, isCompany: false)
    let companyVisits = clock.visitFactor(day: day, isCompany: true)
    let most = max(visits, companyVisits)
    for number in customers.indices {
      let active = customers[number]
      guard active.joinedDay <= day, day < active.churnedDay else { continue }
      var stream = RandomStream(seed: world.options.seed, .session, number, day)
      let draw = stream.uniform()
      // P(at least one visit) = 1 - e^-rate < rate: this check dismisses most customers without computing their truth.
      guard draw < Double(active.visitRate) * most else { continue }
      let customer = world.truth(ofCustomer: number)
      let rate = customer.visitRate * (customer.isCompany ? companyVisits : visits)
      guard draw < 1 - PortableMath.exp(-rate) else { continue }
      try session(number, customer, day, demand, &stream, &out)
    }
  }

  // MARK: a session

  /// A product as one customer sees it on one day.
  private struct Offer {
    var product: Int
    var truth: ProductTruth
    var shape: ProductMaker.Shape
    var pence: Int64
    var wasPence: Int64?
    /// How well the product matches the customer's taste.
    var affinity: Double
    var rankingScore: Double
  }

  private struct Line {
    var offer: Offer
    var variant: Int
    var pieces: Int
    var pence: Int64
    var wasPence: Int64?
  }

  private struct Event {
    var type: String
    var second: Int
    var product: Int
    var position: Int
    var sku: String?
  }

  private mutating func session<Sink>(
    _ number: Int, _ customer: CustomerTruth, _ day: Int, _ demand: [Double], _ stream: inout RandomStream,
    _ out: inout SeedWriter<Sink>
  ) throws {
    let kind = wantedKind(customer, demand, &stream)
    let page = resultPage(kind: kind, customer, day, &stream)
    guard !page.isEmpty else { return }
    sessionCount += 1
    let session = sessionCount
    let startSecond = clock.secondOfDay(isCompany: customer.isCompany, using: &stream)
    let query = query(kind: kind, customer, &stream)
    var second = startSecond + 4
    var events: [Event] = []
    var cart: [Line] = []
    for (index, offer) in page.enumerated() {
      guard stream.chance(PortableMath.power(Double(index + 1), -DecisionModel.positionBias)) else { continue }
      second += 2 + stream.below(6)
      guard stream.chance(clickProbability(offer)) else { continue }
      events.append(Event(type: "click", second: second, product: offer.product, position: index + 1))
      second += 8 + Int(saturating: stream.exponential(mean: 40))
      guard stream.chance(cartProbability(offer, customer)) else { continue }
      guard let line = line(offer, customer, &stream) else { continue }
      let sku = maker.sku(offer.product, offer.shape, variant: line.variant)
      events.append(Event(type: "cart", second: second, product: offer.product, position: index + 1, sku: sku))
      cart.append(line)
    }
    let buys = !cart.isEmpty && stream.chance(DecisionModel.checkout)
    second += 45 + stream.below(120)
    try out.line(.sessions) { json in
      json.member("session", session)
      json.member("customer", HistoryClock.code(ofCustomer: number))
      json.member("device", ["mobile", "desktop", "tablet"][customer.device])
      json.member("started_at", clock.moment(day: day, second: startSecond))
      json.member(query == nil ? "category" : "query", query ?? world.kinds[kind].path.joined(separator: " > "))
      json.member("shown", page.map { ProductMaker.code(ofProduct: $0.product) })
      json.name("events")
      json.array { list in
        for event in events {
          list.object {
            $0.member("type", event.type)
            $0.member("at", clock.moment(day: day, second: event.second))
            $0.member("product", ProductMaker.code(ofProduct: event.product))
            $0.member("position", event.position)
            if let sku = event.sku { $0.member("sku", sku) }
          }
        }
      }
      if buys { json.member("order", HistoryClock.code(ofOrder: orderCount + 1)) }
    }
    if buys { try order(cart, number, customer, session, day, second, &stream, &out) }
  }

  /// The kind of product that a shopper looks for, drawn by taste, season and trend.
  private func wantedKind(_ customer: CustomerTruth, _ demand: [Double], _ stream: inout RandomStream) -> Int {
    let weights = world.kinds.indices.map { kind -> Double in
      guard !world.slotsOfKind[kind].isEmpty else { return 0 }
      let taste = customer.taste.affinity(world.kindTastes[kind])
      return PortableMath.exp(DecisionModel.kindTaste * taste) * demand[kind] * Double(world.kinds[kind].share)
    }
    return stream.index(weights: weights)
  }

  private func query(kind: Int, _ customer: CustomerTruth, _ stream: inout RandomStream) -> String? {
    if stream.chance(0.3) { return nil }
    let words = stream.pick(world.kinds[kind].queries)
    guard stream.chance(0.25) else { return words }
    return ProductKind.colours[customer.favouriteColour].name.lowercased() + " " + words
  }

  /// The page that the shop shows, best first by demand and promotion: the shop does not know the customer's taste.
  private func resultPage(kind: Int, _ customer: CustomerTruth, _ day: Int, _ stream: inout RandomStream) -> [Offer] {
    var offers: [Offer] = []
    for _ in 0..<Self.candidateCount {
      guard let product = world.drawProduct(kind: kind, using: &stream),
        !offers.contains(where: { $0.product == product })
      else { continue }
      let shape = maker.shape(product)
      guard customer.isCompany ? shape.isForCompanies || shape.isForShops : shape.isForShops else { continue }
      let truth = world.truth(ofProduct: product)
      let price = maker.calendar.price(product: product, basePence: truth.basePence, day: day)
      let score =
        -DecisionModel.popularityExponent * PortableMath.ln(Double(truth.rank + 1)) + stream.normal() * 0.8
        + (price.wasPence == nil ? 0 : 0.5)
      offers.append(
        Offer(
          product: product, truth: truth, shape: shape, pence: price.pence, wasPence: price.wasPence,
          affinity: customer.taste.affinity(truth.taste), rankingScore: score))
    }
    offers.sort { ($0.rankingScore, $1.product) > ($1.rankingScore, $0.product) }
    return Array(offers.prefix(Self.pageSize))
  }

  private func clickProbability(_ offer: Offer) -> Double {
    PortableMath.logistic(
      DecisionModel.clickIntercept + DecisionModel.clickTaste * offer.affinity
        + DecisionModel.clickQuality * offer.truth.quality + (offer.wasPence == nil ? 0 : DecisionModel.clickPromotion))
  }

  private func cartProbability(_ offer: Offer, _ customer: CustomerTruth) -> Double {
    PortableMath.logistic(
      DecisionModel.cartIntercept + DecisionModel.cartTaste * offer.affinity
        + DecisionModel.cartQuality * offer.truth.quality
        - customer.priceSensitivity * PortableMath.ln(Double(offer.pence) / offer.truth.basePence))
  }

  /// The line that goes into the cart; nil if the variant that the customer chooses is out of stock.
  private func line(_ offer: Offer, _ customer: CustomerTruth, _ stream: inout RandomStream) -> Line? {
    let shape = offer.shape
    let colour = shape.colours.firstIndex(of: customer.favouriteColour) ?? stream.below(shape.colours.count)
    let choice = shape.axisCount == 4 ? customer.sizeIndex : stream.below(shape.axisCount)
    let variant = colour * shape.axisCount + choice
    let available = available(offer.product, variant: variant, basePence: offer.truth.basePence)
    guard available > 0 else { return nil }
    let wanted = customer.isCompany ? 1 + stream.poisson(4) : stream.chance(0.08) ? 2 : 1
    let pieces = min(wanted, Int(available))
    var pence = maker.amount(offer.pence, kind: offer.truth.kind, variant: variant, axisCount: shape.axisCount)
    var was = offer.wasPence.map {
      maker.amount($0, kind: offer.truth.kind, variant: variant, axisCount: shape.axisCount)
    }
    if customer.isCompany, shape.isForCompanies {
      pence = max(1, pence * (pieces >= 10 ? 80 : ProductMaker.tradePercent) / 100)
      was = nil
    }
    return Line(offer: offer, variant: variant, pieces: pieces, pence: pence, wasPence: was)
  }

  // MARK: orders, stock and returns

  private mutating func order<Sink>(
    _ lines: [Line], _ number: Int, _ customer: CustomerTruth, _ session: Int, _ day: Int, _ second: Int,
    _ stream: inout RandomStream, _ out: inout SeedWriter<Sink>
  ) throws {
    orderCount += 1
    let order = orderCount
    let moment = clock.moment(day: day, second: second)
    try out.line(.orders) { json in
      json.member("order", HistoryClock.code(ofOrder: order))
      json.member("customer", HistoryClock.code(ofCustomer: number))
      json.member("session", session)
      json.member("placed_at", moment)
      json.member("list", customer.isCompany ? "trade" : "retail")
      json.member("currency", "GBP")
      json.member("total_minor", lines.reduce(0) { $0 + $1.pence * Int64($1.pieces) })
      json.name("lines")
      json.array { list in
        for (index, line) in lines.enumerated() {
          list.object {
            $0.member("line", index + 1)
            $0.member("product", ProductMaker.code(ofProduct: line.offer.product))
            $0.member("sku", maker.sku(line.offer.product, line.offer.shape, variant: line.variant))
            $0.member("quantity", line.pieces)
            $0.member("unit_price_minor", line.pence)
            if let was = line.wasPence { $0.member("unit_was_minor", was) }
          }
        }
      }
    }
    for (index, line) in lines.enumerated() {
      try move(line.offer.product, line.variant, by: -line.pieces, "sale", order: order, at: moment, &out)
      reorder(line, day, &stream)
      let probability = min(0.9, world.kinds[line.offer.truth.kind].returnRate * customer.returnFactor)
      guard stream.chance(probability) else { continue }
      let reason = stream.pick(["does not fit", "changed mind", "not as described", "damaged"])
      schedule(
        Arrival(
          product: line.offer.product, variant: line.variant, pieces: line.pieces,
          returned: Returned(order: order, line: index + 1, refund: line.pence * Int64(line.pieces), reason: reason)),
        on: day + 3 + stream.below(22))
    }
  }

  private func slot(_ product: Int, _ variant: Int) -> Int { product * Self.maxVariants + variant }

  private func available(_ product: Int, variant: Int, basePence: Double) -> Int64 {
    maker.openingStock(product, variant: variant, basePence: basePence) + Int64(soldNet[slot(product, variant)])
  }

  /// Orders a full refill from the supplier once two thirds are gone.
  private mutating func reorder(_ line: Line, _ day: Int, _ stream: inout RandomStream) {
    let product = line.offer.product
    let opening = maker.openingStock(product, variant: line.variant, basePence: line.offer.truth.basePence)
    let left = opening + Int64(soldNet[slot(product, line.variant)])
    let bit = UInt8(1) << UInt8(line.variant)
    guard left * 3 <= opening, onOrder[product] & bit == 0 else { return }
    onOrder[product] |= bit
    schedule(
      Arrival(product: product, variant: line.variant, pieces: Int(opening - left)), on: day + 3 + stream.below(19))
  }

  /// Leaves an arrival after the last day out of the history.
  private mutating func schedule(_ arrival: Arrival, on day: Int) {
    guard day < world.options.days else { return }
    arrivals[day % Self.ringDays].append(arrival)
  }

  private mutating func receive<Sink>(_ day: Int, _ out: inout SeedWriter<Sink>) throws {
    let today = arrivals[day % Self.ringDays]
    arrivals[day % Self.ringDays] = []
    let moment = clock.moment(day: day, second: 6 * 3600)
    for arrival in today {
      guard let returned = arrival.returned else {
        onOrder[arrival.product] &= ~(UInt8(1) << UInt8(arrival.variant))
        try move(arrival.product, arrival.variant, by: arrival.pieces, "receipt", order: nil, at: moment, &out)
        continue
      }
      returnCount += 1
      let number = returnCount
      let shape = maker.shape(arrival.product)
      try out.line(.returns) { json in
        json.member("return", number)
        json.member("order", HistoryClock.code(ofOrder: returned.order))
        json.member("line", returned.line)
        json.member("sku", maker.sku(arrival.product, shape, variant: arrival.variant))
        json.member("quantity", arrival.pieces)
        json.member("refund_minor", returned.refund)
        json.member("currency", "GBP")
        json.member("reason", returned.reason)
        json.member("received_at", moment)
      }
      try move(arrival.product, arrival.variant, by: arrival.pieces, "return", order: returned.order, at: moment, &out)
    }
  }

  private mutating func move<Sink>(
    _ product: Int, _ variant: Int, by pieces: Int, _ reason: String, order: Int?, at moment: String,
    _ out: inout SeedWriter<Sink>
  ) throws {
    soldNet[slot(product, variant)] += Int16(clamping: pieces)
    let shape = maker.shape(product)
    try out.line(.stock) { json in
      json.member("sku", maker.sku(product, shape, variant: variant))
      json.member("warehouse", maker.warehouse(product))
      json.member("change", pieces)
      json.member("reason", reason)
      if let order { json.member("order", HistoryClock.code(ofOrder: order)) }
      json.member("at", moment)
    }
  }

  /// Counts the stock after the last day and corrects surplus and shortage, so that the catalog states the real stock.
  mutating func countStock<Sink>(_ out: inout SeedWriter<Sink>) throws {
    let moment = clock.moment(day: max(world.options.days, 1) - 1, second: 86_399)
    for index in soldNet.indices where soldNet[index] != 0 {
      let pieces = -Int(soldNet[index])
      try move(
        index / Self.maxVariants, index % Self.maxVariants, by: pieces, "count", order: nil, at: moment, &out)
    }
  }
}
