import JSON
import SearchDSL

/// Marks the words that a query found in a document's texts: Lucene's plain highlighter with the simple span
/// fragmenter.
///
/// A class, because the fragmenter of a field keeps a position from text to text, as Lucene's does. The documents of a
/// page must therefore be highlighted in the order of indexing.
final class PlainHighlighter {
  private let fields: [FieldState]

  private final class FieldState {
    let name: String
    let mapping: FieldMapping
    let query: IndexQuery
    let options: Highlight
    let fragmentSize: Int
    let numberOfFragments: Int
    /// Position at which a phrase that must not be cut ends.
    var awaitedPosition = -1

    init(_ field: Highlight.Field, _ mapping: FieldMapping, _ query: IndexQuery, _ options: Highlight) {
      name = mapping.name
      self.mapping = mapping
      self.query = query
      self.options = options
      fragmentSize = field.fragmentSize ?? options.fragmentSize
      numberOfFragments = field.numberOfFragments ?? options.numberOfFragments
    }
  }

  init(_ highlight: Highlight, query: IndexQuery, mapping: MappingSnapshot) {
    fields = highlight.fields.flatMap { field in
      mapping.names(matching: field.name).compactMap { name in
        guard let found = mapping.fields[name], found.type.isText else { return nil }
        return FieldState(field, found, query, highlight)
      }
    }
  }

  /// The fragments of each field, best first; fields without a match are left out.
  func highlight(_ source: JSONValue) -> [String: [String]] {
    var highlighted: [String: [String]] = [:]
    for field in fields {
      let texts = Self.texts(source, field.mapping.sourcePath.split(separator: ".").map(String.init)[...])
      var fragments: [String] = []
      for text in texts { fragments += self.fragments(text, field) }
      let isWhole = field.numberOfFragments == 0
      let limit = isWhole ? (texts.count > 1 ? fragments.count : 1) : field.numberOfFragments
      if !fragments.isEmpty { highlighted[field.name] = Array(fragments.prefix(limit)) }
    }
    return highlighted
  }

  private static func texts(_ value: JSONValue, _ path: ArraySlice<String>) -> [String] {
    switch value {
    case .array(let items): return items.flatMap { texts($0, path) }
    case .object(let object):
      // The name of a member may itself contain dots.
      return path.indices.flatMap { end in
        object[path[...end].joined(separator: ".")].map { texts($0, path[(end + 1)...]) } ?? []
      }
    case .null: return []
    default:
      guard path.isEmpty else { return [] }
      switch value {
      case .string(let text): return [text]
      case .int(let number): return [String(number)]
      case .double(let number): return [JavaNumber.text(number)]
      case .bool(let flag): return [flag ? "true" : "false"]
      default: return []
      }
    }
  }

  // MARK: One text

  private struct Fragment {
    var start: Int
    var end = 0
    var score: Float = 0
  }

  /// Overlapping tokens, marked as one.
  private struct TokenGroup {
    var count = 0
    var end: Int32 = 0
    var matchStart: Int32 = 0
    var matchEnd: Int32 = 0
    var total: Float = 0

    mutating func add(_ token: Token, _ score: Float) {
      if count == 0 {
        (matchStart, matchEnd, end) = (token.startOffset, token.endOffset, token.endOffset)
        total = score
      } else {
        end = max(end, token.endOffset)
        if score > 0 {
          matchStart = total == 0 ? token.startOffset : min(matchStart, token.startOffset)
          matchEnd = total == 0 ? token.endOffset : max(matchEnd, token.endOffset)
          total += score
        }
      }
      count += 1
    }
  }

