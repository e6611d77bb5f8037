import Catalog

extension QuoteRun {
  /// Applies the promotions of the book, the highest priority first, and says how each coupon fared.
  ///
  /// Conditions look at amounts before promotions; the amount that a promotion takes off is computed from what those
  /// before it left. An exclusive promotion takes lines that no other one touched, and closes them.
  mutating func applyPromotions() -> [CouponOutcome] {
    if book.promotions.isEmpty && context.coupons.isEmpty { return [] }
    var results: [CouponCode: CouponOutcome.Result] = [:]
    var states = Array(repeating: LineState.open, count: lines.count)
    var place = book.promotions.startIndex
    while place < book.promotions.endIndex {
      var end = place
      while end < book.promotions.endIndex, book.promotions[end].priority == book.promotions[place].priority {
        end += 1
      }
      apply(place..<end, &states, &results)
      place = end
    }
    var seen: Set<CouponCode> = []
    return context.coupons.filter { seen.insert($0.code).inserted }.map {
      CouponOutcome(code: $0.code, result: results[$0.code] ?? .unknown)
    }
  }

  enum LineState { case open, touched, closed }

  /// Promotions of one priority: exclusive ones compete by what they take off, then the others follow by code.
  private mutating func apply(
    _ places: Range<Int>, _ states: inout [LineState], _ results: inout [CouponCode: CouponOutcome.Result]
  ) {
    var waiting = places.filter { admits(book.promotions[$0], &results) }
    var exclusives = waiting.filter { book.promotions[$0].stacking == .exclusive }
    waiting.removeAll { book.promotions[$0].stacking == .exclusive }
    while !exclusives.isEmpty {
      let sums = exclusives.map { discounts(of: book.promotions[$0], states).reduce(0) { $0 + $1.off } }
      // The first one of equal sums, by code.
      guard let best = sums.indices.max(by: { (sums[$0], -$0) < (sums[$1], -$1) }) else { break }
      take(book.promotions[exclusives.remove(at: best)], &states, &results)
    }
    for place in waiting { take(book.promotions[place], &states, &results) }
  }

  /// Whether a promotion is in force for the context, and its coupon was given and may be used.
  private func admits(_ promotion: Promotion, _ results: inout [CouponCode: CouponOutcome.Result]) -> Bool {
    guard let code = promotion.coupon else { return promotion.counts(in: context) }
    let facts = context.coupons.filter { $0.code == code }
    guard !facts.isEmpty else { return false }
    guard promotion.counts(in: context) else {
      results[code] = results[code] ?? .notInForce
      return false
    }
    // The same coupon given twice is one coupon: its least remainder counts.
    guard facts.allSatisfy({ $0.remainingUses > 0 }) else {
      results[code] = .usedUp
      return false
    }
    return true
  }

  /// Takes a promotion's discounts off the lines, as far as floors let it.
  private mutating func take(
    _ promotion: Promotion, _ states: inout [LineState], _ results: inout [CouponCode: CouponOutcome.Result]
  ) {
    let isMet = meetsConditions(promotion)
    let discounts = isMet ? self.discounts(of: promotion, states) : []
    var taken: Int64 = 0
    for (place, off) in discounts {
      let floor = sides[place].floor.amount * lines[place].quantity
      let allowed = max(0, min(off, lines[place].payable - floor))
      if allowed < off {
        lines[place].steps.append(.held(promotion.code, by: sides[place].floor.kind, refused: off - allowed))
      }
      guard allowed > 0 else { continue }
      lines[place].discount += allowed
      lines[place].steps.append(.promotion(promotion.code, off: allowed))
      states[place] = promotion.stacking == .exclusive ? .closed : .touched
      taken += allowed
      // A coupon is a reduction for those who have it, which Art. 6a does not ask about.
      if promotion.coupon != nil {
        sides[place].couponDiscount += allowed
      } else if let from = promotion.validFrom {
        sides[place].reducedSince = sides[place].reducedSince.map { min($0, from) } ?? from
      }
    }
    guard let code = promotion.coupon, results[code] != .applied else { return }
    results[code] = taken > 0 ? .applied : isMet ? .noEffect : .conditionsNotMet
  }

  private func meetsConditions(_ promotion: Promotion) -> Bool {
    var spend: Int64 = 0
    var pieces: Int64 = 0
    for place in lines.indices where matches(promotion.target, place) {
      spend += lines[place].amount
      pieces += lines[place].quantity
    }
    return pieces > 0 && spend >= promotion.minimumSpend && pieces >= promotion.minimumPieces
  }

