public import Catalog
public import SearchDSL
public import Understanding

/// The engine's query of a plan: the words, what stands in for them, and what lifts and sinks a product.
///
/// A pure function: the same plan gives the same query for every engine.
public struct PlanQuery: Sendable {
  let plan: QueryPlan
  let weights: RankingWeights
  let shopper: ShopperContext
  let steps: Set<SearchStep>
  let accessoryNouns: String
  let accessoryCategories: [CategoryID]

  /// Above any score of some of the words.
  private static let everyWordBoost = 1000.0
  /// A measure written otherwise than the attribute says is still a hit.
  private static let mostForms = 6

  public init(
    plan: QueryPlan, weights: RankingWeights = .standard, shopper: ShopperContext = .visitor,
    steps: Set<SearchStep> = Set(SearchStep.allCases), rules: QueryRules = QueryRules(),
    accessoryCategories: [CategoryID] = []
  ) {
    self.plan = plan
    self.weights = weights
    self.shopper = shopper
    self.steps = steps
    accessoryNouns = rules.accessoryNouns
    self.accessoryCategories = accessoryCategories
  }

  /// The query without the filters that the shopper set: what relevance is measured on.
  public var query: Query {
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    let functions = functions
    let scored =
      functions.isEmpty ? text : .functionScore(FunctionScoreQuery(query: text, functions: functions))
    // Outside of what lifts and sinks, so that nothing with some of the words comes before what has each.
    let first =
      plan.strictness == .everyWordFirst
      ? [Query.constantScore(filter: everyWord, boost: Self.everyWordBoost)] : []
    let understood = BoolQuery(
      must: [scored], should: first, filter: plan.filters.map { clause($0.constraint) },
      mustNot: plan.excluded.map(Self.excluding))
    return ProductIdentity(plan: plan, steps: steps).first(among: understood, audience: audience)
  }

  // MARK: Words

  private var text: Query {
    // Signs alone ask for nothing that a shop has.
    if plan.isEmpty, !plan.text.isEmpty { return .matchNone }
    // Words that were all taken by filters leave nothing to be found.
    return wordsQuery ?? .matchAll()
  }

  private var wordsQuery: Query? {
    guard !plan.slots.isEmpty else { return nil }
    return switch plan.strictness {
    case .anyWord, .everyWordFirst: anyWord
    case .everyWord, .mostWords, .category: everyWord
    }
  }

  private var anyWord: Query {
    let queries = groups(of: plan.slots)
    return queries.count == 1
      ? anyOf(queries[0]) : .bool(BoolQuery(should: queries.map(anyOf), minimumShouldMatch: 1))
  }

  private var everyWord: Query {
    let required = groups(of: plan.slots.filter { !$0.isOptional }).map(allOf)
    let optional = groups(of: plan.slots.filter(\.isOptional)).map(anyOf)
    if required.count == 1, optional.isEmpty { return required[0] }
    // Where no word must be found, a filter says what is.
    return .bool(BoolQuery(must: required.isEmpty ? [.matchAll()] : required, should: optional))
  }

  /// Neighbouring slots without alternatives are one: their words' scores add up in one clause as in many.
  private func groups(of slots: [QueryPlan.Slot]) -> [QueryPlan.Slot] {
    var groups: [QueryPlan.Slot] = []
    for slot in slots {
      let isPlain = slot.alternatives.isEmpty && slot.constraint == nil && slot.codeStart == nil
      if isPlain, let last = groups.last, last.alternatives.isEmpty, last.constraint == nil, last.codeStart == nil {
        groups[groups.count - 1].words += " " + slot.words
      } else {
        groups.append(slot)
      }
    }
    return groups
  }

  private func anyOf(_ slot: QueryPlan.Slot) -> Query { found(slot, .or) }
  private func allOf(_ slot: QueryPlan.Slot) -> Query { found(slot, .and) }

  /// A slot's words, or the best of what stands in for them.
  private func found(_ slot: QueryPlan.Slot, _ needed: BooleanOperator) -> Query {
    let words = slot.isPhrase ? phrase(slot.words, weight: 1) : match(slot.words, needed, weight: 1)
    var ways = slot.alternatives.prefix(Self.mostForms).map {
      phrase($0.text, weight: $0.isSameWords ? 1 : $0.weight * weights.synonym)
    }
    if let code = slot.codeStart { ways.append(ProductIdentity.codeStarting(with: code)) }
    if let constraint = slot.constraint {
      ways.append(.constantScore(filter: clause(constraint), boost: weights.attributeValue))
    }
    return ways.isEmpty ? words : .disMax(queries: [words] + ways)
  }

