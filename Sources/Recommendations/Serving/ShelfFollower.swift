import Catalog
public import Ports
import Ranking
import Recommending
public import Telemetry

/// Keeps the shelf of a recommendation service up to date: products that changed, the model that the ledger says, what
/// rises now, and the published rules.
public actor ShelfFollower {
  public struct Options: Sendable {
    /// Between two looks at the catalog; a new product is recommended after one or two of them.
    public var pause = Duration.seconds(5)
    /// A step is let rest so many times as long as it took.
    public var restPerStep = 20
    /// Products that came since the training and get their neighbours in one look.
    public var maxNewProducts = 2_000
    /// Lists of popular and new products are made anew after so long.
    public var listPause = Duration.seconds(30)
    /// Products that rise now, as many as are looked at.
    public var maxTrending = 100

    public init() {}
  }

  private let service: RecommendationService
  private let products: any ProductSource & AuditSource
  private let costs: any ProductCosts
  private let affinity: (any ProductAffinity)?
  private let conduct: (any ProductConductStore)?
  private let desk: ModelDesk
  private let rules: RulesFile?
  private let clock: any WallClock
  private let options: Options

  private var shelf: Shelf?
  private var mark: CatalogMark?
  private var versions: [ProductID: Int64] = [:]
  /// Texts of products that the model does not know and that have no neighbours yet.
  private var newTexts: [Int32: ProductText] = [:]
  private var listsMadeAt: ContinuousClock.Instant?
  private var areListsOld = false
  private var conductCountedAt: Timestamp?

  public init(
    service: RecommendationService, products: any ProductSource & AuditSource, costs: any ProductCosts,
    affinity: (any ProductAffinity)?, conduct: (any ProductConductStore)? = nil, desk: ModelDesk, rules: RulesFile?,
    clock: any WallClock, options: Options = Options()
  ) {
    self.service = service
    self.products = products
    self.costs = costs
    self.affinity = affinity
    self.conduct = conduct
    self.desk = desk
    self.rules = rules
    self.clock = clock
    self.options = options
  }

  /// Follows until cancelled.
  public func run(logger: Logger) async {
    // A large catalog that changes all the time takes a twentieth of a thread.
    await following(
      "recommendations are not brought up to date", to: logger,
      restingFor: { [options] in max(options.pause, $0 * options.restPerStep) }
    ) {
      try await step()
    }
  }

  /// Looks once at everything that is followed. What cannot be followed, such as a file of rules with a fault or a model that
  /// cannot be read, keeps nothing else from being followed; it is thrown at the end.
  public func step() async throws {
    var faults = Faults()
    if let rules { await faults.take { service.put(rules: try rules.current()) } }
    let isNewModel = await faults.take { try await followModel() } ?? false
    let isChanged = await faults.take { try await followCatalog() } ?? false
    await faults.take { try await followConduct() }
    if let shelf {
      await faults.take { try await serve(shelf, isNewModel: isNewModel, isChanged: isChanged) }
    }
    try faults.end()
  }

  /// Several attempts, of which each is made whatever became of the others.
  private struct Faults {
    private var first: (any Error)?

    @discardableResult
    mutating func take<Value>(
      isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Value
    ) async -> Value? {
      do { return try await work() } catch {
        first = first ?? error
        return nil
      }
    }

    /// Throws the first fault.
    func end() throws {
      if let first { throw first }
    }
  }

  private func serve(_ shelf: Shelf, isNewModel: Bool, isChanged: Bool) async throws {
    var next = shelf
    let isAdded = try await addNewProducts(to: &next)
    areListsOld = areListsOld || isChanged || affinity != nil
    let isTime = listsMadeAt.map { ContinuousClock.now - $0 >= options.listPause } ?? true
    let areListsDue = isNewModel || isAdded || (areListsOld && isTime)
    if areListsDue {
      let (made, rising) = (next, try await trending(next))
      next.lists = try await onThread { _ in ShelfLists(made, trending: rising) }
      (listsMadeAt, areListsOld) = (.now, false)
    }
    self.shelf = next
    if areListsDue || isChanged { service.put(next) }
  }

  private func trending(_ shelf: Shelf) async throws -> [(place: Int32, weight: Double)] {
    guard let affinity else { return [] }
    // Without the store of what rises, lists of popularity stand in.
    let products = (try? await affinity.trending(limit: options.maxTrending)) ?? []
    return products.compactMap { entry in shelf.place(of: entry.product).map { ($0, entry.weight) } }
  }

  /// Takes up counts of what shoppers did that are newer than those at hand.
  private func followConduct() async throws {
    guard let conduct, var next = shelf, let counted = try await conduct.conduct(countedAfter: conductCountedAt) else {
      return
    }
    next.conduct = counted.products
    let rated = next.facts.filter { $0.ratingCount > 0 }
    let ratings = rated.reduce(0.0) { $0 + $1.rating }
    next.averages = ShopAverages(
      counted.products.values, rating: rated.isEmpty ? ShopAverages().rating : ratings / Double(rated.count))
    shelf = next
    (conductCountedAt, areListsOld) = (counted.countedAt, true)
  }

  // MARK: The model

  private func followModel() async throws -> Bool {
    let serving = try await desk.serving()
    if let shelf, shelf.modelNumber == serving?.entry.number, !isOutgrown(shelf) { return false }
    guard let serving else {
      // Nothing was trained yet: products are known by their texts.
      begin(Shelf(model: try await desk.untrained(products), number: nil))
      return true
    }
    do {
      let model = try await onThread { _ in try serving.read() }
      begin(Shelf(model: model, number: serving.entry.number))
      return true
    } catch {
      // The model before it is served on; where there is none, at a start, products are known by their texts.
      if shelf == nil { begin(Shelf(model: try await desk.untrained(products), number: nil)) }
      throw error
    }
  }

  /// Takes the products over to a shelf of another model.
  private func begin(_ empty: Shelf) {
    var next = empty
    if let old = shelf {
      for facts in old.facts { next.put(facts) }
      next.categoryNames = old.categoryNames
      (next.conduct, next.averages) = (old.conduct, old.averages)
    }
    next.bind()
    newTexts = [:]
    // Products that the model does not know are read again, for their texts.
    for place in next.facts.indices where next.toModel[place] < 0 && next.facts[place].isSearchable {
      versions.removeValue(forKey: next.facts[place].id)
      mark = nil
    }
    shelf = next
    areListsOld = true
    listsMadeAt = nil
  }

  /// Whether most products came since the texts were read, before the first training: the terms of the new ones are not in
  /// the content model.
  private func isOutgrown(_ shelf: Shelf) -> Bool {
    guard shelf.modelNumber == nil else { return false }
    let outside = shelf.facts.indices.count { shelf.toModel[$0] < 0 && shelf.facts[$0].isSearchable }
    return outside > max(50, shelf.model.products.count / 2)
  }

  // MARK: The catalog

  private static let batch = 500

  private func followCatalog() async throws -> Bool {
    let now = try await products.catalogMark()
    guard now != mark, var next = shelf else { return false }
    let found = try await products.auditVersions(inBuckets: Array(0..<1_024))
    let changed = found.filter { versions[$0.key] != $0.value }.map(\.key).sorted()
    let gone = versions.keys.filter { found[$0] == nil }
    for start in stride(from: 0, to: changed.count, by: Self.batch) {
      let ids = Array(changed[start..<min(changed.count, start + Self.batch)])
      try await read(ids, into: &next)
      try Task.checkCancellation()
    }
    for id in gone {
      guard let place = next.place(of: id) else { continue }
      var facts = next[place]
      facts.isSearchable = false
      next.put(facts)
    }
    versions = found
    mark = now
    if next.facts.count != shelf?.facts.count { next.rebindNew() }
    shelf = next
    return !changed.isEmpty || !gone.isEmpty
  }

  private func read(_ ids: [ProductID], into next: inout Shelf) async throws {
    let snapshots = try await products.products(ids)
    let costs = try await costs.costs(of: ids)
    let now = clock.now()
    for product in snapshots {
      next.put(ProductFacts(product, costs: costs, now: now))
      for step in product.categories.flatMap(\.steps) { next.categoryNames[step.id] = step.name }
      guard let place = next.place(of: product.id) else { continue }
      if !next.knows(product.id), next.contentRow[Int(place)] < 0 { newTexts[place] = ProductText(product) }
    }
  }

  private func addNewProducts(to next: inout Shelf) async throws -> Bool {
    guard !newTexts.isEmpty else { return false }
    let places = newTexts.keys.sorted().prefix(options.maxNewProducts)
    let texts = places.compactMap { place in newTexts[place].map { (place: place, text: $0) } }
    let before = next
    next = try await onThread { _ in
      var shelf = before
      shelf.add(texts)
      return shelf
    }
    for place in places { newTexts.removeValue(forKey: place) }
    return true
  }
}
