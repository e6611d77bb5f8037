import JSON
import SearchDSL

/// Reads the parts of a hit that the response shows: ID, version, source, highlights.
final class FetchPhase {
  private let snapshot: Snapshot
  private let indexName: String
  private let request: SearchRequest
  private let sources: SourceReader

  init(snapshot: Snapshot, indexName: String, request: SearchRequest) {
    self.snapshot = snapshot
    self.indexName = indexName
    self.request = request
    sources = snapshot.idleSourceReaders.take { $0.filter == request.source } ?? SourceReader(request.source)
  }

  deinit {
    if sources.isWorthKeeping { snapshot.idleSourceReaders.give(back: sources) }
  }

  private func place(_ document: Int) -> (segment: Segment, document: Int32) {
    let reader = snapshot.readers[snapshot.readers.lastIndex { $0.documentBase <= document } ?? 0]
    return (reader.segment, Int32(document - reader.documentBase))
  }

  /// The original document; nil if the mapping stores none.
  func source(_ document: Int) -> JSONValue? {
    let (segment, local) = place(document)
    return sources.whole(segment.stored.source(local))
  }

  func hit(_ document: Int, score: Float?, source filter: SourceFilter) -> Hit {
    let (segment, local) = place(document)
    var hit = Hit(index: indexName, id: segment.stored.id(local), score: score.map { Double($0) })
    if request.includesVersion { hit.version = segment.stored.versions[Int(local)] }
    if filter != .none { hit.source = part(of: segment, local, filter) }
    return hit
  }

  private func part(of segment: Segment, _ document: Int32, _ filter: SourceFilter) -> JSONValue? {
    if let known = segment.sources.value(of: document, filter) { return known }
    // Inner hits may request other fields than the hits themselves.
    let reader = filter == request.source ? sources : SourceReader(filter)
    let part = reader.projected(segment.stored.source(document))
    if let part { segment.sources.keep(part, of: document, filter) }
    return part
  }
}

/// A parser and a projection, which later searches reuse.
final class SourceReader {
  let filter: SourceFilter
  private let parser = JSONParser()
  private let projection: SourceProjection

  /// Most paths that a projection remembers; documents with invented names would otherwise fill it without end.
  private static let maxPaths = 10_000

  init(_ filter: SourceFilter) {
    self.filter = filter
    projection = SourceProjection(filter)
  }

  var isWorthKeeping: Bool { projection.pathCount <= Self.maxPaths }

  // Stored documents were parsed on arrival, so parsing cannot fail here.

  func whole(_ source: UnsafeBufferPointer<UInt8>) -> JSONValue? { try? parser.withDocument(source) { $0.value } }

  func projected(_ source: UnsafeBufferPointer<UInt8>) -> JSONValue? {
    try? parser.withDocument(source) { projection.value(of: $0) }
  }
}
