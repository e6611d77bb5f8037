/// `word_delimiter_graph`: subwords and their joins as a graph with correct positions and lengths, as in Lucene.
struct WordDelimiterGraphFilter: TokenFilter {
  let settings: WordDelimiterSettings

  /// A token to output: its place in the graph and in the term, and its bytes.
  private struct Part {
    var positions: Range<Int>
    var slice: Range<Int>
    var termStart: Int32
    var termLength: Int32
  }

  /// Working state, kept from token to token to reuse its storage.
  private struct State {
    var term = DelimitedTerm()
    var parts: [Part] = []
    var run = SubwordRun()
    var whole = SubwordRun()
    var position = 0
    var lastRunCount = 0
    var pendingIncrement: Int32 = 0
    var lastStartOffset: Int32 = 0
  }

  func apply(to buffer: inout TokenBuffer) {
    var state = State()
    var output = buffer.output
    output.removeAll(keepingCapacity: true)
    for index in buffer.tokens.indices {
      var token = buffer.tokens[index]
      if settings.ignoresKeywords, token.isKeyword {
        output.append(token)
        continue
      }
      state.pendingIncrement += token.positionIncrement
      let isProtected = buffer.withTerm(of: token) { term in
        state.term.load(term, settings)
        return !settings.protectedWords.isEmpty && settings.protectedWords.contains(term)
      }
      var subwords = SubwordIterator(state.term, settings)
      if isProtected || subwords.start == 0 && subwords.end == state.term.units.count {
        token.positionIncrement = state.pendingIncrement
        state.pendingIncrement = 0
        output.append(token)
        continue
      }
      if subwords.end == nil {
        if settings.preservesOriginal {
          state.pendingIncrement = 0
          output.append(token)
        }
        continue
      }
      collectParts(of: token, &subwords, &state, &buffer)
      emit(token, &state, into: &output)
    }
    swap(&buffer.tokens, &output)
    buffer.output = output
  }

  private func collectParts(
    of token: Token, _ subwords: inout SubwordIterator, _ state: inout State, _ buffer: inout TokenBuffer
  ) {
    state.parts.removeAll(keepingCapacity: true)
    state.position = 0
    state.lastRunCount = 0
    if settings.preservesOriginal {
      state.parts.append(
        Part(
          positions: 0..<1, slice: 0..<state.term.units.count, termStart: token.termStart,
          termLength: token.termLength))
    }
    if subwords.isSingleWord, let end = subwords.end {
      appendSlice(subwords.start..<end, of: token, &state)
    } else {
      collectSubwords(of: token, &subwords, &state, &buffer)
    }
    if settings.preservesOriginal { state.parts[0].positions = 0..<max(state.position, 1) }
    let first = settings.preservesOriginal ? 1 : 0
    // A stable sort: by start, then the longer first.
    if state.parts.count - first > 1 {
      let sorted = state.parts[first...].enumerated().sorted { left, right in
        let (a, b) = (left.element.slice, right.element.slice)
        if a.lowerBound != b.lowerBound { return a.lowerBound < b.lowerBound }
        if a.upperBound != b.upperBound { return a.upperBound > b.upperBound }
        return left.offset < right.offset
      }
      state.parts.replaceSubrange(first..., with: sorted.map(\.element))
    }
  }

  private func collectSubwords(
    of token: Token, _ subwords: inout SubwordIterator, _ state: inout State, _ buffer: inout TokenBuffer
  ) {
    while let end = subwords.end {
      let type = subwords.type(state.term)
      let part = subwords.start..<end
      if !state.run.isEmpty, state.run.type.isDisjoint(with: type) { flushRun(of: token, &state, &buffer) }
      if settings.catenates(type) { state.run.append(part, type: type, position: state.position) }
      if settings.catenatesAll { state.whole.append(part, type: type, position: state.position) }
      if settings.generates(type) { appendSlice(part, of: token, &state) }
      subwords.advance(state.term, settings)
    }
    if !state.run.isEmpty { flushRun(of: token, &state, &buffer) }
    if !state.whole.isEmpty {
      if state.whole.parts.count > state.lastRunCount {
        if state.position == state.whole.startPosition { state.position += 1 }
        appendRun(state.whole, of: token, &state, &buffer)
      }
      state.whole.removeAll()
    }
  }

  private func flushRun(of token: Token, _ state: inout State, _ buffer: inout TokenBuffer) {
    if state.position == state.run.startPosition { state.position += 1 }
    state.lastRunCount = state.run.parts.count
    if state.run.parts.count != 1 || !settings.generates(state.run.type) {
      appendRun(state.run, of: token, &state, &buffer)
    }
    state.run.removeAll()
  }

  private func appendSlice(_ slice: Range<Int>, of token: Token, _ state: inout State) {
    let first = state.term.bytes[slice.lowerBound]
    state.parts.append(
      Part(
        positions: state.position..<state.position + 1, slice: slice, termStart: token.termStart + first,
        termLength: state.term.bytes[slice.upperBound] - first))
    state.position += 1
  }

  private func appendRun(_ run: SubwordRun, of token: Token, _ state: inout State, _ buffer: inout TokenBuffer) {
    let start = buffer.bytes.count
    for part in run.parts {
      let first = Int(token.termStart + state.term.bytes[part.lowerBound])
      let end = Int(token.termStart + state.term.bytes[part.upperBound])
      for at in first..<end { buffer.bytes.append(buffer.bytes[at]) }
    }
    state.parts.append(
      Part(
        positions: run.startPosition..<state.position, slice: run.start..<run.end, termStart: Int32(start),
        termLength: Int32(buffer.bytes.count - start)))
  }

  private func emit(_ token: Token, _ state: inout State, into output: inout [Token]) {
    // If a term's length differs from its offsets (a stem, a folded word), the places of its parts are unknown.
    let isAdjusted =
      settings.adjustsOffsets && Int(token.endOffset - token.startOffset) == state.term.units.count
    var position = 0
    for part in state.parts {
      var out = token
      var start = token.startOffset
      var end = token.endOffset
      if isAdjusted {
        start = token.startOffset + Int32(part.slice.lowerBound)
        end = token.startOffset + Int32(part.slice.upperBound)
      }
      out.startOffset = max(start, state.lastStartOffset)
      out.endOffset = max(end, state.lastStartOffset)
      state.lastStartOffset = out.startOffset
      out.termStart = part.termStart
      out.termLength = part.termLength
      out.positionIncrement = state.pendingIncrement + Int32(part.positions.lowerBound - position)
      state.pendingIncrement = 0
      out.positionLength = Int32(part.positions.count)
      position = part.positions.lowerBound
      output.append(out)
    }
  }
}
