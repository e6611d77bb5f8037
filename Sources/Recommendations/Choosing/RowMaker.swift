import Catalog
import Ports
import Recommending

/// Makes the rows of one request, one after another: a product stands in one row only, but for the shopper's own record.
struct RowMaker {
  let shelf: Shelf
  let request: RecommendationRequest
  let view: ShopperView
  let rules: BusinessRules
  let options: RecommendationService.Options
  let now: Timestamp
  /// The cart, and the product on screen, by place.
  let cart: [Int32]
  let product: Int32?
  private var shown: Set<Int32>

  init(
    shelf: Shelf, request: RecommendationRequest, view: ShopperView, rules: BusinessRules,
    options: RecommendationService.Options, now: Timestamp
  ) {
    self.shelf = shelf
    self.request = request
    self.view = view
    self.rules = rules
    self.options = options
    self.now = now
    cart = request.cart.compactMap(shelf.place)
    product = request.product.flatMap(shelf.place)
    shown = Set(cart).union(product.map { [$0] } ?? [])
  }

  mutating func row(_ kind: RecommendationKind) -> RecommendationRow? {
    let (title, candidates) = candidates(kind)
    guard !candidates.isEmpty else { return nil }
    let chosen = kind.isRecord ? inOrder(candidates) : choose(candidates, for: kind)
    guard !chosen.isEmpty else { return nil }
    if !kind.isRecord { shown.formUnion(chosen.compactMap { shelf.place(of: $0.product) }) }
    return RecommendationRow(kind: kind, title: title, products: chosen)
  }

  // MARK: What may be shown

  /// Whether a product may stand in a row that it is not the shopper's own record in.
  func isAllowed(_ place: Int32) -> Bool {
    !shown.contains(place) && !view.dismissed.contains(place) && isInPriceRange(place)
      && facts(place).exclusion == nil
  }

  private func isInPriceRange(_ place: Int32) -> Bool {
    request.prices.map { prices in shelf[place].priceUnits.map(prices.contains) ?? false } ?? true
  }

  func isInCategory(_ place: Int32) -> Bool {
    request.category.map { shelf[place].categories.contains($0) } ?? true
  }

  private func facts(_ place: Int32) -> CandidateFacts {
    let facts = shelf[place]
    return CandidateFacts(
      price: facts.priceUnits, marginShare: facts.marginShare, stock: facts.stock,
      trending: Double(shelf.lists.trend[place] ?? 0), isListed: facts.isSearchable,
      isInAssortment: !facts.audience.isDisjoint(with: request.audience),
      secondsSinceBought: view.boughtAt[place].map { secondsSince($0) },
      repurchaseSeconds: facts.leaf.flatMap { shelf.model.repurchaseSeconds[$0] }, brand: facts.brand,
      categories: facts.categorySlugs)
  }

  func secondsSince(_ moment: Timestamp) -> Int64 {
    now.microsecondsSinceEpoch.subtracting(saturating: moment.microsecondsSinceEpoch) / 1_000_000
  }

  func repurchaseSeconds(_ place: Int32) -> Int64 {
    shelf[place].leaf.flatMap { shelf.model.repurchaseSeconds[$0] } ?? CandidateFacts.usualRepurchaseSeconds
  }

  // MARK: From candidates to a row

  private func inOrder(_ candidates: [Candidate]) -> [RecommendedProduct] {
    candidates.prefix(request.limit).map { product($0, score: $0.score, rules: [], penalty: 0) }
  }

  /// Candidates that are looked at by rules, for each that diversity chooses from.
  private static let ruledPerCandidate = 5

  /// Rules, then diversity, then exploration.
  private func choose(_ candidates: [Candidate], for kind: RecommendationKind) -> [RecommendedProduct] {
    struct Ruled {
      var candidate: Candidate
      var rules: [BusinessRules.Rule]
      var score: Float
    }
    // No rule lifts a product over many that are far better: the rules of the best decide.
    let best = candidates.sorted { ($1.score, $0.place) < ($0.score, $1.place) }
      .prefix(options.maxCandidates * Self.ruledPerCandidate)
    let context = BusinessRules.Context(
      segment: view.segment, month: Int(now.day.civil.month), device: request.device)
    var ruled = best.map { candidate in
      let held = rules.applied(to: facts(candidate.place), in: context)
      return Ruled(
        candidate: candidate, rules: held, score: held.reduce(candidate.score) { $0 * Float($1.factor) })
    }
    ruled.sort { ($1.score, $0.candidate.place) < ($0.score, $1.candidate.place) }
    ruled = Array(ruled.prefix(options.maxCandidates))
    let byPlace = Dictionary(uniqueKeysWithValues: ruled.map { ($0.candidate.place, $0) })
    let scale = max(ruled.first?.score ?? 1, .leastNormalMagnitude)
    let choices = options.diversity.choose(
      request.limit,
      of: ruled.map {
        .init(item: $0.candidate.place, score: $0.score / scale, brand: shelf[$0.candidate.place].brand)
      }, similarity: shelf.similarity)
    let places = options.exploration.mix(
      choices.map(\.candidate.item), newcomers: explores(kind) ? newcomers() : [], seed: seed)
    let penalties = Dictionary(uniqueKeysWithValues: choices.map { ($0.candidate.item, $0.penalty) })
    return places.map { place in
      guard !place.isExplored, let ruled = byPlace[place.item] else { return explored(place.item) }
      return product(
        ruled.candidate, score: ruled.score, rules: ruled.rules, penalty: penalties[place.item] ?? 0)
    }
  }

