/// The place of a block of up to 128 postings, and the bounds of their scores.
struct PostingsBlock: BitwiseCopyable {
  var lastDocument: Int32
  /// Offset of the packed document deltas and frequencies in the field's postings.
  var dataOffset: UInt32
  /// Offset of the first document's positions in the field's positions.
  var positionsOffset: UInt32
  /// Highest frequency and shortest field of the block: together they give an upper bound of its scores.
  var maxFrequency: UInt32
  var minimumNorm: UInt8
  var documentBits: UInt8
  var frequencyBits: UInt8
  var count: UInt8

  /// Postings in one block: as many as Lucene packs together.
  static let capacity = 128
}

/// The data that a field stores for each occurrence of a term.
enum IndexOptions: String, Sendable {
  case documents = "docs"
  case frequencies = "freqs"
  case positions
  case offsets

  var hasFrequencies: Bool { self != .documents }
  var hasPositions: Bool { self == .positions || self == .offsets }
}

/// The inverted half of one field of one segment: sorted terms, and their postings in packed blocks.
final class InvertedField: Sendable {
  let options: IndexOptions
  let termBytes: Slab<UInt8>
  let termStarts: Slab<UInt32>
  let documentFrequencies: Slab<UInt32>
  let totalTermFrequencies: Slab<UInt32>
  /// The first block of each term; one more entry at the end.
  let firstBlocks: Slab<UInt32>
  let blocks: Slab<PostingsBlock>
  let postings: Slab<UInt8>
  let positions: Slab<UInt8>
  let documentCount: Int
  let sumDocumentFrequency: Int
  let sumTotalTermFrequency: Int
  /// One byte for each document, if the field has norms.
  let norms: Slab<UInt8>?

  var termCount: Int { termStarts.count - 1 }

  init(_ writer: inout InvertedFieldWriter, documentCount: Int, norms: Slab<UInt8>?) {
    options = writer.options
    termBytes = writer.termBytes.finish()
    termStarts = writer.termStarts.finish()
    documentFrequencies = writer.documentFrequencies.finish()
    // Without frequencies a term counts once for each document.
    totalTermFrequencies = options.hasFrequencies ? writer.totalTermFrequencies.finish() : documentFrequencies
    firstBlocks = writer.firstBlocks.finish()
    blocks = writer.blocks.finish()
    postings = writer.postings.finish()
    positions = writer.positions.finish()
    self.documentCount = documentCount
    sumDocumentFrequency = writer.sumDocumentFrequency
    sumTotalTermFrequency = writer.sumTotalTermFrequency
    self.norms = norms
  }

  @inline(__always)
  func term(_ ordinal: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(termStarts.base[ordinal])
    return UnsafeBufferPointer(start: termBytes.base + start, count: Int(termStarts.base[ordinal + 1]) - start)
  }

  func termString(_ ordinal: Int) -> String { String(decoding: term(ordinal), as: UTF8.self) }

