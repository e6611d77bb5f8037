public import Catalog
import Experiments
public import Ports
public import SearchDSL
public import Signing
import Threading
public import Understanding

/// Search, suggestions, browsing and the product page: what a shopper does before buying.
///
/// Each stage is a type of its own; this one holds them and tells their order.
public struct SearchService: Sendable {
  let index: ProductIndex
  let directory: CatalogDirectory
  let knowledge: CatalogKnowledge?
  let steps: Set<SearchStep>
  let retriever: Retriever
  var ranker: Ranker
  let pricer: Pricer
  let facetCounter: FacetCounter
  let suggester: Suggester
  let listings: Listings
  let productPages: ProductPages
  /// nil where searches are not logged.
  public let log: SearchLog?
  /// Signs the cursors of pages; nil: there are none.
  public let signer: TokenSigner?
  let deadlines: Deadlines
  private let experiments: SearchExperiments?

  public var currency: Currency { pricer.currency }

  /// Results that are put in another order than the engine's: as many as filters by options mostly leave.
  static let maxOrdered = 300

  /// Without `knowledge` every query is searched as it was typed. `steps` are those that a search takes. Without `prices`
  /// every answer shows the indexed ones, and says so.
  public init(
    engine: any SearchEngine, index name: String, catalog: any CatalogReader, clock: any WallClock,
    currency: Currency = .gbp,
    retrieval: Retrieval = Retrieval(), knowledge: CatalogKnowledge? = nil,
    steps: Set<SearchStep> = Set(SearchStep.allCases), searches: PastSearches = PastSearches(),
    log: SearchLog? = nil, signer: TokenSigner? = nil, prices: PriceOverlay? = nil,
    deadlines: Deadlines = Deadlines(), ranking: PersonalRanking? = nil, experiments: SearchExperiments? = nil
  ) {
    self.experiments = experiments
    index = ProductIndex(engine: engine, name: name)
    directory = CatalogDirectory(catalog: catalog, currency: currency, share: deadlines.labels)
    retriever = Retriever(index: index, requests: retrieval, steps: steps)
    ranker = Ranker(deadline: deadlines.ranking, model: ranking)
    pricer = Pricer(overlay: prices, clock: clock, currency: currency)
    facetCounter = FacetCounter(retriever: retriever, priceSteps: PriceStep.all(in: currency))
    listings = Listings(directory: directory, currency: currency)
    productPages = ProductPages(
      catalog: catalog, index: index, directory: directory, pricer: pricer, deadlines: deadlines)
    var past = searches
    past.deadline = deadlines.searches
    suggester = Suggester(index: index, directory: directory, pricer: pricer, steps: steps, past: past)
    self.knowledge = knowledge
    self.steps = steps
    self.log = log
    self.signer = signer
    self.deadlines = deadlines
  }

  // MARK: Search

  /// The search flow: understand → retrieve candidates → rank → price → page, and into the log, where there is one.
  ///
  /// Answers while only the search engine is up; `degraded` names the parts that are missing.
  ///
  /// `searcher` nil: nothing is logged. `rules`: others than those in force, to see what they would do, now or at another `moment`.
  public func search(
    _ input: SearchInput, by searcher: Searcher? = nil, under rules: QueryRules? = nil, at moment: Timestamp? = nil
  ) async throws -> SearchPage {
    // The run holds what the query was understood as, and all that may not change before its answer.
    var run = begin(input, by: searcher, under: rules, at: moment)
    try await readLabels(for: &run)

    let found = try await retriever.candidates(in: &run, window: ranker.window(for: run))
    let candidates = await ranker.ranked(found, by: retriever, in: &run)
    let results = candidates.page(of: input)

    let hits = try await retriever.loaded(results, of: candidates, in: run).compactMap(CardHit.init)
    let facets = await facetCounter.facets(of: candidates, beside: hits, in: &run)
    let priced = await priced(results, hits, candidates, in: &run)

    let next = priced.next.flatMap { cursor(at: $0, in: run) }
    var page = SearchPage(run, candidates, products: priced.cards, facets: facets, nextCursor: next)
    if let searcher {
      page.searchID = log?.record(page, by: searcher, mixing: run.arms.interleaving?.experiment)
      experiments?.saw(page, by: searcher, in: run)
    }
    return page
  }

