// Properties proved here:
// 1. The same options give the same bytes, another seed gives others; a small run has a known digest on every machine.
// 2. Every generated record is valid, its SKUs and GTINs are unique, and our own importer reads the same records from
//    the file.
// 3. A product does not change when the catalog around it grows.
// 4. The data shows the truth: taste, season, week, promotion, price sensitivity, churn, returns, position bias.
// 5. Prices agree: an order charges the price of its day in the price file; periods follow without a gap.
// 6. Stock is never negative, and the movements end at the catalog's stock.
// 7. Options out of range are refused with the permitted range.
import Catalog
import Foundation
import Importing
import JSON
import Testing

@testable import Seeding

@Suite struct GenerationTests {
  private func run(_ products: Int, _ customers: Int, _ days: Int, seed: UInt64) throws -> CollectingSink {
    var sink = CollectingSink()
    let options = try GenerationOptions(products: products, customers: customers, days: days, seed: seed)
    _ = try Seeding.generate(options, to: &sink)
    return sink
  }

  @Test("1. same options, same bytes") func deterministic() throws {
    let first = try run(120, 80, 45, seed: 42)
    #expect(first.bytes == (try run(120, 80, 45, seed: 42)).bytes)
    #expect(first.bytes != (try run(120, 80, 45, seed: 43)).bytes)
    #expect(SeedFile.allCases.allSatisfy { !(first.bytes[$0] ?? []).isEmpty })
  }

  @Test("1. a small run has a known digest") func pinned() throws {
    let made = try run(60, 60, 60, seed: 1)
    let facts = made.digest(of: [.catalog, .customers, .prices, .truthKinds, .truthProducts, .truthCustomers])
    #expect(facts == "e6a4fde48bfb735d")
    let behaviour = made.digest(of: [.sessions, .orders, .returns, .stock, .truthModel])
    #expect(behaviour == "5ebab8678c697f36")
  }

  @Test("2. every generated record is valid", arguments: [UInt64(1), 7]) func valid(seed: UInt64) throws {
    var skus: Set<SKU> = []
    var gtins: Set<String> = []
    for record in Seeding.products(try GenerationOptions(products: 1200, seed: seed)) {
      expectValid(record)
      #expect(record.variants.count <= Behaviour.maxVariants)
      for variant in record.variants {
        #expect(skus.insert(variant.sku).inserted, "\(variant.sku)")
        #expect(gtins.insert(variant.gtin ?? "").inserted)
      }
    }
  }

  @Test("2. our importer reads the same catalog from the folder as the iterator gives") func importable() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/vitrine-seed-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A folder left in /tmp does no harm.
    let options = try GenerationOptions(products: 400, days: 40, seed: 5)
    var sink = try SeedFolder(directory: folder)
    let summary = try Seeding.generate(options, to: &sink)
    #expect(summary.lineCounts[.catalog] == 400)
    var reader = try ImportFormat.ndjson.reader(path: folder + "/catalog.ndjson")
    var records = Array(Seeding.products(options))[...]
    while let line = try reader.next() {
      guard case .record(let record, _) = line else {
        Issue.record("refused: \(line)")
        continue
      }
      #expect(record == records.popFirst())
    }
    #expect(records.isEmpty)
  }

  @Test("3. a product stays the same in a larger catalog") func growth() throws {
    let small = Array(Seeding.products(try GenerationOptions(products: 50, seed: 9)))
    let large = Seeding.products(try GenerationOptions(products: 5000, seed: 9)).prefix(50)
    for (one, other) in zip(small, large) {
      #expect(one.title == other.title && one.variants == other.variants && one.attributes == other.attributes)
    }
  }

  @Test("3. every rank of a slot is one product") func ranks() throws {
    let world = GeneratedWorld(try GenerationOptions(products: 5003, seed: 4))
    for product in 0..<5003 {
      #expect(world.product(slot: product % world.slots.count, rank: world.rank(of: product)) == product)
    }
  }

  @Test(
    "7. options out of range are refused",
    arguments: [(0, 0, 0), (10_000_000, 0, 0), (1, -1, 0), (1, 10_000_000, 0), (1, 1, -1), (1, 1, 4000)])
  func refused(products: Int, customers: Int, days: Int) {
    #expect(throws: SeedError.self) { try GenerationOptions(products: products, customers: customers, days: days) }
  }
}

@Suite struct GeneratedTruthTests {
  let shop: GeneratedShop

