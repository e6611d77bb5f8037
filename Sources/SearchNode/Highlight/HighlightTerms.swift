/// The terms that a query looks for in one text, with their weights; for phrases also the places where they count.
///
/// The rules are those of Lucene's `WeightedSpanTermExtractor`: a phrase's terms are marked only within its
/// occurrences.
struct HighlightTerms {
  struct Entry {
    var weight: Float
    var isPositionSensitive: Bool
    var spans: [ClosedRange<Int>]

    func matches(_ position: Int) -> Bool { !isPositionSensitive || spans.contains { $0.contains(position) } }
  }

  private(set) var entries: [[UInt8]: Entry] = [:]
  /// The field whose terms count; nil means the terms of all fields.
  private let field: String?
  private let text: HighlightText

  init(_ query: IndexQuery, field: String?, text: HighlightText) {
    self.field = field
    self.text = text
    extract(query, 1)
  }

  private mutating func extract(_ query: IndexQuery, _ boost: Float) {
    switch query {
    case .boost(let inner, let factor): extract(inner, boost * factor)
    case .boolean(let clauses):
      for clause in clauses.must + clauses.should + clauses.filter { extract(clause, boost) }
    case .disMax(let queries, _): for query in queries { extract(query, boost) }
    case .constantScore(let inner): extract(inner, boost)
    case .boosting(let positive, _, _): extract(positive, boost)
    case .functionScore(let function): extract(function.query, boost)
    case .term(let term): put(term.bytes, of: term.field, boost)
    case .synonym(let field, let terms): for term in terms { put(term, of: field, boost) }
    case .termsIn(let field, let terms): for term in terms { put(term, of: field, boost) }
    case .prefix(let field, let prefix):
      for term in text.terms where term.starts(with: prefix) { put(term, of: field, boost) }
    case .termRange(let field, let range):
      for term in text.terms where range.contains(term) { put(term, of: field, boost) }
    case .phrase(let phrase): extract(phrase, boost)
    case .phrasePrefix(let prefix): extract(prefix, boost)
    case .matchAll, .matchNone, .numberRange, .numbersIn, .exists, .ids: break
    }
  }

  private func isWanted(_ name: String) -> Bool { field == nil || field == name }

  private mutating func put(_ term: [UInt8], of name: String, _ boost: Float) {
    guard isWanted(name) else { return }
    entries[term] = Entry(weight: boost, isPositionSensitive: false, spans: [])
  }

  /// The prefix matches those terms of this text that begin with it.
  private mutating func extract(_ prefix: IndexPhrasePrefix, _ boost: Float) {
    let expanded = text.terms.filter { term in prefix.prefixes.contains { term.starts(with: $0) } }
    var phrase = prefix.phrase
    if expanded.isEmpty {
      if !phrase.positions.isEmpty { extract(phrase, boost) }
      return
    }
    phrase.positions.append(
      .init(terms: Array(expanded.prefix(prefix.maxExpansions)), position: prefix.position))
    if phrase.positions.count > 1 { return extract(phrase, boost) }
    for term in phrase.positions[0].terms { put(term, of: phrase.field, boost) }
  }

  private mutating func extract(_ phrase: IndexPhrase, _ boost: Float) {
    guard isWanted(phrase.field), !phrase.positions.isEmpty else { return }
    let positions = phrase.positions.map { text.positions(of: $0.terms) }
    guard positions.allSatisfy({ !$0.isEmpty }) else { return }
    let first = phrase.positions[0].position
    let last = phrase.positions[phrase.positions.count - 1].position
    let gaps = max(0, last - first - phrase.positions.count + 1)
    let spans = PhraseSpans.find(positions, slop: phrase.slop + gaps, isOrdered: phrase.slop == 0)
    guard !spans.isEmpty else { return }
    for term in Set(phrase.positions.flatMap(\.terms)) {
      entries[term, default: Entry(weight: boost, isPositionSensitive: true, spans: [])].spans += spans
    }
  }
}

extension TermRange {
  fileprivate func contains(_ term: [UInt8]) -> Bool {
    if let lower {
      let order = TermBytes.compare(term, lower)
      if order < 0 || (order == 0 && !includesLower) { return false }
    }
    if let upper {
      let order = TermBytes.compare(term, upper)
      if order > 0 || (order == 0 && !includesUpper) { return false }
    }
    return true
  }
}

/// One text, analysed by its field's analyzer.
struct HighlightText {
  let units: [UInt16]
  let buffer: TokenBuffer
  private let positionsByTerm: [[UInt8]: [Int]]

  init(_ text: String, analyzer: Analyzer?, normalizer: Normalizer?) {
    units = Array(text.utf16)
    var buffer = TokenBuffer()
    if let analyzer {
      analyzer.analyze(text, into: &buffer)
    } else {
      KeywordTokens.fill(&buffer, with: text, normalized: normalizer?.normalize(text) ?? text)
    }
    self.buffer = buffer
    var positions: [[UInt8]: [Int]] = [:]
    var position = -1
    for token in buffer.tokens {
      position += Int(token.positionIncrement)
      positions[Array(buffer.bytes[token.termRange]), default: []].append(position)
    }
    positionsByTerm = positions
  }

  /// The distinct terms, in byte order.
  var terms: [[UInt8]] { positionsByTerm.keys.sorted { TermBytes.compare($0, $1) < 0 } }

  func positions(of terms: [[UInt8]]) -> [Int] {
    terms.flatMap { positionsByTerm[$0] ?? [] }.sorted()
  }
}

/// Occurrences of a phrase in a text, as Lucene's near spans find them.
enum PhraseSpans {
  static func find(_ positions: [[Int]], slop: Int, isOrdered: Bool) -> [ClosedRange<Int>] {
    if positions.count == 1 { return positions[0].map { $0...$0 } }
    return isOrdered ? ordered(positions, slop) : unordered(positions, slop)
  }

  /// For each position of the first term, the nearest following positions of the others.
  private static func ordered(_ positions: [[Int]], _ slop: Int) -> [ClosedRange<Int>] {
    var next = [Int](repeating: 0, count: positions.count)
    var spans: [ClosedRange<Int>] = []
    for start in positions[0] {
      var end = start + 1
      var width = 0
      for index in 1..<positions.count {
        while next[index] < positions[index].count, positions[index][next[index]] < end { next[index] += 1 }
        guard next[index] < positions[index].count else { return spans }
        width += positions[index][next[index]] - end
        end = positions[index][next[index]] + 1
      }
      if width <= slop { spans.append(start...(end - 1)) }
    }
    return spans
  }

  /// Windows that hold one position of each term; the foremost term moves on each time.
  private static func unordered(_ positions: [[Int]], _ slop: Int) -> [ClosedRange<Int>] {
    var next = [Int](repeating: 0, count: positions.count)
    var spans: [ClosedRange<Int>] = []
    while true {
      var least = 0
      var end = 0
      for index in positions.indices {
        let position = positions[index][next[index]]
        if position < positions[least][next[least]] { least = index }
        end = max(end, position + 1)
      }
      let start = positions[least][next[least]]
      if end - start - positions.count <= slop { spans.append(start...(end - 1)) }
      next[least] += 1
      if next[least] == positions[least].count { return spans }
    }
  }
}
