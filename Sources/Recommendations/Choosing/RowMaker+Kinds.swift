import Catalog
import Ports
import Recommending

/// Where the candidates of each kind of row come from.
extension RowMaker {
  func candidates(_ kind: RecommendationKind) -> (title: String, [Candidate]) {
    switch kind {
    case .forYou: forYou()
    case .similar: ("Similar products", product.map { similar(to: $0) } ?? [])
    case .boughtTogether: ("Bought together", boughtTogether(productOrCart))
    case .completeTheLook: ("Goes well with it", product.map(lookOf) ?? [])
    case .crossSell: ("Goes well with your basket", crossSell())
    case .upsell: ("A step up", product.map(betterThan) ?? [])
    case .recentlyViewed: ("Recently viewed", recentlyViewed())
    case .trending: ("Trending now", trending())
    case .newForYou: ("New for you", newForYou())
    case .buyAgain: ("Buy again", buyAgain())
    case .becauseYouViewed: becauseYouViewed()
    }
  }

  private var productOrCart: [Int32] { product.map { [$0] } ?? cart }

  /// By the shopper's history; for a stranger what is popular.
  private func forYou() -> (String, [Candidate]) {
    let context = view.context
    var known: [Candidate] = []
    if !context.isEmpty {
      known = shelf.blended(context, interactions: context.count, reason: .history) {
        isAllowed($0) && isInCategory($0)
      }
    }
    return known.isEmpty ? ("Popular now", popular()) : ("Recommended for you", known)
  }

  private func popular() -> [Candidate] {
    let category = request.category
    let list = category.map { shelf.lists.popularByCategory[$0] ?? [] } ?? shelf.lists.popular
    return shelf.listed(
      list, named: "popularity", value: { shelf.lists.popularity[Int($0)] }, reason: .popular(category),
      isAllowed: isAllowed)
  }

  /// Products of the same department that are like this one by their texts or by who chose them; the row ends where these
  /// end.
  private func similar(to place: Int32) -> [Candidate] {
    var blend = shelf.model.blend
    // Alike is first of all what products say of themselves.
    blend.collaborativeWeight = min(blend.collaborativeWeight, Self.maxCollaborativeOfSimilar)
    return near(place, by: blend, reason: .similarTo(place)).filter { shelf.isOfOneDepartment($0.place, place) }
  }

  private static let maxCollaborativeOfSimilar: Float = 0.4

  /// The blend's candidates for one product, down to a part of the best one's score. The product itself is known in full,
  /// whatever is known of the shopper.
  private func near(_ place: Int32, by blend: HybridBlend, reason: Candidate.Reason) -> [Candidate] {
    let found = shelf.blended(
      [(place, 1)], interactions: blend.enoughInteractions, by: blend, reason: reason, isAllowed: isAllowed)
    let least = (found.lazy.map(\.score).max() ?? 0) * Self.leastPartOfBest
    return found.filter { $0.score >= least }
  }

  private static let leastPartOfBest: Float = 0.15

  /// Products bought together with some products. One of their own categories is rather an alternative, and stands after
  /// the rest.
  private func boughtTogether(_ context: [Int32]) -> [Candidate] {
    let leaves = Set(context.compactMap { shelf[$0].leaf })
    var found = shelf.boughtWith(context, isAllowed: isAllowed)
    for index in found.indices where shelf[found[index].place].leaf.map(leaves.contains) ?? false {
      found[index].score *= Self.worthOfAlternative
    }
    return found
  }

  private static let worthOfAlternative: Float = 0.1

  /// Products of other categories of the department that were bought with this one: each category once, then each a second
  /// time.
  private func lookOf(_ place: Int32) -> [Candidate] {
    var found = shelf.boughtWith([place]) { other in
      isAllowed(other) && shelf[other].leaf != shelf[place].leaf && shelf.isOfOneDepartment(other, place)
    }
    found.sort { ($1.score, $0.place) < ($0.score, $1.place) }
    var turns: [CategoryID: Float] = [:]
    for index in found.indices {
      guard let leaf = shelf[found[index].place].leaf else { continue }
      found[index].score *= pow(halves: turns[leaf, default: 0])
      turns[leaf, default: 0] += 1
    }
    return found
  }

  private func pow(halves: Float) -> Float {
    (0..<min(20, Int(saturating: halves))).reduce(1) { value, _ in value / 2 }
  }

