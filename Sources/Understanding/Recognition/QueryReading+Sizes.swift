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
      if words[at].key == "size" { at += 1 }
      if at < limit, ["uk", "eu"].contains(words[at].key) { at += 1 }
      guard at < limit, isFree(place..<at + 1) else { continue }
      let isJoined = words[at].key.hasPrefix("uk") && words[at].key.dropFirst(2).first?.isNumber == true
      let two =
        at + 1 < limit && uses[at + 1] == .text ? Self.letterSizes[words[at].key + " " + words[at + 1].key] : nil
      // `size ten`; without the word a number in letters is none.
      let spelt = at > place ? NumberWords.read([words[at].key]).map { Measure.plain($0.value) } : nil
      let size =
        spelt ?? two ?? Self.letterSizes[words[at].key]
        ?? (isJoined ? String(words[at].key.dropFirst(2)) : words[at].key)
      takeSize(size, words: place..<at + (two == nil ? 1 : 2), isMarked: at > place || isJoined)
    }
  }

  mutating func takeSize(_ size: String, words range: Range<Int>, isMarked: Bool) {
    var pairs: [Recognition.AttributePair] = []
    for value in knowledge.values[size] where value.kind == .size { pairs += value.pairs }
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
