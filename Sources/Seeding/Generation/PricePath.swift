import Catalog

/// The price of a demo product over the days of its history: it moves about each month, for no reason that a shopper could
/// see, and ends at the catalog's.
struct PricePath: Sendable {
  private static let periodDays = 30
  /// The deviation of a period's price around the catalog's, as a logarithm.
  private static let deviation = 0.12

  private let offset: Int
  private let last: Int
  private let amounts: [Int64]
  private let currency: Currency

  init(endingAt price: Money, code: String, seed: UInt64) {
    let number = Int(truncatingIfNeeded: UInt64(fnv1aOf: code.utf8))
    var stream = RandomStream(seed: seed, .priceSteps, number)
    offset = stream.below(Self.periodDays)
    let lastPeriod = (DemoHistory.days - 1 + offset) / Self.periodDays
    last = lastPeriod
    amounts = (0...lastPeriod).map { period in
      let amount = Double(price.minorUnits) * PortableMath.exp(stream.normal() * Self.deviation)
      return period == lastPeriod ? price.minorUnits : max(1, Int64(saturating: amount.rounded()))
    }
    currency = price.currency
  }

  private func amount(on day: Int) -> Int64 { amounts[min(max(0, (day + offset) / Self.periodDays), last)] }

  func price(on day: Int) -> Money { Money(minorUnits: amount(on: day), currency: currency) }

  /// ln(price on the day ÷ the catalog's price).
  func logarithm(on day: Int) -> Double {
    guard amounts[last] > 0 else { return 0 }
    return PortableMath.ln(Double(amount(on: day)) / Double(amounts[last]))
  }
}
