import Catalog

/// Quotes a cart: the one function that gives prices for the result list, the product page, the cart and the order.
///
/// Pure: the same lines, context and book give the same quote, to the last minor unit and with the same id. Prices do
/// not depend on the order of the lines. Pieces of a variant on several lines count together for quantity breaks.
public func quote(_ lines: [QuoteLine], in context: QuoteContext, by book: PriceBook) throws(QuoteRefusal) -> PriceQuote
{
  guard (1...QuoteRefusal.maxLines).contains(lines.count) else { throw .lines(lines.count) }
  guard context.coupons.count <= QuoteRefusal.maxCoupons else { throw .coupons(context.coupons.count) }
  guard let region = book.region(context.taxRegion) else { throw .noTaxRules(context.taxRegion) }
  // Work runs in the order of variants, so that ties and roundings fall alike for every order of the cart.
  let order =
    lines.count == 1
    ? nil
    : lines.indices.sorted {
      (lines[$0].variant.rawValue, lines[$0].quantity, $0) < (lines[$1].variant.rawValue, lines[$1].quantity, $1)
    }
  var pricing = QuoteRun(context: context, book: book, region: region)
  try pricing.price(order.map { $0.map { lines[$0] } } ?? lines)
  let coupons = pricing.applyPromotions()
  pricing.lowestPrices()
  let taxes = splitTax(of: &pricing.lines, rounding: book.regions[region].rounding)
  pricing.measures()
  let id = pricing.id
  if let order {
    var placed = pricing.lines
    for (place, original) in order.enumerated() { placed[original] = pricing.lines[place] }
    pricing.lines = placed
  }
  var quote = PriceQuote(
    id: id, bookVersion: book.version, currency: context.currency, taxView: context.taxView, issuedAt: context.time,
    validUntil: Timestamp(
      microsecondsSinceEpoch: context.time.microsecondsSinceEpoch.adding(saturating: book.lifetimeMicroseconds)),
    lines: pricing.lines, taxes: taxes, coupons: coupons, net: 0, tax: 0, gross: 0, discount: 0)
  for total in taxes {
    quote.net += total.net
    quote.tax += total.tax
    quote.gross += total.gross
  }
  for place in quote.lines.indices { quote.discount += quote.lines[place].discount }
  return quote
}

/// A quote under way: the lines in the order of variants, and what promotions may do to each.
struct QuoteRun {
  let context: QuoteContext
  let book: PriceBook
  /// Its place in the book.
  let region: Int
  var lines: [QuotedLine] = []
  /// Beside each line.
  var sides: [Side] = []

  struct Side {
    /// The place of the item and of the list in the book.
    var item: Int
    var list: Int
    /// The floor of one piece in the line's tax basis; 0: none.
    var floor: (amount: Int64, kind: PriceFloor.Kind)
    /// When the line's reduction began: that of its sale price, or the earliest of its promotions for everybody.
    var reducedSince: Timestamp?
    /// The amount that coupons took off: not a reduction for everybody.
    var couponDiscount: Int64 = 0
  }

  init(context: QuoteContext, book: PriceBook, region: Int) {
    self.context = context
    self.book = book
    self.region = region
  }

  mutating func price(_ asked: [QuoteLine]) throws(QuoteRefusal) {
    lines.reserveCapacity(asked.count)
    sides.reserveCapacity(asked.count)
    for place in asked.indices {
      let line = asked[place]
      guard (1...CatalogLimits.pieces.upperBound).contains(line.quantity) else {
        throw .quantity(line.variant, line.quantity)
      }
      guard let item = book.places[line.variant] else { throw .unknownVariant(line.variant) }
      try price(line, pieces: pieces(of: line.variant, around: place, in: asked), place: item)
    }
  }

  /// Pieces of the variant on all lines, which stand side by side.
  private func pieces(of variant: VariantID, around place: Int, in asked: [QuoteLine]) -> Int64 {
    if asked.count == 1 { return asked[place].quantity }
    var sum: Int64 = 0
    var other = place
    while other > 0, asked[other - 1].variant == variant { other -= 1 }
    while other < asked.count, asked[other].variant == variant {
      sum = sum.adding(saturating: max(0, asked[other].quantity))
      other += 1
    }
    return sum
  }

