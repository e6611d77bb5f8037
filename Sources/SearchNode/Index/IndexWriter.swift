import JSON
import SearchDSL

/// The writing half of an index. One thread at a time uses it: `SearchIndex` holds its lock.
struct IndexWriter: ~Copyable {
  /// Bytes in the builder at which it becomes a segment without waiting for a refresh.
  static let maxBuilderBytes = 64 << 20
  /// Most documents that a refresh merges itself, which takes some ten milliseconds; a larger merge runs in the
  /// background.
  static let maxMergedByRefresh = MergePolicy.segmentsPerTier * MergePolicy.smallestTier

  let mapping: Mapping
  private let parser = JSONParser()
  private var documentParser: DocumentParser
  private var builder = SegmentBuilder()
  private var segments: [LiveSegment] = []
  /// Versions of deleted documents: a late write of an older version must not bring them back.
  private var tombstones: [String: Int64] = [:]
  /// Segments that a background merge is reading.
  private var merging: Range<Int>?
  private(set) var hasChanges = false

  init(mapping: Mapping) {
    self.mapping = mapping
    documentParser = DocumentParser(mapping: mapping)
  }

  // MARK: Documents

  private enum Place {
    case buffer(Int32)
    case segment(Int, Int32)
  }

  private func find(_ id: UnsafeBufferPointer<UInt8>, hash: UInt32) -> (place: Place, version: Int64)? {
    if let document = builder.document(id: id, hash: hash) { return (.buffer(document), builder.version(document)) }
    for index in segments.indices.reversed() {
      let stored = segments[index].segment.stored
      var found: Int32?
      stored.forEachDocument(ofID: id, hash: hash) { if segments[index].isLive($0) { found = $0 } }
      if let found { return (.segment(index, found), stored.versions[Int(found)]) }
    }
    return nil
  }

  /// The last written version of the document, searchable or not.
  func get(_ id: String) -> (version: Int64, source: [UInt8])? {
    var id = id
    guard let found = id.withUTF8({ find($0, hash: TermTable.hash($0)) }) else { return nil }
    switch found.place {
    case .buffer(let document): return (found.version, builder.source(document))
    case .segment(let index, let document):
      return (found.version, Array(segments[index].segment.stored.source(document)))
    }
  }

  private mutating func remove(_ place: Place) {
    switch place {
    case .buffer(let document): builder.delete(document)
    case .segment(let index, let document): segments[index].delete(document)
    }
    hasChanges = true
  }

  mutating func apply(_ operation: BulkOperation) -> BulkResponse.Item {
    var id = operation.id
    return id.withUTF8 { apply(operation, id: $0, hash: TermTable.hash($0)) }
  }

  private mutating func apply(
    _ operation: BulkOperation, id: UnsafeBufferPointer<UInt8>, hash: UInt32
  ) -> BulkResponse.Item {
    let existing = find(id, hash: hash)
    let known = existing?.version ?? (tombstones.isEmpty ? nil : tombstones[operation.id])
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
      if let existing { remove(existing.place) }
      tombstones[operation.id] = version
      return BulkResponse.Item(id: operation.id, status: existing == nil ? 404 : 200, version: version)
    case .index(let source):
      do { try index(id, hash, version, source, replacing: existing?.place) } catch {
        return BulkResponse.Item(id: operation.id, status: 400, error: Self.reason(error))
      }
      if !tombstones.isEmpty { tombstones[operation.id] = nil }
      return BulkResponse.Item(id: operation.id, status: existing == nil ? 201 : 200, version: version)
    }
  }

  private static func reason(_ error: any Error) -> BulkResponse.Reason {
    if let error = error as? MappingError { return .init(type: error.type, reason: error.reason) }
    return .init(type: "mapper_parsing_exception", reason: "failed to parse: \(error)")
  }

  private mutating func index(
    _ id: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ version: Int64, _ source: [UInt8], replacing old: Place?
  ) throws {
    try parser.withDocument(source) { try documentParser.parse($0, into: &builder) }
    if let old { remove(old) }
    source.withUnsafeBufferPointer {
      builder.finishDocument(
        id: id, hash: hash, version: version,
        source: mapping.isSourceEnabled ? $0 : UnsafeBufferPointer(start: nil, count: 0),
        touched: documentParser.touched)
    }
    hasChanges = true
    if builder.documentCount % 1_024 == 0, builder.byteCount > Self.maxBuilderBytes { flush() }
  }

  // MARK: Segments

  /// Turns the builder into a segment, which searches do not see before the next refresh.
  private mutating func flush() {
    guard builder.documentCount > 0 else { return }
    let built = builder.build()
    segments.append(LiveSegment(built.segment, live: built.live))
  }

  /// Makes all written documents visible: returns the snapshot for all searches from now on.
  mutating func refresh() -> Snapshot {
    flush()
    // Merge only segments after those of a running merge: the latter must keep their places.
    while let range = MergePolicy.select(segments[(merging?.upperBound ?? 0)...]),
      liveCount(range) <= Self.maxMergedByRefresh
    {
      let merger = SegmentMerger(Array(segments[range]))
      replace(range, by: LiveSegment(merger.merge()))
    }
    hasChanges = false
    return snapshot()
  }

  private func snapshot() -> Snapshot {
    var base = 0
    let readers = segments.map { segment in
      defer { base += segment.segment.documentCount }
      return SegmentReader(
        segment: segment.segment, live: segment.live, liveCount: segment.liveCount, documentBase: base)
    }
    return Snapshot(readers: readers, mapping: mapping.snapshot, analysis: mapping.analysis)
  }

  // MARK: Merging

  /// Whether a merge runs in the background.
  var isMerging: Bool { merging != nil }

  /// The next merge that is too large for a refresh, to run without the writer; nil if there is none, or if one is
  /// running.
  mutating func beginMerge() -> SegmentMerger? {
    guard merging == nil, let range = MergePolicy.select(segments[...]), liveCount(range) > Self.maxMergedByRefresh
    else { return nil }
    merging = range
    return SegmentMerger(Array(segments[range]))
  }

  /// Replaces the sources of a merge by its result. Returns the new snapshot for searches; nil if something was written
  /// since the last refresh, because the next refresh then shows both.
  mutating func endMerge(_ merger: SegmentMerger, _ segment: Segment) -> Snapshot? {
    guard let range = merging else { preconditionFailure("a merge ends that was not begun") }
    merging = nil
    var merged = LiveSegment(segment)
    for (index, place) in range.enumerated() where segments[place].liveCount < merger.sources[index].liveCount {
      // Documents deleted since the merge began.
      merger.newNumbers[index].forEachKept { old, new in
        if !segments[place].isLive(Int32(old)) { merged.delete(Int32(new)) }
      }
    }
    replace(range, by: merged)
    return hasChanges ? nil : snapshot()
  }

  private func liveCount(_ range: Range<Int>) -> Int { segments[range].reduce(0) { $0 + $1.liveCount } }

  private mutating func replace(_ range: Range<Int>, by merged: LiveSegment) {
    segments.replaceSubrange(range, with: merged.liveCount > 0 ? [merged] : [])
  }
}
