/// Where a block of up to 128 postings is, and the most that one of them can score.
struct PostingsBlock: BitwiseCopyable {
  var lastDocument: Int32
  /// Offset of the packed document deltas and frequencies in the field's postings.
  var dataOffset: UInt32
  /// Offset of the first document's positions in the field's positions.
  var positionsOffset: UInt32
  /// Highest frequency and shortest field of the block: together an upper bound of its scores.
  var maximumFrequency: UInt32
  var minimumNorm: UInt8
  var documentBits: UInt8
  var frequencyBits: UInt8
  var count: UInt8

  /// Postings of one block: what Lucene packs together.
  static let capacity = 128
}

/// What a field stores of each occurrence of a term.
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
  /// Of each term the first of its blocks; one more at the end.
  let firstBlocks: Slab<UInt32>
  let blocks: Slab<PostingsBlock>
  let postings: Slab<UInt8>
  let positions: Slab<UInt8>
  let documentCount: Int
  let sumDocumentFrequency: Int
  let sumTotalTermFrequency: Int
  /// One byte a document where the field has norms.
  let norms: Slab<UInt8>?

  var termCount: Int { termStarts.count - 1 }

  init(_ writer: InvertedFieldWriter, documentCount: Int, norms: [UInt8]?) {
    options = writer.options
    termBytes = Slab(writer.termBytes)
    termStarts = Slab(writer.termStarts)
    documentFrequencies = Slab(writer.documentFrequencies)
    totalTermFrequencies = Slab(writer.totalTermFrequencies)
    firstBlocks = Slab(writer.firstBlocks)
    blocks = Slab(writer.blocks)
    postings = Slab(writer.postings)
    positions = Slab(writer.positions)
    self.documentCount = documentCount
    sumDocumentFrequency = writer.sumDocumentFrequency
    sumTotalTermFrequency = writer.sumTotalTermFrequency
    self.norms = norms.map(Slab.init)
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

/// Takes terms in the order of their bytes, and each term's postings in the order of documents.
struct InvertedFieldWriter {
  let options: IndexOptions
  fileprivate(set) var termBytes: [UInt8] = []
  fileprivate(set) var termStarts: [UInt32] = [0]
  fileprivate(set) var documentFrequencies: [UInt32] = []
  fileprivate(set) var totalTermFrequencies: [UInt32] = []
  fileprivate(set) var firstBlocks: [UInt32] = [0]
  fileprivate(set) var blocks: [PostingsBlock] = []
  fileprivate(set) var postings: [UInt8] = []
  fileprivate(set) var positions: [UInt8] = []
  fileprivate(set) var sumDocumentFrequency = 0
  fileprivate(set) var sumTotalTermFrequency = 0

  private var documents: [Int32] = []
  private var frequencies: [UInt32] = []
  private var blockPositionsOffset = 0
  private var minimumNorm: UInt8 = .max
  private var previousBlockLast: Int32 = -1
  private var documentFrequency: UInt32 = 0
  private var totalTermFrequency: UInt32 = 0

  init(options: IndexOptions) {
    self.options = options
    documents.reserveCapacity(PostingsBlock.capacity)
    frequencies.reserveCapacity(PostingsBlock.capacity)
  }

  mutating func beginTerm() {
    previousBlockLast = -1
    documentFrequency = 0
    totalTermFrequency = 0
    blockPositionsOffset = positions.count
  }

  /// Adds a posting whose positions, where the field has them, ascend.
  mutating func add(document: Int32, frequency: Int, positions: UnsafeBufferPointer<Int32>, norm: UInt8) {
    documents.append(document)
    frequencies.append(UInt32(frequency))
    minimumNorm = min(minimumNorm, norm)
    documentFrequency += 1
    totalTermFrequency += options.hasFrequencies ? UInt32(frequency) : 1
    if options.hasPositions {
      var previous: Int32 = 0
      for position in positions {
        appendVariable(UInt32(bitPattern: position - previous))
        previous = position
      }
    }
    if documents.count == PostingsBlock.capacity { writeBlock() }
  }

  /// Ends the term; one without postings leaves no trace.
  mutating func endTerm(_ term: UnsafeBufferPointer<UInt8>) {
    if !documents.isEmpty { writeBlock() }
    guard documentFrequency > 0 else { return }
    termBytes.append(contentsOf: term)
    termStarts.append(UInt32(termBytes.count))
    documentFrequencies.append(documentFrequency)
    totalTermFrequencies.append(totalTermFrequency)
    firstBlocks.append(UInt32(blocks.count))
    sumDocumentFrequency += Int(documentFrequency)
    sumTotalTermFrequency += Int(totalTermFrequency)
  }

  private mutating func writeBlock() {
    var previous = previousBlockLast
    var widestDelta: UInt32 = 0
    var maximumFrequency: UInt32 = 0
    for index in documents.indices {
      widestDelta |= UInt32(documents[index] - previous - 1)
      previous = documents[index]
      maximumFrequency = max(maximumFrequency, frequencies[index])
    }
    let documentBits = 32 - widestDelta.leadingZeroBitCount
    let frequencyBits = options.hasFrequencies ? 32 - (maximumFrequency - 1).leadingZeroBitCount : 0
    blocks.append(
      PostingsBlock(
        lastDocument: previous, dataOffset: UInt32(postings.count), positionsOffset: UInt32(blockPositionsOffset),
        maximumFrequency: options.hasFrequencies ? maximumFrequency : 1, minimumNorm: minimumNorm,
        documentBits: UInt8(documentBits), frequencyBits: UInt8(frequencyBits), count: UInt8(documents.count)))
    previous = previousBlockLast
    var packer = BitPacker(bits: documentBits)
    for document in documents {
      packer.append(UInt32(document - previous - 1), to: &postings)
      previous = document
    }
    packer.flush(to: &postings)
    packer = BitPacker(bits: frequencyBits)
    for frequency in frequencies { packer.append(frequency &- 1, to: &postings) }
    packer.flush(to: &postings)
    previousBlockLast = previous
    blockPositionsOffset = positions.count
    minimumNorm = .max
    documents.removeAll(keepingCapacity: true)
    frequencies.removeAll(keepingCapacity: true)
  }

  private mutating func appendVariable(_ value: UInt32) {
    var value = value
    while value >= 0x80 {
      positions.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    positions.append(UInt8(value))
  }
}

/// Writes numbers of a fixed width, lowest bit first.
private struct BitPacker {
  let bits: Int
  private var pending: UInt64 = 0
  private var pendingBits = 0

  init(bits: Int) { self.bits = bits }

  mutating func append(_ value: UInt32, to bytes: inout [UInt8]) {
    guard bits > 0 else { return }
    pending |= UInt64(value) << UInt64(pendingBits)
    pendingBits += bits
    while pendingBits >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingBits -= 8
    }
  }

  mutating func flush(to bytes: inout [UInt8]) {
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    pending = 0
    pendingBits = 0
  }
}