  /// Only "Recommended for you" has products that are shown to learn whether they are liked: every other row's title says
  /// why its products stand there.
  private func explores(_ kind: RecommendationKind) -> Bool { kind == .forYou && !view.context.isEmpty }

  /// New products that few have chosen yet, of the context's category where it has one.
  private func newcomers() -> [Int32] {
    let leaf = product.flatMap { shelf[$0].leaf } ?? request.category
    let newest = leaf.flatMap { shelf.lists.newestByCategory[$0] } ?? shelf.lists.newest
    return newest.prefix(options.maxCandidates).filter { place in
      Int(shelf.choices(place)) < options.newcomerChoices && isAllowed(place) && isInCategory(place)
    }
  }

  /// The same shopper sees the same list all day.
  private var seed: UInt64 {
    let name =
      switch request.person {
      case .visitor(let visitor): visitor.text
      case .customer(let code): code.text
      case nil: ""
      }
    return UInt64(fnv1aOf: "\(name) \(now.day) \(request.placement.rawValue)".utf8)
  }

  private func explored(_ place: Int32) -> RecommendedProduct {
    var shown = product(
      Candidate(place: place, score: 0, parts: .one("exploration", 0), reason: .exploration), score: 0, rules: [],
      penalty: 0)
    shown.isExplored = true
    return shown
  }

  private func product(
    _ candidate: Candidate, score: Float, rules: [BusinessRules.Rule], penalty: Float
  ) -> RecommendedProduct {
    let contributions = contributions(candidate)
    var explanation: ScoreExplanation?
    if request.explains {
      explanation = ScoreExplanation(
        parts: candidate.parts.named.map { .init(name: $0.name, value: Double($0.value)) },
        base: Double(candidate.score), rules: rules.map { .init(name: $0.name, value: $0.factor) },
        diversityPenalty: Double(penalty),
        contributions: contributions.prefix(5).map {
          WeightedProduct(product: shelf[$0.item].id, weight: Double($0.share))
        })
    }
    return RecommendedProduct(
      product: shelf[candidate.place].id, score: Double(score),
      reason: reason(candidate, source: contributions.first?.item), isExplored: false,
      explanation: explanation)
  }

  // MARK: Reasons

  /// The products that brought a candidate's score; empty where the row is not a blend.
  private func contributions(_ candidate: Candidate) -> [Contribution] {
    guard case .blend(let part) = candidate.parts else { return [] }
    switch candidate.reason {
    case .history: return shelf.contributions(to: candidate.place, from: view.context, part)
    case .similarTo(let place), .seen(let place, _):
      return request.explains ? shelf.contributions(to: candidate.place, from: [(place, 1)], part) : []
    default: return []
    }
  }

  /// `source`: the product that brought most of the score.
  private func reason(_ candidate: Candidate, source: Int32?) -> RecommendationReason {
    func about(_ code: RecommendationReason.Code, _ words: String, _ place: Int32) -> RecommendationReason {
      .init(code: code, product: shelf[place].id, category: nil, text: "\(words) \(shelf[place].title)")
    }
    func inCategory(
      _ code: RecommendationReason.Code, _ words: String, _ category: CategoryID?
    ) -> RecommendationReason {
      let name = category.flatMap { shelf.categoryNames[$0] }
      return .init(code: code, product: nil, category: category, text: name.map { "\(words) in \($0)" } ?? words)
    }
    switch candidate.reason {
    case .history:
      // A reason that the shopper would not believe is none: what is of another department must be clearly chosen with it.
      guard let source, case .blend(let part) = candidate.parts,
        shelf.isOfOneDepartment(source, candidate.place) || part.collaborative >= Self.strong
      else { return inCategory(.popular, "Popular", shelf[candidate.place].leaf) }
      return view.boughtAt[source] != nil
        ? about(.becauseYouBought, "Because you bought", source)
        : about(.becauseYouViewed, "Because you viewed", source)
    case .seen(let place, isBought: false): return about(.becauseYouViewed, "Because you viewed", place)
    case .seen(let place, isBought: true): return about(.becauseYouBought, "Because you bought", place)
    case .boughtWith(let place): return about(.boughtWith, "Bought with", place)
    case .similarTo(let place): return about(.similarTo, "Similar to", place)
    case .betterThan(let place): return about(.betterThan, "A step up from", place)
    case .popular(let category): return inCategory(.popular, "Popular", category)
    case .trending: return inCategory(.trending, "Trending now", nil)
    case .new(let category): return inCategory(.new, "New", category)
    case .viewed: return inCategory(.youViewed, "You viewed this", nil)
    case .bought: return inCategory(.youBought, "You bought this before", nil)
    case .exploration: return inCategory(.exploration, "New here", nil)
    }
  }
}
