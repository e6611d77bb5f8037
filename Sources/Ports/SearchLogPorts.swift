public import Catalog

/// A search of the log, by a random number that its answer carries and its clicks name.
public struct SearchID: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// nil where `text` is not 16 hexadecimal digits.
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

/// What became of a search.
public enum SearchOutcome: String, Sendable, CaseIterable {
  /// Something has every word.
  case found
  /// Something has every word once the spelling was corrected.
  case corrected
  /// Nothing has every word; what is shown has a part of them.
  case relaxed
  case nothing
}

/// One answered search, as the log keeps it.
public struct LoggedSearch: Sendable, Hashable {
  public var id: SearchID
  public var searchedAt: Timestamp
  /// Kept hashed, and for some days only; nil: nobody in particular.
  public var visitor: VisitorID?
  /// The network of the address, kept hashed as the visitor is; empty where it is not known.
  public var range: [UInt8]
  /// In lower case, without what looks like an address or a number of a person.
  public var query: String
  public var outcome: SearchOutcome
  public var total: Int
  /// Restrictions that the shopper chose beside the words; where there are any, finding nothing is not the words' doing.
  public var filterCount: Int
  /// The place of the first of `products` among all results, from 1.
  public var firstRank: Int
  /// What was shown, in its order.
  public var products: [ProductID]

  public init(
    id: SearchID, searchedAt: Timestamp, visitor: VisitorID?, range: [UInt8] = [], query: String,
    outcome: SearchOutcome, total: Int,
    filterCount: Int, firstRank: Int, products: [ProductID]
  ) {
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

/// A shopper went from a search's results to a product.
public struct SearchClick: Sendable, Hashable {
  public var search: SearchID
  public var product: ProductID
  public var clickedAt: Timestamp

  public init(search: SearchID, product: ProductID, clickedAt: Timestamp) {
    self.search = search
    self.product = product
    self.clickedAt = clickedAt
  }
}

/// A query and how much it counts.
public struct PopularQuery: Sendable, Hashable {
  public var text: String
  public var weight: Double

  public init(text: String, weight: Double) {
    self.text = text
    self.weight = weight
  }
}

/// The store cannot keep some of the rows by reason of what they hold: the same rows are refused again.
public struct UnusableRows: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(reason: String) { description = reason }
}

/// Keeps what was searched for and clicked.
///
/// A `write` keeps all that it is given or none of it; `UnusableRows` says that some of it can never be kept.
public protocol SearchLogStore: Sendable {
  /// Repeatable: a search that is there already is left as it is.
  func write(_ searches: [LoggedSearch]) async throws
  /// Returns the clicks whose search is not there, perhaps not yet. A product that the search did not show is ignored.
  func write(_ clicks: [SearchClick]) async throws -> [SearchClick]
  /// Counts the days that may have changed since the last time; false where another process does so now.
  func rollUp(now: Timestamp) async throws -> Bool
  /// Deletes what has been kept long enough: searches and clicks after `searchDays`, the days' counts after `countDays`,
  /// and from counts older than `searchDays` the queries of few visitors.
  func forget(now: Timestamp, searchDays: Int, countDays: Int) async throws
  /// The most searched queries that find something as they stand, lately more than long ago.
  func popularQueries(now: Timestamp, limit: Int) async throws -> [PopularQuery]
  /// What the last `days` days, today among them, were like.
  func report(days: Int, now: Timestamp, limit: Int) async throws -> SearchReport
}

/// What was searched for in some days, and what came of it.
///
/// A search is one visitor's query on one day (UTC): its other pages, filters and repetitions are the same search. A
/// search of nobody in particular counts for itself.
public struct SearchReport: Sendable, Hashable {
  public struct Figures: Sendable, Hashable {
    public var searches: Int
    /// Without a filter there was no result.
    public var foundNothing: Int
    /// Nothing had every word.
    public var relaxed: Int
    public var corrected: Int
    /// Searches that led to a product.
    public var clicked: Int
    /// Sum over them of 1 by the place of the highest product that was clicked.
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

    /// Nothing had every word: there was no result, or one of a part of them.
    public var unanswered: Int { foundNothing + relaxed }
    /// nil where there was no search.
    public var foundNothingShare: Double? { share(foundNothing) }
    public var relaxedShare: Double? { share(relaxed) }
    public var clickThrough: Double? { share(clicked) }
    /// Of the searches with a click: 1 where always the first product was clicked.
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
    /// What the same visitors searched for next and found, the most frequent first: synonyms to consider.
    public var thenFound: [String]

    public init(text: String, figures: Figures, thenFound: [String] = []) {
      self.text = text
      self.figures = figures
      self.thenFound = thenFound
    }
  }

  public var days: Int
  /// Until when searches and clicks are in it; nil: none was counted yet.
  public var countedAt: Timestamp?
  public var totals: Figures
  /// Of as many days before.
  public var before: Figures
  /// Each day from the first to today.
  public var byDay: [Day]
  public var popular: [Query]
  /// Queries that nothing had every word of, the most searched first.
  public var unanswered: [Query]
  /// Queries that find something and lead to a product clearly less often than searches do all in all, those first that
  /// lose the most clicks by it.
  public var seldomClicked: [Query]

  /// Without the lists of queries.
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