  /// Prices one line up to its amount before promotions.
  private mutating func price(_ line: QuoteLine, pieces: Int64, place: Int) throws(QuoteRefusal) {
    let (regular, sale) = rows(of: place, pieces: pieces)
    guard let first = regular ?? sale else { throw .noPrice(line.variant, context.currency) }
    let rate = try rate(of: place)
    let list = Int(book.rows[first].list)
    let includesTax = book.lists[list].includesTax
    var steps: [PriceStep] = []
    var unit = listSteps(row: first, list: list, &steps)
    let regularUnit = unit
    var since: Timestamp?
    if let sale, regular == nil || book.rows[sale].amount < unit {
      unit = book.rows[sale].amount
      if regular != nil { steps.append(.sale(to: unit)) }
      let from = book.rows[sale].from
      since = from == .min ? nil : Timestamp(microsecondsSinceEpoch: from)
    }
    let floor = book.items[place].floors.isEmpty ? (0, .legal) : self.floor(of: place, includesTax, rate)
    if unit < floor.amount {
      unit = floor.amount
      steps.append(.raised(to: unit, by: floor.kind))
    }
    let (amount, isTooWide) = unit.multipliedReportingOverflow(by: line.quantity)
    guard !isTooWide, amount <= QuoteRefusal.maxMinorUnits else { throw .tooMuch(line.variant) }
    if line.quantity != 1 { steps.append(.line(pieces: line.quantity, amount: amount)) }
    sides.append(Side(item: place, list: list, floor: floor, reducedSince: since))
    let was = book.rows[first].was
    lines.append(
      QuotedLine(
        variant: line.variant, quantity: line.quantity, list: book.lists[list].code, includesTax: includesTax,
        regularUnitAmount: max(regularUnit, unit), unitAmount: unit, amount: amount, taxRate: rate,
        wasUnitAmount: was > unit ? was : nil, steps: steps))
  }

  /// The amount of a row, with the steps that made it.
  @inline(__always)
  private func listSteps(row: Int, list: Int, _ steps: inout [PriceStep]) -> Int64 {
    steps.reserveCapacity(4)
    let (written, adjusted, amount) = (book.rows[row].written, book.rows[row].adjusted, book.rows[row].amount)
    steps.append(
      .listed(book.lists[list].code, amount: written, minimumQuantity: book.rows[row].minimumQuantity))
    if adjusted != written { steps.append(.adjusted(by: book.lists[list].adjustment, to: adjusted)) }
    if amount != adjusted { steps.append(.ended(to: amount)) }
    return amount
  }

  /// The places of the regular and the sale row that count: of the first list that has any, the first of each in the
  /// book's order.
  @inline(__always)
  private func rows(of place: Int, pieces: Int64) -> (regular: Int?, sale: Int?) {
    let time = context.time.microsecondsSinceEpoch
    var regular: Int?
    var sale: Int?
    var counted: Int32 = -1
    var refused: Int32 = -1
    let range = book.items[place].rows
    for row in Int(range.lowerBound)..<Int(range.upperBound) {
      let list = book.rows[row].list
      if counted >= 0, list != counted { break }
      if list == refused { continue }
      if list != counted, !book.lists[Int(list)].counts(in: context) {
        refused = list
        continue
      }
      guard book.rows[row].minimumQuantity <= pieces, book.rows[row].from <= time, time < book.rows[row].until
      else { continue }
      counted = list
      if book.rows[row].isSale {
        if sale == nil { sale = row }
      } else if regular == nil {
        regular = row
      }
    }
    return (regular, sale)
  }

  @inline(__always)
  private func rate(of place: Int) throws(QuoteRefusal) -> Share {
    let time = context.time.microsecondsSinceEpoch
    let category = book.items[place].taxCategory
    let rates = book.regions[region].rates
    for rate in rates.indices
    where rates[rate].category == category && rates[rate].from <= time && time < rates[rate].until {
      return rates[rate].rate
    }
    throw .noTaxRate(book.regions[region].region, book.taxCategories[Int(category)])
  }

