public import Catalog

/// A limit that a new price must keep.
public enum Rail: String, Hashable, Sendable, CaseIterable {
  case killSwitch = "kill_switch"
  case freeze
  case frequency
  case legalFloor = "legal_floor"
  case minimumAdvertised = "map"
  case costFloor = "cost_floor"
  case marginFloor = "margin_floor"
  case ceiling
  case changeADay = "max_change_day"
  case changeAWeek = "max_change_week"
  case family
  case competitors
  case observedRange = "observed_range"
  case ending
}

/// A rail that decided the price, as people read it.
public struct RailEffect: Hashable, Sendable, CustomStringConvertible {
  public var rail: Rail
  /// `bound by: max change a day 10 %, at most 11.00`
  public var description: String
}

/// A competitor's offer.
public struct CompetitorPrice: Hashable, Sendable {
  public var competitor: String
  public var price: Int64
  public var isInStock: Bool
  public var seenAt: Timestamp
  /// How sure the match of the two products is, 0 … 1.
  public var matchQuality: Double

  public init(competitor: String, price: Int64, isInStock: Bool, seenAt: Timestamp, matchQuality: Double) {
    self.competitor = competitor
    self.price = price
    self.isInStock = isInStock
    self.seenAt = seenAt
    self.matchQuality = matchQuality
  }
}

/// The range around competitors' prices in which ours must lie.
public struct CompetitorPosition: Hashable, Sendable {
  public enum Reference: String, Sendable, CaseIterable { case lowest, median }

  public var reference: Reference
  public var lowestShare: Share
  public var highestShare: Share
  public var maxAgeHours: Int64
  public var leastMatchQuality: Double

  public init(
    reference: Reference = .lowest, lowestShare: Share, highestShare: Share, maxAgeHours: Int64 = 48,
    leastMatchQuality: Double = 0.8
  ) {
    self.reference = reference
    self.lowestShare = lowestShare
    self.highestShare = highestShare
    self.maxAgeHours = maxAgeHours
    self.leastMatchQuality = leastMatchQuality
  }

  /// The price to compare with; nil if no offer is in stock, fresh and well matched.
  public func referencePrice(_ offers: [CompetitorPrice], at time: Timestamp) -> Int64? {
    let oldest = time.microsecondsSinceEpoch.subtracting(
      saturating: maxAgeHours.multiplied(saturating: 3_600_000_000))
    let prices = offers.filter {
      $0.isInStock && $0.price > 0 && $0.matchQuality >= leastMatchQuality
        && $0.seenAt.microsecondsSinceEpoch >= oldest && $0.seenAt <= time
    }.map(\.price).sorted()
    guard !prices.isEmpty else { return nil }
    switch reference {
    case .lowest: return prices[0]
    case .median:
      let middle = prices.count / 2
      // An even count gives the lower one of the middle two: an offer that exists.
      return prices.count % 2 == 1 ? prices[middle] : prices[middle - 1]
    }
  }
}

/// Another size of the same goods.
public struct FamilyMember: Hashable, Sendable {
  public var price: Int64
  /// Contents of the other over ours, as a fraction: 500 ml beside 1,000 ml are 1 ÷ 2.
  public var contents: Int64
  public var ownContents: Int64

  public init(price: Int64, contents: Int64, ownContents: Int64) {
    self.price = price
    self.contents = contents
    self.ownContents = ownContents
  }
}

/// A product's price today, and what its next one must respect. Amounts are minor units in the tax basis of its list.
public struct PricingSituation: Hashable, Sendable {
  public var product: String
  public var price: Int64
  public var cost: Int64?
  public var legalFloor: Int64?
  public var minimumAdvertised: Int64?
  public var ceiling: Int64?
  /// The price of a week ago; nil: no older one is known.
  public var priceAWeekAgo: Int64?
  public var changedAt: Timestamp?
  public var lowestObserved: Int64?
  public var highestObserved: Int64?
  public var competitors: [CompetitorPrice]
  public var family: [FamilyMember]
  /// Units that can be sold, and the days until more come or the season ends.
  public var stock: Int64?
  public var daysOfStock: Int64?
  /// The goods must be sold by then: a season's end.
  public var mustSellThrough: Bool
  public var time: Timestamp

