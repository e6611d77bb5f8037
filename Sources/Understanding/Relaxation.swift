extension QueryUnderstanding {
  /// The steps to take where nothing has any of the words, the closest first.
  public func relaxations(of plan: QueryPlan) -> [QueryPlan] {
    guard !plan.isEmpty else { return [] }
    var steps: [QueryPlan] = []
    // A filter may have taken what was meant as a word.
    let prices = plan.filters.filter { $0.kind == .price }
    if plan.filters.count > prices.count {
      let others = plan.recognitions.filter { $0.kind != .price }
      var words = self.plan(plan.text, ignoring: Set(others.map(\.reference)))
      words.strictness = .anyWord
      words.codes = []
      steps.append(words)
    }
    if plan.recognitions.contains(where: { $0.kind == .category }) {
      var category = plan
      category.strictness = .category
      category.slots = []
      category.heads = []
      category.codes = []
      category.recognitions = plan.recognitions.filter { $0.kind == .category }
      for index in category.recognitions.indices { category.recognitions[index].isFilter = true }
      steps.append(category)
    }
    // What it may cost is the last to be given up.
    if !prices.isEmpty {
      var price = plan
      price.strictness = .anyWord
      price.slots = []
      price.heads = []
      price.codes = []
      price.recognitions = prices
      steps.append(price)
    }
    return steps
  }
}