  private func ranked(in run: inout SearchRun) async throws -> Candidates {
    let found = try await retriever.candidates(in: &run, window: ranker.window(for: run))
    return await ranker.ranked(found, by: retriever, in: &run)
  }

  /// The page's cards; sorted by price where options are chosen, in the order of the variants' prices.
  private func priced(
    _ results: ResultPage, _ hits: [CardHit], _ candidates: Candidates, in run: inout SearchRun
  ) async -> PricedPage {
    let order = VariantPriceOrder(retriever: retriever, pricer: pricer)
    if let page = await order.page(of: candidates, in: &run) { return page }
    return PricedPage(cards: pricer.cards(of: hits, plan: candidates.plan, in: &run), next: results.next)
  }

  private func cursor(at position: PagePosition, in run: SearchRun) -> String? {
    var position = position
    position.pinned = run.pinned
    return signer.map { PageCursor(of: run.input, position: position, currency: currency).text($0) }
  }

  /// The cards of a search's products without facets, as a row of a page shows them.
  public func cards(of input: SearchInput) async throws -> [ProductCard] {
    var run = begin(input, extent: .cards)
    try await readLabels(for: &run)
    let candidates = try await ranked(in: &run)
    let results = candidates.page(of: input)
    let hits = try await retriever.loaded(results, of: candidates, in: run).compactMap(CardHit.init)
    return await priced(results, hits, candidates, in: &run).cards
  }

  /// The products that a search finds, in its order, without cards, prices and facets: what measuring a ranking needs.
  public func ranking(of input: SearchInput) async throws -> [ProductID] { try await trial(of: input).ids }

  /// The same with what rules that are not in force would do with the search.
  public func trial(of input: SearchInput, under rules: QueryRules? = nil) async throws -> SearchTrial {
    var run = begin(input, extent: .order, under: rules)
    let candidates = try await ranked(in: &run)
    return SearchTrial(
      ids: candidates.page(of: input).hits.compactMap { ProductID($0.id) }, total: candidates.total,
      plan: candidates.plan)
  }

  /// How many products a search finds.
  public func count(of input: SearchInput = SearchInput()) async throws -> Int {
    var input = input
    input.pageSize = 1
    var run = begin(input, extent: .order)
    return try await retriever.candidates(in: &run).total
  }

  /// The request that a search begins with: what its words are asked as, before anything is relaxed.
  public func request(for input: SearchInput) -> SearchRequest {
    let run = begin(input)
    let query = retriever.retrievalQuery(run.typed, in: run).query
    return retriever.requests.request(query: query, input: input, wantsFacets: true)
  }

  /// The products of a page that have every word of its query, where the page has others too; nil where they are not told
  /// apart.
  public func fullMatches(of page: SearchPage) async -> Set<ProductID>? {
    await retriever.fullMatches(of: page, in: begin(page.input))
  }

  /// The values of a facet under the search's other filters; nil for a code that is not a facet.
  public func facetValues(_ input: FacetValuesInput) async throws -> FacetValues? {
    var first = input.search
    first.pageSize = 1
    var run = begin(first, extent: .order)
    run.labels = await directory.labels() ?? .none
    return try await facetCounter.values(input, in: &run)
  }

  /// The search without conditions on attributes that the shop no longer has, as an old link names them.
  public func leavingOutUnknownConditions(of input: SearchInput) async -> SearchInput {
    let labels = await directory.labels() ?? .none
    var known = input
    known.filters.removeAll { $0.attributeCode.map { !labels.isKnown($0) } ?? false }
    return known
  }

