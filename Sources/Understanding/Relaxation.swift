extension QueryUnderstanding {
  /// The steps to take where nothing has any of the words, the closest first.
  public func relaxations(of plan: QueryPlan) -> [QueryPlan] {
    guard !plan.isEmpty else { return [] }
    let near = atAnyPrice(plan)
    var steps = near.map { [$0] } ?? []
    // A filter may have taken what was meant as a word.
    let prices = plan.filters.filter { $0.kind == .price }
    if plan.filters.count > prices.count {
      let others = plan.recognitions.filter { $0.kind != .price }
      var words = self.plan(plan.text, ignoring: Set(others.map(\.reference)))
      words.strictness = .anyWord
      words.codes = []
      steps.append(words)
    }
    let isExplicit = prices.contains(where: Self.isExplicit)
    if plan.recognitions.contains(where: { $0.kind == .category }) {
      var category = plan
      category.strictness = .category
      category.slots = []
      category.heads = []
      category.codes = []
      category.recognitions = plan.recognitions.filter { $0.kind == .category } + prices
      for index in category.recognitions.indices { category.recognitions[index].isFilter = true }
      steps.append(category)
    }
    // A price that is said to be one is the last to be given up; a ladder for 250 pounds may be one that bears them.
    if !prices.isEmpty {
      var words = self.plan(plan.text, isExact: true)
      // An exact plan meets no rules; hidden products stay hidden all the same.
      words.effects = plan.effects
      words.strictness = .anyWord
      words.codes = []
      var price = plan
      price.strictness = .anyWord
      price.slots = []
      price.heads = []
      price.codes = []
      price.recognitions = prices
      if near != nil {
        steps.append(words)
      } else {
        steps += isExplicit ? [price, words] : [words, price]
      }
    }
    return steps
  }

  /// The thing that is asked for at any price, what costs little first where it was to cost no more than something; nil
  /// where no price or no thing is known. Nothing else at that price is an answer.
  public func atAnyPrice(_ plan: QueryPlan) -> QueryPlan? {
    let price = plan.filters.lazy.compactMap { filter -> (Recognition, Int64?)? in
      guard case .price(_, let upper) = filter.constraint else { return nil }
      return (filter, upper)
    }.first
    guard let (price, upper) = price, plan.isSureThing || plan.recognitions.contains(where: { $0.kind == .category })
    else { return nil }
    var near = plan
    near.strictness = .anyPrice
    near.codes = []
    near.recognitions.removeAll { $0.kind == .price && $0.isFilter }
    if let upper {
      near.recognitions.append(
        Recognition(
          kind: .price, label: price.label, words: price.words, constraint: .lowPrice(typical: upper), isFilter: false))
    }
    near.note("price", "\(price.label) → any")
    return near
  }

  /// Whether words or signs say that it is a price: `under 30`, `between 20 and 40`, and not only `30 euro`.
  private static func isExplicit(_ price: Recognition) -> Bool {
    guard case .price(let lower, let upper) = price.constraint else { return false }
    return lower == nil || upper == nil || price.words.split(separator: " ").count > 2
  }
}
