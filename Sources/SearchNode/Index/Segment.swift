/// An immutable part of an index: some documents, inverted, in columns, and as they came.
final class Segment: Sendable {
  let documentCount: Int
  let fields: [String: SegmentField]
  let stored: StoredDocuments
  let filters = FilterCache()
  let sources = SourceCache()

  init(documentCount: Int, fields: [String: SegmentField], stored: StoredDocuments) {
    self.documentCount = documentCount
    self.fields = fields
    self.stored = stored
  }
}

/// What a segment holds of one field.
struct SegmentField: Sendable {
  var inverted: InvertedField?
  var ordinals: OrdinalColumn?
  var numbers: NumericColumn?
  /// Documents with the field where neither column says so (text): as Lucene's norms do, also for an empty text.
  var existing: BitSet?
}

/// A segment as a search sees it: with the documents that are deleted meanwhile.
struct SegmentReader: Sendable {
  let segment: Segment
  /// nil: nothing is deleted.
  let live: BitSet?
  let liveCount: Int
  /// Documents in the segments before.
  let documentBase: Int
}

/// A segment as the writer holds it: with what was deleted since the last refresh, too.
struct LiveSegment: Sendable {
  let segment: Segment
  /// nil: nothing is deleted.
  private(set) var live: BitSet?
  private(set) var liveCount: Int

  init(_ segment: Segment, live: BitSet? = nil) {
    self.segment = segment
    self.live = live
    liveCount = live?.cardinality ?? segment.documentCount
  }

  func isLive(_ document: Int32) -> Bool { live?[Int(document)] ?? true }

  /// The bits are copied where a snapshot holds them: once between two refreshes.
  mutating func delete(_ document: Int32) {
    guard isLive(document) else { return }
    if live == nil { live = BitSet(count: segment.documentCount, filled: true) }
    live?[Int(document)] = false
    liveCount -= 1
  }
}