  /// A page behind a cursor goes by what the pages before it went by, as long as that is kept.
  func begin(
    _ input: SearchInput, by searcher: Searcher? = nil, extent: SearchRun.Extent = .page,
    under rules: QueryRules? = nil,
    at moment: Timestamp? = nil
  ) -> SearchRun {
    // A page behind a cursor goes by the values that its first page went by.
    let arms =
      input.position == nil ? experiments?.arms(of: searcher, shopper: input.shopper) ?? AssignedArms() : AssignedArms()
    let current = known(pinned: input.position?.pinned, arm: arms.value.rules)
    let known = rules.map { current.by($0, version: nil) } ?? current
    let pinned = PinnedVersions(
      knowledge: known.version, ranking: input.position?.pinned.ranking, rules: known.rulesVersion)
    return SearchRun(
      input, by: searcher, extent: extent, knowing: known, pinned: pinned, arms: arms, limits: AnswerLimits(deadlines),
      now: moment ?? pricer.clock.now())
  }

  /// `arm`: the rules of an experiment's arm.
  private func known(pinned: PinnedVersions? = nil, arm: Int64? = nil) -> CatalogKnowledge.Known {
    if let arm, let known = knowledge?.known(pinned: nil, rules: "\(arm)") { return known.taking(steps) }
    let known = pinned.flatMap { knowledge?.known(pinned: $0.knowledge, rules: $0.rules) } ?? knowledge?.known
    return (known ?? CatalogKnowledge.Known()).taking(steps)
  }

  /// Reads the catalog's names, and refuses conditions on attributes that are no facets.
  private func readLabels(for run: inout SearchRun) async throws {
    if let labels = await directory.labels() {
      run.labels = labels
    } else {
      run.leaveOut(.facets, .unavailable)
    }
    try run.labels.check(run.input)
  }

  // MARK: Before and beside a search

  /// Products, categories and brands whose words begin as `text` does, with what was searched for before.
  public func suggest(
    _ text: String, shopper: ShopperContext = .visitor, visitor: VisitorID? = nil
  ) async throws -> Suggestions {
    try await suggester.suggestions(
      for: text, shopper: shopper, visitor: visitor, knowing: known(), limits: AnswerLimits(deadlines))
  }

  /// Whether it matters who searches: for suggestions of what was searched before, or for the log.
  public var remembersVisitors: Bool { suggester.past.isOfVisitors || log != nil }

  /// Keeps a search that found something for its visitor's suggestions, where searches are kept.
  public func remember(_ page: SearchPage, of visitor: VisitorID) async {
    await suggester.past.keep(page, of: visitor)
  }

  /// The category of the tree or the virtual one that has this slug; nil where there is none.
  public func listing(category slug: String) async throws -> Listing? { try await listings.listing(category: slug) }

  /// The brand or brands whose name makes this slug; nil where there is none.
  public func listing(brand slug: String) async throws -> Listing? { try await listings.listing(brand: slug) }

  /// The listing that a parameter names: `category/dresses` or `brand/aurelis`; nil where it names none.
  public func listing(named name: String?) async throws -> Listing? { try await listings.listing(named: name) }

  /// The virtual categories in the shop's order, without those whose rules cannot be read: their own pages say why.
  public func virtualListings() async -> [Listing] { await listings.virtual() }

  /// The category tree as read last.
  public func categories() async throws -> CategoryTree { try await listings.categories() }

  /// The page of a product as Postgres has it now; while Postgres is down, what the index knows of it, marked degraded.
  /// nil: there is no such product for this shopper.
  public func product(_ id: ProductID, shopper: ShopperContext = .visitor) async throws -> ProductPage? {
    try await productPages.page(of: id, for: shopper)
  }

  /// The cards of products, in the order asked for; what is no longer sold is left out.
  public func cards(of ids: [ProductID], shopper: ShopperContext = .visitor) async throws -> [ProductCard] {
    try await productPages.cards(of: ids, for: shopper)
  }
}
