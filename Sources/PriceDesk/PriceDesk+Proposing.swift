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
    /// Proposals within the band that could not be published.
    public var leftOut = 0
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
    // Others may have published rules during the run.
    let current = try await self.rules()
    if current.rules.mode == .automatic, !current.rules.isStopped {
      let outcome = try await publishWithinBand(current, of: run.counts[.change] ?? 0)
      run.published = outcome.number
      run.leftOut = outcome.leftOut
    }
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

  /// Publishes the proposals that the rules trust without a person, without those that cannot be published now; the
  /// number is nil where none is left.
  private func publishWithinBand(
    _ current: NumberedDeskRules, of count: Int
  ) async throws -> (number: Int64?, leftOut: Int) {
    let rules = current.rules
    let trusted = try await trusted(by: ApprovalBand(maxChange: rules.automaticBand), of: count)
    var decisions = trusted.map { PriceDecision(proposal: $0.id, price: $0.proposal.price) }
    var refused = Set(try await refusals(of: decisions, under: rules).map(\.proposal))
    while true {
      decisions.removeAll { refused.contains($0.proposal) }
      guard !decisions.isEmpty else { return (nil, trusted.count) }
      switch try await store.publish(
        decisions, under: current.number, currency: currency,
        reason: "within the automatic band of \(rules.automaticBand)",
        audit: entry(Self.jobActor, "published prices", ""))
      {
      case .published(let number): return (number, trusted.count - decisions.count)
      case .refused(_, let proposals):
        // Without a proposal to leave out, the rules changed: the next run goes by the new ones.
        guard decisions.contains(where: { proposals.contains($0.proposal) }) else { return (nil, trusted.count) }
        refused = proposals
      }
    }
  }

  /// The proposals within the band, those with the largest gain first, as many as one publication takes.
  private func trusted(by band: ApprovalBand, of count: Int) async throws -> [KeptProposal] {
    var trusted: [KeptProposal] = []
    for offset in stride(from: 0, to: count, by: Self.maxListed) where trusted.count < Self.maxDecisions {
      trusted += try await proposals(offset: offset).filter { band.approves($0.proposal) }
    }
    return Array(trusted.prefix(Self.maxDecisions))
  }
}
