public import Catalog
public import SearchDSL
public import Understanding

/// The engine's query of a plan: the words, what stands in for them, and what lifts and sinks a product.
///
/// A pure function: the same plan gives the same query for every engine.
public struct RetrievalQuery: Sendable {
  let plan: QueryPlan
  let weights: RankingWeights
  let shopper: ShopperContext
  let steps: Set<SearchStep>
  let accessoryNouns: String
  let accessoryCategories: [CategoryID]

  /// The weight of a word in the summary against one in the title, by their lengths (`ShopKnowledge.summaryScale`).
  let summaryScale: Double
  /// The share of the query's evidence that a product must have.
  let leastShare: Double
  /// Whether pinned products stand before all others: where the shop's own order is asked for.
  let hasPins: Bool

  /// A product with less of the query has nothing to do with it.
  public static let resultShare = 0.2
  /// Sorted by price, products with only a part of the words would come first.
  static let sortedShare = 0.7
  /// A correction is believed where a product has so much of it.
  static let believedShare = 0.7
  /// As many as a phrase may have synonyms, and its other ways of writing.
  static let maxForms = 40

  public init(
    plan: QueryPlan, weights: RankingWeights = .standard, shopper: ShopperContext = .visitor,
    steps: Set<SearchStep> = Set(SearchStep.allCases), rules: QueryRules = QueryRules(),
    accessoryCategories: [CategoryID] = [], leastShare: Double = RetrievalQuery.resultShare, summaryScale: Double = 1,
    hasPins: Bool = true
  ) {
    self.hasPins = hasPins
    self.plan = plan
    self.summaryScale = summaryScale
    self.weights = weights
    self.shopper = shopper
    self.steps = steps
    self.leastShare = leastShare
    accessoryNouns = rules.accessoryNouns
    self.accessoryCategories = accessoryCategories
  }

  /// The query without the filters that the shopper set: what relevance is measured on.
  public var query: Query {
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    let functions = functions
    let scored = ruled(
      functions.isEmpty ? text : .functionScore(FunctionScoreQuery(query: text, functions: functions)))
    let filters = plan.filters.map { clause($0.constraint) } + plan.effects.filters.map(clause)
    let understood = BoolQuery(must: [scored], filter: filters, mustNot: plan.excluded.map(Self.excluding))
    return ruled(identity.first(among: understood, audience: audience), audience: audience)
  }

  /// The product that the query names.
  var identity: ProductIdentity { ProductIdentity(plan: plan, steps: steps) }

  // MARK: Words

  private var text: Query {
    // Signs alone ask for nothing that a shop has.
    if plan.isEmpty, !plan.text.isEmpty { return .matchNone }
    // Words that were all taken by filters leave nothing to be found.
    guard !plan.slots.isEmpty else { return .matchAll() }
    return evidence
  }

  /// Each part, in any way.
  var everyWord: Query? {
    let required = plan.slots.filter { !$0.isOptional }
    return required.isEmpty ? nil : .bool(BoolQuery(filter: required.map(has)))
  }

  /// Each part that any product has: the same where all are known.
  var everyKnownWord: Query? {
    let known = plan.slots.filter { !$0.isOptional && $0.share > 0 }
    return known.isEmpty ? nil : .bool(BoolQuery(filter: known.map(has)))
  }

  /// Neighbouring slots without alternatives are one: their words' scores add up in one clause as in many.
  func groups(of slots: [QueryPlan.Slot]) -> [QueryPlan.Slot] {
    var groups: [QueryPlan.Slot] = []
    for slot in slots {
      let isPlain =
        slot.alternatives.isEmpty && slot.constraint == nil && slot.codeStart == nil && !slot.isPartNumber
      if isPlain, let last = groups.last, last.alternatives.isEmpty, last.constraint == nil, last.codeStart == nil,
        !last.isPartNumber
      {
        groups[groups.count - 1].words += " " + slot.words
      } else {
        groups.append(slot)
      }
    }
    return groups
  }