  public init(
    product: String, price: Int64, cost: Int64? = nil, legalFloor: Int64? = nil, minimumAdvertised: Int64? = nil,
    ceiling: Int64? = nil, priceAWeekAgo: Int64? = nil, changedAt: Timestamp? = nil, lowestObserved: Int64? = nil,
    highestObserved: Int64? = nil, competitors: [CompetitorPrice] = [], family: [FamilyMember] = [],
    stock: Int64? = nil, daysOfStock: Int64? = nil, mustSellThrough: Bool = false, time: Timestamp
  ) {
    self.product = product
    self.price = price
    self.cost = cost
    self.legalFloor = legalFloor
    self.minimumAdvertised = minimumAdvertised
    self.ceiling = ceiling
    self.priceAWeekAgo = priceAWeekAgo
    self.changedAt = changedAt
    self.lowestObserved = lowestObserved
    self.highestObserved = highestObserved
    self.competitors = competitors
    self.family = family
    self.stock = stock
    self.daysOfStock = daysOfStock
    self.mustSellThrough = mustSellThrough
    self.time = time
  }
}

/// The limits that a pricing manager sets, run last on every new price.
public struct GuardRails: Hashable, Sendable {
  /// Stops every change.
  public var isStopped: Bool
  /// Periods without changes: a sale, the days before it.
  public var freezes: [Freeze]
  public var leastHoursBetweenChanges: Int64
  /// A share of the price: (price − cost) ÷ price.
  public var leastMargin: Share?
  public var maxChangeADay: Share?
  public var maxChangeAWeek: Share?
  public var competitors: CompetitorPosition?
  /// Prices beyond those that were seen, as a share of them; nil: without a limit.
  public var beyondObserved: Share?
  public var ending: PriceEnding?
  /// In texts amounts are written in this currency; nil: as minor units.
  public var currency: Currency?

  public struct Freeze: Hashable, Sendable {
    public var from: Timestamp
    public var until: Timestamp

    public init(from: Timestamp, until: Timestamp) {
      self.from = from
      self.until = until
    }
  }

  public init(
    isStopped: Bool = false, freezes: [Freeze] = [], leastHoursBetweenChanges: Int64 = 0, leastMargin: Share? = nil,
    maxChangeADay: Share? = nil, maxChangeAWeek: Share? = nil, competitors: CompetitorPosition? = nil,
    beyondObserved: Share? = .zero, ending: PriceEnding? = nil, currency: Currency? = nil
  ) {
    self.isStopped = isStopped
    self.freezes = freezes
    self.leastHoursBetweenChanges = leastHoursBetweenChanges
    self.leastMargin = leastMargin
    self.maxChangeADay = maxChangeADay
    self.maxChangeAWeek = maxChangeAWeek
    self.competitors = competitors
    self.beyondObserved = beyondObserved
    self.ending = ending
    self.currency = currency
  }

  /// An amount as texts show it.
  func text(_ minorUnits: Int64) -> String {
    currency.map { Money(minorUnits: minorUnits, currency: $0).displayText } ?? "\(minorUnits)"
  }
}

/// A price after the rails.
public struct RailedPrice: Hashable, Sendable {
  public var price: Int64
  /// Rails that moved the price away from the wish.
  public var bound: [RailEffect]
  /// Rails that gave way to stronger ones.
  public var gaveWay: [RailEffect]
}

/// Why no new price is possible: rails that stop changes, or that contradict each other, so that a person must decide.
public struct RailRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  public var rails: [Rail]
  public var description: String
}

