/// Prices of which the middle is wanted: all of few, a sample of many in which each has the same chance (reservoir
/// sampling, Vitter's algorithm R), so that the first products of a shop do not say what is usual in it.
struct PriceSample: Sendable {
  private let limit: Int
  private var prices: [Int64] = []
  private var seen: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  mutating func add(_ price: Int64) {
    seen += 1
    if prices.count < limit {
      prices.append(price)
    } else {
      // The same products give the same sample.
      let place = Int(clamping: SplitMix64.scrambled(seen &* SplitMix64.step) % seen)
      if place < limit { prices[place] = price }
    }
  }

  var middle: Int64? { prices.isEmpty ? nil : prices.sorted()[prices.count / 2] }
}