  private func match(_ text: String, _ needed: BooleanOperator, weight: Double) -> Query {
    var query = MultiMatchQuery(query: text, fields: weights.fields, kind: .crossFields, operator: needed)
    query.boost = weight
    // 0 is the kind's own.
    if weights.tieBreaker > 0 { query.tieBreaker = weights.tieBreaker }
    return .multiMatch(query)
  }

  /// What stands in for words, where it is several words only as they stand side by side: a memory stick may be a flash
  /// drive, and not a flash with a motor drive.
  private func phrase(_ text: String, weight: Double) -> Query {
    let words = match(text, .and, weight: weight)
    guard text.contains(where: { $0 == " " || $0 == "-" }) else { return words }
    return .bool(
      BoolQuery(
        must: [words], filter: [.multiMatch(MultiMatchQuery(query: text, fields: Self.phraseFields, kind: .phrase))]))
  }

  private static let phraseFields: [BoostedField] = ["title", "brand", "summary", "category", "attributes", "features"]

  private static func excluding(_ phrase: String) -> Query {
    .multiMatch(
      MultiMatchQuery(
        query: phrase, fields: ["title", "brand", "category", "attributes", "features"], kind: .crossFields,
        operator: .and))
  }

  // MARK: What was recognised

  private func clause(_ constraint: Recognition.Constraint) -> Query {
    switch constraint {
    case .brand(let name): .term(field: "brand.keyword", value: .string(name))
    case .category(let ids): .terms(field: "category_ids", values: ids.map { .string($0.description) })
    case .values(let pairs):
      .terms(field: "facets", values: pairs.map { .string(FacetToken.value(code: $0.code, $0.value)) })
    case .numbers(let ranges): anyOf(ranges.map(Self.range))
    case .price(let lower, let upper): shopper.priced(from: lower, to: upper)
    case .lowPrice: .matchAll()
    }
  }

  private func anyOf(_ queries: [Query]) -> Query {
    queries.count == 1 ? queries[0] : .bool(BoolQuery(should: queries, minimumShouldMatch: 1))
  }

  private static func range(_ range: Recognition.NumberRange) -> Query {
    .range(
      RangeQuery(
        field: "facet_numbers", lower: .inclusive(.string(FacetToken.number(code: range.code, range.lower))),
        upper: .inclusive(.string(FacetToken.number(code: range.code, range.upper)))))
  }

  // MARK: What lifts and sinks a product

  private var functions: [FunctionScoreQuery.Function] {
    var functions: [FunctionScoreQuery.Function] = []
    if steps.contains(.popularity) {
      functions.append(
        .init(.fieldValueFactor(field: "popularity", factor: weights.popularity, modifier: .ln2p, missing: 0)))
    }
    if steps.contains(.stock) {
      functions.append(
        .init(.weight, filter: .term(field: "is_in_stock", value: false), weight: weights.outOfStock))
    }
    for recognition in plan.recognitions where !recognition.isFilter {
      switch recognition.constraint {
      case .category where steps.contains(.categories):
        functions.append(.init(.weight, filter: clause(recognition.constraint), weight: weights.categoryIntent))
      case .lowPrice(let typical):
        functions.append(.init(.gauss(field: shopper.priceField, origin: 0, scale: .int(max(1, typical)))))
      default: break
      }
    }
    return functions + accessoryFunctions
  }

  /// Where a thing is asked for by its kind, what is made for it stands lower: laptops before laptop bags.
  private var accessoryFunctions: [FunctionScoreQuery.Function] {
    guard steps.contains(.accessories), plan.namesProductKind, !plan.namesAccessory else { return [] }
    var functions: [FunctionScoreQuery.Function] = []
    if !accessoryNouns.isEmpty {
      let nouns = MatchQuery(field: "title", query: accessoryNouns)
      functions.append(.init(.weight, filter: .match(nouns), weight: weights.accessoryTitle))
    }
    if !accessoryCategories.isEmpty {
      functions.append(
        .init(
          .weight, filter: clause(.category(accessoryCategories)), weight: weights.accessoryCategory))
    }
    return functions
  }
}

extension RankingWeights {
  /// The text fields with their boosts.
  fileprivate var fields: [BoostedField] {
    [
      BoostedField("title", boost: title), BoostedField("brand", boost: brand),
      BoostedField("summary", boost: summary), BoostedField("category", boost: category),
      BoostedField("attributes", boost: attributes), BoostedField("features", boost: features),
    ]
  }
}
