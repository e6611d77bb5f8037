package import Bootstrap
import Catalog
import Ports
import PostgresStore
import Recommendations
import Telemetry

/// Measures answers with recommendations in this process: shoppers without number, each with a history of its own, over the
/// catalog as it is.
///
/// A shopper's history is computed from the shopper's number, so that a million shoppers need no memory.
package struct RecommendationBenchmark {
  let shop: Shop
  let shoppers: UInt64
  let requests: Int
  let clients: Int
  let terminal: Terminal

  package init(
    shop: Shop, shoppers: UInt64, requests: Int, clients: Int, terminal: Terminal
  ) {
    self.shop = shop
    self.shoppers = shoppers
    self.requests = requests
    self.clients = clients
    self.terminal = terminal
  }

  private static let deedsPerShopper = 30

  package func run() async throws {
    let ids = try await productIDs()
    guard !ids.isEmpty else {
      terminal.printError("the catalog is empty: fill it with 'vitrine seed' and 'vitrine import'")
      return
    }
    let before = ProcessFigures.ownMegabytes()
    let start = ContinuousClock.now
    let now = shop.clock.now()
    let recommender = try Recommender(shop: shop) { person, limit in
      Self.deeds(of: person, among: ids, now: now, limit: limit)
    }
    try await recommender.refresh()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    terminal.print(
      "\(ids.count) products, model \(recommender.service.modelNumber.map(String.init) ?? "none"): ready after \(inSeconds(seconds)); tables and facts about \(recommender.service.bytes / 1_048_576) MB, the process \(ProcessFigures.ownMegabytes() - before) MB more"
    )
    for placement in [Placement.home, .product, .category, .cart] {
      let times = await measure(placement, recommender.service, ids)
      report(placement, times)
    }
    terminal.print("memory of the process at the end: \(ProcessFigures.ownMegabytes()) MB")
  }

  private func productIDs() async throws -> [ProductID] {
    let versions = try await shop.catalog.auditVersions(inBuckets: Array(0..<1_024))
    return versions.keys.sorted()
  }

  /// The same deeds for the same shopper.
  private static func mixed(_ number: UInt64) -> UInt64 { SplitMix64.scrambled(number &+ SplitMix64.step) }

  private static func deeds(of person: Person, among ids: [ProductID], now: Timestamp, limit: Int) -> [Interaction] {
    guard case .customer(let code) = person, let number = UInt64(code.text) else { return [] }
    return (0..<min(limit, deedsPerShopper)).map { place in
      let random = mixed(number &* 1_000 &+ UInt64(clamping: place))
      let kind: InteractionKind = random % 10 == 0 ? .purchase : .view
      return Interaction(
        shopper: ShopperID(rawValue: Int64(clamping: number)),
        product: ids[Int(clamping: random >> 8 % UInt64(clamping: ids.count))], kind: kind, weight: kind.weight,
        at: Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch - Int64(place) * 3_600_000_000))
    }
  }

  private func measure(
    _ placement: Placement, _ service: RecommendationService, _ ids: [ProductID]
  ) async -> [Double] {
    let (shoppers, share) = (shoppers, max(1, requests / clients))
    return await withTaskGroup(of: [Double].self) { group in
      for client in 0..<clients {
        group.addTask {
          var times: [Double] = []
          for number in 0..<share {
            let random = Self.mixed(UInt64(clamping: client * share + number))
            guard let code = CustomerCode(String(random % shoppers)) else { continue }
            let product = ids[Int(clamping: random >> 16 % UInt64(clamping: ids.count))]
            let request = RecommendationRequest(
              placement: placement, product: placement == .product ? product : nil,
              cart: placement == .cart ? [product] : [], person: .customer(code))
            let start = ContinuousClock.now
            _ = await service.recommend(request)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
          }
          return times
        }
      }
      return await group.reduce(into: []) { $0 += $1 }.sorted()
    }
  }

  private func report(_ placement: Placement, _ times: [Double]) {
    func at(_ share: Double) -> String {
      decimal(times[min(times.count - 1, Int(saturating: Double(times.count) * share))], 3)
    }
    terminal.print(
      "\(placement.rawValue): p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, most \(at(1)) ms of \(times.count) answers, \(clients) at once"
    )
  }
}