extension GuardRails {
  /// The nearest price to the wish that keeps every rail; `better` chooses between two prices with the right ending.
  ///
  /// No rail is ever broken: where two of those that cannot give way contradict each other (a cost that rose beyond the
  /// largest change a day), the price stays, and the refusal names both.
  public func applied(
    to wish: Int64, in situation: PricingSituation, better: (Int64, Int64) -> Bool
  ) throws(RailRefusal) -> RailedPrice {
    try checkStops(situation)
    var range = PriceRange()
    for bound in firmBounds(situation) { range.narrow(bound) }
    if let conflict = range.conflict {
      throw RailRefusal(
        rails: conflict.map(\.rail),
        description: "\(conflict.map(text).joined(separator: " contradicts ")): a person must decide")
    }
    var gaveWay: [RailEffect] = []
    for bound in softBounds(situation) {
      let narrowed = range.narrowedAsFarAsPossible(bound)
      range = narrowed.range
      if narrowed.gaveWay {
        gaveWay.append(RailEffect(rail: bound.rail, description: "gave way: \(text(bound))"))
      }
    }
    var price = min(max(wish, range.lower.price), range.upper.price)
    var bound: [RailEffect] = []
    if price != wish {
      let side = wish < price ? range.lower : range.upper
      bound.append(RailEffect(rail: side.rail, description: "bound by: \(text(side))"))
    }
    if let ending, let ended = endedPrice(price, ending, range, better) {
      if ended != price { bound.append(RailEffect(rail: .ending, description: "bound by: ending of prices")) }
      price = ended
    } else if ending != nil {
      gaveWay.append(RailEffect(rail: .ending, description: "gave way: no price with the ending keeps the other rails"))
    }
    return RailedPrice(price: price, bound: bound, gaveWay: gaveWay)
  }

  private func text(_ bound: PriceBound) -> String {
    "\(bound.name), \(bound.isLeast ? "at least" : "at most") \(text(bound.limit))"
  }

  private func checkStops(_ situation: PricingSituation) throws(RailRefusal) {
    if isStopped { throw RailRefusal(rails: [.killSwitch], description: "the kill switch is on: no price changes") }
    if let freeze = freezes.first(where: { $0.from <= situation.time && situation.time < $0.until }) {
      throw RailRefusal(rails: [.freeze], description: "prices are frozen until \(freeze.until)")
    }
    if let changed = situation.changedAt {
      let next = changed.microsecondsSinceEpoch.adding(
        saturating: leastHoursBetweenChanges.multiplied(saturating: 3_600_000_000))
      guard situation.time.microsecondsSinceEpoch >= next else {
        throw RailRefusal(
          rails: [.frequency],
          description: "the price changed at \(changed), less than \(leastHoursBetweenChanges) hours ago")
      }
    }
  }

  /// The price of this ending on either side that lies in the range; the better one of two.
  private func endedPrice(
    _ price: Int64, _ ending: PriceEnding, _ range: PriceRange, _ better: (Int64, Int64) -> Bool
  ) -> Int64? {
    let candidates = [ending.lower(price), ending.upper(price)].compactMap { $0 }.filter {
      range.lower.price <= $0 && $0 <= range.upper.price && $0 > 0
    }
    guard let first = candidates.first, let last = candidates.last else { return nil }
    return better(last, first) ? last : first
  }