  /// The first term that is not less than `wanted`; `termCount` if there is none.
  func lowerBound(_ wanted: [UInt8]) -> Int {
    wanted.withUnsafeBufferPointer { wanted in
      var low = 0
      var high = termCount
      while low < high {
        let middle = (low + high) / 2
        if TermBytes.compare(term(middle), wanted) < 0 { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  func ordinal(of wanted: [UInt8]) -> Int? {
    let candidate = lowerBound(wanted)
    guard candidate < termCount else { return nil }
    return wanted.withUnsafeBufferPointer { TermBytes.compare(term(candidate), $0) == 0 ? candidate : nil }
  }

  /// The terms that begin with `prefix`.
  func ordinals(withPrefix prefix: [UInt8]) -> Range<Int> {
    let start = lowerBound(prefix)
    var high = termCount
    var low = start
    while low < high {
      let middle = (low + high) / 2
      let candidate = term(middle)
      let isWithin = candidate.count >= prefix.count && candidate.prefix(prefix.count).elementsEqual(prefix)
      if isWithin { low = middle + 1 } else { high = middle }
    }
    return start..<low
  }
}

/// Takes terms in byte order, and each term's postings in document order.
struct InvertedFieldWriter: ~Copyable {
  let options: IndexOptions
  fileprivate var termBytes = GrowingSlab<UInt8>()
  fileprivate var termStarts = GrowingSlab<UInt32>()
  fileprivate var documentFrequencies = GrowingSlab<UInt32>()
  fileprivate var totalTermFrequencies = GrowingSlab<UInt32>()
  fileprivate var firstBlocks = GrowingSlab<UInt32>()
  fileprivate var blocks = GrowingSlab<PostingsBlock>()
  fileprivate var postings = GrowingSlab<UInt8>()
  fileprivate var positions = GrowingSlab<UInt8>()
  fileprivate var sumDocumentFrequency = 0
  fileprivate var sumTotalTermFrequency = 0

  /// The block that is being filled: its documents, then their frequencies.
  private let pending = UnsafeMutablePointer<Int32>.allocate(capacity: 2 * PostingsBlock.capacity)
  private var pendingCount = 0
  private var blockPositionsOffset = 0
  private var minimumNorm: UInt8 = .max
  private var previousBlockLast: Int32 = -1
  private var documentFrequency: UInt32 = 0
  private var totalTermFrequency: UInt32 = 0

  init(options: IndexOptions) {
    self.options = options
    termStarts.append(0)
    firstBlocks.append(0)
  }

  deinit { pending.deallocate() }

  mutating func beginTerm() {
    previousBlockLast = -1
    documentFrequency = 0
    totalTermFrequency = 0
    blockPositionsOffset = positions.count
  }

  /// Adds a posting; its positions must be added first, if the field has them.
  @inline(__always)
  mutating func add(document: Int32, frequency: UInt32, norm: UInt8) {
    pending[pendingCount] = document
    pending[pendingCount + PostingsBlock.capacity] = Int32(bitPattern: frequency)
    pendingCount += 1
    minimumNorm = min(minimumNorm, norm)
    documentFrequency += 1
    totalTermFrequency += options.hasFrequencies ? frequency : 1
    if pendingCount == PostingsBlock.capacity { writeBlock() }
  }

  /// Adds the next posting's positions, which ascend.
  @inline(__always)
  mutating func add(positions ascending: UnsafeBufferPointer<Int32>) {
    var previous: Int32 = 0
    for position in ascending {
      appendVariable(UInt32(bitPattern: position - previous))
      previous = position
    }
  }

  /// Adds the next posting's positions in the encoded form of another segment.
  @inline(__always)
  mutating func add(encodedPositions bytes: UnsafeBufferPointer<UInt8>) { positions.append(bytes) }

  /// Ends the term; false if it has no postings, in which case it leaves no trace.
  @discardableResult
  mutating func endTerm(_ term: UnsafeBufferPointer<UInt8>) -> Bool {
    if pendingCount > 0 { writeBlock() }
    guard documentFrequency > 0 else { return false }
    termBytes.append(term)
    termStarts.append(UInt32(termBytes.count))
    documentFrequencies.append(documentFrequency)
    if options.hasFrequencies { totalTermFrequencies.append(totalTermFrequency) }
    firstBlocks.append(UInt32(blocks.count))
    sumDocumentFrequency += Int(documentFrequency)
    sumTotalTermFrequency += Int(totalTermFrequency)
    return true
  }

  private mutating func writeBlock() {
    let documents = pending
    let frequencies = pending + PostingsBlock.capacity
    var previous = previousBlockLast
    var widestDelta: UInt32 = 0
    var maxFrequency: UInt32 = 0
    for index in 0..<pendingCount {
      let delta = documents[index] - previous - 1
      previous = documents[index]
      documents[index] = delta
      widestDelta |= UInt32(bitPattern: delta)
      maxFrequency = max(maxFrequency, UInt32(bitPattern: frequencies[index]))
    }
    let documentBits = 32 - widestDelta.leadingZeroBitCount
    let frequencyBits = options.hasFrequencies ? 32 - (maxFrequency - 1).leadingZeroBitCount : 0
    blocks.append(
      PostingsBlock(
        lastDocument: previous, dataOffset: UInt32(postings.count), positionsOffset: UInt32(blockPositionsOffset),
        maxFrequency: options.hasFrequencies ? maxFrequency : 1, minimumNorm: minimumNorm,
        documentBits: UInt8(documentBits), frequencyBits: UInt8(frequencyBits), count: UInt8(pendingCount)))
    pack(documents, less: 0, bits: documentBits)
    pack(frequencies, less: 1, bits: frequencyBits)
    previousBlockLast = previous
    blockPositionsOffset = positions.count
    minimumNorm = .max
    pendingCount = 0
  }

  /// Appends the pending numbers, after subtracting `less`, in a fixed width, lowest bit first.
  private mutating func pack(_ numbers: UnsafeMutablePointer<Int32>, less: UInt32, bits: Int) {
    guard bits > 0 else { return }
    let count = pendingCount
    let size = (count * bits + 7) / 8
    // Words of four bytes are written whole; the last one extends beyond the numbers' end.
    postings.write(atMost: size + 8) { start in
      let target = UnsafeMutableRawPointer(start)
      var offset = 0
      var word: UInt64 = 0
      var wordBits = 0
      for index in 0..<count {
        word |= UInt64(UInt32(bitPattern: numbers[index]) &- less) << UInt64(wordBits)
        wordBits += bits
        if wordBits >= 32 {
          target.storeBytes(of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: offset, as: UInt32.self)
          offset += 4
          word >>= 32
          wordBits -= 32
        }
      }
      target.storeBytes(of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: offset, as: UInt32.self)
      return size
    }
  }

  @inline(__always)
  private mutating func appendVariable(_ value: UInt32) {
    var value = value
    while value >= 0x80 {
      positions.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    positions.append(UInt8(value))
  }
}
