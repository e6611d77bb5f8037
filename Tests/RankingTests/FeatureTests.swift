// The features that search ranks by:
// 1. Each has a name of its own, a formula, and values within its range or missing, over random windows; a served value is
//    what its two bytes hold.
// 2. Known answers: shares, rates drawn to the shop's average, the rating drawn to the mean, the price beside the median.
// 3. A stranger has no value of the shopper's group, and an unknown product none of its own.
// 4. A shopper's tastes: shares of interest that fades by half in 14 days; what was turned down takes nothing from others.
// 5. The hand-set ranking keeps the engine's order for a stranger without counts, and never lifts a product over one with
//    three times its score; its parts add up to its score.
// 6. Guard rails, over random windows: a worse candidate never overtakes a better one that stood above it.
import Catalog
import Numbers
import Testing

@testable import Ranking

@Suite struct FeatureTests {
  private static let now = Timestamp("2026-11-30T12:00:00Z")!

  private func window(_ random: inout SplitMix64, isStranger: Bool = false) -> RankingWindow {
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    func signals(_ place: Int) -> ProductSignals {
      ProductSignals(
        titleWords: TitleWords.of(place % 3 == 0 ? "Red dress" : "Blue summer dresses"),
        categories: [CategoryID(Int64(place % 3 + 1))], leaf: CategoryID(Int64(place % 3 + 1)),
        brand: place % 2 == 0 ? "Aurelis" : nil, priceMinorUnits: unit() < 0.1 ? nil : Int64(saturating: unit() * 1e5),
        pricePlace: unit() < 0.1 ? .nan : unit(), discountShare: unit(), stock: Int64(saturating: unit() * 5) - 1,
        listedAt: Timestamp(microsecondsSinceEpoch: Int64(saturating: unit() * 2e15)),
        rating: unit() < 0.3 ? nil : 1 + 4 * unit(), ratingCount: Int64(saturating: unit() * 100),
        conduct: unit() < 0.3
          ? nil
          : ProductConduct(
            interest7: unit() * 10, interest30: unit() * 100, interest180: unit() * 1e9, views: unit() * 50,
            purchases: unit() * 5, clicks: unit() * 10, looks: unit() * 100))
    }
    let all = (0..<30).map { place in
      RankingWindow.Candidate(
        product: ProductID(Int64(place + 1)), score: 40 * unit(), signals: unit() < 0.1 ? nil : signals(place),
        hasEveryWord: unit() < 0.5 ? nil : unit() < 0.5, collaborative: unit() < 0.1 ? .nan : unit() * 7,
        likeness: unit(), taste: unit() < 0.1 ? .nan : unit() * 9)
    }.sorted { $0.score > $1.score }
    let deeds = all.prefix(8).compactMap { candidate in
      candidate.signals.map {
        ShopperTaste.Deed(
          product: candidate.product, signals: $0, weight: 5 * unit() - 1, ageDays: 60 * unit(),
          isPurchase: unit() < 0.3)
      }
    }
    return RankingWindow(
      candidates: all, query: "red dresses", averages: ShopAverages(clickRate: 0.1, purchaseRate: 0.02),
      shopper: isStranger ? nil : ShopperTaste(deeds), now: Self.now, isMobile: true)
  }

  @Test("1: names, ranges and bytes")
  func ranges() {
    #expect(Set(RankingFeature.all.map(\.name)).count == RankingFeature.all.count)
    for feature in RankingFeature.all {
      #expect(!feature.formula.isEmpty && feature.range.lowerBound >= -15 && feature.range.upperBound <= 15)
    }
    var random = SplitMix64(seed: 20)
    for _ in 0..<50 {
      let window = window(&random)
      let table = FeatureTable(window)
      for row in 0..<table.rowCount {
        for (value, feature) in zip(table.row(row), RankingFeature.all) where !value.isNaN {
          #expect(feature.range.contains(value), "\(feature.name) is \(value)")
        }
      }
      let read = FeatureCode.values(of: FeatureCode.bytes(of: table.values))
      #expect(read?.elementsEqual(table.values) { $0 == $1 || ($0.isNaN && $1.isNaN) } == true)
    }
    #expect(FeatureCode.values(of: [1, 2, 3]) == nil)
  }

  private func value(_ name: String, _ row: Int, _ window: RankingWindow) throws -> Double {
    let place = try #require(FeatureTable.places[name])
    return Array(FeatureTable(window).row(row))[place]
  }

