import Catalog
public import Ports
import Pricing

extension PriceDesk {
  /// Days of sales that proposals are made from.
  static let historyDays = 365
  /// The products that sold most are looked at.
  static let maxProducts = 20_000
  /// The name under which the job publishes.
  static let jobActor = "vitrine (job pricing)"
  /// Held products stay the same ones from run to run.
  static let holdoutSalt = "price desk"
  static let heldOut = "held out"

  /// The outcome of a run.
  public struct Run: Sendable, Hashable {
    public var products: Int
    public var counts: [ProposalKind: Int]
    /// The publication of the proposals within the automatic band; nil: none.
    public var published: Int64?
  }

  /// Makes proposals from the sales up to yesterday, in place of those that are open. In automatic mode publishes those
  /// within the band.
  public func propose(note: (String) throws -> Void = { _ in }) async throws -> Run {
    let now = clock.now()
    let rules = try await rules().rules
    try note("the sales are read")
    let days = now.day.advanced(by: -Self.historyDays)..<now.day
    let sales = try await store.sales(in: days, currency: currency, products: Self.maxProducts)
    let ids = Array(Set(sales.map(\.product))).sorted()
    let products = try await store.deskProducts(ids, currency: currency, at: now)
    try note("\(products.count) products are estimated")
    let proposals = Self.proposals(of: products, sales: sales, until: days.upperBound, rules, currency, at: now)
    try note("\(proposals.count) proposals are kept")
    try await store.replaceOpen(
      proposals, currency: currency,
      audit: entry(Self.jobActor, "proposed prices", "\(proposals.count) products"))
    var run = Run(products: products.count, counts: try await store.counts())
    if rules.mode == .automatic, !rules.isStopped { run.published = try await publishWithinBand(rules) }
    return run
  }

  /// Proposals for products from their sales. Pure: the same sales give the same proposals.
  static func proposals(
    of products: [DeskProduct], sales: [DailySales], until end: CalendarDay, _ rules: PriceDeskRules,
    _ currency: Currency, at now: Timestamp
  ) -> [(product: ProductID, proposal: PriceProposal)] {
    let known = Dictionary(uniqueKeysWithValues: products.map { ($0.id, $0) })
    let scale = (0..<currency.minorUnitDigits).reduce(1.0) { scale, _ in scale * 10 }
    var observations: [SalesObservation] = []
    var facts: [String: ProductFacts] = [:]
    for (id, days) in Dictionary(grouping: sales, by: \.product) {
      guard let product = known[id] else { continue }
      observations += Self.observations(days, of: product, until: end, scale)
      var fact = ProductFacts()
      (fact.price, fact.cost, fact.time) = (product.price, product.cost, now)
      (fact.priceAWeekAgo, fact.changedAt) = (product.priceAWeekAgo ?? product.price, product.changedAt)
      facts["\(id)"] = fact
    }
    let run = ProposalRun(SalesFile(observations: observations), currency: currency)
    let proposer = PriceProposer(rails: rules.rails(in: currency))
    let holdout = Holdout(share: rules.holdout, salt: holdoutSalt)
    return run.proposals(by: proposer, facts: facts).compactMap { proposal in
      guard let id = ProductID(proposal.product), let product = known[id] else { return nil }
      guard proposal.decision == .change, holdout.holds(product.code) else { return (id, proposal) }
      var held = proposal
      held.decision = .keep("\(heldOut): it keeps its price, to measure the changes of others against")
      held.price = held.currentPrice
      return (id, held)
    }
  }

  /// A day without sales is one too: at the price of the day before, as far as sales tell it.
  private static func observations(
    _ sold: [DailySales], of product: DeskProduct, until end: CalendarDay, _ scale: Double
  ) -> [SalesObservation] {
    let byDay = Dictionary(sold.map { ($0.day, $0) }) { first, _ in first }
    guard let first = byDay.keys.min() else { return [] }
    var price = 0.0
    var observations: [SalesObservation] = []
    for number in first.daysSinceEpoch..<max(first.daysSinceEpoch + 1, end.daysSinceEpoch) {
      let day = CalendarDay(daysSinceEpoch: number)
      let sales = byDay[day]
      if let sales, sales.units > 0 { price = sales.revenue / sales.units / scale }
      observations.append(
        SalesObservation(
          product: "\(product.id)", brand: product.brand, category: product.category, day: day,
          units: sales?.units ?? 0, price: price))
    }
    return observations
  }

  /// Publishes what the rules trust without a person; nil where there is nothing.
  private func publishWithinBand(_ rules: PriceDeskRules) async throws -> Int64? {
    let band = ApprovalBand(maxChange: rules.automaticBand)
    let trusted = try await proposals(limit: Self.maxDecisions).filter { band.approves($0.proposal) }
    guard !trusted.isEmpty else { return nil }
    return try await publish(
      trusted.map(\.id), reason: "within the automatic band of \(rules.automaticBand)", by: Self.jobActor)
  }
}
