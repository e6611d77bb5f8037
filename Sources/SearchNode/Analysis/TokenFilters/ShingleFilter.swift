/// `shingle`: joins runs of neighbouring tokens into one term; `filler` fills a gap in the positions.
struct ShingleFilter: TokenFilter {
  var sizes: ClosedRange<Int> = 2...2
  var givesUnigrams = true
  var givesUnigramsIfNoShingles = false
  var separator: [UInt8] = [0x20]
  var filler: [UInt8] = [0x5F]

  private struct Element {
    var token: Token
    var isFiller: Bool
  }

  func apply(to buffer: inout TokenBuffer) {
    let elements = elements(of: &buffer)
    var output = buffer.output
    output.removeAll(keepingCapacity: true)
    var least = givesUnigrams ? 1 : sizes.lowerBound
    var hasShingle = false
    window: for first in elements.indices {
      let available = min(sizes.upperBound, elements.count - first)
      if givesUnigramsIfNoShingles, !hasShingle, least > 1, available < sizes.lowerBound { least = 1 }
      let fillers = elements[first..<first + available].prefix { $0.isFiller }.count
      var size: Int? = least
      guard available >= least else { break }
      var isFirstHere = true
      while let current = size, current <= available {
        var wanted = current
        // A term made of fillers alone does not count: try the next size, and end the stream if there is none.
        while wanted <= fillers {
          guard let longer = next(after: wanted), longer <= available else { break window }
          wanted = longer
        }
        output.append(shingle(elements[first..<first + wanted], isFirst: isFirstHere, &buffer))
        isFirstHere = false
        if wanted > 1 { hasShingle = true }
        size = next(after: wanted)
      }
    }
    swap(&buffer.tokens, &output)
    buffer.output = output
  }

  private func next(after size: Int) -> Int? {
    if size == sizes.upperBound { return nil }
    return size < sizes.lowerBound ? sizes.lowerBound : size + 1
  }

  /// The tokens with fillers at empty positions, but never so many that a shingle could hold fillers alone.
  private func elements(of buffer: inout TokenBuffer) -> [Element] {
    let fillerStart = buffer.bytes.count
    buffer.bytes.append(contentsOf: filler)
    func makeFiller(_ offset: Int32, like token: Token?) -> Element {
      var made = token ?? Token(termStart: 0, termLength: 0, startOffset: 0, endOffset: 0, type: .word)
      made.termStart = Int32(fillerStart)
      made.termLength = Int32(filler.count)
      made.startOffset = offset
      made.endOffset = offset
      return Element(token: made, isFiller: true)
    }
    var elements: [Element] = []
    elements.reserveCapacity(buffer.tokens.count)
    for token in buffer.tokens {
      for _ in 0..<max(0, min(Int(token.positionIncrement) - 1, sizes.upperBound - 1)) {
        elements.append(makeFiller(token.startOffset, like: token))
      }
      elements.append(Element(token: token, isFiller: false))
    }
    for _ in 0..<min(buffer.endPositionIncrement, sizes.upperBound - 1) {
      elements.append(makeFiller(Int32(buffer.endOffset), like: nil))
    }
    return elements
  }

  private func shingle(_ parts: ArraySlice<Element>, isFirst: Bool, _ buffer: inout TokenBuffer) -> Token {
    var out = parts.first!.token
    if parts.count > 1 {
      let start = buffer.bytes.count
      for (index, part) in parts.enumerated() {
        if index > 0 { buffer.bytes.append(contentsOf: separator) }
        for at in part.token.termRange { buffer.bytes.append(buffer.bytes[at]) }
      }
      out.termStart = Int32(start)
      out.termLength = Int32(buffer.bytes.count - start)
      out.type = .shingle
    }
    // After a filter that reorders tokens, the last may end before the first begins, which Lucene refuses.
    out.endOffset = max(out.startOffset, parts.last!.token.endOffset)
    out.positionIncrement = isFirst ? 1 : 0
    out.positionLength = Int32(givesUnigrams ? parts.count : max(1, parts.count - sizes.lowerBound + 1))
    return out
  }
}
