package import Bootstrap
import Catalog
package import PostgresClient
import PostgresStore
import Pricing
import SearchService
import Telemetry
import Threading

/// Compares shown prices with charged ones while prices change: a shown price is right if the database charged it within the
/// last second.
package struct PriceComparison {
  private static let products = 2_000
  private static let writers = 4
  private static let page = 24
  private static let firstAmount: Int64 = 1_000

  let pool: PostgresPool
  let comparisons: Int
  /// Changes a second, all writers together.
  let rate: Int
  let terminal: Terminal

  package init(pool: PostgresPool, comparisons: Int, rate: Int, terminal: Terminal) {
    self.pool = pool
    self.comparisons = comparisons
    self.rate = rate
    self.terminal = terminal
  }

  /// When each amount of a product was committed at the latest; the next amount is always one more.
  private typealias Commits = [ContinuousClock.Instant]

  private struct Findings {
    var compared = 0
    var differences = 0
    var unshown = 0
    /// The longest time for which a price was shown after another was charged, in seconds.
    var longest = 0.0
  }

  package func run() async throws {
    let records = (1...Self.products).map { number in
      ProductRecord(
        code: "P-\(number)", title: "Product \(number)",
        variants: [
          .init(sku: SKU("P-\(number)"), prices: [Price(amount: Money(minorUnits: Self.firstAmount, currency: .gbp))])
        ])
    }
    _ = try await PostgresCatalog(pool).upsert(records, source: "bench")
    let source = PostgresPrices(pool)
    let ids = try await source.productIDs(after: nil, limit: Self.products)
    let prices = PriceOverlay(source: source, metrics: MetricsRegistry())
    try await prices.follow()
    let commits = Guarded([Commits](repeating: [.now], count: ids.count))
    let (isOver, changes) = (Guarded(false), Guarded(0))
    let start = ContinuousClock.now
    let findings = try await withThrowingTaskGroup(of: Findings?.self) { group in
      let following = Task { await prices.run(logger: Logger(label: "bench", sink: NullSink())) }
      defer { following.cancel() }
      for writer in 0..<Self.writers {
        group.addTask {
          try await write(writer, ids, commits, changes, until: isOver)
          return nil
        }
      }
      group.addTask { try await compare(prices, ids, commits) }
      var found = Findings()
      while let result = try await group.next() {
        guard let result else { continue }
        found = result
        isOver.withLock { $0 = true }
      }
      return found
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    terminal.print(
      "\(findings.compared) shown prices compared with the charged ones in \(decimal(seconds, 1)) s under "
        + "\(Int(saturating: Double(changes.withLock { $0 }) / seconds)) changes a second: "
        + "\(findings.differences) differences, longest \(decimal(findings.longest * 1_000, 0)) ms behind; "
        + "\(findings.unshown) pages without prices")
  }

  /// Raises the prices of a writer's own products, one by one, at its share of the rate.
  private func write(
    _ writer: Int, _ ids: [ProductID], _ commits: Guarded<[Commits]>, _ changes: Guarded<Int>,
    until isOver: Guarded<Bool>
  ) async throws {
    let own = ids.indices.filter { $0 % Self.writers == writer }
    let pause = Duration.seconds(1) * Self.writers / max(1, rate)
    var next = ContinuousClock.now
    for number in 0... {
      guard !isOver.withLock({ $0 }) else { return }
      let place = own[number % own.count]
      // It may be shown as soon as it is committed, before the answer comes.
      commits.withLock { $0[place].append(.now + .seconds(86_400)) }
      try await pool.execute(
        """
        UPDATE pricing.price SET amount_minor_units = amount_minor_units + 1
        WHERE variant_id IN (SELECT id FROM catalog.variant WHERE product_id = \(ids[place]))
        """)
      commits.withLock { $0[place][$0[place].count - 1] = .now }
      changes.withLock { $0 += 1 }
      next += pause
      if next > .now { try await Task.sleep(until: next) }
    }
  }

  private func compare(_ prices: PriceOverlay, _ ids: [ProductID], _ commits: Guarded<[Commits]>) async throws
    -> Findings
  {
    var (findings, random) = (Findings(), SplitMix64(seed: 1))
    let now = SystemClock().now()
    while findings.compared < comparisons {
      let places = (0..<Self.page).map { _ in Int.random(in: ids.indices, using: &random) }
      let before = ContinuousClock.now
      guard let shown = prices.quotes(of: places.map { ids[$0] }, at: now) else {
        findings.unshown += 1
        try await Task.sleep(for: .milliseconds(1))
        continue
      }
      let known = commits.withLock { all in places.map { all[$0] } }
      for (place, commits) in zip(places, known) {
        findings.compared += 1
        let amount = shown[ids[place]]?.values.first?.amount.minorUnits ?? 0
        let step = Int(clamping: amount - Self.firstAmount)
        guard commits.indices.contains(step) else {
          findings.differences += 1
          continue
        }
        guard commits.indices.contains(step + 1), commits[step + 1] < before else { continue }
        let behind = (before - commits[step + 1]) / .seconds(1)
        findings.longest = max(findings.longest, behind)
        if behind > 1 { findings.differences += 1 }
      }
      await Task.yield()
    }
    return findings
  }
}
