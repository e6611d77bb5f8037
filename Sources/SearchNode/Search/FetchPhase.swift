import JSON
import SearchDSL

/// Reads what a hit shows: id, version, source, highlights.
struct FetchPhase {
  let snapshot: Snapshot
  let indexName: String
  let request: SearchRequest
  private let parser = JSONParser()
  private let projection: SourceProjection

  init(snapshot: Snapshot, indexName: String, request: SearchRequest) {
    self.snapshot = snapshot
    self.indexName = indexName
    self.request = request
    projection = SourceProjection(request.source)
  }

  private func place(_ document: Int) -> (stored: StoredDocuments, document: Int32) {
    let reader = snapshot.readers[snapshot.readers.lastIndex { $0.documentBase <= document } ?? 0]
    return (reader.segment.stored, Int32(document - reader.documentBase))
  }

  /// The document as it came; nil where the mapping stores none.
  func source(_ document: Int) -> JSONValue? {
    let (stored, local) = place(document)
    // What is stored was parsed when it came in, so it parses again.
    return try? parser.withDocument(stored.source(local)) { $0.value }
  }

  func hit(_ document: Int, score: Float?, source filter: SourceFilter) -> Hit {
    let (stored, local) = place(document)
    var hit = Hit(index: indexName, id: stored.id(local), score: score.map { Double($0) })
    if request.includesVersion { hit.version = stored.versions[Int(local)] }
    guard filter != .none else { return hit }
    // Inner hits may ask for other fields than the hits themselves.
    let projection = filter == request.source ? projection : SourceProjection(filter)
    hit.source = try? parser.withDocument(stored.source(local)) { projection.value(of: $0) }
    return hit
  }
}
