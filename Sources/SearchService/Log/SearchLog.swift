import Catalog
public import Ports
import Ranking
public import Telemetry
import Threading
import Understanding

/// The log of searches: hands each to the one way in for events, counts them by day, and tells what is
/// searched for.
public final class SearchLog: Sendable {
  public struct Options: Sendable {
    /// Least time between two roll-ups.
    public var rollUpPause = Duration.seconds(60)
    /// A roll-up is let rest so many times as long as it took.
    public var restPerRollUp = 50
    /// A request for a report does not wait for a roll-up that takes as long; one was made a while ago.
    public var longRollUp = Duration.seconds(1)
    /// Days that searches are kept.
    public var searchDays = 30
    /// Days that their counts are kept.
    public var countDays = 400
    /// Of a hundred searches, how many are kept with the feature values of what they showed.
    public var featurePercent = 100
    /// More than a shopper can type the beginnings of.
    public var popularQueries = 10_000
    /// Which of them may be shown to anybody.
    public var maySuggest: @Sendable (String) -> Bool = { _ in true }

    public init() {}
  }

  /// The longest wait for the searches that were just made to be stored.
  private static let settling = Duration.seconds(2)

  private let store: any SearchLogStore
  private let events: any EventRecorder
  private let clock: any WallClock
  private let options: Options
  private let lastRollUp = Guarded(Duration.zero)
  /// The popular queries that suggestions take from the log.
  public let popular = PopularQueryList()

  public init(
    store: any SearchLogStore, events: any EventRecorder, clock: any WallClock, options: Options = Options()
  ) {
    self.store = store
    self.events = events
    self.clock = clock
    self.options = options
  }

  /// Takes in a search; nil where it is of no words, and so none that says what shoppers look for, where there is no room, and
  /// where it is counted alone.
  func record(_ page: SearchPage, by searcher: Searcher, mixing experiment: String? = nil) -> SearchID? {
    let query = PrivateText.masked(page.typedText.lowercased())
    guard !query.isEmpty else { return nil }
    let (id, now) = (SearchID.random(), clock.now())
    let search = LoggedSearch(
      id: id, searchedAt: now, visitor: searcher.visitor, range: searcher.range, query: query, outcome: page.outcome,
      total: page.total.value, filterCount: page.input.filters.count + (page.input.listing == nil ? 0 : 1),
      firstRank: page.input.resultsBefore + 1, products: page.products.map(\.id),
      rankedBy: page.ranking?.version ?? "", features: features(of: page, id),
      interleaved: experiment.flatMap { page.interleaved(by: $0) })
    let known = searcher.visitor.map { EventActor.person(.visitor($0)) } ?? .nobody
    let event = ShopEvent(
      id: EventID(of: "search \(id)"), at: now, actor: searcher.keepsRecord ? known : .withoutConsent,
      network: searcher.range, sender: searcher.kind, content: .search(search))
    return events.note([event], from: searcher.sender) && searcher.keepsRecord ? id : nil
  }

  /// The feature values of the shown products as they were ranked by, of a sample of the searches.
  private func features(of page: SearchPage, _ id: SearchID) -> LoggedFeatures? {
    guard let ranking = page.ranking, !ranking.rows.isEmpty,
      UInt64(bitPattern: id.rawValue) % 100 < UInt64(clamping: options.featurePercent)
    else { return nil }
    let missing = [Double](repeating: .nan, count: FeatureTable.width)
    return LoggedFeatures(
      schema: RankingFeature.schema,
      bytes: FeatureCode.bytes(of: page.products.flatMap { ranking.rows[$0.id]?.values ?? missing }))
  }

  /// Counts the days anew, forgets what is old and learns what is popular now.
  public func tend() async throws {
    let now = clock.now()
    if try await rollUp(now: now) {
      try await store.forget(now: now, searchDays: options.searchDays, countDays: options.countDays)
    }
    let queries = try await store.popularQueries(now: now, limit: options.popularQueries)
    popular.replace(by: queries.filter { options.maySuggest($0.text) })
  }

  private func rollUp(now: Timestamp) async throws -> Bool {
    let start = ContinuousClock.now
    guard try await store.rollUp(now: now) else { return false }
    lastRollUp.withLock { $0 = .now - start }
    return true
  }

  /// A report of the last days; counted up to now, where that does not take long.
  public func report(days: Int, limit: Int) async throws -> SearchReport {
    let now = clock.now()
    if lastRollUp.withLock({ $0 }) < options.longRollUp {
      try await withDeadline(Self.settling) { [events] in try await events.settle() }
      _ = try await rollUp(now: now)
    }
    return try await store.report(days: days, now: now, limit: limit)
  }

  /// Tends until it is cancelled.
  public func run(logger: Logger) async {
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do { try await tend() } catch is CancellationError {} catch {
        logger.warning("the query log was not counted", metadata: ["reason": .string("\(error)")])
      }
      try? await Task.sleep(for: max(options.rollUpPause, (ContinuousClock.now - start) * options.restPerRollUp))
    }
  }
}

extension SearchPage {
  /// nil where the page has no product of the mixed rankings.
  fileprivate func interleaved(by experiment: String) -> InterleavedPage? {
    let sides = products.map { ranking?.isTreatment[$0.id] }
    return sides.contains { $0 != nil } ? InterleavedPage(experiment: experiment, isTreatments: sides) : nil
  }

  var outcome: SearchOutcome {
    if total.value == 0 { return .nothing }
    switch relaxedTo {
    case .mostWords, .anyWord, .category, .anyPrice, .mentioned: return .relaxed
    case nil, .everyWord, .everyWordFirst: return correctedText == nil ? .found : .corrected
    }
  }
}
