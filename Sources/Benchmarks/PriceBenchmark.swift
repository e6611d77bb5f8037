package import Bootstrap
import Catalog
import Ports
import SearchService
import Telemetry

/// Measures the prices in memory: the time to read them, their memory, and the quotes of a page, with generated prices and
/// without a database.
package struct PriceBenchmark {
  private static let page = 24
  private static let rounds = 20_000
  private static let variantsOfProduct = 3

  let variants: Int
  let terminal: Terminal

  package init(variants: Int, terminal: Terminal) {
    self.variants = variants
    self.terminal = terminal
  }

  package func run() async throws {
    let products = max(Self.page, variants / Self.variantsOfProduct)
    var options = PriceOverlay.Options()
    // Nobody follows: the prices stay the same.
    options.maxAge = .seconds(86_400)
    let prices = PriceOverlay(
      source: GeneratedPrices(products: products, variantsOfProduct: Self.variantsOfProduct), options: options,
      metrics: MetricsRegistry())
    let (before, start) = (Heap.bytesInUse, ContinuousClock.now)
    try await prices.follow()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let bytes = Double(Heap.bytesInUse - before)
    let count = products * Self.variantsOfProduct
    terminal.print(
      "\(count) variants read in \(decimal(seconds, 2)) s; \(decimal(bytes / 1_048_576, 1)) MiB, "
        + "\(decimal(bytes / Double(count), 1)) bytes a variant")
    let times = measure(prices, products)
    func at(_ share: Double) -> String { decimal(times[Int(saturating: Double(times.count - 1) * share)], 4) }
    let mean = times.reduce(0, +) / Double(times.count)
    let quotes = Double(Self.page * Self.variantsOfProduct)
    terminal.print(
      "a page of \(Self.page) products: p50 \(at(0.5)) ms, p99 \(at(0.99)) ms; "
        + "\(Int(saturating: quotes / mean * 1_000)) quotes a second on one core")
  }

  /// Milliseconds of each page, in order.
  private func measure(_ prices: PriceOverlay, _ products: Int) -> [Double] {
    var random = SplitMix64(seed: 1)
    let now = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)
    var times: [Double] = []
    var shown = 0
    for round in 0..<Self.rounds {
      let ids = (0..<Self.page).map { _ in
        ProductID(rawValue: Int64.random(in: 1...Int64(products), using: &random))
      }
      let start = ContinuousClock.now
      shown += prices.quotes(of: ids, at: now)?.count ?? 0
      // The first rounds bring the table into the cache.
      if round > Self.rounds / 10 { times.append((ContinuousClock.now - start) / .milliseconds(1)) }
    }
    precondition(shown > 0, "no page had a price")
    return times.sorted()
  }
}

/// Prices that are computed when they are asked for.
private struct GeneratedPrices: PriceSource {
  let products: Int
  let variantsOfProduct: Int

  func captureCursor() async throws -> OutboxCursor { .start }
  func changes(after cursor: OutboxCursor, limit: Int) async throws -> [ProductChange] { [] }

  func productIDs(after: ProductID?, limit: Int) async throws -> [ProductID] {
    let first = (after?.rawValue ?? 0) + 1
    return (first..<max(first, min(first + Int64(limit), Int64(products) + 1))).map { ProductID(rawValue: $0) }
  }

  func prices(of ids: [ProductID]) async throws -> [VariantPrice] {
    ids.flatMap { id in
      (0..<Int64(variantsOfProduct)).map { variant in
        VariantPrice(
          product: id, variant: VariantID(rawValue: id.rawValue * Int64(variantsOfProduct) + variant),
          price: Price(amount: Money(minorUnits: id.rawValue % 100_000 + variant * 10, currency: .gbp)))
      }
    }
  }
}
