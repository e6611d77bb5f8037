import Synchronization
import Threading

/// The index as a search reads it: segments that never change, in the order of indexing.
final class Snapshot: Sendable {
  let readers: [SegmentReader]
  let mapping: MappingSnapshot
  let analysis: AnalysisRegistry
  /// Number of documents, deleted ones included.
  let maxDocument: Int
  let liveCount: Int
  /// A number that no other snapshot of this process has.
  let serial = Snapshot.snapshotCount.add(1, ordering: .relaxed).newValue
  private static let snapshotCount = Atomic<UInt64>(0)
  let idleSourceReaders = Idle<SourceReader>()
  private let globalOrdinals = Guarded<[String: GlobalOrdinals]>([:])
  private let similarities = Guarded<[String: BM25]>([:])

  init(readers: [SegmentReader], mapping: MappingSnapshot, analysis: AnalysisRegistry) {
    self.readers = readers
    self.mapping = mapping
    self.analysis = analysis
    maxDocument = readers.reduce(0) { $0 + $1.segment.documentCount }
    liveCount = readers.reduce(0) { $0 + $1.liveCount }
  }

  /// The field's terms over all segments; created on first use and kept with the snapshot.
  func globalOrdinals(of field: String) -> GlobalOrdinals {
    if let known = globalOrdinals.withLock({ $0[field] }) { return known }
    let made = GlobalOrdinals(dictionaries: readers.map { $0.segment.fields[field]?.inverted })
    return globalOrdinals.withLock { cache in
      if let known = cache[field] { return known }
      cache[field] = made
      return made
    }
  }

  /// BM25 with the field's statistics; created on first use and kept with the snapshot.
  func similarity(of field: String) -> BM25 {
    if let known = similarities.withLock({ $0[field] }) { return known }
    let made = BM25(mapping.fields[field]?.similarity ?? BM25Parameters(), statistics: statistics(of: field))
    similarities.withLock { $0[field] = made }
    return made
  }

  /// Statistics of a field over all segments.
  func statistics(of field: String) -> FieldStatistics {
    var statistics = FieldStatistics()
    for reader in readers {
      guard let inverted = reader.segment.fields[field]?.inverted else { continue }
      statistics.documentCount += inverted.documentCount
      statistics.sumTotalTermFrequency += inverted.sumTotalTermFrequency
    }
    return statistics
  }

  /// Number of documents with the term; deleted ones count until their segment is merged.
  func documentFrequency(of term: [UInt8], in field: String) -> Int {
    readers.reduce(0) { sum, reader in
      guard let inverted = reader.segment.fields[field]?.inverted, let ordinal = inverted.ordinal(of: term) else {
        return sum
      }
      return sum + Int(inverted.documentFrequencies[ordinal])
    }
  }
}

struct FieldStatistics: Sendable {
  /// Number of documents that have a term in the field.
  var documentCount = 0
  var sumTotalTermFrequency = 0
}

/// Numbers a keyword field's terms across all segments, in byte order.
final class GlobalOrdinals: Sendable {
  /// For each segment, the global ordinals of its own; nil if both are the same.
  let maps: [Slab<Int32>?]
  let count: Int
  let idleCounts = Idle<OrdinalCounts>()
  private let dictionaries: [InvertedField?]
  /// For each global ordinal, a segment that has the term and its ordinal there.
  private let homes: Slab<UInt64>?
  private let only: Int

  init(dictionaries: [InvertedField?]) {
    self.dictionaries = dictionaries
    let filled = dictionaries.indices.filter { dictionaries[$0].map { $0.termCount > 0 } ?? false }
    guard filled.count > 1 else {
      only = filled.first ?? 0
      maps = dictionaries.map { _ in nil }
      count = filled.first.flatMap { dictionaries[$0]?.termCount } ?? 0
      homes = nil
      return
    }
    only = -1
    var positions = [Int](repeating: 0, count: dictionaries.count)
    var mapped: [[Int32]] = dictionaries.map { [Int32](repeating: 0, count: $0?.termCount ?? 0) }
    var homes: [UInt64] = []
    while true {
      var least: Int?
      for segment in filled where positions[segment] < mapped[segment].count {
        guard let current = least else {
          least = segment
          continue
        }
        if TermBytes.compare(
          dictionaries[segment]!.term(positions[segment]), dictionaries[current]!.term(positions[current])) < 0
        {
          least = segment
        }
      }
      guard let least, let home = dictionaries[least] else { break }
      let term = home.term(positions[least])
      for segment in filled where segment != least && positions[segment] < mapped[segment].count {
        if TermBytes.compare(dictionaries[segment]!.term(positions[segment]), term) == 0 {
          mapped[segment][positions[segment]] = Int32(homes.count)
          positions[segment] += 1
        }
      }
      mapped[least][positions[least]] = Int32(homes.count)
      homes.append(UInt64(least) << 32 | UInt64(positions[least]))
      positions[least] += 1
    }
    maps = mapped.map { Slab($0) }
    count = homes.count
    self.homes = Slab(homes)
  }

  func term(_ ordinal: Int) -> UnsafeBufferPointer<UInt8> {
    guard let homes else { return dictionaries[only]!.term(ordinal) }
    let home = homes[ordinal]
    return dictionaries[Int(home >> 32)]!.term(Int(home & 0xFFFF_FFFF))
  }

  func string(_ ordinal: Int) -> String { String(decoding: term(ordinal), as: UTF8.self) }

  /// The first global ordinal whose term is not less than `wanted`.
  func lowerBound(_ wanted: [UInt8]) -> Int {
    var low = 0
    var high = count
    wanted.withUnsafeBufferPointer { wanted in
      while low < high {
        let middle = (low + high) / 2
        if TermBytes.compare(term(middle), wanted) < 0 { low = middle + 1 } else { high = middle }
      }
    }
    return low
  }

  func ordinal(of wanted: [UInt8]) -> Int? {
    let candidate = lowerBound(wanted)
    guard candidate < count, term(candidate).elementsEqual(wanted) else { return nil }
    return candidate
  }
}
