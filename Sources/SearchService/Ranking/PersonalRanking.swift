import Catalog
public import Experiments
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

  /// The scores by one ranking; nil: the engine's order stands.
  private struct Judge {
    var scoring: (any CandidateScoring)?
    var isStandIn = false
    var version: String { scoring?.version ?? "engine" }

    func places(_ table: FeatureTable, _ standings: [GuardRails.Standing]) -> [Int] {
      scoring.map { GuardRails.order(scores: $0.scores(of: table), standings: standings) } ?? Array(standings.indices)
    }
  }

  /// A few pages of any size; hardly anyone looks further.
  let window: Int = 200
  private let knowledge: any RankingKnowledge
  private let clock: any WallClock
  private let force = Guarded(Force())
  /// The rankings of running experiments' arms, by model.
  private let arms = Guarded<[RankingChoice: any CandidateScoring]>([:])

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

  /// Keeps the models of running experiments' arms, in place of those before.
  public func keep(arms models: [RankingChoice: any CandidateScoring]) { arms.withLock { $0 = models } }

  private func judge(_ choice: RankingChoice?) -> Judge {
    switch choice {
    case nil: return force.withLock { Judge(scoring: $0.scoring, isStandIn: $0.isStandIn) }
    case .off?: return Judge()
    case .handSet?: return Judge(scoring: HandSetRanking())
    case let choice?:
      if let scoring = arms.withLock({ $0[choice] }) { return Judge(scoring: scoring) }
      return Judge(scoring: HandSetRanking(), isStandIn: true)
    }
  }

  func order(of request: RankingRequest) async throws -> RankedOrder {
    let ids = request.candidates.map { ProductID($0.id) ?? ProductID(0) }
    let person = request.searcher?.visitor.map { Person.visitor($0) }
    let evidence = try await knowledge.evidence(on: ids, for: person)
    let candidates = features(of: request, ids, evidence)
    let table = FeatureTable(candidates)
    let accessories = AccessorySigns(request)
    let standings = zip(request.candidates, candidates.candidates).map { hit, candidate in
      GuardRails.Standing(
        isUnnamed: (hit.score ?? 0) < RankingWindow.namedScore, isPartial: candidate.hasEveryWord == false,
        isAccessory: accessories.isAccessory(candidate.signals),
        isSoldOut: candidate.signals.map { $0.stock <= 0 } ?? false)
    }
    if let mixed = request.interleaving { return interleaved(mixed, request, table, standings) }
    let judge = judge(request.choice)
    return RankedOrder(
      places: judge.places(table, standings), version: judge.version, features: table,
      parts: request.input.wantsWhy ? ids.indices.map { judge.scoring?.parts(of: $0, in: table) } : [],
      isStandIn: judge.isStandIn)
  }

  /// Both rankings as one list. Each keeps the guard rails, and so does their mixture: what both put behind another product
  /// is behind it.
  private func interleaved(
    _ mixed: AssignedArms.Interleaving, _ request: RankingRequest, _ table: FeatureTable,
    _ standings: [GuardRails.Standing]
  ) -> RankedOrder {
    let (control, treatment) = (judge(mixed.control), judge(mixed.treatment))
    let query = UInt64(fnv1aOf: Array(request.input.text.utf8))
    let draft = TeamDraft(
      control: control.places(table, standings), treatment: treatment.places(table, standings),
      length: standings.count, seed: SplitMix64.scrambled(mixed.seed &+ query))
    return RankedOrder(
      places: draft.places.map(\.product), version: "\(control.version)+\(treatment.version)", features: table,
      isStandIn: control.isStandIn || treatment.isStandIn, isTreatments: draft.places.map { $0.team == .treatment })
  }

  private func features(
    of request: RankingRequest, _ ids: [ProductID], _ evidence: RankingEvidence
  ) -> RankingWindow {
    let candidates = request.candidates.enumerated().map { place, hit in
      RankingWindow.Candidate(
        product: ids[place], score: hit.score ?? 0, signals: evidence.products[place],
        hasEveryWord: request.complete.map { $0.contains(hit.id) },
        collaborative: evidence.collaborative.isEmpty ? .nan : evidence.collaborative[place],
        likeness: evidence.likeness.isEmpty ? .nan : evidence.likeness[place],
        taste: evidence.taste.isEmpty ? .nan : evidence.taste[place])
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
