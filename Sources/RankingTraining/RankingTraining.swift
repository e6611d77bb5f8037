import Catalog
public import Ports
public import Ranking

/// Learns a ranking from the shop's own log, and measures it on the newest pages, which it did not learn from.
///
///     learned from ──────────────▶│ validation: how many trees │ held out: gate
public struct RankingTraining: Sendable {
  /// Grows trees: the text of the model in LightGBM's format, and the gain of each feature.
  public typealias TreeGrower =
    @Sendable (_ examples: RankingExamples, _ validation: RankingExamples, _ monotone: [String: Int]) throws -> Trees

  public struct Trees: Sendable {
    public var text: String
    public var count: Int
    public var gains: [Double]

    public init(text: String, count: Int, gains: [Double]) {
      self.text = text
      self.count = count
      self.gains = gains
    }
  }

  /// Fewer pages with a deed say too little.
  public static let leastPages = 300
  /// The newest pages that are read.
  public static let maxPages = 100_000
  /// The rows of these pages, newest first: 8 bytes for each feature of each, and twice as much again in the library, are
  /// about 0.5 GB.
  public static let maxRows = 600_000
  /// The products that a page of a search has at most.
  static let longestPage = 100
  /// A purchase belongs to the page that showed the product within the day before: of younger pages not all deeds have come.
  static let settlingSeconds: Int64 = 86_400

  /// The end of the pages that can be learned from.
  static func newest(at now: Timestamp) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch.subtracting(saturating: settlingSeconds * 1_000_000))
  }
  static let heldOutShare = 0.2
  /// Pages that the linear model learns from: coordinate ascent looks at all of them at each step.
  private static let maxLinearPages = 3_000

  public struct Outcome: Sendable {
    public var model: LearnedRanking.Model
    public var verdict: RankingGate.Verdict
    public var metrics: [String: Double]
    /// The model's text, or nil of a linear one.
    public var text: String?
    public var pages: Int
  }

  /// The log has too little to learn from.
  public struct TooLittle: Error, Sendable, CustomStringConvertible {
    public let pages: Int
    public var description: String {
      "\(pages) searches older than a day were logged with feature values and a click; \(RankingTraining.leastPages) are "
        + "needed: wait for more, or raise ranking.loggedPercent"
    }
  }

  let impressions: ImpressionSet
  let gate: RankingGate

  public init(_ impressions: [LoggedImpression], gate: RankingGate = RankingGate()) {
    self.impressions = ImpressionSet(impressions)
    self.gate = gate
  }

  public var pageCount: Int { impressions.pages.count }

  /// `grow` nil: there is no library for trees, and a weighted sum is learned. `inForce`: the model to beat.
  public func learn(
    grow: TreeGrower?, inForce: any CandidateScoring, progress: (String) throws -> Void = { _ in }
  ) throws -> Outcome {
    guard impressions.pages.count >= Self.leastPages else { throw TooLittle(pages: impressions.pages.count) }
    let (known, heldOut) = impressions.split(later: Self.heldOutShare)
    let (learnt, validation) = known.split(later: Self.heldOutShare)
    try progress("learning the chances of a look at each place")
    let examination = try known.examination()
    var metrics: [String: Double] = [
      "pages": Double(impressions.pages.count), "held_out_pages": Double(heldOut.pages.count),
    ]
    let model: LearnedRanking.Model
    var text: String?
    if let grow {
      try progress("growing trees on \(learnt.pages.count) pages")
      let trees = try grow(
        learnt.examples(withPlaces: true), validation.examples(withPlaces: true),
        Dictionary(uniqueKeysWithValues: RankingFeature.all.filter { $0.monotone != 0 }.map { ($0.name, $0.monotone) }))
      model = .trees(try TreeEnsemble(lightGBMText: trees.text))
      text = trees.text
      metrics["trees"] = Double(trees.count)
      for (feature, gain) in zip(RankingFeature.all, trees.gains) { metrics["gain_\(feature.name)"] = gain }
    } else {
      let pages = known.split(later: min(1, Double(Self.maxLinearPages) / Double(known.pages.count))).later
      try progress("learning weights on \(pages.pages.count) pages")
      var options = LinearRanker.Options()
      options.starts = 1
      let linear = LinearRanker(learningFrom: pages.examples(withPlaces: false), options: options)
      model = .linear(linear)
      for (feature, weight) in zip(RankingFeature.all, linear.weights) { metrics["weight_\(feature.name)"] = weight }
    }
    try progress("measuring on \(heldOut.pages.count) held-out pages")
    let learned = try LearnedRanking(version: "new", model: model)
    let new = RankingMeasure(heldOut, examination: examination, scores: learned.scores)
    let old = RankingMeasure(heldOut, examination: examination, scores: inForce.scores)
    let shown = RankingMeasure(heldOut, examination: examination, scores: nil)
    metrics["ndcg_at_10"] = new.meanNDCG
    metrics["ndcg_at_10_in_force"] = old.meanNDCG
    metrics["ndcg_at_10_as_shown"] = shown.meanNDCG
    metrics["purchase_ndcg_at_10"] = new.meanPurchases ?? 0
    metrics["new_product_share"] = new.newShare
    return Outcome(
      model: model, verdict: gate.verdict(new: new, inForce: old, name: inForce.version), metrics: metrics, text: text,
      pages: impressions.pages.count)
  }
}
