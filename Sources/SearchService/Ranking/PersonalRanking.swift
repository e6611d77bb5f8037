import Catalog
public import Ports
public import Ranking
import SearchDSL
import Threading
import Understanding

/// Orders the first results by features of text, product, shopper and moment, within the guard rails.
///
/// Everything comes from memory but the shopper's deeds; the model that scores is swapped as a whole.
public final class PersonalRanking: RankingModel {
  private struct Force {
    var scoring: any CandidateScoring = HandSetRanking()
    var isStandIn = false
  }

  /// A few pages of any size; hardly anyone looks further.
  let window: Int = 200
  private let knowledge: any RankingKnowledge
  private let clock: any WallClock
  private let force = Guarded(Force())

  public init(knowledge: any RankingKnowledge, clock: any WallClock) {
    self.knowledge = knowledge
    self.clock = clock
  }

  /// The version of the model in force.
  public var version: String { force.withLock { $0.scoring.version } }

  /// Puts a model in force for the searches from now on.
  public func put(_ scoring: any CandidateScoring) { force.withLock { $0 = Force(scoring: scoring) } }

  /// The model that should be in force cannot be used: the hand-set one stands in, and answers say so.
  public func standIn() { force.withLock { $0 = Force(isStandIn: true) } }

  func order(of request: RankingRequest) async throws -> RankedOrder {
    let ids = request.candidates.map { ProductID($0.id) ?? ProductID(0) }
    let person = request.searcher?.visitor.map { Person.visitor($0) }
    let evidence = try await knowledge.evidence(on: ids, for: person)
    let candidates = features(of: request, ids, evidence)
    let table = FeatureTable(candidates)
    let force = force.withLock { $0 }
    let scores = force.scoring.scores(of: table)
    let accessories = AccessorySigns(request)
    let standings = zip(request.candidates, candidates.candidates).map { hit, candidate in
      GuardRails.Standing(
        isUnnamed: (hit.score ?? 0) < RankingWindow.namedScore, isPartial: candidate.hasEveryWord == false,
        isAccessory: accessories.isAccessory(candidate.signals),
        isSoldOut: candidate.signals.map { $0.stock <= 0 } ?? false)
    }
    return RankedOrder(
      places: GuardRails.order(scores: scores, standings: standings), version: force.scoring.version, features: table,
      parts: request.input.wantsWhy ? ids.indices.map { force.scoring.parts(of: $0, in: table) } : [],
      isStandIn: force.isStandIn)
  }

  private func features(
    of request: RankingRequest, _ ids: [ProductID], _ evidence: RankingEvidence
  ) -> RankingWindow {
    let candidates = request.candidates.enumerated().map { place, hit in
      RankingWindow.Candidate(
        product: ids[place], score: hit.score ?? 0, signals: evidence.products[place],
        hasEveryWord: request.complete.map { $0.contains(hit.id) },
        collaborative: evidence.collaborative.isEmpty ? .nan : evidence.collaborative[place],
        likeness: evidence.likeness.isEmpty ? .nan : evidence.likeness[place])
    }
    return RankingWindow(
      candidates: candidates, query: request.plan.text, averages: evidence.averages, shopper: evidence.shopper,
      now: clock.now(), isMobile: request.searcher?.isMobile)
  }
}

/// The signs of an accessory where the thing itself is asked for; empty where an accessory is asked for.
private struct AccessorySigns {
  private var categories: Set<CategoryID> = []
  private var nouns: Set<UInt64> = []

  init(_ request: RankingRequest) {
    guard request.plan.namesProductKind, !request.plan.namesAccessory else { return }
    categories = request.accessories.categories
    nouns = Set(TitleWords.of(request.accessories.nouns))
  }

  func isAccessory(_ signals: ProductSignals?) -> Bool {
    guard let signals, !(categories.isEmpty && nouns.isEmpty) else { return false }
    return signals.categories.contains(where: categories.contains) || signals.titleWords.contains(where: nouns.contains)
  }
}
