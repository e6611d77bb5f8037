import SearchDSL

/// Keeps the best hits in the order asked for, one of each group where the search collapses.
struct HitCollector {
  private let order: SortOrder
  private var top: TopHits
  private let collapse: CollapseField?
  private let capacity: Int
  private let after: [Int64]?
  private(set) var total = 0
  private(set) var maximumScore: Float?
  /// Of each group its best hit; the key is the group's ordinal or number, nil without one.
  private var groups: [Int64?: (entry: TopHits.Entry, keys: [Int64])] = [:]

  init(order: SortOrder, capacity: Int, after: [Int64]?, collapse: CollapseField?) {
    self.order = order
    self.capacity = capacity
    self.after = after
    self.collapse = collapse
    top = TopHits(capacity: capacity, width: order.components.count, after: after)
  }

  mutating func collect(_ matches: Matches, reader: SegmentReader, at index: Int) {
    total += matches.documents.count
    if !matches.scores.isEmpty {
      for score in matches.scores where maximumScore.map({ score > $0 }) ?? true { maximumScore = score }
    }
    guard capacity > 0 else { return }
    let components = order.bound(to: reader, at: index)
    let groupColumn = collapse?.bound(to: reader, at: index)
    var keys = [Int64](repeating: 0, count: components.count)
    for (position, document) in matches.documents.enumerated() {
      let score = matches.scores.isEmpty ? 0 : matches.scores[position]
      for component in components.indices { keys[component] = components[component].key(document, score: score) }
      let global = reader.documentBase + Int(document)
      if let groupColumn {
        insert(groupColumn.group(document), keys, TopHits.Entry(document: global, score: score))
      } else {
        keys.withUnsafeBufferPointer { top.insert($0.baseAddress!, document: global, score: score) }
      }
    }
  }

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
