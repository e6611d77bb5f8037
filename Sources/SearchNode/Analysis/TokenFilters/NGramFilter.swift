/// `ngram` and `edge_ngram`: pieces of a term, counted in code points, all with the term's position and offsets.
struct NGramFilter: TokenFilter {
  /// The side of the term at which pieces begin.
  enum Side: Sendable {
    case front, back, everywhere
  }

  let lengths: ClosedRange<Int>
  let side: Side
  /// Whether a term that is shorter than the shortest piece or longer than the longest is kept too.
  let isOriginalPreserved: Bool

  var isWordByWord: Bool { true }

  func apply(to buffer: inout TokenBuffer) {
    var output = buffer.output
    output.removeAll(keepingCapacity: true)
    var pending: Int32 = 0
    var starts: [Int32] = []
    for token in buffer.tokens {
      pending += token.positionIncrement
      starts.removeAll(keepingCapacity: true)
      let range = token.termRange
      buffer.bytes.withUnsafeBufferPointer { bytes in
        for at in range where bytes[at] & 0xC0 != 0x80 { starts.append(Int32(at)) }
      }
      starts.append(Int32(range.upperBound))
      let count = starts.count - 1
      func emit(_ first: Int, _ end: Int) {
        var gram = token
        gram.termStart = starts[first]
        gram.termLength = starts[end] - starts[first]
        gram.positionIncrement = pending
        pending = 0
        output.append(gram)
      }
      if isOriginalPreserved, count < lengths.lowerBound {
        emit(0, count)
        continue
      }
      let longest = min(lengths.upperBound, count)
      if longest >= lengths.lowerBound {
        switch side {
        case .front: for length in lengths.lowerBound...longest { emit(0, length) }
        case .back: for length in lengths.lowerBound...longest { emit(count - length, count) }
        case .everywhere:
          for first in 0...count - lengths.lowerBound {
            for length in lengths.lowerBound...min(lengths.upperBound, count - first) { emit(first, first + length) }
          }
        }
      }
      if isOriginalPreserved, count > lengths.upperBound { emit(0, count) }
    }
    buffer.endPositionIncrement = Int(pending)
    swap(&buffer.tokens, &output)
    buffer.output = output
  }
}
