/// Walks one term's postings in one segment and decodes them a block at a time.
final class PostingsCursor {
  /// A number greater than every document's.
  static let end = Int32.max

  private let field: InvertedField
  private let firstBlock: Int
  private let lastBlock: Int
  private var block: Int
  private var indexInBlock = 0
  private var countInBlock = 0
  private let documents: UnsafeMutablePointer<Int32>
  private let frequencies: UnsafeMutablePointer<UInt32>
  private var areFrequenciesDecoded = false
  private var positionsOffset = 0
  /// Number of the block's documents that `positionsOffset` has passed.
  private var positionsIndex = 0
  let documentFrequency: Int
  private(set) var document: Int32 = -1

  init(_ field: InvertedField, ordinal: Int) {
    self.field = field
    firstBlock = Int(field.firstBlocks[ordinal])
    lastBlock = Int(field.firstBlocks[ordinal + 1]) - 1
    block = firstBlock - 1
    documentFrequency = Int(field.documentFrequencies[ordinal])
    documents = .allocate(capacity: PostingsBlock.capacity)
    frequencies = .allocate(capacity: PostingsBlock.capacity)
  }

  deinit {
    documents.deallocate()
    frequencies.deallocate()
  }

  @inline(__always)
  func next() -> Int32 {
    indexInBlock += 1
    if indexInBlock < countInBlock {
      document = documents[indexInBlock]
      return document
    }
    return nextBlock()
  }

  private func nextBlock() -> Int32 {
    guard block < lastBlock else { return exhaust() }
    block += 1
    decodeDocuments()
    document = documents[0]
    return document
  }

  /// Moves to the first document that is not less than `target`, which must be greater than the current one.
  @inline(__always)
  func advance(_ target: Int32) -> Int32 {
    if document == Self.end { return document }
    if countInBlock == 0 || documents[countInBlock - 1] < target {
      guard seekBlock(target) else { return document }
    }
    var index = indexInBlock
    while documents[index] < target { index += 1 }
    indexInBlock = index
    document = documents[index]
    return document
  }

  /// Calls `body` with the current document and the following ones before `limit`, and their frequencies; stops at the
  /// first document at or after `limit`.
  @inline(__always)
  func forEach(before limit: Int32, _ body: (Int32, UInt32) -> Void) -> Int32 {
    while document < limit {
      if !areFrequenciesDecoded { decodeFrequencies() }
      var index = indexInBlock
      let count = countInBlock
      while index < count, documents[index] < limit {
        body(documents[index], frequencies[index])
        index &+= 1
      }
      indexInBlock = index
      if index < count { document = documents[index] } else { _ = nextBlock() }
    }
    return document
  }

  /// An upper bound of the frequency and a lower bound of the norm over all postings.
  func bounds() -> (maxFrequency: UInt32, minimumNorm: UInt8) {
    var frequency: UInt32 = 1
    var norm = UInt8.max
    for index in firstBlock...lastBlock {
      frequency = max(frequency, field.blocks[index].maxFrequency)
      norm = min(norm, field.blocks[index].minimumNorm)
    }
    return (frequency, norm)
  }

  private func exhaust() -> Int32 {
    block = lastBlock
    indexInBlock = countInBlock
    document = Self.end
    return document
  }

  /// Decodes the block that may hold `target`; false at the end of the postings.
  private func seekBlock(_ target: Int32) -> Bool {
    let blocks = field.blocks.base
    var low = block + 1
    guard low <= lastBlock, blocks[lastBlock].lastDocument >= target else {
      _ = exhaust()
      return false
    }
    var step = 1
    var high = low
    while blocks[high].lastDocument < target {
      low = high + 1
      high = min(high + step, lastBlock)
      step *= 2
    }
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].lastDocument < target { low = middle + 1 } else { high = middle }
    }
    block = low
    decodeDocuments()
    return true
  }

  private func decodeDocuments() {
    let descriptor = field.blocks.base[block]
    countInBlock = Int(descriptor.count)
    indexInBlock = 0
    areFrequenciesDecoded = false
    positionsOffset = Int(descriptor.positionsOffset)
    positionsIndex = 0
    var previous: Int32 = block == firstBlock ? -1 : field.blocks.base[block - 1].lastDocument
    let bits = Int(descriptor.documentBits)
    let source = UnsafeRawPointer(field.postings.base + Int(descriptor.dataOffset))
    let mask: UInt64 = (1 << UInt64(bits)) - 1
    var bit = 0
    for index in 0..<countInBlock {
      let word = (source + (bit >> 3)).loadUnaligned(as: UInt64.self)
      previous &+= Int32(truncatingIfNeeded: (word >> UInt64(bit & 7)) & mask) &+ 1
      documents[index] = previous
      bit += bits
    }
  }

  /// The number of occurrences of the term in the current document.
  @inline(__always)
  var frequency: UInt32 {
    if !areFrequenciesDecoded { decodeFrequencies() }
    return frequencies[indexInBlock]
  }

  private func decodeFrequencies() {
    areFrequenciesDecoded = true
    let descriptor = field.blocks.base[block]
    let bits = Int(descriptor.frequencyBits)
    let documentBytes = (countInBlock * Int(descriptor.documentBits) + 7) / 8
    let source = UnsafeRawPointer(field.postings.base + Int(descriptor.dataOffset) + documentBytes)
    let mask: UInt64 = (1 << UInt64(bits)) - 1
    var bit = 0
    for index in 0..<countInBlock {
      let word = (source + (bit >> 3)).loadUnaligned(as: UInt64.self)
      frequencies[index] = UInt32(truncatingIfNeeded: (word >> UInt64(bit & 7)) & mask) &+ 1
      bit += bits
    }
  }

  /// Puts the term's positions in the current document into `positions`, ascending.
  func readPositions(into positions: inout [Int32]) {
    positions.removeAll(keepingCapacity: true)
    let count = Int(frequency)
    var cursor = field.positions.base + positionsOffset
    while positionsIndex < indexInBlock {
      var skipped = frequencies[positionsIndex]
      while skipped > 0 {
        if cursor.pointee < 0x80 { skipped -= 1 }
        cursor += 1
      }
      positionsIndex += 1
    }
    positionsOffset = cursor - field.positions.base
    var position: Int32 = 0
    for _ in 0..<count {
      var value: UInt32 = 0
      var shift: UInt32 = 0
      while cursor.pointee >= 0x80 {
        value |= UInt32(cursor.pointee & 0x7F) << shift
        shift += 7
        cursor += 1
      }
      value |= UInt32(cursor.pointee) << shift
      cursor += 1
      position &+= Int32(bitPattern: value)
      positions.append(position)
    }
  }
}
