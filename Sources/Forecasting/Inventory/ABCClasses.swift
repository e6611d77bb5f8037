/// Products by their share of the shop's value.
public enum ABCClass: String, Sendable, CaseIterable {
  case a = "A"
  case b = "B"
  case c = "C"

  /// The probability that an order comes before the stock runs out, unless the buyer sets another.
  public var serviceLevel: Double {
    switch self {
    case .a: 0.98
    case .b: 0.95
    case .c: 0.9
    }
  }

  /// The first products by value that make 80 % of it are A, the next 15 % B, the rest C; equal values in the order of
  /// the codes.
  public static func classes(_ values: [String: Double], a: Double = 0.8, b: Double = 0.95) -> [String: ABCClass] {
    let total = values.values.reduce(0) { $0 + max(0, $1) }
    var result: [String: ABCClass] = [:]
    var sum = 0.0
    for (product, value) in values.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      // A product belongs to the class in which its share begins, so that one great seller is A.
      let before = total > 0 ? sum / total : 1
      result[product] = before < a ? .a : before < b ? .b : .c
      sum += max(0, value)
    }
    return result
  }
}
