import SearchDSL

/// Keeps the best hits in the requested order; if the search collapses, one for each group.
struct HitCollector {
  private let order: SortOrder
  private var top: TopHits
  private let collapse: CollapseField?
  private let capacity: Int
  private let after: [Int64]?
  private(set) var total = 0
  private var best = -Float.infinity
  private var components: [BoundSortComponent] = []
  private var groupColumn: CollapseField.Bound?
  private var base = 0
  /// The best hit of each group; the key is the group's ordinal or number, nil without one.
  private var groups: [Int64?: (entry: TopHits.Entry, keys: [Int64])] = [:]

  init(order: SortOrder, capacity: Int, after: [Int64]?, collapse: CollapseField?) {
    self.order = order
    self.capacity = capacity
    self.after = after
    self.collapse = collapse
    top = TopHits(capacity: capacity, width: order.components.count, after: after)
  }

  /// Reads the columns of the segment whose matches come next.
  mutating func begin(_ reader: SegmentReader, at index: Int) {
    components = order.bound(to: reader, at: index)
    groupColumn = collapse?.bound(to: reader, at: index)
    base = reader.documentBase
  }

  mutating func collect(_ matches: borrowing Matches) {
    total += matches.documents.count
    guard capacity > 0 else { return }
    if collapse == nil, components.count == 1, components[0].isScore { return collectByScore(matches) }
    var keys = [Int64](repeating: 0, count: components.count)
    let first = components[0]
    for position in matches.documents.indices {
      let document = matches.documents[position]
      let score = matches.scores.isEmpty ? 0 : matches.scores[position]
      noteMaximum(score)
      keys[0] = first.key(document, score: score)
      // Most matches lose by their first key, so the other keys' columns are not read for them.
      if collapse == nil, top.isFull, keys[0] > top.worstFirstKey { continue }
      for component in components.indices.dropFirst() {
        keys[component] = components[component].key(document, score: score)
      }
      let entry = TopHits.Entry(document: base + Int(document), score: score)
      if let groupColumn {
        insert(groupColumn.group(document), keys, entry)
      } else {
        keys.withUnsafeBufferPointer { top.insert($0.baseAddress!, document: entry.document, score: score) }
      }
    }
  }

  /// If hits are sorted by score alone, most matches lose by one comparison.
  private mutating func collectByScore(_ matches: borrowing Matches) {
    for position in matches.documents.indices {
      let score = matches.scores[position]
      noteMaximum(score)
      let key = SortOrder.scoreKey(score)
      let ordered = components[0].isDescending ? ~key : key
      if top.isFull, ordered >= top.worstFirstKey { continue }
      withUnsafePointer(to: ordered) {
        top.insert($0, document: base + Int(matches.documents[position]), score: score)
      }
    }
  }

  @inline(__always)
  private mutating func noteMaximum(_ score: Float) {
    if score > best { best = score }
  }

  /// nil: nothing matched.
  var maxScore: Float? { best > -.infinity ? best : nil }

  private mutating func insert(_ group: Int64?, _ keys: [Int64], _ entry: TopHits.Entry) {
    if let best = groups[group], !keys.lexicographicallyPrecedes(best.keys) { return }
    groups[group] = (entry, keys)
  }

  func sorted() -> [(entry: TopHits.Entry, keys: ArraySlice<Int64>)] {
    guard collapse != nil else { return top.sorted() }
    var heads = TopHits(capacity: capacity, width: order.components.count, after: after)
    for best in groups.values.sorted(by: { $0.entry.document < $1.entry.document }) {
      best.keys.withUnsafeBufferPointer {
        heads.insert($0.baseAddress!, document: best.entry.document, score: best.entry.score)
      }
    }
    return heads.sorted()
  }

  func collapseValue(of document: Int) -> FieldValue? { collapse?.value(of: document) }
}

/// The field that a search collapses by.
struct CollapseField {
  private let name: String
  private let type: FieldType
  private let snapshot: Snapshot
  private let ordinals: GlobalOrdinals?

  init(_ name: String, _ snapshot: Snapshot) throws(SearchEngineError) {
    guard let field = snapshot.mapping.fields[name] else {
      throw .refused(
        status: 400, type: "illegal_argument_exception",
        reason: "no mapping found for `\(name)` in order to collapse on", index: nil)
    }
    guard field.type == .keyword || field.type.isNumber, field.hasDocValues else {
      throw .refused(
        status: 400, type: "illegal_argument_exception",
        reason: "unknown type for collapse field `\(name)`, only keywords and numbers are accepted", index: nil)
    }
    self.name = name
    self.snapshot = snapshot
    type = field.type
    ordinals = type == .keyword ? snapshot.globalOrdinals(of: name) : nil
  }

  struct Bound {
    fileprivate let numbers: NumericColumn?
    fileprivate let ordinals: OrdinalColumn?
    fileprivate let map: Slab<Int32>?

    func group(_ document: Int32) -> Int64? {
      if let numbers {
        let range = numbers.range(document)
        return range.isEmpty ? nil : numbers.values[range.lowerBound]
      }
      guard let ordinals else { return nil }
      let range = ordinals.range(document)
      guard !range.isEmpty else { return nil }
      let local = ordinals.ordinals[range.lowerBound]
      return Int64(map?[Int(local)] ?? local)
    }
  }

  func bound(to reader: SegmentReader, at index: Int) -> Bound {
    let field = reader.segment.fields[name]
    return Bound(numbers: field?.numbers, ordinals: field?.ordinals, map: ordinals?.maps[index])
  }

  func value(of document: Int) -> FieldValue? {
    let index = snapshot.readers.lastIndex { $0.documentBase <= document } ?? 0
    let reader = snapshot.readers[index]
    guard let group = bound(to: reader, at: index).group(Int32(document - reader.documentBase)) else { return nil }
    if let ordinals { return .string(ordinals.string(Int(group))) }
    return type.isFloating ? .double(SortableDouble.decode(group)) : .int(group)
  }
}
