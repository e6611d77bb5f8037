/// An immutable part of an index: some documents, as an inverted index, as columns, and in their original form.
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

/// The data that a segment holds for one field.
struct SegmentField: Sendable {
  var inverted: InvertedField?
  var ordinals: OrdinalColumn?
  var numbers: NumericColumn?
  /// Documents with the field, if neither column tells (text fields). As with Lucene's norms, an empty text counts.
  var existing: BitSet?
}

/// A segment as a search sees it, with the documents deleted since.
struct SegmentReader: Sendable {
  let segment: Segment
  /// nil: nothing is deleted.
  let live: BitSet?
  let liveCount: Int
  /// Number of documents in the preceding segments.
  let documentBase: Int
}

/// A segment as the writer holds it, including deletions since the last refresh.
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

  /// Copies the bits if a snapshot holds them, which happens once between two refreshes.
  mutating func delete(_ document: Int32) {
    guard isLive(document) else { return }
    if live == nil { live = BitSet(count: segment.documentCount, filled: true) }
    live?[Int(document)] = false
    liveCount -= 1
  }
}
