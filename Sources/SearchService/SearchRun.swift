import Catalog
import Experiments
import Ports
import Understanding

/// One search under way: what was asked, what it goes by from its beginning to its end, and what it had to do without.
///
/// The stages of a search take it one after the other. What staff publish meanwhile is for the searches after it.
struct SearchRun: Sendable {
  /// How much of an answer is made.
  enum Extent: Sendable {
    /// The products' ids in their order.
    case order
    /// The products' cards, as a row of a page shows them.
    case cards
    /// A page of results, with facets.
    case page
  }

  let input: SearchInput
  /// The principal, as far as a search may know it; nil: a search that is nobody's.
  let searcher: Searcher?
  let extent: Extent
  /// The shop's knowledge when the search began.
  let known: CatalogKnowledge.Known
  /// The versions that later pages go by as well, as their cursor says.
  var pinned: PinnedVersions
  /// The arms of experiments that the searcher is in. Later pages go by their values through `pinned` and the cursor's order.
  let arms: AssignedArms
  let limits: AnswerLimits
  let startedAt = ContinuousClock.now
  /// The query as it was typed.
  let typed: QueryPlan
  /// The names of the catalog; none until `SearchService` has read them.
  var labels = CatalogDirectory.Labels.none
  /// Each part once, in the order in which they were left out.
  private(set) var degraded: [Degradation] = []

  init(
    _ input: SearchInput, by searcher: Searcher? = nil, extent: Extent = .page, knowing known: CatalogKnowledge.Known,
    pinned: PinnedVersions, arms: AssignedArms = AssignedArms(), limits: AnswerLimits, now: Timestamp
  ) {
    var known = known
    let page = input.text.isEmpty && input.listing?.kind != .brand ? input.listing?.slug : nil
    known.understanding = known.understanding.taking(
      RuleContext(now: now, isMobile: searcher?.isMobile, page: page))
    self.arms = arms
    self.input = input
    self.searcher = searcher
    self.extent = extent
    self.known = known
    self.pinned = pinned
    self.limits = limits
    typed = known.understanding.plan(input.text, isExact: input.isExact, ignoring: input.ignored)
  }

  var shopper: ShopperContext { input.shopper }
  var understanding: QueryUnderstanding { known.understanding }

  /// Says that the answer goes without a part.
  mutating func leaveOut(_ part: Degradation.Part, _ reason: Degradation.Reason) {
    guard !degraded.contains(where: { $0.part == part }) else { return }
    degraded.append(Degradation(part, reason))
  }

  mutating func leaveOut(_ part: Degradation.Part, after error: any Error) {
    leaveOut(part, Degradation.Reason(error))
  }
}
