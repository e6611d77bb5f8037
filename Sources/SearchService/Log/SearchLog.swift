public import Catalog
public import Ports
public import Telemetry
import Threading
import Understanding

/// Takes in searches and clicks without making a shopper wait, and carries them to the store.
///
/// What does not fit while the store is away is dropped and counted: a search never waits for its log. A row that the
/// store can never keep is set aside, counted and reported, and takes no other row along.
public final class SearchLog: Sendable {
  public struct Options: Sendable {
    /// Searches, and clicks, that wait for the store at most: some seconds of a busy shop.
    public var capacity = 10_000
    public var flushPause = Duration.seconds(1)
    /// Least time between two roll-ups.
    public var rollUpPause = Duration.seconds(60)
    /// A roll-up is let rest so many times as long as it took.
    public var restPerRollUp = 50
    /// Whoever asks for a report does not wait for a roll-up that takes as long; one was made a while ago.
    public var longRollUp = Duration.seconds(1)
    /// A click may come before the process that answered its search has flushed it.
    public var clickTries = 5
    /// Days that searches and clicks are kept.
    public var searchDays = 30
    /// Days that their counts are kept.
    public var countDays = 400
    /// More than a shopper can type the beginnings of.
    public var popularQueries = 10_000
    /// Which of them may be shown to anybody.
    public var maySuggest: @Sendable (String) -> Bool = { _ in true }

    public init() {}
  }

  /// A row that the store cannot keep.
  public struct SetAside: Sendable, Hashable {
    public enum Row: Sendable, Hashable {
      /// Without its visitor.
      case search(LoggedSearch)
      case click(SearchClick)
    }

    public let row: Row
    public let reason: String
  }

  /// Rows set aside that are kept, the last ones: enough to see what is wrong with them.
  static let mostSetAside = 100

  private struct WaitingSearch {
    var search: LoggedSearch
    var sender: [UInt8]
  }

  private struct WaitingClick {
    var click: SearchClick
    var tries: Int
    var sender: [UInt8]
  }

  private struct Buffer {
    var searches: [WaitingSearch] = []
    var clicks: [WaitingClick] = []
    var searchShares = SenderShares()
    var clickShares = SenderShares()
  }

  private let store: any SearchLogStore
  private let clock: any WallClock
  private let options: Options
  private let dropped: (searches: Counter, clicks: Counter)
  private let unusable: (searches: Counter, clicks: Counter)
  private let aside = Guarded<[SetAside]>([])
  private let buffer = Guarded(Buffer())
  private let lastRollUp = Guarded(Duration.zero)
  /// What suggestions take from the log.
  public let popular = PopularQueryList()

  public init(store: any SearchLogStore, clock: any WallClock, options: Options = Options(), metrics: MetricsRegistry) {
    self.store = store
    self.clock = clock
    self.options = options
    func counters(_ name: String, _ help: String) -> (Counter, Counter) {
      func counter(_ kind: String) -> Counter { metrics.counter(name, help: help, labels: [("kind", kind)]) }
      return (counter("search"), counter("click"))
    }
    dropped = counters("vitrine_query_log_dropped_total", "What the query log had no room for, or no search of.")
    unusable = counters("vitrine_query_log_unusable_total", "What the query log's store can never keep.")
  }

  /// The last rows that the store could not keep, with its reasons.
  public var setAside: [SetAside] { aside.withLock { $0 } }

  /// Takes in a search; nil where it is of no words, and so none that says what shoppers look for.
  func record(_ page: SearchPage, by searcher: Searcher) -> SearchID? {
    let query = PrivateText.masked(page.typedText.lowercased())
    guard !query.isEmpty else { return nil }
    let id = SearchID.random()
    let search = LoggedSearch(
      id: id, searchedAt: clock.now(), visitor: searcher.visitor, range: searcher.range, query: query,
      outcome: page.outcome, total: page.total.value,
      filterCount: page.input.filters.count + (page.input.listing == nil ? 0 : 1),
      firstRank: page.input.resultsBefore + 1, products: page.products.map(\.id))
    let isKept = buffer.withLock { buffer in
      guard buffer.searches.count < options.capacity,
        buffer.searchShares.take(1, for: searcher.sender, of: options.capacity) == 1
      else { return false }
      buffer.searches.append(WaitingSearch(search: search, sender: searcher.sender))
      return true
    }
    if !isKept { dropped.searches.increment() }
    return isKept ? id : nil
  }

  /// Takes in clicks; returns how many there was room for.
  public func record(clicks: [(search: SearchID, product: ProductID)], by searcher: Searcher) -> Int {
    let now = clock.now()
    let kept = buffer.withLock { buffer in
      let free = min(clicks.count, max(0, options.capacity - buffer.clicks.count))
      let room = clicks.prefix(buffer.clickShares.take(free, for: searcher.sender, of: options.capacity))
      buffer.clicks += room.map {
        WaitingClick(
          click: SearchClick(search: $0.search, product: $0.product, clickedAt: now), tries: 0, sender: searcher.sender)
      }
      return room.count
    }
    dropped.clicks.increment(by: clicks.count - kept)
    return kept
  }

