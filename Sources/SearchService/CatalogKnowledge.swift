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
    /// The published version of the rules; nil before the first.
    var rulesVersion: String?
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

    /// The same by other rules.
    func by(_ rules: QueryRules, version: String?) -> Known {
      var known = self
      known.rulesVersion = version
      known.understanding = understanding.by(rules)
      known.corrector = corrector?.knowing(rules.words)
      known.phrases = phrases.allowed(by: rules)
      return known
    }

    /// The same for searches that take only some steps.
    func taking(_ steps: Set<SearchStep>) -> Known {
      var known = self
      known.understanding = understanding.taking(steps)
      return known
    }
  }

  /// The catalog's lessons, plain and as the rules in force read them.
  private struct Learnt: Sendable {
    var version: String?
    /// By no rules.
    var plain = Known()
    /// By the rules in force.
    var inForce = Known()
  }

  /// A published set of rules.
  private struct Rules: Sendable {
    var version: String?
    var rules: QueryRules
  }

  /// The knowledge of now and the one before it, by which shoppers still turn pages.
  private struct State {
    var current: Learnt
    var previous: Learnt?
    /// The rules in force, last, and those before them, by which shoppers still turn pages.
    var rules: [Rules]
    /// The rules of running experiments' arms.
    var arms: [Rules] = []
    /// Counts the builds.
    var number = 0
    /// Counts the sets of rules that were put in force.
    var publications = 0
    /// The number of the rules in force; 0 before the first publication.
    var published: Int64 = 0
    /// The knowledge by older rules, for the pages behind cursors; made once, because it takes long.
    var older: [String: Known] = [:]
  }

  /// More of it is made anew when it is asked for. The arms of an experiment or two have room besides the pages of shoppers.
  private static let maxOlder = 8

  /// A shopper who turns a page later than so many publications gets the rules of now.
  private static let maxRules = 8

  private let source: any ProductSource
  private let options: Options
  private let isCounted: @Sendable (ProductSnapshot) -> Bool
  private let state: Guarded<State>
  /// Tells its versions from those of another process.
  private let instance = String(UInt64.random(in: 0...UInt64.max), radix: 36)

  /// `isCounted` says which products' words are learned: of a shop those that can be found. `rules` hold until others are
  /// published.
  public init(
    source: any ProductSource, rules: QueryRules = QueryRules(), options: Options = Options(),
    isCounted: @escaping @Sendable (ProductSnapshot) -> Bool = { $0.isSearchable }
  ) {
    self.source = source
    self.options = options
    self.isCounted = isCounted
    let plain = Known(version: instance + ".0")
    let learnt = Learnt(version: plain.version, plain: plain, inForce: plain.by(rules, version: nil))
    state = Guarded(State(current: learnt, rules: [Rules(version: nil, rules: rules)]))
  }

  /// The knowledge of now.
  var known: Known { state.withLock { $0.current.inForce } }

  /// The rules in force.
  public var rules: QueryRules { known.understanding.rules }

  /// The published version of the rules in force; nil before the first.
  public var rulesVersion: String? { known.rulesVersion }

  /// The knowledge and the rules that a page before was found by; those of now, where they are no longer kept.
  func known(pinned version: String?, rules rulesVersion: String?) -> Known {
    let (learnt, rules) = state.withLock { state in
      let learnt = state.previous.flatMap { version == $0.version ? $0 : nil } ?? state.current
      return (learnt, (state.rules + state.arms).first { $0.version == rulesVersion })
    }
    guard let rules, rules.version != learnt.inForce.rulesVersion else { return learnt.inForce }
    let name = "\(learnt.version ?? "") \(rules.version ?? "")"
    if let known = state.withLock({ $0.older[name] }) { return known }
    let known = learnt.plain.by(rules.rules, version: rules.version)
    state.withLock { state in
      if state.older.count >= Self.maxOlder { state.older = [:] }
      state.older[name] = known
    }
    return known
  }

  /// Puts a published set of rules in force, whole: a search that runs goes on by the set that it began with. Numbers grow:
  /// a slower reader of an older version does not put it in force again.
  public func put(_ rules: QueryRules, number: Int64) {
    let version = "\(number)"
    while true {
      // Made outside of the lock: a large set takes longer than a search may wait.
      let (current, previous, count, last) = state.withLock {
        ($0.current, $0.previous, $0.publications, $0.published)
      }
      guard number > last else { return }
      let next = current.plain.by(rules, version: version)
      let before = previous.map { $0.plain.by(rules, version: version) }
      let isPut = state.withLock { state in
        guard state.current.version == current.version, state.publications == count else { return false }
        state.current.inForce = next
        state.current.inForce.isBehind = state.current.plain.isBehind
        if let before { state.previous?.inForce = before }
        state.rules.removeAll { $0.version == version }
        state.rules.append(Rules(version: version, rules: rules))
        state.rules.removeFirst(max(0, state.rules.count - Self.maxRules))
        state.publications += 1
        state.published = number
        return true
      }
      if isPut { return }
    }
  }

  /// Keeps the rules of running experiments' arms, in place of those before; searches find them by their version.
  public func keep(arms rules: [(number: Int64, rules: QueryRules)]) {
    state.withLock { $0.arms = rules.map { Rules(version: "\($0.number)", rules: $0.rules) } }
    // Made now and not by the first search.
    for (number, _) in rules { _ = known(pinned: nil, rules: "\(number)") }
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
    let (vocabulary, knowledge, phrases) = learning.withLock {
      ($0.words.build(), $0.knowledge.build(), $0.phrases.build())
    }
    var plain = Known(
      corrector: SpellingCorrector(
        vocabulary: vocabulary, options: .init(protectedCount: Double(options.protectedProducts))),
      understanding: QueryUnderstanding(knowledge: knowledge, vocabulary: vocabulary), phrases: phrases)
    while true {
      let (rules, count) = state.withLock { ($0.rules.last, $0.publications) }
      let inForce = plain.by(rules?.rules ?? QueryRules(), version: rules?.version)
      let isPut = state.withLock { state in
        guard state.publications == count else { return false }
        state.number += 1
        let version = "\(instance).\(state.number)"
        plain.version = version
        state.previous = state.current
        state.current = Learnt(version: version, plain: plain, inForce: inForce)
        state.current.inForce.version = version
        return true
      }
      if isPut { break }
    }
    for rules in state.withLock({ $0.arms }) { _ = known(pinned: nil, rules: rules.version) }
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
        setBehind(schedule.isBehind)
        if isDue {
          try await refresh()
          schedule.built(mark, from: start)
          setBehind(false)
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

  private func setBehind(_ isBehind: Bool) {
    state.withLock { state in
      state.current.plain.isBehind = isBehind
      state.current.inForce.isBehind = isBehind
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
