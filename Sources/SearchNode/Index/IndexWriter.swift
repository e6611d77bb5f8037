import JSON
import SearchDSL
import Synchronization

/// The writing half of an index. One at a time: `SearchIndex` holds its lock.
struct IndexWriter: ~Copyable {
  /// Bytes in the builder at which it is made a segment without waiting for a refresh.
  static let maximumBuilderBytes = 256 << 20

  let mapping: Mapping
  private let parser = JSONParser()
  private var documentParser: DocumentParser
  private var builder = SegmentBuilder()
  private var readers: [SegmentReader] = []
  /// Documents of the builder by id.
  private var buffered: [String: Int32] = [:]
  /// Versions of deleted documents: a late, older write must not bring them back.
  private var tombstones: [String: Int64] = [:]
  /// Documents of `readers` deleted since the last refresh.
  private var pendingDeletes: [Int: BitSet] = [:]
  private(set) var hasChanges = false

  init(mapping: Mapping) {
    self.mapping = mapping
    documentParser = DocumentParser(mapping: mapping)
  }

  private enum Place {
    case buffer(Int32)
    case segment(Int, Int32)
  }

  private func find(_ id: String) -> (place: Place, version: Int64)? {
    if let document = buffered[id] { return (.buffer(document), builder.version(document)) }
    for index in readers.indices.reversed() {
      let reader = readers[index]
      var found: Int32?
      reader.segment.stored.forEachDocument(ofID: id) { document in
        let isLive = pendingDeletes[index]?[Int(document)] ?? reader.live?[Int(document)] ?? true
        if isLive { found = document }
      }
      if let found { return (.segment(index, found), reader.segment.stored.versions[Int(found)]) }
    }
    return nil
  }

  /// The document as it was last written, searchable or not.
  func get(_ id: String) -> (version: Int64, source: [UInt8])? {
    guard let found = find(id) else { return nil }
    switch found.place {
    case .buffer(let document): return (found.version, builder.source(document))
    case .segment(let index, let document):
      return (found.version, Array(readers[index].segment.stored.source(document)))
    }
  }

  private mutating func remove(_ id: String, at place: Place) {
    switch place {
    case .buffer(let document):
      builder.delete(document)
      buffered[id] = nil
    case .segment(let index, let document):
      let reader = readers[index]
      var live = pendingDeletes[index] ?? reader.live ?? BitSet(count: reader.segment.documentCount, filled: true)
      pendingDeletes[index] = nil
      live[Int(document)] = false
      pendingDeletes[index] = live
    }
    hasChanges = true
  }

  mutating func apply(_ operation: BulkOperation) -> BulkResponse.Item {
    let existing = find(operation.id)
    let known = existing?.version ?? tombstones[operation.id]
    if let wanted = operation.externalVersion, let known, wanted <= known {
      return BulkResponse.Item(
        id: operation.id, status: 409,
        error: .init(
          type: "version_conflict_engine_exception",
          reason: "[\(operation.id)]: version conflict, current version [\(known)] is higher or equal to the one "
            + "provided [\(wanted)]"))
    }
    let version = operation.externalVersion ?? (known ?? 0) + 1
    switch operation.action {
    case .delete:
      if let existing { remove(operation.id, at: existing.place) }
      tombstones[operation.id] = version
      return BulkResponse.Item(id: operation.id, status: existing == nil ? 404 : 200, version: version)
    case .index(let source):
      do { try index(operation.id, version, source, replacing: existing?.place) } catch {
        return BulkResponse.Item(id: operation.id, status: 400, error: Self.reason(error))
      }
      return BulkResponse.Item(id: operation.id, status: existing == nil ? 201 : 200, version: version)
    }
  }

  private static func reason(_ error: any Error) -> BulkResponse.Reason {
    if let error = error as? MappingError { return .init(type: error.type, reason: error.reason) }
    return .init(type: "mapper_parsing_exception", reason: "failed to parse: \(error)")
  }

  private mutating func index(_ id: String, _ version: Int64, _ source: [UInt8], replacing old: Place?) throws {
    try parser.withDocument(source) { try documentParser.parse($0, into: &builder) }
    if let old { remove(id, at: old) }
    let document = source.withUnsafeBufferPointer {
      builder.finishDocument(
        id: id, version: version,
        source: mapping.isSourceEnabled ? $0 : UnsafeBufferPointer(start: nil, count: 0),
        touched: documentParser.touched)
    }
    buffered[id] = document
    tombstones[id] = nil
    hasChanges = true
    if builder.documentCount % 1_024 == 0, builder.byteCount > Self.maximumBuilderBytes { flush() }
  }

  /// Makes the builder a segment, which searches do not see before the next refresh.
  private mutating func flush() {
    guard builder.documentCount > 0 else { return }
    let built = builder.build()
    append(built.segment, live: built.live)
    builder = SegmentBuilder()
    buffered.removeAll(keepingCapacity: true)
  }

  private mutating func append(_ segment: Segment, live: BitSet?) {
    readers.append(
      SegmentReader(
        segment: segment, live: live, liveCount: live?.cardinality ?? segment.documentCount, documentBase: 0))
  }

  /// What searches shall see from now on: all that was written.
  mutating func refresh() -> Snapshot {
    flush()
    for (index, live) in pendingDeletes {
      let segment = readers[index].segment
      readers[index] = SegmentReader(segment: segment, live: live, liveCount: live.cardinality, documentBase: 0)
    }
    pendingDeletes.removeAll()
    while let range = MergePolicy.select(readers) {
      let merging = Array(readers[range])
      let isEmpty = merging.allSatisfy { $0.liveCount == 0 }
      let merged = isEmpty ? nil : SegmentMerger(merging).merge()
      readers.replaceSubrange(
        range,
        with: merged.map {
          [SegmentReader(segment: $0, live: nil, liveCount: $0.documentCount, documentBase: 0)]
        } ?? [])
    }
    hasChanges = false
    return snapshot()
  }

  private func snapshot() -> Snapshot {
    var base = 0
    let based = readers.map { reader in
      defer { base += reader.segment.documentCount }
      return SegmentReader(
        segment: reader.segment, live: reader.live, liveCount: reader.liveCount, documentBase: base)
    }
    return Snapshot(readers: based, mapping: mapping.snapshot, analysis: mapping.analysis)
  }
}