  private func firmBounds(_ situation: PricingSituation) -> [PriceBound] {
    var bounds: [PriceBound] = []
    if let floor = situation.legalFloor { bounds.append(.least(floor, .legalFloor, "legal floor")) }
    if let floor = situation.minimumAdvertised {
      bounds.append(.least(floor, .minimumAdvertised, "least advertised price"))
    }
    if let cost = situation.cost {
      bounds.append(.least(cost, .costFloor, "cost"))
      if let margin = leastMargin, margin > .zero, margin < .whole {
        let least = cost.scaled(by: Share.millionth, over: Share.millionth - margin.partsPerMillion, rounding: .up)
        bounds.append(.least(least, .marginFloor, "margin floor \(margin)"))
      }
    }
    if let ceiling = situation.ceiling { bounds.append(.most(ceiling, .ceiling, "ceiling")) }
    if let most = maxChangeADay { bounds += Self.change(most, from: situation.price, .changeADay, "max change a day") }
    if let most = maxChangeAWeek, let before = situation.priceAWeekAgo {
      bounds += Self.change(most, from: before, .changeAWeek, "max change a week")
    }
    for member in situation.family where member.contents > 0 && member.ownContents > 0 && member.price > 0 {
      // As many contents never cost more in the larger pack.
      let same = (member.ownContents, member.contents)
      if member.contents < member.ownContents {
        bounds.append(
          .most(member.price.scaled(by: same.0, over: same.1, rounding: .down), .family, "smaller packs of the family"))
      } else if member.contents > member.ownContents {
        bounds.append(
          .least(member.price.scaled(by: same.0, over: same.1, rounding: .up), .family, "the family's larger pack"))
      }
    }
    return bounds
  }

  private static func change(_ most: Share, from price: Int64, _ rail: Rail, _ name: String) -> [PriceBound] {
    let parts = most.partsPerMillion
    let least = price.scaled(by: Share.millionth - parts, over: Share.millionth, rounding: .up)
    let highest = price.scaled(by: Share.millionth + parts, over: Share.millionth, rounding: .down)
    return [.least(least, rail, "\(name) \(most)"), .most(highest, rail, "\(name) \(most)")]
  }

  private func softBounds(_ situation: PricingSituation) -> [PriceBound] {
    var bounds: [PriceBound] = []
    if let position = competitors, let price = position.referencePrice(situation.competitors, at: situation.time) {
      let name = "\(position.reference.rawValue) competitor \(text(price))"
      bounds.append(.least(position.lowestShare.of(price), .competitors, "\(position.lowestShare) of the \(name)"))
      bounds.append(.most(position.highestShare.of(price), .competitors, "\(position.highestShare) of the \(name)"))
    }
    if let beyond = beyondObserved {
      if let lowest = situation.lowestObserved {
        bounds.append(.least(beyond.taken(from: lowest), .observedRange, "lowest observed price"))
      }
      if let highest = situation.highestObserved {
        bounds.append(.most(beyond.added(to: highest), .observedRange, "highest observed price"))
      }
    }
    return bounds
  }
}

/// One side of a range, with the rail that set it.
private struct PriceBound {
  var price: Int64
  var isLeast: Bool
  var rail: Rail
  var name: String
  /// The price that the rail itself asks for.
  var limit: Int64

  static func least(_ price: Int64, _ rail: Rail, _ name: String) -> PriceBound {
    PriceBound(price: price, isLeast: true, rail: rail, name: name, limit: price)
  }
  static func most(_ price: Int64, _ rail: Rail, _ name: String) -> PriceBound {
    PriceBound(price: price, isLeast: false, rail: rail, name: name, limit: price)
  }
}

private struct PriceRange {
  var lower = PriceBound.least(1, .costFloor, "a price above 0")
  var upper = PriceBound.most(CatalogLimits.moneyMinorUnits.upperBound, .ceiling, "the catalog's limit")

  mutating func narrow(_ bound: PriceBound) {
    if bound.isLeast, bound.price > lower.price { lower = bound }
    if !bound.isLeast, bound.price < upper.price { upper = bound }
  }

  var conflict: [PriceBound]? { lower.price > upper.price ? [lower, upper] : nil }

  /// The range with a bound that gives way: it goes up to the other side, and no further.
  func narrowedAsFarAsPossible(_ bound: PriceBound) -> (range: PriceRange, gaveWay: Bool) {
    var range = self
    var bound = bound
    let wished = bound.price
    bound.price = min(max(wished, lower.price), upper.price)
    range.narrow(bound)
    // A lower side below the range, or an upper one above it, asks for nothing.
    return (range, bound.isLeast ? wished > upper.price : wished < lower.price)
  }
}
