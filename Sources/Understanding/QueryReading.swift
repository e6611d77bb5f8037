import Catalog

/// One query being understood: its words, and which of them are taken by what.
///
/// Each step marks the words that it explains. What no step takes is searched as text.
struct QueryReading {
  /// What a word was understood as.
  private enum Use: Equatable {
    case text
    /// Says nothing, or is said by a filter.
    case gone
    /// Part of the phrase that begins at that place.
    case partOf(Int)
  }

  private let words: [QueryWord]
  private let understanding: QueryUnderstanding
  private let ignored: Set<String>
  private var uses: [Use]
  /// By the place of their first word.
  private var constraints: [Int: Recognition.Constraint] = [:]
  private var alternatives: [Int: [SynonymRules.Alternative]] = [:]
  private var optional: Set<Int> = []
  private var recognitions: [Recognition] = []
  private var excluded: [String] = []
  private var categoryIDs: [CategoryID] = []
  private var namesProductKind = false
  private var steps: [QueryPlan.Step] = []

  private var rules: QueryRules { understanding.rules }
  private var knowledge: ShopKnowledge { understanding.knowledge }

  /// Of a brand's words in titles, the share that must be of the brand for it to be a filter.
  private static let sureBrand = 0.8
  /// The share of a category's products that must have an attribute for its value to be a filter.
  private static let sureCoverage = 0.8
  /// Sizes of a unit differ by rounding: 15.6" is 39.6 cm.
  private static let measureTolerance = 0.02

  init(words: [QueryWord], understanding: QueryUnderstanding, ignored: Set<String>) {
    self.words = words
    self.understanding = understanding
    self.ignored = ignored
    uses = words.map { $0.key.isEmpty && !$0.hasDigit ? .gone : .text }
  }

  private func has(_ step: SearchStep) -> Bool { understanding.steps.contains(step) }

  mutating func understand() {
    if has(.negation) { takeNegations() }
    if has(.prices) { takePrices() }
    if has(.stopPhrases) { takeStopPhrases() }
    if has(.entities) {
      takeCategories()
      takeBrands()
      takeValues()
    }
    if has(.units) {
      takeSizes()
      takeMeasures()
    }
    if has(.synonyms) { addSynonyms() }
    if has(.compounds) { addCompounds() }
  }

  private mutating func note(_ name: String, _ detail: String) { steps.append(.init(name: name, detail: detail)) }

  // MARK: Words

