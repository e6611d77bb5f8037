public import Catalog

/// Everything that the features of one search's candidates are computed from.
public struct RankingWindow: Sendable {
  /// A product that the engine found, at its place in the engine's order.
  public struct Candidate: Sendable {
    public var product: ProductID
    /// The engine's score.
    public var score: Double
    /// nil: the product is not known yet.
    public var signals: ProductSignals?
    /// Whether it has every word; nil where that is not told apart.
    public var hasEveryWord: Bool?
    /// The scores of the recommender's tables by the shopper's history; NaN without a history.
    public var collaborative: Double
    public var likeness: Double
    public var taste: Double

    public init(
      product: ProductID, score: Double, signals: ProductSignals? = nil, hasEveryWord: Bool? = nil,
      collaborative: Double = .nan, likeness: Double = .nan, taste: Double = .nan
    ) {
      self.taste = taste
      self.product = product
      self.score = score
      self.signals = signals
      self.hasEveryWord = hasEveryWord
      self.collaborative = collaborative
      self.likeness = likeness
    }
  }

  /// In the engine's order.
  public var candidates: [Candidate]
  /// `TitleWords` of the query.
  public var queryWords: [UInt64]
  public var averages: ShopAverages
  /// nil: a stranger.
  public var shopper: ShopperTaste?
  public var now: Timestamp
  /// Whether the shopper holds a small screen; nil where it is not known.
  public var isMobile: Bool?

  public init(
    candidates: [Candidate], query: String = "", averages: ShopAverages = ShopAverages(), shopper: ShopperTaste? = nil,
    now: Timestamp, isMobile: Bool? = nil
  ) {
    self.candidates = candidates
    queryWords = TitleWords.of(query)
    self.averages = averages
    self.shopper = shopper
    self.now = now
    self.isMobile = isMobile
  }

  /// The values by candidate, as a share of the greatest of them; 0 where none is above 0. NaN stays.
  func sharesOfGreatest(_ value: (Candidate) -> Double) -> [Double] {
    let values = candidates.map(value)
    let greatest = values.reduce(0) { $1 > $0 ? $1 : $0 }
    return greatest > 0 && greatest.isFinite ? values.map { max(0, $0 / greatest) } : values.map { $0.isNaN ? .nan : 0 }
  }

  /// The values by candidate in standard deviations from their mean; 0 where all are the same. NaN stays, and counts in
  /// neither.
  func standardized(_ value: (Candidate) -> Double) -> [Double] {
    let values = candidates.map(value)
    let known = values.filter(\.isFinite)
    guard !known.isEmpty else { return values.map { _ in .nan } }
    let mean = known.reduce(0, +) / Double(known.count)
    let deviation = (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)).squareRoot()
    return values.map { value in
      value.isFinite ? (deviation > 0 ? (value - mean) / deviation : 0) : .nan
    }
  }

  func values(_ value: (Candidate) -> Double) -> [Double] { candidates.map(value) }

  /// A value of facts; NaN of a product that is not known.
  func facts(_ value: (ProductSignals) -> Double) -> [Double] { candidates.map { $0.signals.map(value) ?? .nan } }
}
