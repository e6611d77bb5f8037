internal import Glibc

/// Result pages as they were shown, with the clicks on them: the data of click models.
public struct ClickLog: Sendable {
  /// One shown page. Positions that have no product were not shown.
  public struct Page: Sendable, Equatable {
    public var query: String
    /// In the shown order, best first.
    public var products: [String]
    /// As many as products.
    public var clicked: [Bool]

    public init(query: String, products: [String], clicked: [Bool]) {
      self.query = query
      self.products = products
      self.clicked = clicked
    }
  }

  /// A product as the answer to a query.
  public struct Pair: Hashable, Sendable {
    public var query: String
    public var product: String

    public init(query: String, product: String) {
      self.query = query
      self.product = product
    }
  }

  /// Positions below this one are left out: hardly anyone sees them, and each model has a number for each position.
  public static let maxPositions = 100
  /// The probability that a model gives to a product of which it knows nothing.
  static let prior = 0.5

  /// The distinct pairs, in the order of their first appearance.
  public private(set) var pairs: [Pair] = []
  /// Pages of one length after another: page p has the places starts[p]..<starts[p + 1].
  private(set) var starts = [0]
  /// By place: the index of its pair.
  private(set) var pairOfPlace: [Int32] = []
  private(set) var clicked: [Bool] = []

  /// Throws `ClickLogError` for a page with more or fewer clicks than products.
  public init(pages: some Sequence<Page>) throws(ClickLogError) {
    var known: [Pair: Int32] = [:]
    for page in pages {
      guard page.products.count == page.clicked.count else {
        throw ClickLogError(query: page.query, products: page.products.count, clicks: page.clicked.count)
      }
      for (product, isClicked) in zip(page.products, page.clicked).prefix(Self.maxPositions) {
        let pair = Pair(query: page.query, product: product)
        let index = known[pair] ?? Int32(pairs.count)
        if index == pairs.count {
          known[pair] = index
          pairs.append(pair)
        }
        pairOfPlace.append(index)
        clicked.append(isClicked)
      }
      starts.append(pairOfPlace.count)
    }
  }

  public var pageCount: Int { starts.count - 1 }
  /// The length of the longest page.
  var depth: Int { pageRanges.reduce(0) { max($0, $1.count) } }

  var pageRanges: some Collection<Range<Int>> { (0..<pageCount).lazy.map { starts[$0]..<starts[$0 + 1] } }

  /// How often each pair was shown, by the index of the pair.
  public var impressions: [Int] {
    var counts = Array(repeating: 0, count: pairs.count)
    for pair in pairOfPlace { counts[Int(pair)] += 1 }
    return counts
  }

  /// The index in the page of its last click.
  func lastClick(in page: Range<Int>) -> Int? {
    page.last { clicked[$0] }.map { $0 - page.lowerBound }
  }
}

/// The reason why pages cannot be learned from.
public struct ClickLogError: Error, Sendable, Equatable, CustomStringConvertible {
  public let query: String
  public let products: Int
  public let clicks: Int
  public var description: String {
    "a page of \"\(query)\" has \(products) products but clicks for \(clicks): each product needs one, true or false"
  }
}

/// A model of how shoppers read a page of results and click, learned from pages.
///
/// The names and letters are those of Chuklin, Markov and de Rijke, "Click Models for Web Search" (2015): E examined,
/// A attractive, S satisfied, C clicked.
public protocol ClickModel: Sendable {
  /// How well a product answers its query, free of the position at which it was shown, from 0 to 1.
  func relevance(of pair: ClickLog.Pair) -> Double
  /// The probability of a click at each position of a page, before any click of the page is known.
  func clickProbabilities(query: String, products: [String]) -> [Double]
}

extension ClickModel {
  /// 2^(−mean log₂ P(what happened)) over all positions of pages that the model did not learn from: 1 is a model that
  /// knows every click, 2 one that knows nothing.
  public func perplexity(on pages: [ClickLog.Page]) -> Double? {
    var sum = 0.0
    var count = 0
    for page in pages {
      for (probability, isClicked) in zip(clickProbabilities(query: page.query, products: page.products), page.clicked)
      {
        sum += Self.log2(isClicked ? probability : 1 - probability)
        count += 1
      }
    }
    return count == 0 ? nil : exp2(-sum / Double(count))
  }

  /// A certain model that errs once would have no finite figure.
  private static func log2(_ probability: Double) -> Double { Glibc.log2(min(max(probability, 1e-9), 1)) }
}

/// A sum of expectations and the number of chances, with one success in two chances assumed before any data (a uniform
/// prior), so that few pages do not give 0 or 1.
struct Expectation {
  private var successes = 1.0
  private var chances = 2.0

  mutating func add(_ success: Double, of chance: Double) {
    successes += success
    chances += chance
  }

  var value: Double { successes / chances }
}