  /// Carries to the store what was taken in; what it cannot take now waits for the next time.
  public func flush() async throws {
    var taken = buffer.withLock { buffer in
      defer { buffer = Buffer() }
      return buffer
    }
    do {
      try await write(&taken.searches) {
        try await self.store.write($0.map(\.search))
      } onUnusable: { waiting, reason in
        var search = waiting.search
        search.visitor = nil
        self.setAside(.search(search), reason, self.unusable.searches)
      }
    } catch {
      let mayPass = Self.mayPass(error)
      giveBack(mayPass ? taken : Buffer(clicks: taken.clicks))
      if !mayPass { dropped.searches.increment(by: taken.searches.count) }
      throw error
    }
    var unknown: [WaitingClick] = []
    do {
      try await write(&taken.clicks) { clicks in
        let strangers = Set(try await self.store.write(clicks.map(\.click)))
        unknown += clicks.filter { strangers.contains($0.click) }.map {
          WaitingClick(click: $0.click, tries: $0.tries + 1, sender: $0.sender)
        }
      } onUnusable: { click, reason in
        self.setAside(.click(click.click), reason, self.unusable.clicks)
      }
      giveBack(Buffer(clicks: stillWaiting(unknown)))
    } catch {
      let mayPass = Self.mayPass(error)
      giveBack(Buffer(clicks: stillWaiting(unknown) + (mayPass ? taken.clicks : [])))
      if !mayPass { dropped.clicks.increment(by: taken.clicks.count) }
      throw error
    }
  }

  /// The clicks that are tried once more; the others are dropped.
  private func stillWaiting(_ clicks: [WaitingClick]) -> [WaitingClick] {
    let again = clicks.filter { $0.tries < options.clickTries }
    dropped.clicks.increment(by: clicks.count - again.count)
    return again
  }

  /// Writes `rows`; on an error those stay in it that were not written.
  ///
  /// A batch that cannot be kept is halved until the row for which it cannot stands alone, so that each row is lost for
  /// its own sake only: one bad row among n takes 2 log n statements.
  private func write<Row>(
    _ rows: inout [Row], by write: ([Row]) async throws -> Void, onUnusable: (Row, String) -> Void
  ) async throws {
    var batches = [rows[...]]
    while let batch = batches.popLast() {
      do {
        try await write(Array(batch))
      } catch let error as UnusableRows {
        guard batch.count > 1 else {
          batch.first.map { onUnusable($0, error.description) }
          continue
        }
        let middle = batch.startIndex + batch.count / 2
        batches += [batch[middle...], batch[..<middle]]
      } catch {
        rows = ([batch] + batches.reversed()).flatMap { $0 }
        throw error
      }
    }
    rows = []
  }

  private func setAside(_ row: SetAside.Row, _ reason: String, _ counter: Counter) {
    counter.increment()
    aside.withLock { aside in
      aside.append(SetAside(row: row, reason: reason))
      aside.removeFirst(max(0, aside.count - Self.mostSetAside))
    }
  }

  /// Whether the same may be written later. What was refused would be refused again, and hold up all that comes after it.
  private static func mayPass(_ error: any Error) -> Bool { error is DependencyUnavailable || Task.isCancelled }

  private func giveBack(_ taken: Buffer) {
    let over = buffer.withLock { buffer in
      let searches = taken.searches + buffer.searches
      let clicks = taken.clicks + buffer.clicks
      buffer.searches = Array(searches.prefix(options.capacity))
      buffer.clicks = Array(clicks.prefix(options.capacity))
      // What waits takes room: its senders' shares are those of what is in the buffer.
      buffer.searchShares = SenderShares(of: buffer.searches.map(\.sender))
      buffer.clickShares = SenderShares(of: buffer.clicks.map(\.sender))
      return (searches: searches.count - buffer.searches.count, clicks: clicks.count - buffer.clicks.count)
    }
    dropped.searches.increment(by: over.searches)
    dropped.clicks.increment(by: over.clicks)
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

  /// What the last days were like; counted up to now, where that does not take long.
  public func report(days: Int, limit: Int) async throws -> SearchReport {
    let now = clock.now()
    if lastRollUp.withLock({ $0 }) < options.longRollUp {
      try await flush()
      _ = try await rollUp(now: now)
    }
    return try await store.report(days: days, now: now, limit: limit)
  }

  /// Flushes and tends until it is cancelled, and flushes a last time then.
  public func run(logger: Logger) async {
    func attempt(_ what: String, _ work: () async throws -> Void) async {
      do { try await work() } catch is CancellationError {} catch {
        logger.warning("the query log \(what)", metadata: ["reason": .string("\(error)")])
      }
    }
    var tendAt = ContinuousClock.now
    var reported: SetAside?
    while !Task.isCancelled {
      await attempt("waits to be written") { try await flush() }
      if let last = setAside.last, last != reported {
        reported = last
        logger.warning(
          "the query log has set rows aside that cannot be kept", metadata: ["reason": .string(last.reason)])
      }
      if ContinuousClock.now >= tendAt {
        let start = ContinuousClock.now
        await attempt("was not counted") { try await tend() }
        tendAt = .now + max(options.rollUpPause, (ContinuousClock.now - start) * options.restPerRollUp)
      }
      try? await Task.sleep(for: options.flushPause)
    }
    // Not of the cancelled task: its last searches are to be written.
    await Task { await attempt("was not written to the end") { try await flush() } }.value
  }
}

extension SearchPage {
  var outcome: SearchOutcome {
    if total.value == 0 { return .nothing }
    switch relaxedTo {
    case .mostWords, .anyWord, .category: return .relaxed
    case nil, .everyWord, .everyWordFirst: return correctedText == nil ? .found : .corrected
    }
  }
}
