public import Ports
import Threading

/// The popular queries in memory, ready to be completed.
public final class PopularQueryList: PopularQueries {
  /// In the order of their texts.
  private let queries = Guarded<[PopularQuery]>([])

  public init() {}

  func replace(by popular: [PopularQuery]) {
    let sorted = popular.sorted { $0.text < $1.text }
    queries.withLock { $0 = sorted }
  }

  public func queries(startingWith text: String, limit: Int) async -> [String] {
    let beginning = text.lowercased()
    let queries = queries.withLock { $0 }
    var (low, high) = (0, queries.count)
    while low < high {
      let middle = (low + high) / 2
      if queries[middle].text < beginning { low = middle + 1 } else { high = middle }
    }
    let found = queries[low...].prefix { $0.text.hasPrefix(beginning) }
    return found.sorted { ($0.weight, $1.text) > ($1.weight, $0.text) }.prefix(limit).map(\.text)
  }
}