  /// Whether no step took any of the words; a sign alone is nobody's.
  private func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { uses[$0] == .text || words[$0].key.isEmpty } }
  private func text(_ range: Range<Int>) -> String { range.map { words[$0].text }.joined(separator: " ") }
  private var limit: Int { min(words.count, QueryUnderstanding.mostWords) }

  private mutating func drop(_ range: Range<Int>) { for place in range { uses[place] = .gone } }

  /// What a filter says already still tells which of its products fit best.
  private mutating func makeOptional(_ range: Range<Int>) {
    bind(range)
    optional.insert(range.lowerBound)
  }

  /// Binds a phrase's words to one slot.
  private mutating func bind(_ range: Range<Int>) {
    for place in range.dropFirst() { uses[place] = .partOf(range.lowerBound) }
  }

  /// Whether anything would be left to search for without these words.
  private func leavesText(without range: Range<Int>) -> Bool {
    words.indices.contains { !range.contains($0) && uses[$0] == .text }
  }

  /// Adds a recognition unless the shopper took it back.
  private mutating func recognise(_ recognition: Recognition) -> Bool {
    guard !ignored.contains(recognition.reference) else { return false }
    recognitions.append(recognition)
    note(
      recognition.kind.rawValue, "\(recognition.words) → \(recognition.label)\(recognition.isFilter ? ", filter" : "")")
    return true
  }

  // MARK: Negation

  /// `-leather`, `without batteries`, `no heel`, `not leather`.
  private mutating func takeNegations() {
    let markers: Set<String> = ["without", "no", "not", "except", "excluding", "minus"]
    for place in 0..<limit where uses[place] == .text {
      let word = words[place].text
      if word.hasPrefix("-"), word.count > 2, place > 0, word.dropFirst().first?.isLetter == true {
        exclude(place..<place + 1, phrase: String(word.dropFirst()))
      } else if place > 0, markers.contains(word.lowercased()), place + 1 < limit, words[place + 1].hasLetter {
        let phrase = knowledge.values.longestMatch(in: words[(place + 1)..<limit])?.words ?? place + 1..<place + 2
        exclude(place..<phrase.upperBound, phrase: text(phrase))
      }
    }
  }

  private mutating func exclude(_ range: Range<Int>, phrase: String) {
    guard leavesText(without: range) else { return }
    excluded.append(phrase)
    drop(range)
    note("negation", phrase)
  }

  // MARK: Phrases that say nothing

  private mutating func takeStopPhrases() {
    for place in 0..<limit {
      // The longest that leaves something to search for: `the north face` is not a stop phrase's to take.
      for match in rules.stopPhrases.matches(in: words[place..<limit]).reversed() {
        guard isFree(match.words), leavesText(without: match.words),
          knowledge.brands.longestMatch(in: words[place..<limit]) == nil
        else { continue }
        drop(match.words)
        note("stop phrase", text(match.words))
        break
      }
    }
  }

  // MARK: Prices

  private mutating func takePrices() {
    for phrase in PriceReader(words: Array(words[..<limit])).phrases() where isFree(phrase.words) {
      let recognition = Recognition(
        kind: .price, label: Self.label(phrase), words: text(phrase.words),
        constraint: .price(lower: phrase.lower.map(Self.minorUnits), upper: phrase.upper.map(Self.minorUnits)),
        isFilter: true)
      if recognise(recognition) { drop(phrase.words) }
    }
    for place in 0..<limit where uses[place] == .text {
      let two = place + 1 < limit ? words[place].key + " " + words[place + 1].key : ""
      let length = PriceReader.cheapWords.contains(two) ? 2 : PriceReader.cheapWords.contains(words[place].key) ? 1 : 0
      let range = place..<place + length
      guard length > 0, isFree(range), leavesText(without: range), let typical = knowledge.typicalPrice[nil] else {
        continue
      }
      let recognition = Recognition(
        kind: .price, label: "cheap", words: text(range), constraint: .lowPrice(typical: typical), isFilter: false)
      if recognise(recognition) { drop(range) }
    }
  }

  private static func minorUnits(_ amount: Double) -> Int64 { Int64((amount * 100).rounded()) }

  private static func label(_ phrase: PricePhrase) -> String {
    func money(_ amount: Double) -> String {
      let units = minorUnits(amount)
      let pence = units % 100
      return "\(units / 100)" + (pence == 0 ? "" : ".\(pence < 10 ? "0" : "")\(pence)")
    }
    return switch (phrase.lower, phrase.upper) {
    case (let lower?, let upper?): "\(money(lower)) to \(money(upper))"
    case (nil, let upper?): "up to \(money(upper))"
    case (let lower?, nil): "from \(money(lower))"
    case (nil, nil): ""
    }
  }

  // MARK: Brands, categories, values

  private mutating func takeBrands() {
    for place in 0..<limit where uses[place] == .text {
      guard let match = knowledge.brands.longestMatch(in: words[place..<limit]), isFree(match.words),
        let brand = match.values.max(by: { $0.purity < $1.purity })
      else { continue }
      // A brand whose name is a category's word is meant as the thing.
      guard brand.purity >= Self.sureBrand || !knowledge.kindKeys.contains(words[place].key) else { continue }
      let recognition = Recognition(
        kind: .brand, label: brand.name, words: text(match.words), constraint: .brand(brand.name),
        isFilter: brand.purity >= Self.sureBrand)
      guard recognise(recognition) else { continue }
      if recognition.isFilter { makeOptional(match.words) } else { bind(match.words) }
    }
  }

  /// Categories are not filters: what the shop files elsewhere may be meant too. They lift their products.
  private mutating func takeCategories() {
    var end = 0
    for place in 0..<limit where uses[place] == .text && place >= end {
      guard let match = categoryMatch(at: place) else { continue }
      end = match.words.upperBound
      let categories = match.values
      let ids = categories.flatMap(\.ids)
      let recognition = Recognition(
        kind: .category, label: categories[0].name, words: text(match.words), constraint: .category(ids),
        isFilter: false)
      namesProductKind = true
      guard recognise(recognition) else { continue }
      categoryIDs += ids
    }
    // The last word names the thing, though its category be called otherwise: a gaming mouse.
    if let last = words.indices.prefix(limit).last(where: { uses[$0] == .text }),
      forms(of: last).contains(where: { knowledge.kindKeys.contains($0) })
    {
      namesProductKind = true
    }
  }

  /// The longest category's name that begins at a word, by itself or by a synonym.
  private func categoryMatch(at place: Int) -> PhraseTable<ShopKnowledge.Category>.Match? {
    if let match = knowledge.categories.longestMatch(in: words[place..<limit]), isFree(match.words) { return match }
    guard has(.synonyms) else { return nil }
    for match in rules.synonyms.table.matches(in: words[place..<limit]).reversed() where isFree(match.words) {
      let categories = match.values.flatMap { knowledge.categories[Folding.key(of: $0.text)] }
      if !categories.isEmpty { return .init(words: match.words, values: categories) }
    }
    return nil
  }

  /// A word's key and the keys of its synonyms.
  private func forms(of place: Int) -> [String] {
    [words[place].key] + (has(.synonyms) ? rules.synonyms.table[words[place].key].map { Folding.key(of: $0.text) } : [])
  }

  private mutating func takeValues() {
    for place in 0..<limit where uses[place] == .text && words[place].hasLetter {
      guard let match = knowledge.values.longestMatch(in: words[place..<limit]), isFree(match.words),
        let value = match.values.max(by: { $0.products < $1.products }),
        value.kind != .size || match.words.count > 1 || value.label.count > 2
      else { continue }
      // A word that names the wanted thing is the thing: an orange juice maker aside, `toner` is no attribute.
      if value.kind != .colour, match.words.count == 1, knowledge.kindKeys.contains(words[place].key) { continue }
      recogniseValue(value, words: match.words)
    }
  }

  private mutating func recogniseValue(_ value: ShopKnowledge.Value, words range: Range<Int>) {
    let pairs = Self.pairs(of: value)
    let codes = Array(Set(pairs.map(\.code)))
    let isSure =
      value.kind != .attribute && !categoryIDs.isEmpty
      && knowledge.coverage(of: codes, in: categoryIDs) >= Self.sureCoverage
    let recognition = Recognition(
      kind: value.kind, label: value.label, words: text(range), constraint: .values(pairs), isFilter: isSure)
    guard recognise(recognition) else { return }
    if isSure {
      makeOptional(range)
      widenColours()
    } else {
      bind(range)
      constraints[range.lowerBound] = recognition.constraint
    }
  }

  private static func pairs(of value: ShopKnowledge.Value) -> [Recognition.AttributePair] {
    value.codes.compactMap { token in FacetToken.parse(token).map { .init(code: $0.code, value: $0.value) } }
  }

  /// Two colours are either of them: nothing that is black and white is all black and all white.
  private mutating func widenColours() {
    let colours = recognitions.indices.filter { recognitions[$0].kind == .colour && recognitions[$0].isFilter }
    guard colours.count > 1 else { return }
    var union: [Recognition.AttributePair] = []
    for index in colours {
      if case .values(let pairs) = recognitions[index].constraint { union += pairs.filter { !union.contains($0) } }
    }
    for index in colours { recognitions[index].constraint = .values(union) }
  }

  // MARK: Sizes and measures

  /// `size 10`, `uk 9`, and bare sizes of letters or of a category that has sizes.
  private mutating func takeSizes() {
    for place in 0..<limit where uses[place] == .text {
      let isMarked = ["size", "uk", "eu"].contains(words[place].key)
      let at =
        isMarked && ["uk", "eu"].contains(words[place].key) == false && place + 1 < limit
          && words[place + 1].key == "uk" ? place + 2 : isMarked ? place + 1 : place
      guard at < limit, isFree(place..<at + 1) else { continue }
      takeSize(at: at, words: place..<at + 1, isMarked: isMarked)
    }
  }

  private mutating func takeSize(at place: Int, words range: Range<Int>, isMarked: Bool) {
    var pairs: [Recognition.AttributePair] = []
    for value in knowledge.values[words[place].key] where value.kind == .size {
      pairs += Self.pairs(of: value)
    }
    if let number = Double(words[place].key), number < 100 {
      pairs += knowledge.numericSizes.map { .init(code: $0, value: Measure.plain(number)) }
    }
    // In a category with sizes only those of its attributes.
    let ofCategory = pairs.filter { knowledge.coverage(of: [$0.code], in: categoryIDs) >= Self.sureCoverage }
    let isSure = !ofCategory.isEmpty
    guard isSure || isMarked, !pairs.isEmpty else { return }
    let recognition = Recognition(
      kind: .size, label: words[place].text.uppercased(), words: text(range),
      constraint: .values(isSure ? ofCategory : pairs), isFilter: isSure || isMarked)
    if recognise(recognition) { drop(range) }
  }

  private mutating func takeMeasures() {
    for place in 0..<limit where uses[place] == .text {
      guard let (measure, count) = Measure.read(words[place..<limit]), isFree(place..<place + count) else { continue }
      let attributes = knowledge.measured[measure.unit.dimension] ?? []
      let ranges = attributes.map { attribute in
        let number = measure.number(in: attribute.unit)
        let margin = number * Self.measureTolerance
        return Recognition.NumberRange(code: attribute.code, lower: number - margin, upper: number + margin)
      }
      let range = place..<place + count
      alternatives[place] = measure.writtenForms.map { .init(text: $0, weight: 1, isSameWords: true) }
      if !ranges.isEmpty {
        let recognition = Recognition(
          kind: .measure, label: measure.label, words: text(range), constraint: .numbers(ranges), isFilter: false)
        guard recognise(recognition) else {
          alternatives[place] = nil
          continue
        }
        constraints[place] = recognition.constraint
      } else {
        note("measure", measure.label)
      }
      bind(range)
    }
  }

  // MARK: Synonyms and compounds

  private mutating func addSynonyms() {
    var place = 0
    while place < limit {
      let match = rules.synonyms.table.matches(in: words[place..<limit]).last { match in
        uses[match.words.lowerBound] == .text && match.words.dropFirst().allSatisfy { uses[$0] == .text }
      }
      guard let match else {
        place += 1
        continue
      }
      bind(match.words)
      alternatives[match.words.lowerBound, default: []] += match.values
      note("synonyms", "\(text(match.words)) → \(match.values.map(\.text).joined(separator: ", "))")
      place = match.words.upperBound
    }
  }

  /// Words that the catalog writes as one: `smart watch` is also `smartwatch`; and one that it writes as two.
  private mutating func addCompounds() {
    guard let vocabulary = understanding.vocabulary else { return }
    for place in 0..<limit where uses[place] == .text && alternatives[place] == nil && constraints[place] == nil {
      let next = place + 1
      guard next < limit, uses[next] == .text, alternatives[next] == nil, constraints[next] == nil else { continue }
      let joined = words[place].key + words[next].key
      guard joined.utf8.count > 4, vocabulary.contains(joined) else { continue }
      bind(place..<next + 1)
      alternatives[place] = [.init(text: joined, weight: 1, isSameWords: true)]
      note("compound", "\(text(place..<next + 1)) → \(joined)")
    }
  }

  // MARK: The plan

  func write(to plan: inout QueryPlan, isExact: Bool) {
    var slots: [QueryPlan.Slot] = []
    for place in words.indices where uses[place] == .text {
      var end = place + 1
      while end < words.count, uses[end] == .partOf(place) { end += 1 }
      slots.append(
        QueryPlan.Slot(
          words: text(place..<end), alternatives: alternatives[place] ?? [], constraint: constraints[place],
          isOptional: optional.contains(place)))
    }
    plan.slots = slots
    plan.recognitions = recognitions
    plan.excluded = excluded
    plan.steps += steps
    plan.namesProductKind = namesProductKind
    plan.namesAccessory = words.indices.contains { uses[$0] != .gone && rules.isAccessory(words[$0].key) }
    if !isExact { plan.language = QueryLanguage.of(words.map(\.key)) }
    guard has(.codes) else { return }
    if plan.text.contains(where: { $0.isLetter || $0.isNumber }) { plan.codes.append(plan.text) }
    let parts = words.filter(\.isPartNumber).map(\.text)
    plan.codes += parts.filter { $0 != plan.text }
    if !parts.isEmpty { plan.note("part number", parts.joined(separator: ", ")) }
  }
}