  init() throws {
    shop = try GeneratedShop.shared.get()
    print(
      "generated shop of seed \(GeneratedShop.seed): \(shop.sessions.count) sessions, \(shop.lines.count) order lines")
  }

  private func shoppers<Element>(_ elements: [Element], _ customer: (Element) -> Int) -> [Element] {
    elements.filter { !shop.customers[customer($0)].isCompany }
  }

  @Test("4. customers look for and buy products to their taste") func taste() {
    var bought: [Int: [Int: Double]] = [:]
    for line in shop.lines { bought[line.customer, default: [:]][shop.world.kind(of: line.product), default: 0] += 1 }
    var pairs: [(Double, Double)] = []
    for (customer, counts) in bought {
      let total = counts.values.reduce(0, +)
      guard total >= 4 else { continue }
      for kind in shop.world.kinds.indices {
        let affinity = shop.customers[customer].taste.affinity(shop.world.kindTastes[kind])
        pairs.append((affinity, counts[kind, default: 0] / total / Double(shop.world.kinds[kind].share)))
      }
    }
    #expect(pairs.count > 1000)
    #expect(correlation(pairs) > 0.25, "correlation \(correlation(pairs))")
    // Within the page: the clicked products match the taste better than all shown ones.
    let clicked = shop.clicks.map { affinity($0.customer, $0.product) }
    let shown = shop.sessions.flatMap { session in session.shown.map { affinity(session.customer, $0) } }
    #expect(mean(clicked) > mean(shown) + 0.1, "\(mean(clicked)) beside \(mean(shown))")
  }

