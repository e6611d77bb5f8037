public import Catalog

/// A logged search's random number; the answer carries it, and clicks name it.
public struct SearchID: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// nil if `text` is not 16 hexadecimal digits.
  public init?(_ text: String) {
    guard isLowercaseHexadecimal(text, digits: 16), let bits = UInt64(text, radix: 16) else { return nil }
    rawValue = Int64(bitPattern: bits)
  }

  public static func random() -> SearchID { SearchID(rawValue: .random(in: .min ... .max)) }

  /// 16 hexadecimal digits.
  public var description: String {
    let digits = String(UInt64(bitPattern: rawValue), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The outcome of a search.
public enum SearchOutcome: String, Sendable, CaseIterable {
  /// Some product has every word.
  case found
  /// Some product has every word of the corrected query.
  case corrected
  /// No product has every word; the results have some of them.
  case relaxed
  case nothing
}

/// One answered search in the log.
public struct LoggedSearch: Sendable, Hashable {
  public var id: SearchID
  public var searchedAt: Timestamp
  /// Stored as a hash, and for some days only; nil if the visitor is unknown.
  public var visitor: VisitorID?
  /// The network of the address, kept hashed as the visitor is; empty where it is not known.
  public var range: [UInt8]
  /// In lower case; text that looks like a person's address or number is masked.
  public var query: String
  public var outcome: SearchOutcome
  public var total: Int
  /// The number of filters that the shopper chose beside the words. If there are any, they and not the words may be the
  /// reason for an empty result.
  public var filterCount: Int
  /// The rank of the first of `products` among all results, from 1.
  public var firstRank: Int
  /// The shown products, in their order.
  public var products: [ProductID]
  /// The model that ranked them; empty: the engine.
  public var rankedBy: String
  /// nil where they are not kept.
  public var features: LoggedFeatures?
  /// Of a page that mixes two rankings.
  public var interleaved: InterleavedPage?

  public init(
    id: SearchID, searchedAt: Timestamp, visitor: VisitorID?, range: [UInt8] = [], query: String,
    outcome: SearchOutcome, total: Int,
    filterCount: Int, firstRank: Int, products: [ProductID], rankedBy: String = "", features: LoggedFeatures? = nil,
    interleaved: InterleavedPage? = nil
  ) {
    self.interleaved = interleaved
    self.rankedBy = rankedBy
    self.features = features
    self.id = id
    self.searchedAt = searchedAt
    self.visitor = visitor
    self.range = range
    self.query = query
    self.outcome = outcome
    self.total = total
    self.filterCount = filterCount
    self.firstRank = firstRank
    self.products = products
  }
}

/// The side that put each product on a page that mixes two rankings.
public struct InterleavedPage: Sendable, Hashable {
  public var experiment: String
  /// By product of the page: true for the treatment's picks, nil of a product behind the mixed ones.
  public var isTreatments: [Bool?]

  public init(experiment: String, isTreatments: [Bool?]) {
    self.experiment = experiment
    self.isTreatments = isTreatments
  }
}

/// A query and its weight.
public struct PopularQuery: Sendable, Hashable {
  public var text: String
  public var weight: Double

  public init(text: String, weight: Double) {
    self.text = text
    self.weight = weight
  }
}

/// The store can never keep some of the rows, because of their content: it would refuse the same rows again.
public struct UnusableRows: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(reason: String) { description = reason }
}

/// Counts and reports the searches of the history, and the clicks on what they showed.
public protocol SearchLogStore: Sendable {
  /// Counts the days that may have changed since the last count; false if another process is counting now.
  func rollUp(now: Timestamp) async throws -> Bool
  /// Deletes old rows: searches after `searchDays`, the days' counts after `countDays`, and from counts older
  /// than `searchDays` the queries of few visitors.
  func forget(now: Timestamp, searchDays: Int, countDays: Int) async throws
  /// The most searched queries that find something as typed; recent searches weigh more.
  func popularQueries(now: Timestamp, limit: Int) async throws -> [PopularQuery]
  /// The report on the last `days` days, including today.
  func report(days: Int, now: Timestamp, limit: Int) async throws -> SearchReport
}

/// The searches of some days and their outcomes.
///
/// A search is one visitor's query on one day (UTC): its other pages, filters and repetitions are the same search. A
/// search by an unknown visitor counts on its own.
public struct SearchReport: Sendable, Hashable {
  public struct Figures: Sendable, Hashable {
    public var searches: Int
    /// Searches without filters that had no result.
    public var foundNothing: Int
    /// Searches for which no product had every word.
    public var relaxed: Int
    public var corrected: Int
    /// Searches that led to a click on a product.
    public var clicked: Int
    /// Sum over these searches of 1 / rank of the highest clicked product.
    public var reciprocalRanks: Double

    public init(
      searches: Int = 0, foundNothing: Int = 0, relaxed: Int = 0, corrected: Int = 0, clicked: Int = 0,
      reciprocalRanks: Double = 0
    ) {
      self.searches = searches
      self.foundNothing = foundNothing
      self.relaxed = relaxed
      self.corrected = corrected
      self.clicked = clicked
      self.reciprocalRanks = reciprocalRanks
    }

    /// Searches for which no product had every word: no result, or results with some of the words.
    public var unanswered: Int { foundNothing + relaxed }
    /// nil if there was no search.
    public var foundNothingShare: Double? { share(foundNothing) }
    public var relaxedShare: Double? { share(relaxed) }
    public var clickThrough: Double? { share(clicked) }
    /// Over the searches with a click; 1 if every click was on the first product.
    public var meanReciprocalRank: Double? { clicked > 0 ? reciprocalRanks / Double(clicked) : nil }

    public static func + (left: Figures, right: Figures) -> Figures {
      Figures(
        searches: left.searches + right.searches, foundNothing: left.foundNothing + right.foundNothing,
        relaxed: left.relaxed + right.relaxed, corrected: left.corrected + right.corrected,
        clicked: left.clicked + right.clicked, reciprocalRanks: left.reciprocalRanks + right.reciprocalRanks)
    }

    private func share(_ count: Int) -> Double? { searches > 0 ? Double(count) / Double(searches) : nil }
  }

  public struct Day: Sendable, Hashable {
    public var day: CalendarDay
    public var figures: Figures

    public init(day: CalendarDay, figures: Figures) {
      self.day = day
      self.figures = figures
    }
  }

  public struct Query: Sendable, Hashable {
    public var text: String
    public var figures: Figures
    /// The queries that the same visitors searched for next with success, the most frequent first: synonyms to consider.
    public var thenFound: [String]

    public init(text: String, figures: Figures, thenFound: [String] = []) {
      self.text = text
      self.figures = figures
      self.thenFound = thenFound
    }
  }

  public var days: Int
  /// The time up to which searches and clicks are counted; nil before the first count.
  public var countedAt: Timestamp?
  public var totals: Figures
  /// The same figures for as many days before.
  public var before: Figures
  /// Each day from the first to today.
  public var byDay: [Day]
  public var popular: [Query]
  /// Queries for which no product had every word, the most searched first.
  public var unanswered: [Query]
  /// Queries that find something and lead to a click clearly less often than the average search; the queries that lose
  /// the most clicks come first.
  public var seldomClicked: [Query]

  /// The report without its lists of queries.
  public init(days: Int, countedAt: Timestamp?, before: Figures, byDay: [Day]) {
    self.days = days
    self.countedAt = countedAt
    totals = byDay.map(\.figures).reduce(Figures(), +)
    self.before = before
    self.byDay = byDay
    popular = []
    unanswered = []
    seldomClicked = []
  }
}
