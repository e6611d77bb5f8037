public import Catalog

/// Understands queries: from the raw text to the plan, by the shop's rules and what its catalog says.
///
/// A value that is made anew when the catalog or the rules change; a search reads one of them from start to end.
public struct QueryUnderstanding: Sendable {
  public let rules: QueryRules
  public let knowledge: ShopKnowledge
  let vocabulary: Vocabulary?
  public let steps: Set<SearchStep>
  /// Categories of things that are bought for other things.
  public let accessoryCategories: [CategoryID]
  /// The moment and device of a search; nil: rules that ask for a time or a device do not apply.
  public private(set) var context: RuleContext?

  /// A query of more words is understood up to here; the rest is searched as it is.
  static let maxWords = 40

  public init(
    rules: QueryRules = QueryRules(), knowledge: ShopKnowledge = ShopKnowledge(), vocabulary: Vocabulary? = nil,
    steps: Set<SearchStep> = Set(SearchStep.allCases)
  ) {
    self.rules = rules
    self.knowledge = knowledge
    self.vocabulary = vocabulary
    self.steps = steps
    accessoryCategories = knowledge.accessoryCategories(by: rules)
  }

  /// The same by other rules.
  public func by(_ rules: QueryRules) -> QueryUnderstanding {
    QueryUnderstanding(rules: rules, knowledge: knowledge, vocabulary: vocabulary, steps: steps)
  }

  private init(_ other: QueryUnderstanding, steps: Set<SearchStep>) {
    (rules, knowledge, vocabulary) = (other.rules, other.knowledge, other.vocabulary)
    accessoryCategories = other.accessoryCategories
    context = other.context
    self.steps = steps
  }

  /// The same for searches that are made in this.
  public func taking(_ context: RuleContext) -> QueryUnderstanding {
    var understanding = self
    understanding.context = context
    return understanding
  }

  /// A query without control characters and with white space folded.
  public static func printable(_ raw: String) -> String { Folding.printable(raw) }

  /// A word of a query in the singular.
  public static func singular(_ word: String) -> String { Folding.singular(word) }

  /// The same with only some of its steps.
  public func taking(_ steps: Set<SearchStep>) -> QueryUnderstanding {
    QueryUnderstanding(self, steps: steps)
  }

  /// The plan of a query. `ignored` names recognitions that the shopper took back (`Recognition.reference`).
  public func plan(_ raw: String, isExact: Bool = false, ignoring ignored: Set<String> = []) -> QueryPlan {
    let text = Folding.printable(raw)
    var plan = QueryPlan(text: text)
    guard !text.isEmpty else {
      plan.apply(rules.matcher.rules(forPageIn: context))
      return plan
    }
    if text != raw { plan.note("normalise", text) }
    if let address = rules.redirects[Folding.key(of: text)], !isExact {
      plan.redirect = address
      plan.note("redirect", address)
    }
    var words = SearchText.normalised(text)
    let applied = isExact ? [] : rules.matcher.rules(for: text, in: context)
    plan.apply(applied)
    if !applied.isEmpty {
      if plan.redirect == nil { plan.redirect = plan.effects.redirect }
      words = QueryRuleMatcher.rewritten(words, by: applied)
    }
    var reading = QueryReading(words: QueryWord.all(in: words), understanding: self, ignored: ignored)
    if !isExact { reading.understand() }
    reading.write(to: &plan, isExact: isExact)
    return plan
  }

  /// The plan of a query whose spelling was corrected; what the shopper typed stays in `text`.
  public func plan(correcting plan: QueryPlan, to corrected: String, ignoring ignored: Set<String>) -> QueryPlan {
    var result = self.plan(corrected, ignoring: ignored)
    result.isCorrected = true
    result.steps.insert(.init(name: "spelling", detail: "\(plan.text) → \(corrected)"), at: 0)
    return result
  }
}
