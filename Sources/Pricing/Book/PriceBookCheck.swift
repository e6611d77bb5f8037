import Catalog

/// A part of a price book's contents that cannot be used, with the reason.
public struct PriceBookFault: Error, Hashable, Sendable, CustomStringConvertible {
  public var subject: String
  public var reason: String
  public var description: String { "\(subject): \(reason)" }
}

/// All that is wrong with a price book's contents, up to a limit: nothing of it is used.
public struct PriceBookFaults: Error, Hashable, Sendable, CustomStringConvertible {
  public static let most = 100
  public var faults: [PriceBookFault]
  public var description: String {
    let shown = faults.prefix(20).map(\.description).joined(separator: "; ")
    return "the price book is refused, and nothing of it is used: \(shown)"
      + (faults.count > 20 ? "; and \(faults.count - 20) more" : "")
  }
}

/// The limits of a price book.
public enum PriceBookLimits {
  public static let lists = 1_000
  public static let items = 5_000_000
  public static let promotions = 1_000
  public static let regions = 1_000
  public static let ratesOfRegion = 1_000
  public static let historyOfItem = 1_000
  public static let partsOfBundle = 20
  public static let quoteLifetimeSeconds: ClosedRange<Int64> = 1...604_800
  /// A tax above it is a slip of the hand: the highest of the EU is 27 %.
  public static let taxRate: ClosedRange<Int64> = 0...500_000
  public static let codeBytes = 200
}

/// Checks contents as a whole, and collects what is wrong.
struct PriceBookCheck {
  private var faults: [PriceBookFault] = []
  private let lists: [PriceListCode: PriceList]

  static func check(_ contents: PriceBookContents) throws(PriceBookFaults) {
    var check = PriceBookCheck(contents)
    check.counts(contents)
    check.lists(contents.lists)
    check.items(contents.items)
    check.promotions(contents.promotions)
    check.taxes(contents.taxes)
    guard check.faults.isEmpty else { throw PriceBookFaults(faults: check.faults) }
  }

  private init(_ contents: PriceBookContents) {
    lists = Dictionary(contents.lists.map { ($0.code, $0) }) { first, _ in first }
  }

  private mutating func require(
    _ holds: Bool, _ subject: @autoclosure () -> String, _ reason: @autoclosure () -> String
  ) {
    guard !holds, faults.count < PriceBookFaults.most else { return }
    faults.append(PriceBookFault(subject: subject(), reason: reason()))
  }

  private mutating func counts(_ contents: PriceBookContents) {
    let limits: [(String, Int, Int)] = [
      ("lists", contents.lists.count, PriceBookLimits.lists), ("items", contents.items.count, PriceBookLimits.items),
      ("promotions", contents.promotions.count, PriceBookLimits.promotions),
      ("tax regions", contents.taxes.count, PriceBookLimits.regions),
    ]
    for (name, count, most) in limits { require(count <= most, name, "\(count) are more than \(most)") }
    let lifetimes = PriceBookLimits.quoteLifetimeSeconds
    require(
      lifetimes.contains(contents.quoteLifetimeSeconds), "the quotes' lifetime",
      "\(contents.quoteLifetimeSeconds) s is outside of \(lifetimes.lowerBound) to \(lifetimes.upperBound)")
    require(contents.version >= 0, "the version", "\(contents.version) is negative")
  }

  private mutating func lists(_ all: [PriceList]) {
    var seen: Set<PriceListCode> = []
    for (place, list) in all.enumerated() {
      let subject = "list \(list.code.text.prefix(60))"
      require((1...PriceBookLimits.codeBytes).contains(list.code.text.utf8.count), subject, "its code is empty or long")
      require(seen.insert(list.code).inserted, subject, "there are two of this code")
      period(subject, list.validFrom, list.validUntil)
      require(list.adjustment > Share(partsPerMillion: -Share.millionth)!, subject, "−100 % would give goods away")
      if let basis = list.basis {
        require(basis != list.code, subject, "it is its own basis")
        require(lists[basis] != nil, subject, "its basis \(basis) is not in the book")
        require(lists[basis]?.basis == nil, subject, "its basis \(basis) has a basis itself: name the first one")
        require(lists[basis]?.currency ?? list.currency == list.currency, subject, "its basis has another currency")
        require(
          lists[basis]?.includesTax ?? list.includesTax == list.includesTax, subject,
          "of it and its basis one includes tax and the other does not")
      }
      // Few lists: comparing each pair of a thousand takes milliseconds.
      for other in all[..<place] where list.isAmbiguous(beside: other) && list.code != other.code {
        require(
          false, subject,
          "it and list \(other.code) count for the same customers at the same time with priority \(list.priority): "
            + "give them different priorities")
      }
    }
  }

  private mutating func period(_ subject: @autoclosure () -> String, _ from: Timestamp?, _ until: Timestamp?) {
    if let from, let until { require(from < until, subject(), "its period ends (\(until)) before it begins (\(from))") }
  }

