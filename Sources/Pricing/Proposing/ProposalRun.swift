public import Catalog
import Glibc

/// Facts that a shop knows of a product beside its sales.
public struct ProductFacts: Hashable, Sendable {
  public var cost: Int64?
  public var minimumAdvertised: Int64?
  public var legalFloor: Int64?
  public var ceiling: Int64?
  public var stock: Int64?
  public var daysOfStock: Int64?
  /// The price now; nil: that of the last day with sales.
  public var price: Int64?
  /// nil: that of the sales.
  public var priceAWeekAgo: Int64?
  public var changedAt: Timestamp?
  /// Now; nil: the day after the last one with sales.
  public var time: Timestamp?

  public init() {}

  /// Reads rows with the heading `product` and any of `cost`, `map`, `legal_floor`, `ceiling` (amounts such as 12.34),
  /// `stock` and `days_of_stock`; an empty field is unknown.
  public static func table(rows: [[String]], currency: Currency) throws(PriceFileError) -> [String: ProductFacts] {
    guard let heading = rows.first?.map({ $0.lowercased() }) else {
      throw PriceFileError(path: "line 1", reason: "the file has no heading")
    }
    let known = ["product", "sku", "cost", "map", "legal_floor", "ceiling", "stock", "days_of_stock"]
    for name in heading where !known.contains(name) {
      throw PriceFileError(path: "line 1", reason: "\"\(name)\" is unknown; known are \(known.joined(separator: ", "))")
    }
    guard let product = heading.firstIndex(where: { $0 == "product" || $0 == "sku" }) else {
      throw PriceFileError(path: "line 1", reason: "has no column product")
    }
    var facts: [String: ProductFacts] = [:]
    for (place, row) in rows.enumerated().dropFirst() {
      let path = "line \(place + 1)"
      guard row.count == heading.count else {
        throw PriceFileError(path: path, reason: "has \(row.count) fields, the heading \(heading.count)")
      }
      guard facts[row[product]] == nil else {
        throw PriceFileError(path: path, reason: "product \(row[product].prefix(60)) is there twice")
      }
      var fact = ProductFacts()
      for (name, text) in zip(heading, row) where !text.isEmpty && name != "product" && name != "sku" {
        try fact.set(name, text, currency, path)
      }
      facts[row[product]] = fact
    }
    return facts
  }

  private mutating func set(
    _ name: String, _ text: String, _ currency: Currency, _ path: String
  ) throws(PriceFileError) {
    if name == "stock" || name == "days_of_stock" {
      guard let number = Int64(text), CatalogLimits.pieces.contains(number) else {
        throw PriceFileError(path: path, reason: "\(name) \(text.prefix(40)) is not a whole number")
      }
      if name == "stock" { stock = number } else { daysOfStock = number }
      return
    }
    guard let money = Money(decimalText: text, currency: currency),
      CatalogLimits.moneyMinorUnits.contains(money.minorUnits)
    else {
      throw PriceFileError(
        path: path,
        reason: "\(name) \(text.prefix(40)) is not an amount such as 12.34, of at most 10000000000")
    }
    switch name {
    case "cost": cost = money.minorUnits
    case "map": minimumAdvertised = money.minorUnits
    case "legal_floor": legalFloor = money.minorUnits
    default: ceiling = money.minorUnits
    }
  }
}

/// From sales to proposals: an elasticity for each product, shrunk towards brand and category, then a price.
public struct ProposalRun: Sendable {
  /// The own estimate of a product, or why there is none.
  public struct Estimate: Sendable {
    public var product: String
    public var brand: String
    public var category: String
    public var own: Result<ElasticityEstimate, ElasticityRefusal>
    public var shrunk: ShrunkElasticity?
  }

  public let estimates: [Estimate]
  private let sales: [(product: String, days: [SalesObservation])]
  /// Minor units in one unit of the file's prices.
  private let scale: Double

  public init(_ file: SalesFile, currency: Currency) {
    let sales = file.byProduct()
    self.sales = sales
    scale = pow(10, Double(currency.minorUnitDigits))
    var estimates = sales.map { product, days in
      Estimate(
        product: product, brand: days.lazy.compactMap(\.brand).first ?? "",
        category: days.lazy.compactMap(\.category).first ?? "", own: Self.estimate(days), shrunk: nil)
    }
    let shrunk = shrink(
      estimates.map { estimate in
        let own = try? estimate.own.get()
        return ElasticityMember(
          product: estimate.product, brand: estimate.brand, category: estimate.category, value: own?.value,
          standardError: own?.standardError)
      })
    for place in estimates.indices { estimates[place].shrunk = shrunk[estimates[place].product] }
    self.estimates = estimates
  }

