import Catalog
import Recommending

/// A product that a row may show, with what speaks for it. There are thousands for an answer, so its reason and the words
/// about its score are made for the few that are shown.
struct Candidate {
  var place: Int32
  /// 0…1
  var score: Float
  var parts: Parts
  var reason: Reason

  enum Parts {
    case blend(HybridBlend.Part)
    case one(String, Float)
    case two((String, Float), (String, Float))

    var named: [(name: String, value: Float)] {
      switch self {
      case .blend(let part):
        [
          ("collaborative", part.collaborative), ("content", part.content),
          ("collaborative_weight", part.collaborativeWeight), ("popularity", part.popularity),
          ("popularity_weight", part.popularityWeight),
        ]
      case .one(let name, let value): [(name, value)]
      case .two(let first, let second): [first, second]
      }
    }
  }

  /// The reason of a candidate, with places for products.
  enum Reason {
    /// The product of the history that brought most of the score.
    case history
    case seen(Int32, isBought: Bool)
    case boughtWith(Int32)
    case similarTo(Int32)
    case betterThan(Int32)
    case popular(CategoryID?)
    case trending
    case new(CategoryID?)
    case viewed, bought
    case exploration
  }
}

/// Sums of scores by place, without a dense row: a history touches some hundred products of all.
struct ScoreSums {
  private(set) var collaborative: [Int32: Float] = [:]
  private(set) var content: [Int32: Float] = [:]

  init() {
    // Twenty products of the history have some hundred neighbours each, many of them in common.
    collaborative.reserveCapacity(1_024)
    content.reserveCapacity(1_024)
  }

  mutating func add(_ place: Int32, value: Float, from shelf: Shelf) {
    shelf.neighbours(place, in: \.together) { collaborative[$0, default: 0] += value * $1 }
    shelf.alike(place) { content[$0, default: 0] += value * $1 }
  }

  /// All places with a score, in order.
  var places: [Int32] { Set(collaborative.keys).union(content.keys).sorted() }
}

extension Shelf {
  /// The hybrid's candidates for a context of products with values; `interactions` says how much is known of the shopper.
  func blended(
    _ context: [(place: Int32, value: Float)], interactions: Int, by blend: HybridBlend? = nil,
    reason: Candidate.Reason, isAllowed: (Int32) -> Bool
  ) -> [Candidate] {
    var sums = ScoreSums()
    for entry in context { sums.add(entry.place, value: entry.value, from: self) }
    let own = Set(context.map(\.place))
    let places = sums.places.filter { !own.contains($0) && isAllowed($0) }
    let scores = HybridBlend.Scores(
      collaborative: places.map { sums.collaborative[$0] ?? 0 }, content: places.map { sums.content[$0] ?? 0 },
      popularity: places.map { lists.popularity[Int($0)] }, choices: places.map(choices))
    let parts = (blend ?? model.blend).parts(scores, interactions: interactions)
    return zip(places, parts).map { place, part in
      Candidate(place: place, score: part.score, parts: .blend(part), reason: reason)
    }
  }

  /// The part that each product of the context brought, as its share of the sum that weighs more; the greatest first.
  func contributions(
    to place: Int32, from context: [(place: Int32, value: Float)], _ part: HybridBlend.Part
  ) -> [Contribution] {
    let isCollaborative =
      part.collaborativeWeight * part.collaborative >= (1 - part.collaborativeWeight) * part.content
    return context.compactMap { entry -> Contribution? in
      var share: Float = 0
      func take(_ other: Int32, _ weight: Float) { if other == place { share += entry.value * weight } }
      if isCollaborative { neighbours(entry.place, in: \.together, take) } else { alike(entry.place, take) }
      return share > 0 ? Contribution(item: entry.place, share: share) : nil
    }.sorted { ($1.share, $0.item) < ($0.share, $1.item) }
  }

  /// The candidates that were bought together with some products.
  func boughtWith(_ context: [Int32], isAllowed: (Int32) -> Bool) -> [Candidate] {
    var sums: [Int32: Float] = [:]
    var best: [Int32: (from: Int32, weight: Float)] = [:]
    for place in context {
      neighbours(place, in: \.baskets) { other, weight in
        sums[other, default: 0] += weight
        if weight > best[other]?.weight ?? 0 { best[other] = (place, weight) }
      }
    }
    let own = Set(context)
    let places = sums.keys.filter { !own.contains($0) && isAllowed($0) }.sorted()
    let most = places.compactMap { sums[$0] }.max() ?? 1
    return places.map { place in
      let score = (sums[place] ?? 0) / most
      return Candidate(
        place: place, score: score, parts: .one("bought_together", score),
        reason: .boughtWith(best[place]?.from ?? context[0]))
    }
  }

  /// The products of a list, whose scores fall from 1 by the values of each.
  func listed(
    _ places: [Int32], named name: String, value: (Int32) -> Float, reason: Candidate.Reason,
    isAllowed: (Int32) -> Bool
  ) -> [Candidate] {
    places.filter(isAllowed).map { place in
      let score = value(place)
      return Candidate(place: place, score: score, parts: .one(name, score), reason: reason)
    }
  }
}
