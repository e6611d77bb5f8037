/// An immutable part of an index: some documents, inverted, in columns, and as they came.
final class Segment: Sendable {
  let documentCount: Int
  let fields: [String: SegmentField]
  let stored: StoredDocuments
  let filters = FilterCache()

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

/// Ids, versions and sources of a segment's documents.
final class StoredDocuments: Sendable {
  let idBytes: Slab<UInt8>
  let idStarts: Slab<UInt64>
  let versions: Slab<Int64>
  let sourceBytes: Slab<UInt8>
  let sourceStarts: Slab<UInt64>
  /// Hash table from id to document number, -1 where empty.
  private let slots: Slab<Int32>

  var count: Int { versions.count }

  init(ids: [UInt8], idStarts: [UInt64], versions: [Int64], sources: [UInt8], sourceStarts: [UInt64]) {
    idBytes = Slab(ids)
    self.idStarts = Slab(idStarts)
    self.versions = Slab(versions)
    sourceBytes = Slab(sources)
    self.sourceStarts = Slab(sourceStarts)
    var size = 16
    while size < versions.count * 2 { size *= 2 }
    var table = [Int32](repeating: -1, count: size)
    for document in versions.indices {
      let range = Int(idStarts[document])..<Int(idStarts[document + 1])
      let hash = ids.withUnsafeBufferPointer { TermTable.hash(UnsafeBufferPointer(rebasing: $0[range])) }
      var slot = Int(hash) & (size - 1)
      while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      table[slot] = Int32(document)
    }
    slots = Slab(table)
  }

  func idUTF8(_ document: Int32) -> UnsafeBufferPointer<UInt8> {
    idBytes.buffer(Int(idStarts[Int(document)])..<Int(idStarts[Int(document) + 1]))
  }

  func id(_ document: Int32) -> String { String(decoding: idUTF8(document), as: UTF8.self) }

  func source(_ document: Int32) -> UnsafeBufferPointer<UInt8> {
    sourceBytes.buffer(Int(sourceStarts[Int(document)])..<Int(sourceStarts[Int(document) + 1]))
  }

  /// Calls `body` with each document of that id: several versions of one document may be in a segment.
  func forEachDocument(ofID id: String, _ body: (Int32) -> Void) {
    var id = id
    id.withUTF8 { wanted in
      let mask = slots.count - 1
      var slot = Int(TermTable.hash(wanted)) & mask
      while slots[slot] >= 0 {
        if idUTF8(slots[slot]).elementsEqual(wanted) { body(slots[slot]) }
        slot = (slot + 1) & mask
      }
    }
  }
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