  private mutating func items(_ all: [PricedItem]) {
    var seen: Set<VariantID> = []
    seen.reserveCapacity(all.count)
    for item in all where faults.count < PriceBookFaults.most {
      let subject = { "variant \(item.variant)" }
      require(seen.insert(item.variant).inserted, subject(), "it is in the book twice")
      require(
        item.rows.count <= CatalogLimits.pricesOfVariant, subject(),
        "\(item.rows.count) prices are more than \(CatalogLimits.pricesOfVariant)")
      require(
        item.history.count <= PriceBookLimits.historyOfItem, subject(),
        "\(item.history.count) past prices are more than \(PriceBookLimits.historyOfItem)")
      require(
        item.categories.count <= CatalogLimits.categories * CatalogLimits.categoryLevels, subject(),
        "too many categories")
      for row in item.rows { self.row(row, of: subject()) }
      for past in item.history {
        money(past.amount, of: subject(), in: past.list, what: "the past price")
        period(subject(), past.from, past.until)
      }
      for floor in item.floors {
        require(
          CatalogLimits.moneyMinorUnits.contains(floor.amount.minorUnits), subject(),
          "the floor \(floor.amount.minorUnits) is out of range")
      }
    }
  }

  private mutating func row(_ row: PriceRow, of subject: String) {
    let price = row.price
    money(price.amount, of: subject, in: price.list, what: row.isSale ? "the sale price" : "the price")
    if let was = price.wasAmount { money(was, of: subject, in: price.list, what: "the price before") }
    require(
      (1...CatalogLimits.pieces.upperBound).contains(price.minimumQuantity), subject,
      "the least quantity \(price.minimumQuantity) is not 1 to \(CatalogLimits.pieces.upperBound)")
    period(subject, price.validFrom, price.validUntil)
  }

  private mutating func money(_ money: Money, of subject: String, in list: PriceListCode, what: String) {
    let range = CatalogLimits.moneyMinorUnits
    require(
      range.contains(money.minorUnits), subject,
      "\(what) is \(money.minorUnits) minor units; allowed are \(range.lowerBound) to \(range.upperBound)")
    guard let known = lists[list] else {
      return require(false, subject, "\(what) is in list \(list.text.prefix(60)), which the book does not have")
    }
    require(
      known.currency == money.currency, subject,
      "\(what) is in \(money.currency), list \(list) in \(known.currency)")
  }

  private mutating func promotions(_ all: [Promotion]) {
    var seen: Set<String> = []
    for promotion in all {
      let subject = "promotion \(promotion.code.prefix(60))"
      require((1...PriceBookLimits.codeBytes).contains(promotion.code.utf8.count), subject, "its code is empty or long")
      require(seen.insert(promotion.code).inserted, subject, "there are two of this code")
      period(subject, promotion.validFrom, promotion.validUntil)
      let amounts = CatalogLimits.moneyMinorUnits
      require(amounts.contains(promotion.minimumSpend), subject, "its least spend is out of range")
      require(CatalogLimits.pieces.contains(promotion.minimumPieces), subject, "its least pieces are out of range")
      require(promotion.maxDiscount.map(amounts.contains) ?? true, subject, "its largest discount is out of range")
      action(promotion, subject)
    }
  }

  /// A promotion must take something off, and must not give goods away by itself.
  private mutating func action(_ promotion: Promotion, _ subject: String) {
    let amounts = 1...CatalogLimits.moneyMinorUnits.upperBound
    switch promotion.action {
    case .percentage(let share):
      require(share > .zero && share < .whole, subject, "\(share) off would give goods away, or take nothing off")
    case .amountEach(let off):
      require(amounts.contains(off), subject, "\(off) minor units off each piece are out of range")
    case .amount(let off):
      require(amounts.contains(off), subject, "\(off) minor units off are out of range")
      require(
        promotion.minimumSpend > off, subject,
        "it takes \(off) off a spend of \(promotion.minimumSpend): "
          + "the least spend must be higher")
    case .buyGet(let buy, let get, let off):
      require((1...1_000_000).contains(buy), subject, "it gives goods away: 'buy' must be 1 to 1,000,000, not \(buy)")
      require((1...1_000_000).contains(get), subject, "'get' must be 1 to 1,000,000, not \(get)")
      require(off > .zero && off <= .whole, subject, "\(off) off is not above 0 and at most 100 %")
    case .bundle(let parts, let price):
      require(
        amounts.contains(price), subject, "a set for \(price) minor units would be given away, or is out of range")
      require((1...PriceBookLimits.partsOfBundle).contains(parts.count), subject, "a set has 1 to 20 parts")
      for part in parts { require((1...1_000_000).contains(part.pieces), subject, "a part has 1 to 1,000,000 pieces") }
    }
  }

  private mutating func taxes(_ all: [TaxRules]) {
    var seen: Set<TaxRegion> = []
    for rules in all {
      let subject = "tax region \(rules.region)"
      require(seen.insert(rules.region).inserted, subject, "it is in the book twice")
      require(rules.rates.count <= PriceBookLimits.ratesOfRegion, subject, "too many rates")
      for (place, rate) in rules.rates.enumerated() {
        let range = PriceBookLimits.taxRate
        require(range.contains(rate.rate.partsPerMillion), subject, "a rate of \(rate.rate) is not 0 to 50 %")
        period("\(subject), rate for \(rate.category)", rate.validFrom, rate.validUntil)
        for other in rules.rates[..<place]
        where other.category == rate.category
          && periodsOverlap((rate.validFrom, rate.validUntil), (other.validFrom, other.validUntil))
        {
          require(false, subject, "two rates for \(rate.category) are in force at the same time")
        }
      }
    }
  }
}
