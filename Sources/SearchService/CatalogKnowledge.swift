public import Catalog
public import Ports
public import Telemetry
import Threading
public import Understanding

/// The knowledge that queries are understood and corrected by: the words, brands, categories and values of the catalog's
/// products.
///
/// Built from Postgres, which every engine's index is built from too, so that it is the same for the embedded node,
/// Elasticsearch and OpenSearch. Until the first build is done, only what the rules say is understood.
public final class CatalogKnowledge: Sendable {
  public struct Options: Sendable {
    /// A word of so many products is right; one of fewer may be a slip of a supplier.
    public var protectedProducts = 3
    /// Least time between two builds while no product is new.
    public var leastPause = Duration.seconds(30)
    /// A build of a large catalog reads for minutes; it is let rest so many times as long.
    public var restPerBuild = 50

    public init() {}
  }

  private static let batch = 500

  /// The knowledge of one moment. A search goes by one of these from its beginning to its end.
  struct Known: Sendable {
    /// Names it in cursors; nil where nobody keeps what is known.
    var version: String?
    var corrector: SpellingCorrector?
    var understanding = QueryUnderstanding()
    /// Phrases that may be suggested though nobody searched for them yet.
    var phrases = SuggestedPhrases()
    /// Whether the catalog has products that nothing was learnt from yet: words that are not known may be theirs.
    var isBehind = false

    /// The probable meaning of a query; nil where it stands as it is.
    func correct(_ query: String) -> Correction? { corrector?.correct(query) }

    /// Queries that a mistyped beginning may have been meant as; none where the beginning is one of known words.
    func completions(of text: String, limit: Int) -> [String] {
      corrector?.completions(of: text, limit: limit) ?? []
    }

    /// The same for searches that take only some steps.
    func taking(_ steps: Set<SearchStep>) -> Known {
      var known = self
      known.understanding = understanding.taking(steps)
      return known
    }
  }

  /// The knowledge of now and the one before it, by which shoppers still turn pages.
  private struct State {
    var current: Known
    var previous: Known?
    /// Counts the builds.
    var number = 0
  }

  private let source: any ProductSource
  private let rules: QueryRules
  private let options: Options
  private let isCounted: @Sendable (ProductSnapshot) -> Bool
  private let state: Guarded<State>
  /// Tells its versions from those of another process.
  private let instance = String(UInt64.random(in: 0...UInt64.max), radix: 36)

  /// `isCounted` says which products' words are learned: of a shop those that can be found.
  public init(
    source: any ProductSource, rules: QueryRules = QueryRules(), options: Options = Options(),
    isCounted: @escaping @Sendable (ProductSnapshot) -> Bool = { $0.isSearchable }
  ) {
    self.source = source
    self.rules = rules
    self.options = options
    self.isCounted = isCounted
    state = Guarded(
      State(current: Known(version: instance + ".0", understanding: QueryUnderstanding(rules: rules))))
  }

  /// The knowledge of now.
  var known: Known { state.withLock { $0.current } }

  /// The knowledge that a page before was found by; after the second build from then, the one of now.
  func known(pinned version: String?) -> Known {
    state.withLock { state in
      if let previous = state.previous, previous.version == version { return previous }
      return state.current
    }
  }

  /// The words that the shop knows now; nil before the first build.
  public var vocabulary: Vocabulary? { known.corrector?.vocabulary }

  /// Whether the catalog has products that nothing was learnt from yet.
  public var isBehind: Bool { known.isBehind }

  /// How queries are understood now.
  public var understanding: QueryUnderstanding { known.understanding }

  /// The probable meaning of a query; nil where it stands as it is.
  public func correct(_ query: String) -> Correction? { known.correct(query) }

