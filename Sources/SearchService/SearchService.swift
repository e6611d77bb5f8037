public import Catalog
public import Ports
import Pricing
public import SearchDSL
public import Signing
import Telemetry
import Threading
public import Understanding

/// Search, suggestions, browsing and the product page: what a shopper does before buying.
public struct SearchService: Sendable {
  /// How long each part of a search may take.
  public struct Deadlines: Sendable {
    /// From then on what is optional is left out, and the answer says so.
    public var search = Duration.milliseconds(100)
    /// From then on there is no answer at all.
    public var answer = Duration.seconds(2)
    public var prices = Duration.milliseconds(40)
    /// Of a product in the database; later the index's copy of it serves.
    public var page = Duration.milliseconds(300)
    /// Of the category tree and the attributes' names, which are read once in a few seconds.
    public var labels = Duration.milliseconds(40)
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
  /// Signs the cursors of pages; nil: there are none.
  public let signer: TokenSigner?
  let deadlines: Deadlines
  let databaseCircuit = CircuitBreaker()
  private let engineCircuit: CircuitBreaker

  /// Without `knowledge` every query is searched as it was typed. `steps` are those that a search takes.
  public init(
    engine: any SearchEngine, index: String, catalog: any CatalogReader, clock: any WallClock,
    currency: Currency = .gbp,
    retrieval: Retrieval = Retrieval(), knowledge: CatalogKnowledge? = nil,
    steps: Set<SearchStep> = Set(SearchStep.allCases), searches: PastSearches = PastSearches(),
    log: SearchLog? = nil, signer: TokenSigner? = nil, deadlines: Deadlines = Deadlines()
  ) {
    self.engine = engine
    self.index = index
    self.catalog = catalog
    self.directory = CatalogDirectory(catalog: catalog, share: deadlines.labels)
    prices = CurrentPrices(catalog: catalog, deadline: deadlines.prices, circuit: databaseCircuit)
    self.clock = clock
    self.currency = currency
    priceSteps = PriceStep.all(in: currency)
    self.retrieval = retrieval
    self.knowledge = knowledge
    self.steps = steps
    self.searches = searches
    self.log = log
    self.signer = signer
    self.deadlines = deadlines
    var options = CircuitBreaker.Options()
    options.failuresToOpen = Self.engineFailuresToOpen
    engineCircuit = CircuitBreaker(options)
  }

  /// A cold engine is late at first and gets warm by being asked.
  private static let engineFailuresToOpen = 5

  /// When an answer must be there, and from when on it goes without what is optional.
  struct Limits {
    let optional: ContinuousClock.Instant
    let answer: ContinuousClock.Instant

    init(_ deadlines: Deadlines) {
      optional = .now + deadlines.search
      answer = .now + max(deadlines.search, deadlines.answer)
    }

    var isLate: Bool { ContinuousClock.now >= optional }
  }

  /// Asks the search engine; while it is known to be down, the refusal comes at once.
  func asking<Value>(_ call: (any SearchEngine) async throws -> Value) async throws -> Value {
    do {
      return try await engineCircuit.run(isFailure: Self.isSilent) { try await call(engine) }
    } catch is CircuitBreaker.Open {
      throw SearchEngineError.unavailable(reason: "it did not answer lately and is tried again in a moment")
    }
  }

  func ask(_ request: SearchRequest, deadline: ContinuousClock.Instant) async throws -> SearchResponse {
    try await asking { try await $0.search(request, in: index, deadline: deadline) }
  }

  private static func isSilent(_ error: any Error) -> Bool {
    switch error as? SearchEngineError {
    case .unavailable, .deadlineExceeded: true
    case .refused, .indexNotFound, .malformedAnswer, nil: false
    }
  }

  /// The search flow: understand → retrieve → price → page, and into the log, where there is one.
  ///
  /// Answers while only the search engine is up; what was left out for want of another part stands in `degraded`.
  ///
  /// `searcher` nil: nothing is logged.
  public func search(_ input: SearchInput, by searcher: Searcher? = nil) async throws -> SearchPage {
    var page = try await page(of: input)
    if let searcher { page.searchID = log?.record(page, by: searcher) }
    return page
  }

