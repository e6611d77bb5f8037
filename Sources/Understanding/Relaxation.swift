extension QueryUnderstanding {
  /// Of the words, the share that is given up first.
  private static let droppedShare = 4

  /// The steps to take when nothing is found, the closest first.
  ///
  /// What was recognised is kept as long as words can be given up; at last the category that was named stands alone.
  public func relaxations(of plan: QueryPlan) -> [QueryPlan] {
    guard !plan.isEmpty else { return [] }
    var steps: [QueryPlan] = []
    if plan.slots.count > 1 {
      steps.append(droppingLeastTelling(plan))
      var any = plan
      any.strictness = .anyWord
      steps.append(any)
    }
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
      category.codes = []
      category.recognitions = plan.recognitions.filter { $0.kind == .category }
      for index in category.recognitions.indices { category.recognitions[index].isFilter = true }
      steps.append(category)
    }
    return steps
  }

  /// The plan that shows, below the few products with every word, those with some; nil where it has one word.
  public func widened(_ plan: QueryPlan) -> QueryPlan? {
    guard plan.strictness == .everyWord, plan.slots.count(where: { !$0.isOptional }) > 1 else { return nil }
    var result = plan
    result.strictness = .everyWordFirst
    return result
  }

  /// The plan without its least telling words: those that no product has, else the most frequent.
  private func droppingLeastTelling(_ plan: QueryPlan) -> QueryPlan {
    var result = plan
    result.strictness = .mostWords
    let count = max(1, plan.slots.count / Self.droppedShare)
    let weights = plan.slots.map(weight)
    let order = plan.slots.indices.sorted { weights[$0] < weights[$1] }
    for index in order.prefix(count) {
      result.slots[index].isOptional = true
      result.dropped.append(plan.slots[index].words)
    }
    return result
  }

  /// How telling a slot is: 0 where the catalog has none of its words, else higher the rarer they are.
  private func weight(of slot: QueryPlan.Slot) -> Double {
    guard slot.constraint == nil, slot.alternatives.isEmpty else { return .infinity }
    guard let vocabulary else { return Double(slot.words.utf8.count) }
    let counts = Folding.words(of: slot.words).map {
      max(vocabulary.frequency(of: $0), vocabulary.frequency(of: Folding.singular($0)))
    }
    guard let least = counts.min(), least > 0 else { return 0 }
    return 1 / least
  }
}