  private static func estimate(_ days: [SalesObservation]) -> Result<ElasticityEstimate, ElasticityRefusal> {
    do throws(ElasticityRefusal) { return .success(try estimateElasticity(days)) } catch { return .failure(error) }
  }

  /// A proposal for each product. A product without an own estimate is refused with the reason, unless `borrows`: then
  /// its brand's elasticity counts, with its wider interval.
  public func proposals(
    by proposer: PriceProposer, facts: [String: ProductFacts], borrows: Bool = false
  ) -> [PriceProposal] {
    zip(sales, estimates).map { sale, estimate in
      let situation = situation(sale.days, facts[sale.product] ?? ProductFacts(), product: sale.product)
      guard let demand = demand(sale.days, estimate, borrows: borrows) else {
        var reason = "no sales"
        if case .failure(let refusal) = estimate.own { reason = refusal.description }
        return PriceProposal(
          product: sale.product, decision: .refused(reason), currentPrice: situation.price, price: situation.price,
          elasticity: estimate.shrunk)
      }
      var proposal = proposer.propose(situation, demand: demand)
      proposal.evidence.insert(contentsOf: Self.evidence(estimate), at: 0)
      return proposal
    }
  }

  private static func evidence(_ estimate: Estimate) -> [String] {
    func text(_ number: Double) -> String { ((number * 100).rounded() / 100).shortText }
    var lines: [String] = []
    switch estimate.own {
    case .success(let own):
      let controls = own.controls.isEmpty ? "" : ", controlled for \(own.controls.joined(separator: ", "))"
      lines.append(
        "own elasticity \(text(own.value)) ± \(text(own.standardError)) from \(own.observations) days"
          + " (\(own.method.rawValue))\(controls)")
    case .failure(let refusal): lines.append("no own elasticity: \(refusal)")
    }
    if let shrunk = estimate.shrunk {
      lines.append(
        "with brand and category: \(text(shrunk.value)), 95 % between \(text(shrunk.interval.lowerBound)) and "
          + "\(text(shrunk.interval.upperBound)); \(text(shrunk.ownWeight * 100)) % its own")
    }
    return lines
  }

  private func demand(_ days: [SalesObservation], _ estimate: Estimate, borrows: Bool) -> DemandEstimate? {
    guard let shrunk = estimate.shrunk else { return nil }
    if case .success(let own) = estimate.own {
      return DemandEstimate(
        referencePrice: own.referencePrice * scale, referenceUnits: own.referenceUnits, unitsError: own.unitsError,
        elasticity: shrunk)
    }
    let open = days.filter { !$0.isStockedOut }
    let units = open.reduce(0) { $0 + $1.units }
    guard borrows, units > 0 else { return nil }
    let count = Double(open.count)
    return DemandEstimate(
      referencePrice: exp(open.reduce(0) { $0 + log($1.price) } / count) * scale, referenceUnits: units / count,
      unitsError: 1 / units.squareRoot(), elasticity: shrunk)
  }

  /// The last day's price is the current one; the day after it is today.
  private func situation(_ days: [SalesObservation], _ facts: ProductFacts, product: String) -> PricingSituation {
    func minor(_ price: Double) -> Int64 { Int64(saturating: (price * scale).rounded()) }
    let prices = days.map { minor($0.price) }
    let last = days[days.count - 1].day
    let weekAgo = days.lastIndex { $0.day <= last.advanced(by: -7) }
    return PricingSituation(
      product: product, price: facts.price ?? prices[prices.count - 1], cost: facts.cost, legalFloor: facts.legalFloor,
      minimumAdvertised: facts.minimumAdvertised, ceiling: facts.ceiling,
      priceAWeekAgo: facts.priceAWeekAgo ?? weekAgo.map { prices[$0] }, changedAt: facts.changedAt,
      lowestObserved: prices.min(), highestObserved: prices.max(), stock: facts.stock, daysOfStock: facts.daysOfStock,
      time: facts.time ?? last.advanced(by: 1).start)
  }
}
