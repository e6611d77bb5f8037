public import Catalog
public import Ports
import Pricing
public import SearchDSL
import Telemetry
public import Understanding

/// Search, suggestions, browsing and the product page: what a shopper does before buying.
public struct SearchService: Sendable {
  /// How long each part of a search may take (DESIGN.md: 100 ms in all).
  public struct Deadlines: Sendable {
    public var search = Duration.milliseconds(100)
    public var prices = Duration.milliseconds(40)
    public var page = Duration.seconds(2)
    /// Of the category tree and the attributes' names, which are read once in a few seconds.
    public var labels = Duration.milliseconds(500)
    /// Of what was searched for before, which suggestions can do without.
    public var searches = Duration.milliseconds(5)

    public init() {}
  }

  /// Who knows what was searched for before; nil: nobody.
  public struct PastSearches: Sendable {
    public var recent: (any RecentSearches)?
    public var popular: (any PopularQueries)?

    public init(recent: (any RecentSearches)? = nil, popular: (any PopularQueries)? = nil) {
      self.recent = recent
      self.popular = popular
    }
  }

  let engine: any SearchEngine
  let index: String
  let catalog: any CatalogReader
  let directory: CatalogDirectory
  let prices: CurrentPrices
  let clock: any WallClock
  public let currency: Currency
  let priceSteps: [PriceStep]
  let retrieval: Retrieval
  let knowledge: CatalogKnowledge?
  let steps: Set<SearchStep>
  let searches: PastSearches
  /// nil where searches are not logged.
  public let log: SearchLog?
  let deadlines: Deadlines

  /// Without `knowledge` every query is searched as it was typed. `steps` are those that a search takes.
  public init(
    engine: any SearchEngine, index: String, catalog: any CatalogReader, clock: any WallClock,
    currency: Currency = .gbp,
    retrieval: Retrieval = Retrieval(), knowledge: CatalogKnowledge? = nil,
    steps: Set<SearchStep> = Set(SearchStep.allCases), searches: PastSearches = PastSearches(),
    log: SearchLog? = nil, deadlines: Deadlines = Deadlines()
  ) {
    self.engine = engine
    self.index = index
    self.catalog = catalog
    self.directory = CatalogDirectory(catalog: catalog, deadline: deadlines.labels)
    prices = CurrentPrices(catalog: catalog, deadline: deadlines.prices)
    self.clock = clock
    self.currency = currency
    priceSteps = PriceStep.all(in: currency)
    self.retrieval = retrieval
    self.knowledge = knowledge
    self.steps = steps
    self.searches = searches
    self.log = log
    self.deadlines = deadlines
  }

  /// The search flow: understand → retrieve → price → page, and into the log, where there is one.
  ///
  /// Answers while only the search engine is up; what was left out for want of another part stands in `degraded`.
  public func search(_ input: SearchInput, visitor: VisitorID? = nil) async throws -> SearchPage {
    var page = try await page(of: input)
    page.searchID = log?.record(page, by: visitor)
    return page
  }

  private func page(of input: SearchInput) async throws -> SearchPage {
    let start = ContinuousClock.now
    let deadline = start + deadlines.search
    var degraded: [String] = []

    let (understanding, typed) = understand(input)
    let (response, plan) = try await retrieve(typed, understanding, input: input, deadline: deadline)

    let query = planQuery(plan, understanding, input).query
    let total = response.total?.value ?? 0
    let hits = response.hits.compactMap(CardHit.init)
    let labels = await directory.labels(degraded: &degraded)
    var facets = FacetReader(response: response, input: input, labels: labels, priceSteps: priceSteps)
    let cutNumbers = facets.cutNumbers()
    if !cutNumbers.isEmpty {
      facets.numbers = await numbers(
        of: cutNumbers, query, input, deadline: deadline, degraded: &degraded)
    }
    let shownFacets = await counted(
      facets.facets(), hits, query, input, deadline: deadline, degraded: &degraded)
    let drawing = CardDrawing(input: input, plan: plan, labels: labels)
    let ordered = try await orderedByVariant(
      query, input, drawing, total: total, deadline: deadline, degraded: &degraded)
    var cards = ordered?.cards ?? []
    if ordered == nil {
      let quotes = await currentPrices(of: hits.map(\.id), degraded: &degraded)
      cards = hits.compactMap { card(for: $0, prices: quotes?[$0.id], drawing) }
    }

    return SearchPage(
      input: input,
      plan: plan,
      typedText: typed.text,
      query: input.wantsWhy ? query : nil,
      correctedText: plan.text.folded == typed.text.folded ? nil : plan.text,
      relaxedTo: plan.strictness == .everyWord ? nil : plan.strictness,
      total: .init(value: total, isExact: response.total?.isExact ?? true),
      products: cards,
      facets: shownFacets,
      nextCursor: ordered.map(\.nextCursor)
        ?? input.nextCursor(after: response.hits, total: total, currency: currency),
      degraded: degraded,
      tookMilliseconds: (ContinuousClock.now - start) / .milliseconds(1))
  }