  /// A slot's words, or the best of what stands in for them.
  func found(_ slot: QueryPlan.Slot, _ needed: BooleanOperator) -> Query {
    let words = slot.isPhrase ? phrase(slot.words, weight: 1) : match(slot.words, needed, weight: 1)
    var ways = slot.alternatives.prefix(Self.maxForms).map {
      phrase($0.text, weight: $0.isSameWords ? 1 : $0.weight * weights.synonym)
    }
    if let code = slot.codeStart { ways.append(ProductIdentity.codeStarting(with: code)) }
    if let constraint = slot.constraint {
      ways.append(.constantScore(filter: clause(constraint), boost: weights.attributeValue))
    }
    return ways.isEmpty ? words : .disMax(queries: [words] + ways)
  }

  private func match(_ text: String, _ needed: BooleanOperator, weight: Double) -> Query {
    var query = MultiMatchQuery(query: text, fields: fields, kind: .crossFields, operator: needed)
    query.boost = weight
    // 0 is the kind's own.
    if weights.tieBreaker > 0 { query.tieBreaker = weights.tieBreaker }
    return .multiMatch(query)
  }

  /// The stand-ins for words; several words count only as they stand side by side.
  private func phrase(_ text: String, weight: Double) -> Query {
    let words = match(text, .and, weight: weight)
    return Self.isPhrase(text) ? .bool(BoolQuery(must: [words], filter: [Self.sideBySide(text)])) : words
  }

  private static func excluding(_ phrase: String) -> Query {
    .multiMatch(
      MultiMatchQuery(
        query: phrase, fields: ["title", "brand", "category", "attributes", "features"], kind: .crossFields,
        operator: .and))
  }

  // MARK: What was recognised

  func clause(_ constraint: Recognition.Constraint) -> Query {
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
    var functions = evidenceFunctions
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
        functions.append(.init(.gauss(field: shopper.priceField, origin: 0, scale: .int(max(1, typical / 2)))))
        // What costs little sorts the thing: what is none stays behind, however cheap.
        if let thing { functions.append(.init(.weight, filter: thing, weight: Self.cheapThing)) }
      default: break
      }
    }
    return functions + accessoryFunctions
  }

  /// The products that are the thing itself; nil where none is known.
  private var thing: Query? {
    let category = plan.recognitions.first { $0.kind == .category }
    if steps.contains(.categories), let category { return clause(category.constraint) }
    guard steps.contains(.heads), let head = plan.heads.first else { return nil }
    return .match(MatchQuery(field: "heads", query: head))
  }

  /// Outweighs the price of a thing that costs twice what is usual.
  private static let cheapThing = 16.0

  /// Where a thing is asked for by its kind, what is made for it stands lower: laptops before laptop bags. Where no
  /// category names the kind, the titles tell: what is called by an accessory's noun is one.
  private var accessoryFunctions: [FunctionScoreQuery.Function] {
    guard steps.contains(.accessories), !plan.namesAccessory else { return [] }
    var functions: [FunctionScoreQuery.Function] = []
    if !accessoryNouns.isEmpty, plan.namesProductKind || !plan.heads.isEmpty {
      let nouns = MatchQuery(field: plan.namesProductKind ? "title" : "head", query: accessoryNouns)
      functions.append(.init(.weight, filter: .match(nouns), weight: weights.accessoryTitle))
    }
    if !accessoryCategories.isEmpty, plan.namesProductKind {
      functions.append(
        .init(
          .weight, filter: clause(.category(accessoryCategories)), weight: weights.accessoryCategory))
    }
    return functions
  }

  /// The text fields with their boosts. A summary says less with a word the longer it is beside the title.
  private var fields: [BoostedField] {
    [
      BoostedField("title", boost: weights.title), BoostedField("brand", boost: weights.brand),
      BoostedField("summary", boost: weights.summary * summaryScale), BoostedField("category", boost: weights.category),
      BoostedField("attributes", boost: weights.attributes), BoostedField("features", boost: weights.features),
    ]
  }
}
