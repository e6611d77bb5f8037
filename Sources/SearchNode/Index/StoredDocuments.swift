/// IDs, versions and sources of a segment's documents.
///
/// Sources lie in chunks, which a merged segment shares with the segments that it came from: sources are most of an
/// index's bytes, and they are written once.
final class StoredDocuments: Sendable {
  let versions: Slab<Int64>
  private let idBytes: Slab<UInt8>
  private let idStarts: Slab<UInt32>
  fileprivate let chunks: [Slab<UInt8>]
  fileprivate let places: Slab<SourcePlace>
  /// A hash table from ID to document number; -1 marks an empty slot.
  private let slots: Slab<Int32>

  var count: Int { versions.count }

  fileprivate init(
    versions: Slab<Int64>, idBytes: Slab<UInt8>, idStarts: Slab<UInt32>, chunks: [Slab<UInt8>],
    places: Slab<SourcePlace>, slots: Slab<Int32>
  ) {
    self.versions = versions
    self.idBytes = idBytes
    self.idStarts = idStarts
    self.chunks = chunks
    self.places = places
    self.slots = slots
  }

  func idUTF8(_ document: Int32) -> UnsafeBufferPointer<UInt8> {
    idBytes.buffer(Int(idStarts[Int(document)])..<Int(idStarts[Int(document) + 1]))
  }

  func id(_ document: Int32) -> String { String(decoding: idUTF8(document), as: UTF8.self) }

  func source(_ document: Int32) -> UnsafeBufferPointer<UInt8> {
    let place = places[Int(document)]
    return chunks[Int(place.chunk)].buffer(place.range)
  }

  /// Calls `body` with each document of that ID: a segment may hold several versions of one document.
  func forEachDocument(ofID id: String, _ body: (Int32) -> Void) {
    var id = id
    id.withUTF8 { forEachDocument(ofID: $0, hash: TermTable.hash($0), body) }
  }

  /// The same, for callers that ask several segments and have already hashed the ID.
  @inline(__always)
  func forEachDocument(ofID id: UnsafeBufferPointer<UInt8>, hash: UInt32, _ body: (Int32) -> Void) {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      if idUTF8(slots[slot]).elementsEqual(id) { body(slots[slot]) }
      slot = (slot + 1) & mask
    }
  }
}

/// The place of a document's source.
struct SourcePlace: BitwiseCopyable {
  var start: UInt64
  var length: UInt32
  var chunk: UInt32

  var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// Collects ids, versions and sources while documents arrive in order.
struct StoredDocumentsWriter: ~Copyable {
  /// A merge copies chunks smaller than this, so that chunks do not become too many.
  private static let smallestSharedChunk = 1 << 20

  private var versions = GrowingSlab<Int64>()
  private var idBytes = GrowingSlab<UInt8>()
  private var idStarts = GrowingSlab<UInt32>()
  /// The chunk that is being written: number 0.
  private var sources = GrowingSlab<UInt8>()
  /// Chunks of other segments: numbers from 1 on.
  private var sharedChunks: [Slab<UInt8>] = []
  private var places = GrowingSlab<SourcePlace>()
  private var slots: [Int32]

  init(expecting documents: Int = 0) {
    idStarts.append(0)
    var size = 16
    while size < documents * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
  }

  var byteCount: Int { sources.count + idBytes.count + versions.count * 28 + slots.count * 4 }

  func version(_ document: Int32) -> Int64 { versions[Int(document)] }

  func source(_ document: Int32) -> [UInt8] {
    sources.withElements { Array($0[places[Int(document)].range]) }
  }

  private func idRange(_ document: Int32) -> Range<Int> {
    Int(idStarts[Int(document)])..<Int(idStarts[Int(document) + 1])
  }

  /// The first document with that ID for which `isWanted` is true.
  func document(id: UnsafeBufferPointer<UInt8>, hash: UInt32, where isWanted: (Int32) -> Bool) -> Int32? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let candidate = slots[slot]
      let isSame = idBytes.withElements { $0[idRange(candidate)].elementsEqual(id) }
      if isSame, isWanted(candidate) { return candidate }
      slot = (slot + 1) & mask
    }
    return nil
  }

  mutating func add(id: UnsafeBufferPointer<UInt8>, hash: UInt32, version: Int64, source: UnsafeBufferPointer<UInt8>) {
    places.append(SourcePlace(start: UInt64(sources.count), length: UInt32(source.count), chunk: 0))
    sources.append(source)
    add(id: id, hash: hash, version: version)
  }

  private mutating func add(id: UnsafeBufferPointer<UInt8>, hash: UInt32, version: Int64) {
    if (versions.count + 1) * 2 > slots.count { growSlots() }
    insert(Int32(versions.count), hash: hash)
    versions.append(version)
    idBytes.append(id)
    idStarts.append(UInt32(idBytes.count))
  }

  private mutating func insert(_ document: Int32, hash: UInt32) {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = document
  }

  private mutating func growSlots() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for document in 0..<Int32(versions.count) {
      let hash = idBytes.withElements { TermTable.hash(UnsafeBufferPointer(rebasing: $0[idRange(document)])) }
      insert(document, hash: hash)
    }
  }

  /// Adds the live documents of another segment. It shares that segment's chunks, but copies small chunks and chunks
  /// with less than half of their bytes live. `newNumbers` has -1 for a deleted document.
  mutating func add(_ other: StoredDocuments, newNumbers: Slab<Int32>) {
    var liveBytes = [Int](repeating: 0, count: other.chunks.count)
    for document in 0..<other.count where newNumbers[document] >= 0 {
      let place = other.places[document]
      liveBytes[Int(place.chunk)] += Int(place.length)
    }
    // The number here of each of its chunks; nil: the chunk is copied.
    let shared: [UInt32?] = other.chunks.enumerated().map { number, chunk in
      guard liveBytes[number] * 2 >= chunk.count, liveBytes[number] >= Self.smallestSharedChunk else { return nil }
      sharedChunks.append(chunk)
      return UInt32(sharedChunks.count)
    }
    for document in 0..<other.count where newNumbers[document] >= 0 {
      var place = other.places[document]
      if let chunk = shared[Int(place.chunk)] {
        place.chunk = chunk
      } else {
        let source = other.source(Int32(document))
        place = SourcePlace(start: UInt64(sources.count), length: place.length, chunk: 0)
        sources.append(source)
      }
      places.append(place)
      let id = other.idUTF8(Int32(document))
      add(id: id, hash: TermTable.hash(id), version: other.versions[document])
    }
  }

  /// The documents; the writer must not be used again.
  mutating func finish() -> StoredDocuments {
    StoredDocuments(
      versions: versions.finish(), idBytes: idBytes.finish(), idStarts: idStarts.finish(),
      chunks: [sources.finish()] + sharedChunks, places: places.finish(), slots: Slab(slots))
  }
}
