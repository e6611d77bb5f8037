import Catalog

/// The generated shop as pure functions of (options, number): no product and no customer is kept in memory.
struct GeneratedWorld: Sendable {
  let options: GenerationOptions
  let kinds: [ProductKind]
  /// Product i is of kind `slots[i % slots.count]`: a fixed mixture, shuffled by the seed, so that the products of a
  /// kind can be counted and reached without a list.
  let slots: [Int]
  /// For each kind, the slots that contain at least one product.
  let slotsOfKind: [[Int]]
  let kindTastes: [Taste]
  /// Yearly growth of a kind's demand, as a logarithm.
  let kindTrends: [Double]
  /// For each slot: rank r is at block (r · multiplier + offset) mod blocks.
  private let rankings: [SlotRanking]

  private struct SlotRanking: Sendable {
    var blocks: Int
    var multiplier: Int
    var inverse: Int
    var offset: Int
  }

  init(_ options: GenerationOptions) {
    self.options = options
    let kinds = ProductKind.table
    self.kinds = kinds
    var slots = kinds.indices.flatMap { kind in Array(repeating: kind, count: kinds[kind].share) }
    var stream = RandomStream(seed: options.seed, .slots)
    for last in stride(from: slots.count - 1, to: 0, by: -1) { slots.swapAt(last, stream.below(last + 1)) }
    let shuffled = slots
    self.slots = shuffled
    slotsOfKind = kinds.indices.map { kind in
      shuffled.indices.filter { shuffled[$0] == kind && $0 < options.products }
    }
    var truth = RandomStream(seed: options.seed, .kindTruth)
    kindTastes = kinds.map { _ in Taste(&truth, deviation: 0.6) }
    kindTrends = kinds.map { _ in truth.normal() * 0.35 }
    rankings = shuffled.indices.map { Self.ranking(of: $0, slotCount: shuffled.count, options: options) }
  }

  private static func ranking(of slot: Int, slotCount: Int, options: GenerationOptions) -> SlotRanking {
    let blocks = max(1, (options.products - slot + slotCount - 1) / slotCount)
    var stream = RandomStream(seed: options.seed, .ranks, slot)
    var multiplier = stream.below(blocks) | 1
    while greatestCommonDivisor(multiplier, blocks) != 1 { multiplier += 1 }
    multiplier %= blocks
    return SlotRanking(
      blocks: blocks, multiplier: multiplier, inverse: inverse(of: multiplier, modulo: blocks),
      offset: stream.below(blocks))
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// The x with a x ≡ 1 (mod m), by the extended Euclidean algorithm; `a` and `m` have no common divisor.
  private static func inverse(of a: Int, modulo m: Int) -> Int {
    guard m > 1 else { return 0 }
    var (old, rest) = (a, m)
    var (x, next) = (1, 0)
    while rest != 0 {
      let quotient = old / rest
      (old, rest) = (rest, old - quotient * rest)
      (x, next) = (next, x - quotient * next)
    }
    return (x % m + m) % m
  }

  // MARK: products

  func kind(of product: Int) -> Int { slots[product % slots.count] }

  /// The product of a slot with that rank by demand.
  func product(slot: Int, rank: Int) -> Int {
    let ranking = rankings[slot]
    return (rank * ranking.multiplier + ranking.offset) % ranking.blocks * slots.count + slot
  }

  func rank(of product: Int) -> Int {
    let ranking = rankings[product % slots.count]
    let block = product / slots.count
    return (block - ranking.offset + ranking.blocks) % ranking.blocks * ranking.inverse % ranking.blocks
  }

  /// A product of the kind, drawn by demand; nil if the catalog has none.
  func drawProduct(kind: Int, using stream: inout RandomStream) -> Int? {
    let candidates = slotsOfKind[kind]
    guard !candidates.isEmpty else { return nil }
    let slot = stream.pick(candidates)
    let rank = stream.powerLawRank(count: rankings[slot].blocks, exponent: DecisionModel.popularityExponent)
    return product(slot: slot, rank: rank)
  }

  func truth(ofProduct product: Int) -> ProductTruth {
    var stream = RandomStream(seed: options.seed, .productTruth, product)
    let kind = kind(of: product)
    let taste = kindTastes[kind] + Taste(&stream, deviation: 0.45)
    let quality = stream.normal() * 0.7
    // Better products cost more, but less than their quality would justify.
    let base = kinds[kind].medianPence * PortableMath.exp(stream.normal() * 0.45 + quality * 0.15)
    return ProductTruth(
      kind: kind, taste: taste, quality: quality, basePence: Double(PriceCalendar.shelfPrice(base)),
      rank: rank(of: product))
  }

  // MARK: customers

  func truth(ofCustomer customer: Int) -> CustomerTruth {
    var stream = RandomStream(seed: options.seed, .customerTruth, customer)
    let taste = Taste(&stream, deviation: 1)
    let priceSensitivity = stream.gamma(shape: 4, mean: 2.2)
    let visitRate = stream.gamma(shape: 1.2, mean: 0.06)
    let days = max(options.days, 1)
    // Most customers joined before the history begins, at any time in three years; the others join during it.
    let joined = stream.chance(0.65) ? -1 - stream.below(1095) : stream.below(days)
    var life = stream.exponential(mean: DecisionModel.meanLifeDays)
    // The history contains no customer who left before it began.
    if joined < 0 { life += Double(-joined) }
    return CustomerTruth(
      taste: taste, priceSensitivity: priceSensitivity, visitRate: visitRate, joinedDay: joined,
      churnedDay: joined + Int(saturating: min(life, 1e6)) + 1, isCompany: stream.chance(0.06),
      returnFactor: stream.gamma(shape: 3, mean: 1), sizeIndex: stream.below(4),
      favouriteColour: stream.below(ProductKind.colours.count), device: stream.index(weights: [0.62, 0.3, 0.08]))
  }

  /// The demand for a kind on that day relative to its average: season and trend, as a factor.
  func demandFactor(kind: Int, day: Int) -> Double {
    let date = CalendarDay(daysSinceEpoch: options.firstDay.daysSinceEpoch + Int64(day))
    let yearStart = CalendarDay(year: date.civil.year, month: 1, day: 1) ?? date
    let dayOfYear = Double(date.daysSinceEpoch - yearStart.daysSinceEpoch)
    let template = kinds[kind]
    let season = template.amplitude * PortableMath.cosineOfTurns((dayOfYear - Double(template.peakDay)) / 365.25)
    let trend = kindTrends[kind] * Double(day) / 365.25
    return PortableMath.exp(season + trend)
  }
}
