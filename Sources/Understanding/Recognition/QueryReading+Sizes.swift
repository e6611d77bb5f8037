import Catalog

/// Sizes, and numbers with a unit.
extension QueryReading {
  private static let letterSizes = [
    "extra small": "xs", "small": "s", "medium": "m", "large": "l", "extra large": "xl",
  ]

  /// `size 10`, `uk 9`, `uk9`, `medium`, and bare sizes of things that have sizes.
  mutating func takeSizes() {
    for place in 0..<limit where isUnfiltered(place) {
      var at = place
      var system: String?
      for _ in 0..<2 where at < limit {
        if words[at].key == "size" {
          at += 1
        } else if Self.sizeSystems.contains(words[at].key) {
          system = words[at].key
          at += 1
        }
      }
      guard at < limit, isFree(place..<at + 1) else { continue }
      let isJoined = words[at].key.hasPrefix("uk") && words[at].key.dropFirst(2).first?.isNumber == true
      let two =
        at + 1 < limit && uses[at + 1] == .text ? Self.letterSizes[words[at].key + " " + words[at + 1].key] : nil
      // `size ten`; without the word a number in letters is none.
      let spelt = at > place ? NumberWords.read([words[at].key]).map { Measure.plain($0.value) } : nil
      let size =
        spelt ?? two ?? Self.letterSizes[words[at].key]
        ?? (isJoined ? String(words[at].key.dropFirst(2)) : words[at].key)
      if isJoined { system = "uk" }
      takeSize(
        size, system: system, words: place..<at + (two == nil ? 1 : 2), isMarked: at > place || isJoined)
    }
  }

  static let sizeSystems: Set<String> = ["uk", "eu", "us"]
  /// A number without a system is one of the first of these that the shop has.
  private static let systemsByUse = ["uk", "eu", "us"]

  /// The values that a size may be, written with its system and without: 9 is UK 9.
  private func sizePairs(_ size: String, system: String?) -> [Recognition.AttributePair] {
    func pairs(_ key: String) -> [Recognition.AttributePair] {
      knowledge.values[key].filter { $0.kind == .size }.flatMap(\.pairs)
    }
    let plain = pairs(size)
    guard Double(size) != nil else { return plain }
    if let system { return plain + pairs(system + " " + size) }
    let written = Self.systemsByUse.lazy.map { pairs($0 + " " + size) }.first { !$0.isEmpty } ?? []
    return plain + written
  }

  /// Whether the things that are asked for come in sizes, and in none of these.
  private func isAbsent(_ pairs: [Recognition.AttributePair], beside others: [String]) -> Bool {
    let sizes = others.compactMap { knowledge.things[$0]?.sizes }.filter { !$0.isEmpty }
    return !sizes.isEmpty
      && !sizes.contains { own in
        pairs.contains { own.contains(FacetToken.value(code: $0.code, Folding.key(of: $0.value))) }
      }
  }

  mutating func takeSize(_ size: String, system: String?, words range: Range<Int>, isMarked: Bool) {
    var pairs = sizePairs(size, system: system)
    if let number = Double(size), number < 100 {
      pairs += knowledge.numericSizes.map { .init(code: $0, value: Measure.plain(number)) }
    }
    // Of a thing with sizes only those of its attributes.
    let others = words.indices.prefix(limit).filter { !range.contains($0) && uses[$0] == .text }.flatMap(forms)
    let own = pairs.filter { pair in
      categoryIDs.contains { knowledge.coverage[$0]?[pair.code] ?? 0 >= Self.sureCoverage }
        || others.contains { share(of: [pair.code], word: $0) >= Self.sureCoverage }
    }
    let label = size.uppercased()
    let isSize = !pairs.isEmpty || Double(size) != nil
    if isMarked || !own.isEmpty, isSize, isAbsent(pairs, beside: others), leavesText(without: range) {
      // A number alone may be anything else.
      guard isMarked || Double(size) == nil else { return }
      absent.append("size \(label)")
      note("absent", "size \(label)")
      drop(range)
      return
    }
    guard !own.isEmpty || isMarked, !pairs.isEmpty else { return }
    let recognition = Recognition(
      kind: .size, label: label, words: text(range), constraint: .values(own.isEmpty ? pairs : own),
      isFilter: true)
    if recognise(recognition) { drop(range) }
  }

  mutating func takeMeasures() {
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
}
