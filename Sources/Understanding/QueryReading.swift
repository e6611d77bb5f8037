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
  /// The share of a word's products that have an attribute for the word to speak of things that have it.
  private static let plausibleShare = 0.5
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
      takeBrands()
      takeCategories()
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
    var found: [(words: Range<Int>, categories: [ShopKnowledge.Category])] = []
    for place in 0..<limit where isUnfiltered(place) && place >= end {
      guard let match = categoryMatch(at: place), !isModifier(match) else { continue }
      let categories = meant(match.values)
      guard !categories.isEmpty else { continue }
      end = match.words.upperBound
      found.append((match.words, categories))
    }
    namesProductKind = !found.isEmpty
    // A department beside one of its categories only says which of them.
    if found.contains(where: { $0.categories[0].isLeaf }) { found.removeAll { !$0.categories[0].isLeaf } }
    for (words, categories) in found {
      // What an attribute says as well is better said by it: `women`.
      if !categories[0].isLeaf, knowledge.values.longestMatch(in: self.words[words]) != nil { continue }
      let recognition = Recognition(
        kind: .category, label: categories[0].name, words: text(words),
        constraint: .category(categories.map(\.id)), isFilter: false)
      if recognise(recognition) { categoryIDs += categories.map(\.id) }
    }
    // The last word names the thing, though its category be called otherwise: a gaming mouse.
    if let last = words.indices.prefix(limit).last(where: { uses[$0] == .text }),
      forms(of: last).contains(where: { knowledge.kindKeys.contains($0) })
    {
      namesProductKind = true
    }
  }

  /// Whether a word is searched for, be it that a brand's filter says it too.
  private func isUnfiltered(_ place: Int) -> Bool { uses[place] == .text && !optional.contains(place) }

  /// Of the categories that a phrase may be, those that are meant: of a department that the query names, rather the whole
  /// name than a part of it, rather the narrow than the wide. A part of a department's name names nothing.
  private func meant(_ candidates: [ShopKnowledge.Category]) -> [ShopKnowledge.Category] {
    let keys = Set(words.map(\.key))
    let ofDepartment = candidates.filter { !$0.departments.isDisjoint(with: keys) }
    let named = (ofDepartment.isEmpty ? candidates : ofDepartment).filter { $0.isLeaf || $0.isWhole }
    func rank(_ category: ShopKnowledge.Category) -> Int { (category.isWhole ? 2 : 0) + (category.isLeaf ? 1 : 0) }
    let best = named.map(rank).max()
    return named.filter { rank($0) == best }
  }

  /// Whether a phrase only tells which: `laptop` of a laptop backpack, where no laptop is called so; and what stands
  /// behind `for`.
  private func isModifier(_ match: PhraseTable<ShopKnowledge.Category>.Match) -> Bool {
    let before = words[..<match.words.lowerBound]
    if let mark = before.lastIndex(where: { $0.key == "for" }), before[..<mark].contains(where: { !$0.key.isEmpty }) {
      return true
    }
    let next = match.words.upperBound
    guard match.words.count == 1, next < limit, uses[next] == .text,
      let categories = knowledge.pairCategories[words[next - 1].key + " " + words[next].key]
    else { return false }
    return match.values.allSatisfy { !$0.isLeaf || !categories.contains($0.id) }
  }

  /// The longest category's name that begins at a word, by itself or by a synonym.
  private func categoryMatch(at place: Int) -> PhraseTable<ShopKnowledge.Category>.Match? {
    if let match = knowledge.categories.longestMatch(in: words[place..<limit]), isFree(match.words) { return match }
    return synonymMatch(at: place) { knowledge.categories[$0] }
  }

  /// The longest phrase that begins at a word and has a synonym with values.
  private func synonymMatch<Value>(
    at place: Int, _ values: (String) -> [Value]
  ) -> PhraseTable<Value>.Match? {
    guard has(.synonyms) else { return nil }
    for match in rules.synonyms.table.matches(in: words[place..<limit]).reversed() where isFree(match.words) {
      let found = match.values.flatMap { values(Folding.key(of: $0.text)) }
      if !found.isEmpty { return .init(words: match.words, values: found) }
    }
    return nil
  }

  /// A word's key and the keys of its synonyms.
  private func forms(of place: Int) -> [String] {
    [words[place].key] + (has(.synonyms) ? rules.synonyms.table[words[place].key].map { Folding.key(of: $0.text) } : [])
  }

  private mutating func takeValues() {
    var end = 0
    for place in 0..<limit where isUnfiltered(place) && place >= end {
      guard let match = valueMatch(at: place), isFree(match.words),
        words[place].hasLetter || match.words.count > 1,
        let value = match.values.max(by: { $0.products < $1.products }),
        value.kind != .size || match.words.count > 1 || value.label.count > 2
      else { continue }
      // A word that names the wanted thing is the thing: `toner` is no attribute.
      if value.kind != .colour, match.words.count == 1, knowledge.kindKeys.contains(words[place].key) { continue }
      guard isPlausible(value, match.words) else { continue }
      end = match.words.upperBound
      // `navy blue` is a shade's name and its colour: one of them.
      if value.kind == .colour, end < limit, let second = valueMatch(at: end), second.values[0].kind == .colour,
        isFree(second.words)
      {
        end = second.words.upperBound
      }
      recogniseValue(value, words: match.words.lowerBound..<end)
    }
  }

  private func valueMatch(at place: Int) -> PhraseTable<ShopKnowledge.Value>.Match? {
    knowledge.values.longestMatch(in: words[place..<limit])
      ?? synonymMatch(at: place) { key in knowledge.values[key].filter { $0.kind != .size } }
  }

  /// Whether what the query is about comes in colours, or in those sizes; else `black friday` and `king arthur` are words.
  private func isPlausible(_ value: ShopKnowledge.Value, _ range: Range<Int>) -> Bool {
    guard value.kind == .colour || value.kind == .size, categoryIDs.isEmpty else { return true }
    let others = words.indices.prefix(limit).filter { place in
      !range.contains(place) && uses[place] == .text
        && !knowledge.values[words[place].key].contains { $0.kind == .colour }
    }
    if others.isEmpty { return value.kind == .colour || range.count > 1 }
    let codes = Self.pairs(of: value).map(\.code)
    return others.flatMap(forms).contains { key in
      value.kind == .colour
        ? knowledge.colouredShare[key] ?? 0 >= Self.plausibleShare : share(of: codes, word: key) >= Self.plausibleShare
    }
  }

  /// Of the products with a word in their title, the share that has one of some attributes.
  private func share(of codes: [String], word: String) -> Double {
    codes.map { knowledge.sizeShares[word]?[$0] ?? 0 }.max() ?? 0
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

  private static let letterSizes = [
    "extra small": "xs", "small": "s", "medium": "m", "large": "l", "extra large": "xl",
  ]

  /// `size 10`, `uk 9`, `uk9`, `medium`, and bare sizes of things that have sizes.
  private mutating func takeSizes() {
    for place in 0..<limit where isUnfiltered(place) {
      var at = place
      if words[at].key == "size" { at += 1 }
      if at < limit, ["uk", "eu"].contains(words[at].key) { at += 1 }
      guard at < limit, isFree(place..<at + 1) else { continue }
      let isJoined = words[at].key.hasPrefix("uk") && words[at].key.dropFirst(2).first?.isNumber == true
      let two =
        at + 1 < limit && uses[at + 1] == .text ? Self.letterSizes[words[at].key + " " + words[at + 1].key] : nil
      let size =
        two ?? Self.letterSizes[words[at].key] ?? (isJoined ? String(words[at].key.dropFirst(2)) : words[at].key)
      takeSize(size, words: place..<at + (two == nil ? 1 : 2), isMarked: at > place || isJoined)
    }
  }

  private mutating func takeSize(_ size: String, words range: Range<Int>, isMarked: Bool) {
    var pairs: [Recognition.AttributePair] = []
    for value in knowledge.values[size] where value.kind == .size { pairs += Self.pairs(of: value) }
    if let number = Double(size), number < 100 {
      pairs += knowledge.numericSizes.map { .init(code: $0, value: Measure.plain(number)) }
    }
    // Of a thing with sizes only those of its attributes.
    let others = words.indices.prefix(limit).filter { !range.contains($0) && uses[$0] == .text }.flatMap(forms)
    let own = pairs.filter { pair in
      categoryIDs.contains { knowledge.coverage[$0]?[pair.code] ?? 0 >= Self.sureCoverage }
        || others.contains { share(of: [pair.code], word: $0) >= Self.sureCoverage }
    }
    guard !own.isEmpty || isMarked, !pairs.isEmpty else { return }
    let recognition = Recognition(
      kind: .size, label: size.uppercased(), words: text(range), constraint: .values(own.isEmpty ? pairs : own),
      isFilter: true)
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
