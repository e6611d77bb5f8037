import JSON
import SearchDSL

/// Reads what a hit shows: id, version, source, highlights.
struct FetchPhase {
  let snapshot: Snapshot
  let indexName: String
  let request: SearchRequest
  private let parser = JSONParser()

  init(snapshot: Snapshot, indexName: String, request: SearchRequest) {
    self.snapshot = snapshot
    self.indexName = indexName
    self.request = request
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
    if filter != .none { hit.source = source(document).flatMap { SourceProjection.apply(filter, to: $0) } }
    return hit
  }
}

/// `_source` with only what is wanted.
enum SourceProjection {
  static func apply(_ filter: SourceFilter, to source: JSONValue) -> JSONValue? {
    switch filter {
    case .all: return source
    case .none: return nil
    case .fields(let includes, let excludes):
      guard case .object(let object) = source else { return source }
      return .object(project(object, path: "", includes: includes, excludes: excludes))
    }
  }

  private static func project(_ object: JSONObject, path: String, includes: [String], excludes: [String]) -> JSONObject
  {
    var kept = JSONObject()
    for member in object.members {
      let name = path.isEmpty ? member.name : "\(path).\(member.name)"
      if excludes.contains(where: { covers($0, name) }) { continue }
      let isIncluded = includes.isEmpty || includes.contains { covers($0, name) }
      guard isIncluded || includes.contains(where: { mayLieBelow($0, name) }) else { continue }
      if let value = project(member.value, name, isIncluded ? [] : includes, excludes, isIncluded: isIncluded) {
        kept.members.append(.init(member.name, value))
      }
    }
    return kept
  }

  private static func project(
    _ value: JSONValue, _ path: String, _ includes: [String], _ excludes: [String], isIncluded: Bool
  ) -> JSONValue? {
    switch value {
    case .object(let object):
      let projected = project(object, path: path, includes: includes, excludes: excludes)
      return projected.isEmpty && !isIncluded ? nil : .object(projected)
    case .array(let items):
      let projected = items.compactMap { project($0, path, includes, excludes, isIncluded: isIncluded) }
      return projected.isEmpty && !isIncluded ? nil : .array(projected)
    default: return isIncluded ? value : nil
    }
  }

  /// The pattern names this path or one above it.
  private static func covers(_ pattern: String, _ path: String) -> Bool {
    Wildcard.matches(path, pattern: pattern) || Wildcard.matches(path, pattern: pattern + ".*")
  }

  /// The pattern may name a path below this one.
  private static func mayLieBelow(_ pattern: String, _ path: String) -> Bool {
    let parts = pattern.split(separator: ".")
    let own = path.split(separator: ".")
    if pattern.contains("*"), let star = parts.firstIndex(where: { $0.contains("*") }), star < own.count {
      return zip(parts[...star], own).allSatisfy { Wildcard.matches(String($1), pattern: String($0)) }
    }
    guard parts.count > own.count else { return false }
    return zip(parts, own).allSatisfy { Wildcard.matches(String($1), pattern: String($0)) }
  }
}