  /// Bought with the cart's products, and of other categories than theirs.
  private func crossSell() -> [Candidate] {
    let leaves = Set(cart.compactMap { shelf[$0].leaf })
    return cart.isEmpty
      ? []
      : shelf.boughtWith(cart) { place in
        isAllowed(place) && shelf[place].leaf.map { !leaves.contains($0) } ?? true
      }
  }

  /// The same category, better rated or more popular, and within reach: a tenth to three quarters dearer.
  private func betterThan(_ place: Int32) -> [Candidate] {
    let own = shelf[place]
    guard let leaf = own.leaf, let price = own.priceUnits, price > 0 else { return [] }
    var pool: Set<Int32> = Set(shelf.lists.popularByCategory[leaf] ?? [])
    shelf.alike(place) { other, _ in pool.insert(other) }
    return pool.sorted().compactMap { other -> Candidate? in
      let facts = shelf[other]
      guard other != place, facts.leaf == leaf, let dearer = facts.priceUnits.map({ $0 / price }),
        Self.withinReach.contains(dearer), isAllowed(other), facts.rating >= own.rating
      else { return nil }
      let (likeness, rating) = (shelf.similarity(place, other), Float(facts.rating / 5))
      return Candidate(
        place: other, score: likeness / 2 + min(max(rating, 0), 1) / 2,
        parts: .two(("likeness", likeness / 2), ("rating", rating / 2)), reason: .betterThan(place))
    }
  }

  private static let withinReach = 1.1...1.75

  private func recentlyViewed() -> [Candidate] {
    view.viewed.filter { place in
      place != product && !cart.contains(place) && shelf[place].isSearchable && !view.dismissed.contains(place)
        && !shelf[place].audience.isDisjoint(with: request.audience)
    }.enumerated().map { rank, place in
      Candidate(place: place, score: 1 / Float(rank + 1), parts: .one("recency", 1 / Float(rank + 1)), reason: .viewed)
    }
  }

  private func trending() -> [Candidate] {
    let lists = shelf.lists
    let rising = shelf.listed(
      lists.trending.filter(isInCategory), named: "trend",
      value: { lists.trend[$0] ?? lists.popularity[Int($0)] }, reason: .trending, isAllowed: isAllowed)
    return rising.isEmpty ? popular() : rising
  }

  /// Products listed lately: those like the shopper's history first, for a stranger the newest.
  private func newForYou() -> [Candidate] {
    let list = request.category.map { shelf.lists.newestByCategory[$0] ?? [] } ?? shelf.lists.newest
    let new = list.filter { secondsSince(shelf[$0].listedAt) < Self.newSeconds && isAllowed($0) }
    return new.enumerated().map { rank, place in
      let age = 1 - Float(rank) / Float(max(1, new.count))
      let likeness = view.seen.map { $0.value * shelf.similarity($0.place, place) }.max() ?? 0
      return Candidate(
        place: place, score: min(1, likeness) * 0.7 + age * 0.3,
        parts: .two(("likeness", min(1, likeness) * 0.7), ("newness", age * 0.3)),
        reason: .new(shelf[place].leaf))
    }
  }

  private static let newSeconds: Int64 = 60 * 86_400

  /// Products that were bought before and are due again by their category's cycle: the most due first.
  private func buyAgain() -> [Candidate] {
    view.boughtAt.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.compactMap { place, moment in
      let cycle = max(1, repurchaseSeconds(place))
      let due = Float(secondsSince(moment)) / Float(cycle)
      guard due >= 1, due < Self.forgottenCycles, !cart.contains(place), !view.dismissed.contains(place),
        shelf[place].isSearchable, shelf[place].stock > 0,
        !shelf[place].audience.isDisjoint(with: request.audience)
      else { return nil }
      return Candidate(place: place, score: 1 / due, parts: .one("cycles_since", due), reason: .bought)
    }.sorted { ($1.score, $0.place) < ($0.score, $1.place) }
  }

  /// A product that was not bought again in so many cycles is not missed.
  private static let forgottenCycles: Float = 12

  /// A product of another department has a reason only where those who chose the one clearly chose the other.
  static let strong: Float = 0.5

  private func becauseYouViewed() -> (String, [Candidate]) {
    guard let last = view.viewed.first(where: { $0 != product }) else { return ("", []) }
    let found = near(last, by: shelf.model.blend, reason: .seen(last, isBought: false)).filter { candidate in
      guard !shelf.isOfOneDepartment(candidate.place, last), case .blend(let part) = candidate.parts else {
        return true
      }
      return part.collaborative >= Self.strong
    }
    return ("Because you viewed \(shelf[last].title)", found)
  }
}
