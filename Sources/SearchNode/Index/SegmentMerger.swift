/// Makes one segment of several neighbours, without the deleted documents.
struct SegmentMerger {
  private let readers: [SegmentReader]
  /// Of each segment, its documents' new numbers; -1 for deleted ones.
  private let maps: [[Int32]]
  private let documentCount: Int

  init(_ readers: [SegmentReader]) {
    self.readers = readers
    var next: Int32 = 0
    maps = readers.map { reader in
      (0..<reader.segment.documentCount).map { document in
        guard reader.live?[document] ?? true else { return -1 }
        defer { next += 1 }
        return next
      }
    }
    documentCount = Int(next)
  }

  func merge() -> Segment {
    var fields: [String: SegmentField] = [:]
    for name in Set(readers.flatMap { $0.segment.fields.keys }) { fields[name] = field(name) }
    return Segment(documentCount: documentCount, fields: fields, stored: stored())
  }

  private func field(_ name: String) -> SegmentField {
    let parts = readers.map { $0.segment.fields[name] }
    var field = SegmentField()
    let inverted = parts.map { $0?.inverted }
    if inverted.contains(where: { $0 != nil }) {
      let merged = merge(inverted)
      field.inverted = merged.field
      if parts.contains(where: { $0?.ordinals != nil }) { field.ordinals = ordinals(parts, merged.maps) }
    }
    if let isFloating = parts.lazy.compactMap({ $0?.numbers?.isFloating }).first {
      field.numbers = numbers(parts, isFloating: isFloating)
    }
    if parts.contains(where: { $0?.existing != nil }) {
      var existing = BitSet(count: documentCount)
      for (segment, part) in parts.enumerated() {
        guard let bits = part?.existing else { continue }
        for (old, new) in maps[segment].enumerated() where new >= 0 && bits[old] { existing[Int(new)] = true }
      }
      field.existing = existing
    }
    return field
  }

  private func norms(_ parts: [InvertedField?]) -> [UInt8]? {
    guard parts.contains(where: { $0?.norms != nil }) else { return nil }
    var norms = [UInt8](repeating: 0, count: documentCount)
    for (segment, part) in parts.enumerated() {
      guard let source = part?.norms else { continue }
      for (old, new) in maps[segment].enumerated() where new >= 0 { norms[Int(new)] = source[old] }
    }
    return norms
  }

  /// The merged postings, and of each segment its ordinals' new ones (-1: the term has gone).
  private func merge(_ parts: [InvertedField?]) -> (field: InvertedField, maps: [[Int32]]) {
    let terms = GlobalOrdinals(dictionaries: parts)
    let norms = norms(parts)
    var writer = InvertedFieldWriter(options: parts.lazy.compactMap { $0?.options }.first ?? .documents)
    var hasTerm = BitSet(count: documentCount)
    var ordinalMaps = parts.map { [Int32](repeating: -1, count: $0?.termCount ?? 0) }
    var next = [Int](repeating: 0, count: parts.count)
    var positions: [Int32] = []
    var ordinal: Int32 = 0
    for global in 0..<terms.count {
      writer.beginTerm()
      var isEmpty = true
      var sources: [(segment: Int, ordinal: Int)] = []
      for (segment, part) in parts.enumerated() {
        guard let part, next[segment] < part.termCount else { continue }
        let mapped = terms.maps[segment].map { Int($0[next[segment]]) } ?? next[segment]
        guard mapped == global else { continue }
        sources.append((segment, next[segment]))
        next[segment] += 1
        let cursor = PostingsCursor(part, ordinal: next[segment] - 1)
        while cursor.next() != PostingsCursor.end {
          let document = maps[segment][Int(cursor.document)]
          guard document >= 0 else { continue }
          if part.options.hasPositions { cursor.readPositions(into: &positions) }
          let frequency = part.options.hasFrequencies ? Int(cursor.frequency) : 1
          positions.withUnsafeBufferPointer {
            writer.add(document: document, frequency: frequency, positions: $0, norm: norms?[Int(document)] ?? 1)
          }
          hasTerm[Int(document)] = true
          isEmpty = false
        }
      }
      writer.endTerm(terms.term(global))
      guard !isEmpty else { continue }
      for source in sources { ordinalMaps[source.segment][source.ordinal] = ordinal }
      ordinal += 1
    }
    return (InvertedField(writer, documentCount: hasTerm.cardinality, norms: norms), ordinalMaps)
  }

