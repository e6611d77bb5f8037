public import Catalog
import Experiments
import Ranking
import SearchDSL
import Understanding

/// A model that gives candidates another order than the engine's.
protocol RankingModel: Sendable {
  /// How many of the first results it orders.
  var window: Int { get }
  func order(of request: RankingRequest) async throws -> RankedOrder
}

/// The candidates of a search, and what is known of the search.
struct RankingRequest: Sendable {
  /// In the engine's order.
  var candidates: [Hit]
  var input: SearchInput
  var plan: QueryPlan
  /// nil: a search that is nobody's.
  var searcher: Searcher?
  /// Ids of the candidates that have every word; nil where they are not told apart.
  var complete: Set<String>?
  var accessories = Accessories()
  /// The ranking of an experiment's arm; nil: the one in force.
  var choice: RankingChoice?
  /// Two rankings of an experiment that are mixed; then `choice` says nothing.
  var interleaving: AssignedArms.Interleaving?

  /// By what an accessory is known.
  struct Accessories: Sendable {
    var categories: Set<CategoryID> = []
    /// Words of titles.
    var nouns = ""
  }
}

/// The order that a model gave.
struct RankedOrder: Sendable {
  /// The places of the candidates in the order in which they are shown: each place once.
  var places: [Int]
  var version: String
  /// By the candidates' places in the engine's order; nil where the model computed none.
  var features: FeatureTable?
  /// By the same places, where the search asked why.
  var parts: [[Double]?] = []
  /// Whether the model that should be in force cannot be used, and another stood in.
  var isStandIn = false
  /// Of two mixed rankings: by shown place, whether the treatment put the candidate there.
  var isTreatments: [Bool]?
}

/// How the shown products were ranked: logged for learning, and told where the search asked why.
public struct ShownRanking: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    /// By `RankingFeature.all`; NaN: missing.
    public var values: [Double]
    /// Each feature's part in the score; nil where the score is not a sum of parts, or nobody asked why.
    public var parts: [Double]?
  }

  public var version: String
  /// By shown product; of products behind the window there are none.
  public var rows: [ProductID: Row]
  /// Of two mixed rankings: by product, whether the treatment put it on the page.
  public var isTreatment: [ProductID: Bool] = [:]

  init(_ order: RankedOrder, of candidates: [Hit], shown: [ProductID]) {
    version = order.version
    rows = [:]
    for (place, isTreatment) in zip(order.places, order.isTreatments ?? []) {
      if let id = ProductID(candidates[place].id) { self.isTreatment[id] = isTreatment }
    }
    guard let features = order.features else { return }
    let shown = Set(shown)
    for (place, hit) in candidates.enumerated() {
      guard let id = ProductID(hit.id), shown.contains(id) else { continue }
      rows[id] = Row(
        values: Array(features.row(place)), parts: order.parts.indices.contains(place) ? order.parts[place] : nil)
    }
  }
}
