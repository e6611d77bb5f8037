extension QueryUnderstanding {
  /// The steps to take where nothing has any of the words, the closest first.
  public func relaxations(of plan: QueryPlan) -> [QueryPlan] {
    guard !plan.isEmpty else { return [] }
    var steps: [QueryPlan] = []
    // A filter may have taken what was meant as a word.
    if !plan.filters.isEmpty {
      var words = self.plan(plan.text, isExact: true)
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
    return steps
  }
}