  private func affinity(_ customer: Int, _ product: Int) -> Double {
    shop.customers[customer].taste.affinity(shop.world.truth(ofProduct: product).taste)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  @Test("4. coats sell before winter, dresses before summer") func season() throws {
    func share(_ noun: String, months: ClosedRange<Int>) -> Double {
      let inSeason = shop.sessions.filter { months.contains(Int($0.day.dropFirst(5).prefix(2)) ?? 0) }
      let hits = inSeason.filter { session in
        session.shown.first.map { shop.world.kinds[shop.world.kind(of: $0)].noun == noun } ?? false
      }
      return Double(hits.count) / Double(max(inSeason.count, 1))
    }
    #expect(share("Coat", months: 10...12) > 2.5 * share("Coat", months: 4...6))
    #expect(share("Dress", months: 5...7) > 1.7 * share("Dress", months: 11...12))
  }

  @Test("4. shoppers come at the weekend, companies in the week") func week() throws {
    func weekendShare(isCompany: Bool) -> Double {
      let days = shop.sessions.filter { shop.customers[$0.customer].isCompany == isCompany }.compactMap {
        CalendarDay($0.day)
      }
      // 1970-01-01 was a Thursday: of days counted from it, 2 and 3 modulo 7 are Saturday and Sunday.
      return Double(days.filter { [2, 3].contains($0.daysSinceEpoch % 7) }.count) / Double(max(days.count, 1))
    }
    #expect(weekendShare(isCompany: false) > 0.31 && weekendShare(isCompany: false) < 0.40)
    #expect(weekendShare(isCompany: true) < 0.15)
  }

  /// Clicks, each with whether the product was promoted, and its price relative to its base price.
  private func clicksWithPrices() -> [(click: GeneratedShop.Click, isPromoted: Bool, ratio: Double)] {
    let calendar = PriceCalendar(options: shop.world.options)
    let first = shop.world.options.firstDay.daysSinceEpoch
    return shoppers(shop.clicks) { $0.customer }.compactMap { click in
      guard let day = CalendarDay(click.day) else { return nil }
      let base = shop.world.truth(ofProduct: click.product).basePence
      let price = calendar.price(product: click.product, basePence: base, day: Int(day.daysSinceEpoch - first))
      return (click, price.wasPence != nil, Double(price.pence) / base)
    }
  }

  @Test("4. a promotion lowers the price and lifts demand") func promotion() {
    let clicks = clicksWithPrices()
    let promoted = clicks.filter(\.isPromoted)
    let regular = clicks.filter { !$0.isPromoted }
    func cartRate(_ clicks: [(click: GeneratedShop.Click, isPromoted: Bool, ratio: Double)]) -> Double {
      Double(clicks.filter(\.click.isInCart).count) / Double(max(clicks.count, 1))
    }
    #expect(promoted.count > 200)
    #expect(mean(promoted.map(\.ratio)) < 0.88)
    #expect(cartRate(promoted) > 1.15 * cartRate(regular), "\(cartRate(promoted)) beside \(cartRate(regular))")
    // Customers who are more sensitive to price respond more.
    func uplift(_ isSensitive: Bool) -> Double {
      let of = { (click: GeneratedShop.Click) in
        (self.shop.customers[click.customer].priceSensitivity > 2) == isSensitive
      }
      return cartRate(promoted.filter { of($0.click) }) / cartRate(regular.filter { of($0.click) })
    }
    #expect(uplift(true) > uplift(false), "\(uplift(true)) beside \(uplift(false))")
  }

  @Test("4. churned customers stay away, and nobody comes before joining") func churn() {
    let first = shop.world.options.firstDay.daysSinceEpoch
    for session in shop.sessions {
      guard let date = CalendarDay(session.day) else { continue }
      let day = Int(date.daysSinceEpoch - first)
      let customer = shop.customers[session.customer]
      #expect(customer.joinedDay <= day && day < customer.churnedDay)
    }
    let left = shop.customers.filter { (0..<GeneratedShop.days).contains($0.churnedDay) }
    #expect(Double(left.count) > 0.2 * Double(shop.customers.count))
  }

  @Test("4. products are returned as often as the truth says") func returns() {
    // Purchases of the last month had no time to be returned.
    let last = shop.world.options.lastDay.daysSinceEpoch
    let lines = shop.lines.filter { (CalendarDay($0.day)?.daysSinceEpoch ?? last) < last - 26 }
    func check(_ lines: [GeneratedShop.Line], tolerance: Double, _ name: String) {
      let expected = mean(
        lines.map {
          min(
            0.9, shop.world.kinds[shop.world.kind(of: $0.product)].returnRate * shop.customers[$0.customer].returnFactor
          )
        })
      let actual = mean(lines.map { shop.returned.contains("\($0.order) \($0.number)") ? 1 : 0 })
      #expect(abs(actual - expected) < tolerance, "\(name): \(actual), expected \(expected), \(lines.count) lines")
    }
    check(lines, tolerance: 0.03, "all")
    check(lines.filter { shop.world.kind(of: $0.product) == 0 }, tolerance: 0.12, "dresses")
  }

  @Test("4. higher positions on the page are clicked more") func positions() {
    let counts = (1...10).map { position in Double(shop.clicks.filter { $0.position == position }.count) }
    let shown = (1...10).map { position in Double(shop.sessions.filter { $0.shown.count >= position }.count) }
    let rates = zip(counts, shown).map { $0 / max($1, 1) }
    #expect(rates[0] > 2 * rates[4] && rates[1] > rates[8], "\(rates)")
  }

  @Test("5. an order charges the price of its day") func charged() {
    var periods: [String: [(from: String, until: String, pence: Int64)]] = [:]
    for price in shop.prices {
      periods[price["product"]?.string ?? "", default: []].append(
        (price["valid_from"]?.string ?? "", price["valid_until"]?.string ?? "9", price["amount_minor"]?.int ?? 0))
    }
    #expect(periods.count == shop.world.options.products)
    for list in periods.values {
      #expect(list.first?.from.hasPrefix(shop.world.options.firstDay.description) == true && list.last?.until == "9")
      for (one, next) in zip(list, list.dropFirst()) { #expect(one.until == next.from) }
    }
    for line in shop.lines where !line.isTrade {
      let kind = shop.world.kinds[shop.world.kind(of: line.product)]
      guard kind.axis != .storage else { continue }
      let day = line.day + "T00:00:00Z"
      let period = periods[ProductMaker.code(ofProduct: line.product)]?.first { $0.from <= day && day < $0.until }
      #expect(period?.pence == line.pence, "\(line.order), \(line.sku) on \(line.day)")
    }
  }

  @Test("6. stock is never negative and ends at the catalog's") func stock() {
    var left = shop.catalogStock
    var reasons: Set<String> = []
    for change in shop.stockChanges {
      left[change.sku, default: -1_000_000] += change.change
      reasons.insert(change.reason)
      #expect((left[change.sku] ?? -1) >= 0, "\(change.sku)")
    }
    #expect(left == shop.catalogStock)
    #expect(reasons == ["sale", "receipt", "return", "count"])
    let sold = shop.lines.reduce(0) { $0 + $1.quantity }
    #expect(-shop.stockChanges.filter { $0.reason == "sale" }.reduce(0) { $0 + $1.change } == sold)
  }
}