  private func page(of input: SearchInput) async throws -> SearchPage {
    let start = ContinuousClock.now
    let limits = Limits(deadlines)
    var degraded: [String] = []

    let labels = await directory.labels(degraded: &degraded)
    try labels.check(input)
    let (understanding, typed) = understand(input)
    let retrieved = try await retrieve(
      typed, understanding, input: input, limits: limits, degraded: &degraded)
    let (response, plan) = (retrieved.response, retrieved.plan)

    let query = planQuery(plan, understanding, input).query
    let total = response.total?.value ?? 0
    let hits = response.hits.compactMap(CardHit.init)
    var facets = FacetReader(response: response, input: input, labels: labels, priceSteps: priceSteps)
    let cutNumbers = facets.cutNumbers()
    if !cutNumbers.isEmpty {
      facets.numbers = await numbers(
        of: cutNumbers, query, input, deadline: limits.optional, degraded: &degraded)
    }
    let shownFacets = await counted(
      facets.facets(), hits, query, input, deadline: limits.optional, degraded: &degraded)
    let drawing = CardDrawing(input: input, plan: plan, labels: labels)
    let ordered = await orderedByVariant(query, input, drawing, total: total, limits: limits, degraded: &degraded)
    var cards = ordered?.cards ?? []
    if ordered == nil {
      let quotes = await currentPrices(of: hits.map(\.id), until: limits.optional, degraded: &degraded)
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
        ?? input.nextCursor(
          after: response.hits, total: total, reading: retrieved.reading, currency: currency, signer: signer),
      degraded: degraded,
      tookMilliseconds: (ContinuousClock.now - start) / .milliseconds(1))
  }

  /// The search without conditions on attributes that the shop no longer has, as an old link names them.
  public func leavingOutUnknownConditions(of input: SearchInput) async -> SearchInput {
    var degraded: [String] = []
    let labels = await directory.labels(degraded: &degraded)
    var known = input
    known.filters.removeAll { $0.attributeCode.map { !labels.isKnown($0) } ?? false }
    return known
  }

  /// The numbers of attributes, counted by themselves. Without the answer the ranges are of what was counted of them.
  private func numbers(
    of codes: [String], _ query: Query, _ input: SearchInput, deadline: ContinuousClock.Instant,
    degraded: inout [String]
  ) async -> SearchResponse? {
    do {
      guard ContinuousClock.now < deadline else { throw SearchEngineError.deadlineExceeded }
      let request = retrieval.numbersRequest(of: codes, query: query, input: input)
      return try await ask(request, deadline: deadline)
    } catch {
      if !degraded.contains("facets") { degraded.append("facets") }
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
      return counts.applied(to: facets, options: options, try await ask(request, deadline: deadline))
    } catch {
      if !degraded.contains("facets") { degraded.append("facets") }
      return facets
    }
  }

  /// The products that a search finds, in its order, without cards, prices and facets: what measuring a ranking needs.
  public func ranking(of input: SearchInput) async throws -> [ProductID] {
    let (understanding, plan) = understand(input)
    var degraded: [String] = []
    let found = try await retrieve(
      plan, understanding, input: input, wantsCards: false, limits: Limits(deadlines), degraded: &degraded)
    return found.response.hits.compactMap { ProductID($0.id) }
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

  func planQuery(
    _ plan: QueryPlan, _ understanding: QueryUnderstanding, _ input: SearchInput
  ) -> PlanQuery {
    PlanQuery(
      plan: plan, weights: retrieval.weights, shopper: input.shopper, steps: steps, rules: understanding.rules,
      accessoryCategories: understanding.knowledge.accessoryCategories,
      leastShare: input.sort == .relevance ? PlanQuery.resultShare : PlanQuery.sortedShare,
      summaryScale: understanding.knowledge.summaryScale)
  }

  // MARK: Prices

  func currentPrices(
    of ids: [ProductID], until latest: ContinuousClock.Instant? = nil, degraded: inout [String]
  ) async -> [ProductID: [VariantID: [Price]]]? {
    guard !ids.isEmpty else { return [:] }
    do {
      return try await prices.prices(of: ids, until: latest)
    } catch {
      // The indexed price stands in, and the answer says so; the cart quotes from Postgres again.
      degraded.append("prices")
      return nil
    }
  }
}
