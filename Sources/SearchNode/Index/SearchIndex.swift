import JSON
import SearchDSL
import Threading

/// One index: a writer behind a lock, and the snapshot that searches read without the lock.
final class SearchIndex: Sendable {
  /// Admits one caller at a time. A caller that waits for the lock blocks a thread, and there are only as many threads
  /// as cores; a caller that waits here blocks none, so that searches go on and the next bulk is prepared.
  private actor Turns {
    func take<Result: Sendable>(_ body: @Sendable () -> Result) -> Result { body() }
  }

  let name: String
  private let turns = Turns()
  private let writer: Guarded<IndexWriter>
  private let published: Guarded<Snapshot>
  private let settings: Guarded<IndexSettings>

  init(name: String, body: JSONValue) throws(SearchEngineError) {
    self.name = name
    let settings = body["settings"] ?? [:]
    do {
      let mapping = try Mapping(mappings: body["mappings"] ?? [:], settings: settings)
      var writer = IndexWriter(mapping: mapping)
      published = Guarded(writer.refresh())
      self.writer = Guarded(writer)
      self.settings = Guarded(try IndexSettings(settings))
    } catch let error as MappingError {
      throw .refused(status: 400, type: error.type, reason: error.reason, index: name)
    } catch {
      throw .refused(status: 400, type: "mapper_parsing_exception", reason: "\(error)", index: name)
    }
  }

  /// The snapshot for searches; reading it never waits for the writer.
  var snapshot: Snapshot { published.withLock { $0 } }

  func update(_ changes: JSONValue) throws(SearchEngineError) {
    do { try settings.withLock { try $0.update(changes) } } catch let error as MappingError {
      throw .refused(status: 400, type: error.type, reason: error.reason, index: name)
    } catch {
      throw .refused(status: 400, type: "illegal_argument_exception", reason: "\(error)", index: name)
    }
  }

  func bulk(_ operations: [BulkOperation], refresh: Bool) async -> [BulkResponse.Item] {
    if settings.withLock({ $0.isWriteBlocked }) {
      return operations.map {
        BulkResponse.Item(
          id: $0.id, status: 403,
          error: .init(
            type: "cluster_block_exception", reason: "index [\(name)] blocked by: [FORBIDDEN/8/index write (api)];"))
      }
    }
    return await turns.take { [self] in
      let items = writer.withLock { writer in
        let items = operations.map { writer.apply($0) }
        if refresh { publish(&writer) }
        return items
      }
      mergeBeside()
      return items
    }
  }

  func refresh() async {
    await turns.take { [self] in
      writer.withLock { publish(&$0) }
      mergeBeside()
    }
  }

  private func publish(_ writer: inout IndexWriter) {
    guard writer.hasChanges else { return }
    let snapshot = writer.refresh()
    published.withLock { $0 = snapshot }
  }

  // MARK: Merging

  /// Whether segments are being merged.
  var isMerging: Bool { writer.withLock { $0.isMerging } }

  /// Starts to merge the segments that a refresh leaves, in the background: neither the writer nor a search waits for
  /// it.
  private func mergeBeside() {
    guard let merger = writer.withLock({ $0.beginMerge() }) else { return }
    do { try startThread { self.run(merger) } } catch {
      // No thread is available: the writer waits instead, and nothing is lost.
      run(merger)
    }
  }

  /// Merges until there is nothing left to merge.
  private func run(_ first: SegmentMerger) {
    var next: SegmentMerger? = first
    while let merger = next {
      let segment = merger.merge()
      next = writer.withLock { writer in
        if let snapshot = writer.endMerge(merger, segment) { published.withLock { $0 = snapshot } }
        return writer.beginMerge()
      }
    }
  }

  func get(_ id: String) async -> (version: Int64, source: [UInt8])? {
    await turns.take { [self] in writer.withLock { $0.get(id) } }
  }
}

/// The settings that may change during the index's life.
struct IndexSettings: Sendable {
  private(set) var refreshInterval = "1s"
  private(set) var isWriteBlocked = false

  init(_ settings: JSONValue) throws { try update(settings) }

  mutating func update(_ changes: JSONValue) throws {
    for (name, value) in Self.flattened(changes) {
      switch name {
      case "refresh_interval": refreshInterval = value.string ?? value.text
      case "blocks.write", "blocks.read_only": isWriteBlocked = value.flag ?? false
      default: continue
      }
    }
  }

  /// Names without the leading `index.`, for nested and dotted settings.
  private static func flattened(_ value: JSONValue, _ prefix: String = "") -> [(String, JSONValue)] {
    guard case .object(let object) = value else {
      let name = prefix.hasPrefix("index.") ? String(prefix.dropFirst(6)) : prefix
      return [(name, value)]
    }
    return object.members.flatMap { flattened($0.value, prefix.isEmpty ? $0.name : "\(prefix).\($0.name)") }
  }
}