  @Test("2: known answers")
  func knownAnswers() throws {
    let counted = ProductConduct(interest30: 99, views: 80, purchases: 8, clicks: 20, looks: 90)
    let window = RankingWindow(
      candidates: [
        .init(
          product: ProductID(1), score: 8,
          signals: ProductSignals(
            titleWords: TitleWords.of("Red summer dress"), priceMinorUnits: 2_000, rating: 5, ratingCount: 10,
            conduct: counted), hasEveryWord: true),
        .init(product: ProductID(2), score: 4, signals: ProductSignals(priceMinorUnits: 1_000), hasEveryWord: false),
        .init(product: ProductID(3), score: 2),
      ], query: "dresses red wool",
      averages: ShopAverages(clickRate: 0.1, purchaseRate: 0.05, rating: 4), now: Self.now)
    let step = 1.0 / 2_048
    func expect(_ name: String, _ row: Int, _ wanted: Double) throws {
      let found = try value(name, row, window)
      #expect(abs(found - wanted) <= step, "\(name) of row \(row) is \(found), not \(wanted)")
    }
    try expect("text_score", 1, 0.5)
    try expect("text_place", 1, 0.63093)
    try expect("every_word", 0, 1)
    try expect("title_share", 0, 2.0 / 3)
    try expect("title_focus", 0, 2.0 / 3)
    try expect("popularity_30", 0, 1)
    try expect("popularity_30", 1, 0)
    // (20 + 1) / (90 + 10) / .1 = 2.1; (8 + 1) / (80 + 20) / .05 = 1.8
    try expect("click_rate", 0, 0.741937)
    try expect("purchase_rate", 0, 0.587787)
    try expect("price", 1, -0.693147)
    // (5 · 10 + 10 · 4) / 20 = 4.5
    try expect("rating", 0, 0.875)
    try expect("rating", 1, 0.75)
    try expect("hour", 0, 0.5)
    #expect(try value("rating", 2, window).isNaN && value("mobile", 0, window).isNaN)
  }

  @Test("3: strangers")
  func strangers() {
    var random = SplitMix64(seed: 21)
    let table = FeatureTable(window(&random, isStranger: true))
    for row in 0..<table.rowCount {
      for (value, feature) in zip(table.row(row), RankingFeature.all)
      where feature.group == .shopper && feature.name != "acquaintance" {
        #expect(value.isNaN, "\(feature.name) of a stranger is \(value)")
      }
    }
  }

  @Test("4: tastes")
  func tastes() {
    func deed(_ product: Int64, _ weight: Double, days: Double, brand: String, isPurchase: Bool = false)
      -> ShopperTaste.Deed
    {
      .init(
        product: ProductID(product),
        signals: ProductSignals(categories: [CategoryID(1)], brand: brand, pricePlace: 0.2),
        weight: weight, ageDays: days, isPurchase: isPurchase)
    }
    let taste = ShopperTaste([
      deed(1, 6, days: 14, brand: "A"), deed(2, 1, days: 0, brand: "B", isPurchase: true),
      deed(3, -3, days: 0, brand: "C"),
    ])
    #expect(abs(taste.evidence - 4) < 1e-9)
    #expect(abs(taste.brands["A", default: 0] - 0.75) < 1e-9 && abs(taste.brands["B", default: 0] - 0.25) < 1e-9)
    #expect(taste.brands["C"] == nil && abs(taste.priceLevel - 0.2) < 1e-9 && taste.bought == [ProductID(2)])
    #expect(ShopperTaste([]).evidence == 0)
  }

  @Test("5: the hand-set ranking")
  func handSet() {
    var random = SplitMix64(seed: 22)
    let ranking = HandSetRanking()
    for _ in 0..<200 {
      var window = window(&random)
      let table = FeatureTable(window)
      let scores = ranking.scores(of: table)
      for row in 0..<table.rowCount {
        let parts = ranking.parts(of: row, in: table) ?? []
        #expect(abs(parts.reduce(0, +) - scores[row]) < 1e-9)
        for other in row..<table.rowCount where window.candidates[row].score > 3.05 * window.candidates[other].score {
          #expect(scores[row] > scores[other] || window.candidates[other].score < 0.01)
        }
      }
      window.shopper = nil
      for place in window.candidates.indices { window.candidates[place].signals?.conduct = nil }
      let plain = ranking.scores(of: FeatureTable(window))
      let order = GuardRails.order(scores: plain, standings: plain.map { _ in .init() })
      #expect(order == Array(order.indices))
    }
  }

  @Test("6: guard rails")
  func guardRails() {
    var random = SplitMix64(seed: 23)
    for _ in 0..<500 {
      let count = 1 + random.below(40)
      let scores = (0..<count).map { _ in random.below(20) == 0 ? Double.nan : Double(random.below(10)) }
      let standings = (0..<count).map { _ in
        GuardRails.Standing(
          isUnnamed: random.below(9) > 0, isPartial: random.below(2) == 0, isAccessory: random.below(4) == 0,
          isSoldOut: random.below(4) == 0)
      }
      let order = GuardRails.order(scores: scores, standings: standings)
      #expect(order.sorted() == Array(0..<count))
      for (place, lower) in order.enumerated() {
        for upper in order[..<place] where upper > lower {
          // `upper` overtook `lower`: it may be worse in no respect.
          let (own, other) = (standings[upper], standings[lower])
          #expect(!(own.isUnnamed && !other.isUnnamed) && !(own.isPartial && !other.isPartial))
          #expect(!(own.isAccessory && !other.isAccessory) && !(own.isSoldOut && !other.isSoldOut))
        }
      }
    }
  }
}
