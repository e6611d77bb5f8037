/// Makes one segment from several neighbours, without the deleted documents.
struct SegmentMerger {
  let sources: [LiveSegment]
  /// For each segment, the new numbers of its documents; -1 for deleted ones.
  let newNumbers: [Slab<Int32>]
  private let documentCount: Int

  init(_ sources: [LiveSegment]) {
    self.sources = sources
    var next: Int32 = 0
    newNumbers = sources.map { source in
      var numbers = GrowingSlab<Int32>(capacity: source.segment.documentCount)
      for document in 0..<source.segment.documentCount {
        let isLive = source.live?[document] ?? true
        numbers.append(isLive ? next : -1)
        if isLive { next += 1 }
      }
      return numbers.finish()
    }
    documentCount = Int(next)
  }

  func merge() -> Segment {
    var fields: [String: SegmentField] = [:]
    for name in Set(sources.flatMap { $0.segment.fields.keys }) { fields[name] = field(name) }
    var stored = StoredDocumentsWriter(expecting: documentCount)
    for (source, numbers) in zip(sources, newNumbers) { stored.add(source.segment.stored, newNumbers: numbers) }
    return Segment(documentCount: documentCount, fields: fields, stored: stored.finish())
  }

  private func field(_ name: String) -> SegmentField {
    let parts = sources.map { $0.segment.fields[name] }
    var field = SegmentField()
    let inverted = parts.map { $0?.inverted }
    if inverted.contains(where: { $0 != nil }) {
      let hasOrdinals = parts.contains { $0?.ordinals != nil }
      var merger = PostingsMerger(
        inverted, newNumbers: newNumbers, norms: norms(inverted), documentCount: documentCount,
        mapsOrdinals: hasOrdinals)
      field.inverted = merger.merge()
      if hasOrdinals { field.ordinals = ordinals(parts, merger.ordinalMaps) }
    }
    if let isFloating = parts.lazy.compactMap({ $0?.numbers?.isFloating }).first {
      field.numbers = numbers(parts, isFloating: isFloating)
    }
    if parts.contains(where: { $0?.existing != nil }) {
      var existing = BitSet(count: documentCount)
      for (part, numbers) in zip(parts, newNumbers) {
        guard let bits = part?.existing else { continue }
        numbers.forEachKept { old, new in if bits[old] { existing[new] = true } }
      }
      field.existing = existing
    }
    return field
  }

  private func norms(_ parts: [InvertedField?]) -> Slab<UInt8>? {
    guard parts.contains(where: { $0?.norms != nil }) else { return nil }
    var norms = [UInt8](repeating: 0, count: documentCount)
    for (part, numbers) in zip(parts, newNumbers) {
      guard let source = part?.norms else { continue }
      numbers.forEachKept { old, new in norms[new] = source[old] }
    }
    return Slab(norms)
  }

  private func ordinals(_ parts: [SegmentField?], _ ordinalMaps: [[Int32]]) -> OrdinalColumn {
    var writer = OrdinalColumnWriter()
    for (segment, part) in parts.enumerated() {
      guard let column = part?.ordinals else { continue }
      let map = ordinalMaps[segment]
      newNumbers[segment].forEachKept { old, new in
        let range = column.range(Int32(old))
        if range.isEmpty { return }
        for index in range { writer.add(map[Int(column.ordinals[index])]) }
        writer.endDocument(new)
      }
    }
    return writer.finish(documentCount: documentCount)
  }

  private func numbers(_ parts: [SegmentField?], isFloating: Bool) -> NumericColumn {
    var writer = NumericColumnWriter(isFloating: isFloating)
    for (segment, part) in parts.enumerated() {
      guard let column = part?.numbers else { continue }
      newNumbers[segment].forEachKept { old, new in
        for index in column.range(Int32(old)) { writer.add(column.values[index]) }
        writer.endDocument(new)
      }
    }
    return writer.finish(documentCount: documentCount)
  }
}

extension Slab<Int32> {
  /// The old and the new number of each document that stays.
  @inline(__always)
  func forEachKept(_ body: (_ old: Int, _ new: Int) -> Void) {
    for old in 0..<count where base[old] >= 0 { body(old, Int(base[old])) }
  }
}

