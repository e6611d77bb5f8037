import Catalog
import SearchDSL

/// A step of the price facet, of several bars of its histogram, with its texts.
struct PriceStep: Sendable {
  /// In minor units; nil: open.
  let lower: Int64?
  /// Outside the step.
  let upper: Int64?
  /// `10.00..19.99`: a filter's upper end is inside it.
  let value: String
  let label: String

  private init(lower: Int64?, upper: Int64?, currency: Currency) {
    self.lower = lower
    self.upper = upper
    let lowerText = lower.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
    let upperText = upper.map { Money(minorUnits: $0 - 1, currency: currency).decimalText } ?? ""
    value = "\(lowerText)..\(upperText)"
    func text(_ amount: Int64) -> String { Money(minorUnits: amount, currency: currency).shortText }
    label =
      switch (lower, upper) {
      case (nil, let upper?): "Under \(text(upper))"
      case (let lower?, nil): "\(text(lower)) and more"
      case (let lower?, let upper?): "\(text(lower)) to \(text(upper))"
      case (nil, nil): "Any price"
      }
  }

  static func all(in currency: Currency) -> [PriceStep] {
    let edges: [Int64?] = [nil] + Retrieval.priceSteps.map(Optional.some) + [nil]
    return zip(edges, edges.dropFirst()).map { PriceStep(lower: $0, upper: $1, currency: currency) }
  }

  /// Products of the bars within the step.
  func count(of bars: [Bucket]) -> Int {
    let (lowest, highest) = (Double(lower ?? 0), upper.map(Double.init) ?? .infinity)
    var count = 0
    for index in bars.indices where bars[index].from ?? 0 >= lowest && bars[index].to ?? .infinity <= highest {
      count += bars[index].documentCount
    }
    return count
  }
}
