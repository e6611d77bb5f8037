// The demo shop's history:
// 1. The same catalog and day give the same deeds, wherever the walk begins; every deed is of a SKU of the catalog and of
//    one of the days.
// 2. A shopper's purchases follow a viewed product, and returns and ratings a purchase.
// 3. Shoppers have tastes: the department that a shopper buys from once is bought from again more often than by others.
import Catalog
import Foundation
import Ports
import Seeding
import Testing

@Suite struct DemoHistoryTests {
  private static let root = String(#filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/SeedingTests/")!.lowerBound))
  private static let lastDay = CalendarDay("2026-11-22")!

  private static func history(shoppers: Int) throws -> (products: [ProductRecord], history: DemoHistory) {
    let products = try Seeding.handWrittenCatalog(directory: root + "/Seeds/catalog")
    return (products, try DemoHistory(products: products, lastDay: lastDay, shoppers: shoppers))
  }

  private func deed(_ event: ShopEvent) -> ProductDeed? {
    if case .deed(let deed) = event.content { deed } else { nil }
  }

  @Test("1, 2: deeds", .timeLimit(.minutes(5)))
  func deeds() throws {
    let (products, history) = try Self.history(shoppers: 300)
    let events = (0..<DemoHistory.days).flatMap(history.events(ofDay:))
    #expect(try events == (0..<DemoHistory.days).flatMap(Self.history(shoppers: 300).history.events(ofDay:)))
    #expect(Set(events.map(\.id)).count == events.count)
    let skus = Set(products.flatMap { $0.variants.map { ProductReference.sku($0.sku.text) } })
    #expect(events.allSatisfy { event in deed(event).map { skus.contains($0.product) } ?? false })
    let first = Self.lastDay.advanced(by: 1 - DemoHistory.days)
    #expect(events.allSatisfy { (first...Self.lastDay).contains($0.at.day) })
    var done: [String: Set<String>] = [:]
    for event in events.sorted(by: {
      ($0.at, $0.kindName == "purchase" ? 1 : 0) < ($1.at, $1.kindName == "purchase" ? 1 : 0)
    }) {
      guard let deed = deed(event) else { continue }
      let subject = "\(event.actor) \(deed.product)"
      let before: [InteractionKind: String] = [.purchase: "add_to_cart", .returned: "purchase", .rating: "purchase"]
      if let needed = before[deed.kind] { #expect(done[subject, default: []].contains(needed), "\(event)") }
      done[subject, default: []].insert(deed.kind.rawValue)
    }
    #expect(InteractionKind.allCases.filter { kind in events.contains { deed($0)?.kind == kind } }.count >= 5)
  }

  @Test("3: tastes", .timeLimit(.minutes(5)))
  func tastes() throws {
    let (products, history) = try Self.history(shoppers: 600)
    var department: [String: String] = [:]
    for product in products {
      for variant in product.variants { department[variant.sku.text] = product.categories[0].joined(separator: "/") }
    }
    var bought: [EventActor: [String]] = [:]
    for event in (0..<DemoHistory.days).flatMap(history.events(ofDay:)) where event.kindName == "purchase" {
      if let deed = deed(event), case .sku(let sku) = deed.product {
        bought[event.actor, default: []].append(department[sku]!)
      }
    }
    let all = bought.values.flatMap { $0 }
    let shares = Dictionary(grouping: all, by: { $0 }).mapValues { Double($0.count) / Double(all.count) }
    let byChance = shares.values.reduce(0) { $0 + $1 * $1 }
    let pairs = bought.values.filter { $0.count > 1 }.map { $0[0] == $0[$0.count - 1] ? 1.0 : 0 }
    #expect(pairs.count > 50 && pairs.reduce(0, +) / Double(pairs.count) > 1.5 * byChance)
  }
}