  private func fragments(_ text: String, _ field: FieldState) -> [String] {
    let analysed = HighlightText(
      text, analyzer: field.mapping.parameters.analyzer, normalizer: field.mapping.parameters.normalizer)
    let terms = HighlightTerms(
      field.query, field: field.options.requireFieldMatch ? field.name : nil, text: analysed)
    guard !terms.entries.isEmpty || field.numberOfFragments > 0 else { return [] }
    var marker = Marker(analysed.units, field.options)
    var fragmenter = SpanFragmenter(field.fragmentSize, textLength: analysed.units.count, field.awaitedPosition)
    var scorer = FragmentScorer(terms)
    var fragments = [Fragment(start: 0)]
    var group = TokenGroup()
    for token in analysed.buffer.tokens {
      let term = Array(analysed.buffer.bytes[token.termRange])
      if group.count > 0, token.startOffset >= group.end {
        marker.append(from: group.matchStart, to: group.matchEnd, isMarked: group.total > 0)
        group = TokenGroup()
        if field.numberOfFragments > 0, fragmenter.isNewFragment(token, terms.entries[term]) {
          fragments[fragments.count - 1].score = scorer.score
          fragments[fragments.count - 1].end = marker.output.count
          fragments.append(Fragment(start: marker.output.count))
          scorer.startFragment()
        }
      }
      group.add(token, scorer.tokenScore(term, token))
    }
    field.awaitedPosition = fragmenter.awaitedPosition
    if group.count > 0 { marker.append(from: group.matchStart, to: group.matchEnd, isMarked: group.total > 0) }
    marker.finish()
    fragments[fragments.count - 1].score = scorer.score
    fragments[fragments.count - 1].end = marker.output.count
    let best = fragments.enumerated().filter { $0.element.score > 0 }.sorted { left, right in
      left.element.score != right.element.score ? left.element.score > right.element.score : left.offset < right.offset
    }
    return best.prefix(max(1, field.numberOfFragments)).map { _, fragment in
      String(decoding: marker.output[fragment.start..<fragment.end], as: UTF16.self)
    }
  }

  /// Copies the text and marks the words found.
  private struct Marker {
    private let text: [UInt16]
    private let preTag: [UInt16]
    private let postTag: [UInt16]
    private var copied = 0
    private(set) var output: [UInt16] = []

    init(_ text: [UInt16], _ options: Highlight) {
      self.text = text
      preTag = Array(options.preTag.utf16)
      postTag = Array(options.postTag.utf16)
    }

    mutating func append(from start: Int32, to end: Int32, isMarked: Bool) {
      let end = min(Int(end), text.count)
      let start = min(Int(start), end)
      if start > copied { output += text[copied..<start] }
      if isMarked { output += preTag }
      output += text[start..<end]
      if isMarked { output += postTag }
      copied = max(copied, end)
    }

    mutating func finish() {
      if copied < text.count { output += text[copied...] }
      copied = text.count
    }
  }

  /// Scores a fragment by the distinct terms in it.
  private struct FragmentScorer {
    private let terms: HighlightTerms
    private var position = -1
    private var found: Set<[UInt8]> = []
    private(set) var score: Float = 0

    init(_ terms: HighlightTerms) { self.terms = terms }

    mutating func startFragment() {
      found.removeAll()
      score = 0
    }

    mutating func tokenScore(_ term: [UInt8], _ token: Token) -> Float {
      position += Int(token.positionIncrement)
      guard let entry = terms.entries[term], entry.matches(position) else { return 0 }
      if found.insert(term).inserted { score += entry.weight }
      return entry.weight
    }
  }

  /// Begins a fragment after every `size` characters, but not within a phrase.
  private struct SpanFragmenter {
    private let size: Int
    private let textLength: Int
    private var count = 1
    /// Counts from the second token on, as Lucene's fragmenter does.
    private var position = -1
    private(set) var awaitedPosition: Int

    init(_ size: Int, textLength: Int, _ awaitedPosition: Int) {
      self.size = size
      self.textLength = textLength
      self.awaitedPosition = awaitedPosition
    }

    mutating func isNewFragment(_ token: Token, _ entry: HighlightTerms.Entry?) -> Bool {
      position += Int(token.positionIncrement)
      if awaitedPosition <= position {
        awaitedPosition = -1
      } else if awaitedPosition != -1 {
        return false
      }
      if let span = entry?.spans.first(where: { $0.lowerBound == position }) { awaitedPosition = span.upperBound + 1 }
      let isNew =
        Int(token.endOffset) >= size * count && textLength - Int(token.endOffset) >= size / 2
      if isNew { count += 1 }
      return isNew
    }
  }
}
