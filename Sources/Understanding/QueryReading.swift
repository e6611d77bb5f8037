import Catalog

/// One query being understood: its words, and which of them are taken by what.
///
/// Each step marks the words that it explains. What no step takes is searched as text.
struct QueryReading {
  /// What a word was understood as.
  enum Use: Equatable {
    case text
    /// Says nothing, or is said by a filter.
    case gone
    /// Part of the phrase that begins at that place.
    case partOf(Int)
  }

  let words: [QueryWord]
  let understanding: QueryUnderstanding
  let ignored: Set<String>
  var uses: [Use]
  /// By the place of their first word.
  var constraints: [Int: Recognition.Constraint] = [:]
  var alternatives: [Int: [SynonymRules.Alternative]] = [:]
  var optional: Set<Int> = []
  /// Prepositions that say nothing by themselves, and part what is asked for from what it is for: `case for a phone`.
  var joints: Set<Int> = []
  var asPhrase: Set<Int> = []
  var recognitions: [Recognition] = []
  var excluded: [String] = []
  /// What none of the things that are asked for has: a size.
  var absent: [String] = []
  var categoryIDs: [CategoryID] = []
  var namesProductKind = false
  var steps: [QueryPlan.Step] = []

  var rules: QueryRules { understanding.rules }
  var knowledge: ShopKnowledge { understanding.knowledge }

  /// Of a brand's words in titles, the share that must be of the brand for it to be a filter.
  static let sureBrand = 0.8
  /// Where fewer are of the brand, the words are those of any title: `wireless`, though a brand is called so.
  static let leastBrand = 0.3
  /// The share of a category's products that must have an attribute for its value to be a filter.
  static let sureCoverage = 0.8
  /// The share of a word's products that have an attribute for the word to speak of things that have it.
  static let plausibleShare = 0.5
  /// Sizes of a unit differ by rounding: 15.6" is 39.6 cm.
  static let measureTolerance = 0.02

  init(words: [QueryWord], understanding: QueryUnderstanding, ignored: Set<String>) {
    self.words = words
    self.understanding = understanding
    self.ignored = ignored
    uses = words.map { $0.key.isEmpty && !$0.hasDigit ? .gone : .text }
  }

  func has(_ step: SearchStep) -> Bool { understanding.steps.contains(step) }

  mutating func understand() {
    if has(.negation) { takeNegations() }
    if has(.prices) { takePrices() }
    if has(.stopPhrases) { takeStopPhrases() }
    if has(.entities) {
      takeBrands()
      takeCategories()
      takeValues()
    }
    if has(.units) {
      takeSizes()
      takeMeasures()
    }
    if has(.synonyms) { addSynonyms() }
    if has(.compounds) { addWaysOfWriting() }
  }

  mutating func note(_ name: String, _ detail: String) { steps.append(.init(name: name, detail: detail)) }

  // MARK: Words

  /// Whether no step took any of the words; a sign alone is nobody's.
  func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { uses[$0] == .text || words[$0].key.isEmpty } }
  func text(_ range: Range<Int>) -> String { range.map { words[$0].text }.joined(separator: " ") }
  var limit: Int { min(words.count, QueryUnderstanding.maxWords) }

  mutating func drop(_ range: Range<Int>) { for place in range { uses[place] = .gone } }

  /// What a filter says already still tells which of its products fit best.
  mutating func makeOptional(_ range: Range<Int>) {
    bind(range)
    optional.insert(range.lowerBound)
  }

  /// Binds a phrase's words to one slot.
  mutating func bind(_ range: Range<Int>) {
    for place in range.dropFirst() { uses[place] = .partOf(range.lowerBound) }
  }

  /// Whether anything would be left to search for without these words.
  func leavesText(without range: Range<Int>) -> Bool {
    words.indices.contains { !range.contains($0) && uses[$0] == .text }
  }

  /// Adds a recognition unless the shopper took it back.
  mutating func recognise(_ recognition: Recognition) -> Bool {
    guard !ignored.contains(recognition.reference) else { return false }
    recognitions.append(recognition)
    note(
      recognition.kind.rawValue, "\(recognition.words) → \(recognition.label)\(recognition.isFilter ? ", filter" : "")")
    return true
  }

  // MARK: The plan

  mutating func write(to plan: inout QueryPlan, isExact: Bool) {
    var slots: [QueryPlan.Slot] = []
    var places: [Int] = []
    for place in words.indices where uses[place] == .text {
      var end = place + 1
      while end < words.count, uses[end] == .partOf(place) { end += 1 }
      places.append(place)
      slots.append(
        QueryPlan.Slot(
          words: text(place..<end), alternatives: alternatives[place] ?? [], constraint: constraints[place],
          isPhrase: asPhrase.contains(place), isOptional: optional.contains(place),
          isPartNumber: end == place + 1 && isCode(words[place].text)))
    }
    if has(.codes) { for index in slots.indices { slots[index].codeStart = codeStart(slots[index]) } }
    weigh(&slots)
    plan.slots = slots
    plan.heads = headForms(in: slotsOfThing(slots, places))
    capNumbers(in: &plan.slots, heads: plan.heads)
    plan.headSureness = plan.heads.map(sureness).max() ?? 0
    for index in recognitions.indices {
      if case .lowPrice = recognitions[index].constraint, let typical = typicalPrice(of: plan.heads) {
        recognitions[index].constraint = .lowPrice(typical: typical)
      }
    }
    plan.recognitions = recognitions
    if !absent.isEmpty {
      plan.strictness = .mostWords
      plan.dropped = absent
      plan.absent = absent
    }
    plan.excluded = excluded
    plan.steps += steps
    if !plan.heads.isEmpty { plan.note("thing", plan.heads.joined(separator: ", ")) }
    plan.namesProductKind = namesProductKind
    plan.namesAccessory = words.indices.contains { uses[$0] != .gone && rules.isAccessory(words[$0].key) }
    plan.isSureThing = plan.heads.contains(where: isSureThing)
    if let head = plan.heads.first {
      for index in plan.slots.indices {
        plan.slots[index].isThing = TitleHeads.words(of: plan.slots[index].words).contains(head)
      }
    }
    if !isExact { plan.language = QueryLanguage.of(words.map(\.key)) }
    guard has(.codes) else { return }
    let parts = codes().filter { $0 != plan.text }
    if plan.text.contains(where: { $0.isLetter || $0.isNumber }) { plan.codes.append(plan.text) }
    plan.codes += parts
    if !parts.isEmpty { plan.note("part number", parts.joined(separator: ", ")) }
  }
}