  private func matches(_ target: PromotionTarget, _ place: Int) -> Bool {
    if target.isEverything { return true }
    let item = book.items[sides[place].item]
    return target.variants.contains(item.variant) || item.product.map(target.products.contains) ?? false
      || item.brand.map(target.brands.contains) ?? false
      || !target.categories.isEmpty
        && book.categories[Int(item.categories.lowerBound)..<Int(item.categories.upperBound)]
          .contains(where: target.categories.contains)
  }

  /// The amounts that a promotion takes off open lines, before floors.
  private func discounts(of promotion: Promotion, _ states: [LineState]) -> [(place: Int, off: Int64)] {
    guard meetsConditions(promotion) else { return [] }
    let open = lines.indices.filter {
      (promotion.stacking == .exclusive ? states[$0] == .open : states[$0] != .closed)
        && lines[$0].payable > 0 && matches(promotion.target, $0)
    }
    guard !open.isEmpty else { return [] }
    var discounts: [(place: Int, off: Int64)]
    switch promotion.action {
    case .percentage(let share):
      discounts = open.map { ($0, lines[$0].payable - share.taken(from: lines[$0].payable)) }
    case .amountEach(let off):
      discounts = open.filter { lines[$0].unitAmount > off }.map {
        ($0, min(off * lines[$0].quantity, lines[$0].payable))
      }
    case .amount(let off):
      let payable = open.map { lines[$0].payable }
      let whole = min(off, payable.reduce(0, +))
      discounts = Array(zip(open, shares(of: whole, by: payable)))
    case .buyGet(let buy, let get, let off):
      discounts = freePieces(of: open, buy: buy, get: get).map { place, pieces in
        (place, off.of(lines[place].payable.scaled(by: pieces, over: lines[place].quantity)))
      }
    case .bundle(let parts, let price):
      discounts = bundle(parts, price: price, of: open)
    }
    discounts.removeAll { $0.off <= 0 }
    let sum = discounts.reduce(0) { $0 + $1.off }
    if let most = promotion.maxDiscount, sum > most {
      let parts = shares(of: most, by: discounts.map(\.off))
      for (place, part) in parts.enumerated() { discounts[place].off = part }
    }
    return discounts
  }

  /// Lines by the price of a piece, the dearest first.
  private func byUnitAmount(_ places: [Int]) -> [Int] {
    places.sorted { (lines[$1].unitAmount, $0) < (lines[$0].unitAmount, $1) }
  }

  /// The pieces of each line that are free: the last `get` of each whole group of `buy + get`, the dearest first.
  private func freePieces(of places: [Int], buy: Int64, get: Int64) -> [(place: Int, pieces: Int64)] {
    let group = buy + get
    let grouped = places.reduce(0) { $0 + lines[$1].quantity } / group * group
    func freeBefore(_ piece: Int64) -> Int64 {
      let piece = min(piece, grouped)
      return piece / group * get + max(0, piece % group - buy)
    }
    var start: Int64 = 0
    return byUnitAmount(places).map { place in
      defer { start += lines[place].quantity }
      return (place, freeBefore(start + lines[place].quantity) - freeBefore(start))
    }
  }

  /// As many sets as the pieces allow, made of the dearest pieces; a line serves the first part that it matches.
  private func bundle(_ parts: [Promotion.BundlePart], price: Int64, of places: [Int]) -> [(place: Int, off: Int64)] {
    var byPart = Array(repeating: [Int](), count: parts.count)
    for place in byUnitAmount(places) {
      if let part = parts.firstIndex(where: { matches($0.target, place) }) { byPart[part].append(place) }
    }
    let sets =
      zip(parts, byPart).map { part, places in
        places.reduce(0) { $0 + lines[$1].quantity } / part.pieces
      }.min() ?? 0
    guard sets > 0 else { return [] }
    var taken: [(place: Int, worth: Int64)] = []
    for (part, places) in zip(parts, byPart) {
      var needed = sets * part.pieces
      for place in places where needed > 0 {
        let pieces = min(needed, lines[place].quantity)
        taken.append((place, lines[place].payable.scaled(by: pieces, over: lines[place].quantity)))
        needed -= pieces
      }
    }
    let off = taken.reduce(0) { $0 + $1.worth } - price.multiplied(saturating: sets)
    guard off > 0 else { return [] }
    return Array(zip(taken.map(\.place), shares(of: off, by: taken.map(\.worth))))
  }
}