/// Merges one field's terms and postings: repeatedly takes the segment whose next term is the least.
private struct PostingsMerger: ~Copyable {
  /// One segment's terms, from the next one on. Plain pointers, because there are many terms and each would cost
  /// reference counting.
  private struct Source {
    let segment: Int
    let termBytes: UnsafePointer<UInt8>
    let termStarts: UnsafePointer<UInt32>
    let termCount: Int
    let firstBlocks: UnsafePointer<UInt32>
    let blocks: UnsafePointer<PostingsBlock>
    let postings: UnsafePointer<UInt8>
    let positions: UnsafePointer<UInt8>
    let newNumbers: UnsafePointer<Int32>
    var ordinal = 0
    var prefix: UInt64 = 0

    init(_ part: InvertedField, segment: Int, newNumbers: Slab<Int32>) {
      self.segment = segment
      termBytes = part.termBytes.base
      termStarts = part.termStarts.base
      termCount = part.termCount
      firstBlocks = part.firstBlocks.base
      blocks = part.blocks.base
      postings = part.postings.base
      positions = part.positions.base
      self.newNumbers = newNumbers.base
    }

    var term: UnsafeBufferPointer<UInt8> {
      let start = Int(termStarts[ordinal])
      return UnsafeBufferPointer(start: termBytes + start, count: Int(termStarts[ordinal + 1]) - start)
    }

    /// Reads the next term; false after the last.
    mutating func load() -> Bool {
      guard ordinal < termCount else { return false }
      prefix = TermBytes.prefix(term)
      return true
    }
  }

  /// Keep the memory that the sources point to alive.
  private let parts: [InvertedField?]
  private let newNumbers: [Slab<Int32>]
  private var sources: [Source] = []
  private var writer: InvertedFieldWriter
  private let options: IndexOptions
  private let norms: Slab<UInt8>?
  private var hasTerm: BitSet
  private let mapsOrdinals: Bool
  /// For each segment, the new ordinals of its old ones; -1: the term is gone.
  private(set) var ordinalMaps: [[Int32]]
  /// The documents of a block, as distances from their predecessors, then their frequencies.
  private let block = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * PostingsBlock.capacity)

  init(
    _ parts: [InvertedField?], newNumbers: [Slab<Int32>], norms: Slab<UInt8>?, documentCount: Int, mapsOrdinals: Bool
  ) {
    self.parts = parts
    self.newNumbers = newNumbers
    options = parts.lazy.compactMap { $0?.options }.first ?? .documents
    writer = InvertedFieldWriter(options: options)
    self.norms = norms
    self.mapsOrdinals = mapsOrdinals
    hasTerm = BitSet(count: documentCount)
    ordinalMaps = parts.map { [Int32](repeating: -1, count: mapsOrdinals ? $0?.termCount ?? 0 : 0) }
    for (segment, part) in parts.enumerated() {
      guard let part else { continue }
      var source = Source(part, segment: segment, newNumbers: newNumbers[segment])
      if source.load() { sources.append(source) }
    }
  }

  deinit { block.deallocate() }

  mutating func merge() -> InvertedField {
    var heap = TermHeap(sources.indices) { Self.isBefore(sources[$0], sources[$1]) }
    var alike: [Int] = []
    var ordinal: Int32 = 0
    while let first = heap.first {
      alike.removeAll(keepingCapacity: true)
      writer.beginTerm()
      let (term, prefix) = (sources[first].term, sources[first].prefix)
      while let next = heap.first, sources[next].prefix == prefix, TermBytes.compare(sources[next].term, term) == 0 {
        add(sources[next])
        alike.append(next)
        sources[next].ordinal += 1
        if sources[next].load() {
          heap.replaceFirst { Self.isBefore(sources[$0], sources[$1]) }
        } else {
          heap.removeFirst { Self.isBefore(sources[$0], sources[$1]) }
        }
      }
      guard writer.endTerm(term) else { continue }
      if mapsOrdinals {
        for source in alike { ordinalMaps[sources[source].segment][sources[source].ordinal - 1] = ordinal }
      }
      ordinal += 1
    }
    return InvertedField(&writer, documentCount: hasTerm.cardinality, norms: norms)
  }

  /// The least term first; of equal terms the earlier segment.
  @inline(__always)
  private static func isBefore(_ left: Source, _ right: Source) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = TermBytes.compare(left.term, right.term)
    return order == 0 ? left.segment < right.segment : order < 0
  }

  /// Adds the postings of a segment's next term.
  private mutating func add(_ source: Source) {
    let (distances, frequencies) = (block, block + PostingsBlock.capacity)
    var old: Int32 = -1
    for number in Int(source.firstBlocks[source.ordinal])..<Int(source.firstBlocks[source.ordinal + 1]) {
      let descriptor = source.blocks[number]
      let count = Int(descriptor.count)
      let packed = source.postings + Int(descriptor.dataOffset)
      Self.unpack(packed, bits: Int(descriptor.documentBits), count: count, into: distances)
      let documentBytes = (count * Int(descriptor.documentBits) + 7) / 8
      Self.unpack(packed + documentBytes, bits: Int(descriptor.frequencyBits), count: count, into: frequencies)
      var positions = source.positions + Int(descriptor.positionsOffset)
      for index in 0..<count {
        old &+= Int32(bitPattern: distances[index])
        let start = positions
        if options.hasPositions { positions = Self.skip(frequencies[index], positions) }
        let document = source.newNumbers[Int(old)]
        if document < 0 { continue }
        if options.hasPositions {
          writer.add(encodedPositions: UnsafeBufferPointer(start: start, count: positions - start))
        }
        writer.add(document: document, frequency: frequencies[index], norm: norms.map { $0.base[Int(document)] } ?? 1)
        hasTerm[Int(document)] = true
      }
    }
  }

  /// The pointer after `count` encoded positions.
  @inline(__always)
  private static func skip(_ count: UInt32, _ positions: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var positions = positions
    var left = count
    while left > 0 {
      if positions.pointee < 0x80 { left -= 1 }
      positions += 1
    }
    return positions
  }

  /// Reads numbers of a fixed width, each of which was written less one.
  @inline(__always)
  private static func unpack(
    _ bytes: UnsafePointer<UInt8>, bits: Int, count: Int, into numbers: UnsafeMutablePointer<UInt32>
  ) {
    let mask: UInt64 = (1 << UInt64(bits)) - 1
    let source = UnsafeRawPointer(bytes)
    var bit = 0
    for index in 0..<count {
      let word = (source + (bit >> 3)).loadUnaligned(as: UInt64.self)
      numbers[index] = UInt32(truncatingIfNeeded: (word >> UInt64(bit & 7)) & mask) &+ 1
      bit += bits
    }
  }
}