  /// The highest floor of one piece, in the list's tax basis, rounded up; floors in other currencies do not count.
  private func floor(of item: Int, _ includesTax: Bool, _ rate: Share) -> (amount: Int64, kind: PriceFloor.Kind) {
    var highest: (amount: Int64, kind: PriceFloor.Kind) = (0, .legal)
    let range = book.items[item].floors
    for place in Int(range.lowerBound)..<Int(range.upperBound) {
      let floor = book.floors[place]
      guard floor.amount.currency == context.currency else { continue }
      var amount = floor.amount.minorUnits
      let withTax = Share.millionth + rate.partsPerMillion
      switch (floor.includesTax, includesTax) {
      case (true, false): amount = amount.scaled(by: Share.millionth, over: withTax, rounding: .up)
      case (false, true): amount = amount.scaled(by: withTax, over: Share.millionth, rounding: .up)
      default: break
      }
      if amount > highest.amount { highest = (amount, floor.kind) }
    }
    return highest
  }

  /// Sets the lowest price of the last 30 days, and the reduction to announce, beside each reduction for everybody.
  mutating func lowestPrices() {
    for place in lines.indices {
      guard let since = sides[place].reducedSince else { continue }
      let item = book.items[sides[place].item]
      guard !item.history.isEmpty else { continue }
      let history = book.histories[Int(item.history.lowerBound)..<Int(item.history.upperBound)]
      guard let prior = lowestPrice(history, list: lines[place].list, before: since)?.minorUnits else { continue }
      lines[place].priorUnitAmount = prior
      // Rounded up to a piece's price, so that no reduction is announced as higher than it is.
      let amount = lines[place].payable + sides[place].couponDiscount
      let unit = amount.scaled(by: 1, over: lines[place].quantity, rounding: .up)
      guard unit < prior else { continue }
      lines[place].announcedReduction = Share(
        partsPerMillion: (prior - unit).scaled(by: Share.millionth, over: prior, rounding: .down))
    }
  }

  /// Sets the price of a kilogram, litre or metre from the price of one piece in the quote's tax view.
  mutating func measures() {
    for place in lines.indices {
      guard let content = book.items[sides[place].item].content else { continue }
      let shown = context.taxView == .included ? lines[place].gross : lines[place].net
      // One rounding: of the line's sum over all its contents.
      let sum = Int128(shown) * Int128(content.unit.reference.size)
      let contents = Int128(content.quantity) * Int128(lines[place].quantity)
      lines[place].measure = MeasurePrice(
        amount: Int64(clamping: (2 * sum + contents) / (2 * contents)), unit: content.unit.reference.name)
    }
  }
}

extension QuoteRun {
  /// 128 bits over everything that decides the quote.
  fileprivate var id: QuoteID {
    var mixer = Mixer()
    mixer.add(UInt64(bitPattern: book.version))
    mixer.add(UInt64(bitPattern: context.time.microsecondsSinceEpoch))
    mixer.add(context.taxRegion.letters)
    mixer.add(context.taxView == .included ? 1 : 2)
    mixer.add(context.channel.text)
    if let contract = context.contract { mixer.add(contract.text) }
    for coupon in context.coupons { mixer.add(coupon.code.text) }
    for place in lines.indices {
      // The list tells the currency.
      mixer.add(book.listWords[sides[place].list])
      mixer.add(UInt64(bitPattern: lines[place].variant.rawValue))
      mixer.add(UInt64(bitPattern: lines[place].quantity))
      mixer.add(UInt64(bitPattern: lines[place].gross))
    }
    return mixer.id
  }
}

private struct Mixer {
  private var high: UInt64 = 0x243F_6A88_85A3_08D3
  private var low: UInt64 = 0x1319_8A2E_0370_7344

  mutating func add(_ word: UInt64) {
    high = SplitMix64.scrambled(high ^ word)
    // The other half must not follow from the first: another order of operations, another constant.
    low = (low &+ word) &* 0x9FB2_1C65_1E98_DF25
    low ^= low >> 29
  }

  /// The text's length goes first, so that two texts never run together.
  mutating func add(_ text: String) {
    var word = UInt64(clamping: text.utf8.count)
    var filled = 0
    add(word)
    word = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        add(word)
        (word, filled) = (0, 0)
      }
    }
    if filled > 0 { add(word) }
  }

  var id: QuoteID { QuoteID(high: SplitMix64.scrambled(high), low: SplitMix64.scrambled(low ^ high.byteSwapped)) }
}