  /// The numbers of attributes, counted by themselves. Without the answer the ranges are of what was counted of them.
  private func numbers(
    of codes: [String], _ query: Query, _ input: SearchInput, deadline: ContinuousClock.Instant,
    degraded: inout [String]
  ) async -> SearchResponse? {
    do {
      let request = retrieval.numbersRequest(of: codes, query: query, input: input)
      return try await engine.search(request, in: index, deadline: deadline)
    } catch {
      degraded.append("facets")
      return nil
    }
  }

  /// The facets with the counts of options that are chosen together. Without the answer they are those of any variant.
  private func counted(
    _ facets: [Facet], _ hits: [CardHit], _ query: Query, _ input: SearchInput, deadline: ContinuousClock.Instant,
    degraded: inout [String]
  ) async -> [Facet] {
    let counts = OptionCounts(retrieval: retrieval, input: input)
    let options = Set(hits.flatMap { $0.variants.flatMap { $0.options.map(\.code) } })
      .union(input.filters.compactMap(\.attributeCode))
    guard counts.isNeeded, let request = counts.request(for: facets, options: options, query: query) else {
      return facets
    }
    do {
      return counts.applied(to: facets, try await engine.search(request, in: index, deadline: deadline))
    } catch {
      if !degraded.contains("facets") { degraded.append("facets") }
      return facets
    }
  }

  /// The products that a search finds, in its order, without cards, prices and facets: what measuring a ranking needs.
  public func ranking(of input: SearchInput) async throws -> [ProductID] {
    let (understanding, plan) = understand(input)
    let (response, _) = try await retrieve(
      plan, understanding, input: input, wantsCards: false, deadline: .now + deadlines.search)
    return response.hits.compactMap { ProductID($0.id) }
  }

  /// A page with fewer products leaves a shopper looking for more.
  private static let fewProducts = 5

  /// Runs the plan, and where it finds nothing the ways on in turn; gives the last answer where none finds anything.
  func retrieve(
    _ plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput, wantsCards: Bool = true,
    deadline: ContinuousClock.Instant
  ) async throws -> (SearchResponse, QueryPlan) {
    func run(_ plan: QueryPlan) async throws -> SearchResponse {
      let query = planQuery(plan, understanding, input).query
      var request = retrieval.request(
        query: query, input: input, wantsFacets: wantsCards && input.position == nil)
      if !wantsCards { request.source = .none }
      return try await engine.search(request, in: index, deadline: deadline)
    }
    let response = try await run(plan)
    let total = response.total?.value ?? 0
    guard total == 0 else {
      // Few products have every word: those with some of them are shown below.
      guard total < Self.fewProducts, input.sort == .relevance, input.filters.isEmpty, steps.contains(.relaxation),
        let wider = understanding.widened(plan)
      else { return (response, plan) }
      let widened = try await run(wider)
      return widened.total?.value ?? 0 > total ? (widened, wider) : (response, plan)
    }
    for next in waysOn(from: plan, understanding, input: input) {
      let response = try await run(next)
      if response.total?.value != 0 { return (response, next) }
    }
    return (response, plan)
  }

  /// The request that a search begins with: what its words are asked as, before anything is relaxed.
  public func request(for input: SearchInput) -> SearchRequest {
    let (understanding, plan) = understand(input)
    return retrieval.request(query: planQuery(plan, understanding, input).query, input: input, wantsFacets: true)
  }

  /// The plan of what was typed, and by what it was understood, which the whole search goes by.
  func understand(_ input: SearchInput) -> (QueryUnderstanding, QueryPlan) {
    let understanding = (knowledge?.understanding ?? QueryUnderstanding()).taking(steps)
    return (understanding, understanding.plan(input.text, isExact: input.isExact, ignoring: input.ignored))
  }

  func planQuery(_ plan: QueryPlan, _ understanding: QueryUnderstanding, _ input: SearchInput) -> PlanQuery {
    PlanQuery(
      plan: plan, weights: retrieval.weights, shopper: input.shopper, steps: steps, rules: understanding.rules,
      accessoryCategories: understanding.knowledge.accessoryCategories)
  }

  /// What to try when nothing has every word: the corrected spelling, then fewer of the words.
  private func waysOn(
    from plan: QueryPlan, _ understanding: QueryUnderstanding, input: SearchInput
  ) -> [QueryPlan] {
    var ways: [QueryPlan] = []
    let relaxes = steps.contains(.relaxation)
    if !input.isExact, steps.contains(.spelling), let correction = knowledge?.correct(plan.text) {
      ways += understanding.plans(of: correction, correcting: plan, ignoring: input.ignored).filter {
        relaxes || $0.strictness == .everyWord
      }
    }
    guard relaxes else { return ways }
    if let rest = understanding.withoutAbsentWords(plan) { ways.append(rest) }
    return ways + understanding.relaxations(of: plan)
  }

  // MARK: Prices

  func currentPrices(
    of ids: [ProductID], degraded: inout [String]
  ) async -> [ProductID: [VariantID: [Price]]]? {
    guard !ids.isEmpty else { return [:] }
    do {
      return try await prices.prices(of: ids)
    } catch {
      // The indexed price stands in, and the answer says so; the cart quotes from Postgres again.
      degraded.append("prices")
      return nil
    }
  }
}