/// A binary heap of numbers whose order may change when the first one changes.
private struct TermHeap {
  private var places: [Int]

  init(_ places: Range<Int>, _ isBefore: (Int, Int) -> Bool) {
    self.places = places.sorted(by: isBefore)
  }

  var first: Int? { places.first }

  /// Moves the first number to its new place after its order has changed.
  mutating func replaceFirst(_ isBefore: (Int, Int) -> Bool) {
    var place = 0
    while true {
      var least = 2 * place + 1
      guard least < places.count else { return }
      if least + 1 < places.count, isBefore(places[least + 1], places[least]) { least += 1 }
      guard isBefore(places[least], places[place]) else { return }
      places.swapAt(place, least)
      place = least
    }
  }

  mutating func removeFirst(_ isBefore: (Int, Int) -> Bool) {
    places[0] = places[places.count - 1]
    places.removeLast()
    if !places.isEmpty { replaceFirst(isBefore) }
  }
}

/// Chooses neighbouring segments to merge: those of about the same size, once there are many.
enum MergePolicy {
  /// Number of neighbours in one tier that are merged together.
  static let segmentsPerTier = 8
  /// All segments with fewer documents than this are in the lowest tier.
  static let smallestTier = 1_000

  private static func tier(_ liveCount: Int) -> Int {
    var tier = 0
    var size = smallestTier
    while liveCount >= size {
      tier += 1
      size *= segmentsPerTier
    }
    return tier
  }

  /// A run of segments to merge; nil if none is worth it.
  static func select(_ segments: ArraySlice<LiveSegment>) -> Range<Int>? {
    if let empty = segments.firstIndex(where: { $0.liveCount == 0 }) { return empty..<empty + 1 }
    // Rewrite a segment that has lost half of its documents.
    if let sparse = segments.firstIndex(where: { $0.liveCount * 2 < $0.segment.documentCount }) {
      return sparse..<sparse + 1
    }
    let tiers = segments.map { tier($0.liveCount) }
    var end = tiers.count
    // From the newest on: a run of segments in which no tier is higher than the first one's.
    while end > 0 {
      var start = end - 1
      while start > 0, tiers[start - 1] <= tiers[end - 1] { start -= 1 }
      if end - start >= segmentsPerTier { return segments.startIndex + start..<segments.startIndex + end }
      end -= 1
      while end > 0, tiers[end - 1] == tiers[end] { end -= 1 }
    }
    return nil
  }
}