  /// Whether others may be shown a query: words that the catalog has and nothing else, so that it asks for something, leaves
  /// nothing out and carries no message.
  public func isOfKnownWords(_ query: String) -> Bool {
    guard let vocabulary else { return false }
    let words = query.split { !$0.isLetter && !$0.isNumber }
    let plain = query.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || "'’-".contains($0) }
    let isOperator = query.split(separator: " ").contains { $0.hasPrefix("-") }
    return plain && !isOperator && !words.isEmpty && words.allSatisfy { vocabulary.contains($0) }
      && understanding.plan(query).excluded.isEmpty
  }

  /// Learns all products anew and puts what they say in use.
  public func refresh() async throws {
    let learning = Guarded(
      (words: VocabularyBuilder(), knowledge: ShopKnowledgeBuilder(), phrases: SuggestedPhrasesBuilder()))
    try await source.forEachProductBatch(size: Self.batch, after: nil) { [isCounted] products in
      learning.withLock { learning in
        for product in products where isCounted(product) {
          learning.words.add(document: Self.texts(of: product))
          learning.knowledge.add(product)
          // Visitors see these products.
          if product.audience.contains(.shops) { learning.phrases.add(product) }
        }
      }
    }
    let (vocabulary, knowledge, phrases) = learning.withLock { [rules] in
      ($0.words.build(), $0.knowledge.build(rules: rules), $0.phrases.build(rules: rules))
    }
    var learnt = Known(
      corrector: SpellingCorrector(
        vocabulary: vocabulary,
        options: .init(protectedCount: Double(options.protectedProducts), knownWords: rules.words)),
      understanding: QueryUnderstanding(rules: rules, knowledge: knowledge, vocabulary: vocabulary), phrases: phrases)
    state.withLock { state in
      state.number += 1
      learnt.version = "\(instance).\(state.number)"
      state.previous = state.current
      state.current = learnt
    }
  }

  /// Keeps it up to date until it is cancelled: it is built at once, and again after changes; after an import as soon as
  /// nothing more comes in.
  public func run(logger: Logger) async {
    var schedule = Schedule(options: options)
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        // Read before the build: what is committed meanwhile is another mark's.
        let mark = try await source.catalogMark()
        let isDue = schedule.isDue(mark, at: start)
        state.withLock { $0.current.isBehind = schedule.isBehind }
        if isDue {
          try await refresh()
          schedule.built(mark, from: start)
          state.withLock { $0.current.isBehind = false }
        }
      } catch is CancellationError {
        return
      } catch {
        // The words known before serve meanwhile.
        logger.warning("the catalog's words were not learnt anew", metadata: ["reason": .string("\(error)")])
      }
      let pause = max(min(Self.look, options.leastPause), schedule.lookDuration(since: start) * Self.restPerLook)
      do { try await Task.sleep(for: pause) } catch { return }
    }
  }

  /// Time between two looks at whether the catalog changed; one that takes long is let rest so many times as long.
  private static let look = Duration.seconds(1)
  private static let restPerLook = 20

  /// When the catalog is learnt anew.
  private struct Schedule {
    let options: Options
    private var learnt: CatalogMark?
    private var seen: CatalogMark?
    /// When the catalog was first seen to be another than was learnt.
    private var changedAt: ContinuousClock.Instant?
    private var builtAt = ContinuousClock.now
    private var duration = Duration.zero
    private var hasBuilt = false
    /// Whether there are products that nothing was learnt from.
    private(set) var isBehind = false

    /// New products are learnt sooner than other changes: their words are unknown.
    private static let restBehind = 5

    init(options: Options) { self.options = options }

    mutating func isDue(_ mark: CatalogMark, at now: ContinuousClock.Instant) -> Bool {
      hasBuilt = false
      defer { seen = mark }
      guard let learnt else { return true }
      isBehind = mark.lastProduct > learnt.lastProduct
      guard mark != learnt else {
        changedAt = nil
        return false
      }
      let changed = changedAt ?? now
      changedAt = changed
      let rest =
        isBehind
        ? duration * min(Self.restBehind, options.restPerBuild)
        : max(options.leastPause, duration * options.restPerBuild)
      // An import that still runs is waited for, though not for ever.
      return now >= builtAt + rest && (mark == seen || now >= changed + options.leastPause)
    }

    mutating func built(_ mark: CatalogMark, from start: ContinuousClock.Instant) {
      learnt = mark
      changedAt = nil
      isBehind = false
      hasBuilt = true
      builtAt = .now
      duration = builtAt - start
    }

    /// How long the look took, where nothing was built after it.
    func lookDuration(since start: ContinuousClock.Instant) -> Duration {
      hasBuilt ? .zero : ContinuousClock.now - start
    }
  }

  /// The texts that a search looks through, one document each: pairs of words do not reach from one text into the next.
  private static func texts(of product: ProductSnapshot) -> [String] {
    let options = product.variants.flatMap(\.options)
    return [product.title, product.brandName ?? "", product.summary] + product.categories.flatMap(\.names)
      + (product.attributes + options).flatMap(texts)
  }

  private static func texts(of attribute: ProductSnapshot.Attribute) -> [String] {
    attribute.values.compactMap { value in
      if case .boolean(let has) = value { return has ? attribute.definition.name : nil }
      return value.displayText
    }
  }
}
