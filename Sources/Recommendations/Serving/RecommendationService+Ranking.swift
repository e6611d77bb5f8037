public import Catalog
public import Ports
import Ranking

/// The evidence by which search ranks: the same facts, tables and memory that recommendations are made of.
extension RecommendationService: RankingKnowledge {
  public func evidence(on products: [ProductID], for person: Person?) async throws -> RankingEvidence {
    guard let shelf = shelf else { return RankingEvidence(products: products.map { _ in nil }) }
    let places = products.map { shelf.place(of: $0) }
    var evidence = RankingEvidence(
      products: places.map { $0.map(shelf.signals) }, averages: shelf.averages)
    let deeds = try await remembered(person)
    guard !deeds.isEmpty else { return evidence }
    let now = now()
    evidence.shopper = ShopperTaste(
      deeds.compactMap { deed in
        shelf.place(of: deed.product).map { place in
          ShopperTaste.Deed(
            product: deed.product, signals: shelf.signals(place), weight: deed.weight,
            ageDays: Double(now.microsecondsSinceEpoch - deed.at.microsecondsSinceEpoch) / 86_400e6,
            isPurchase: deed.kind == .purchase)
        }
      })
    let view = ShopperView(deeds, shelf: shelf)
    guard !view.context.isEmpty else { return evidence }
    evidence.collaborative = Self.scores(of: places, by: view.context) { shelf.neighbours($0, in: \.together, $1) }
    evidence.taste = Self.scores(of: places, by: view.whole) { shelf.neighbours($0, in: \.together, $1) }
    evidence.likeness = Self.scores(of: places, by: view.context) { shelf.alike($0, $1) }
    return evidence
  }

  /// Σ over the history of value · weight, for the places asked for.
  private static func scores(
    of places: [Int32?], by history: [(place: Int32, value: Float)],
    _ neighbours: (Int32, (_ place: Int32, _ weight: Float) -> Void) -> Void
  ) -> [Double] {
    var sums: [Int32: Double] = [:]
    for case .some(let place) in places { sums[place] = 0 }
    for seen in history {
      neighbours(seen.place) { place, weight in
        if let sum = sums[place] { sums[place] = sum + Double(seen.value * weight) }
      }
    }
    return places.map { $0.flatMap { sums[$0] } ?? 0 }
  }
}

extension Shelf {
  func signals(_ place: Int32) -> ProductSignals {
    let facts = self[place]
    let pricePlace = lists.pricePlace
    return ProductSignals(
      titleWords: facts.titleWords, categories: facts.categories, leaf: facts.leaf, brand: facts.brand,
      priceMinorUnits: facts.priceMinorUnits,
      pricePlace: pricePlace.indices.contains(Int(place)) ? pricePlace[Int(place)] : .nan,
      discountShare: facts.discountShare, stock: facts.stock, listedAt: facts.listedAt,
      rating: facts.ratingCount > 0 ? facts.rating : nil, ratingCount: facts.ratingCount, conduct: conduct[facts.id])
  }
}