  private func ordinals(_ parts: [SegmentField?], _ ordinalMaps: [[Int32]]) -> OrdinalColumn {
    var writer = OrdinalColumnWriter()
    for (segment, part) in parts.enumerated() {
      guard let column = part?.ordinals else { continue }
      for (old, new) in maps[segment].enumerated() where new >= 0 {
        let range = column.range(Int32(old))
        if !range.isEmpty {
          writer.add(range.map { ordinalMaps[segment][Int(column.ordinals[$0])] }, document: Int(new))
        }
      }
    }
    return writer.finish(documentCount: documentCount, remap: nil)
  }

  private func numbers(_ parts: [SegmentField?], isFloating: Bool) -> NumericColumn {
    var writer = NumericColumnWriter(isFloating: isFloating)
    for (segment, part) in parts.enumerated() {
      guard let column = part?.numbers else { continue }
      for (old, new) in maps[segment].enumerated() where new >= 0 {
        let range = column.range(Int32(old))
        if !range.isEmpty { writer.add(range.map { column.values[$0] }, document: Int(new)) }
      }
    }
    return writer.finish(documentCount: documentCount)
  }

  private func stored() -> StoredDocuments {
    var ids: [UInt8] = []
    var idStarts: [UInt64] = [0]
    var versions: [Int64] = []
    var sources: [UInt8] = []
    var sourceStarts: [UInt64] = [0]
    for (segment, reader) in readers.enumerated() {
      let stored = reader.segment.stored
      for (old, new) in maps[segment].enumerated() where new >= 0 {
        ids.append(contentsOf: stored.idUTF8(Int32(old)))
        idStarts.append(UInt64(ids.count))
        versions.append(stored.versions[old])
        sources.append(contentsOf: stored.source(Int32(old)))
        sourceStarts.append(UInt64(sources.count))
      }
    }
    return StoredDocuments(
      ids: ids, idStarts: idStarts, versions: versions, sources: sources, sourceStarts: sourceStarts)
  }
}

/// Which neighbouring segments to merge: those of about the same size, when there are many of it.
enum MergePolicy {
  /// Neighbours of one tier that are merged together.
  static let segmentsPerTier = 8
  /// Below this many documents all segments are of the lowest tier.
  static let smallestTier = 1_000

  private static func tier(_ reader: SegmentReader) -> Int {
    var tier = 0
    var size = smallestTier
    while reader.liveCount >= size {
      tier += 1
      size *= segmentsPerTier
    }
    return tier
  }

  /// A run of segments to merge; nil when there is none worth it.
  static func select(_ readers: [SegmentReader]) -> Range<Int>? {
    if let empty = readers.firstIndex(where: { $0.liveCount == 0 }) { return empty..<empty + 1 }
    // A segment that has lost half of its documents is written anew.
    if let sparse = readers.firstIndex(where: { $0.liveCount * 2 < $0.segment.documentCount }) {
      return sparse..<sparse + 1
    }
    let tiers = readers.map(tier)
    var end = readers.count
    // From the newest on: a run of segments none of which is of a higher tier than its first.
    while end > 0 {
      var start = end - 1
      while start > 0, tiers[start - 1] <= tiers[end - 1] { start -= 1 }
      if end - start >= segmentsPerTier { return start..<end }
      end -= 1
      while end > 0, tiers[end - 1] == tiers[end] { end -= 1 }
    }
    return nil
  }
}
