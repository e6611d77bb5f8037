/// `word_delimiter`: subwords and their joins without a graph; a join has the position of its last subword, as in
/// Lucene.
struct WordDelimiterFilter: TokenFilter {
  let settings: WordDelimiterSettings

  private struct State {
    var term = DelimitedTerm()
    var run = SubwordRun()
    var whole = SubwordRun()
    var buffered: [Token] = []
    var lastRunCount = 0
    var pendingIncrement: Int32 = 0
    var hasOutputToken = false
    var hasOutputFollowingOriginal = false
    var isFirst = true

    /// Positions since the previous token, for a subword or for a join (`isJoin`).
    mutating func increment(isJoin: Bool) -> Int32 {
      let pending = pendingIncrement
      if hasOutputToken {
        pendingIncrement = 0
        return isJoin ? 0 : max(1, pending)
      }
      hasOutputToken = true
      if !hasOutputFollowingOriginal {
        hasOutputFollowingOriginal = true
        return 0
      }
      pendingIncrement = 0
      return max(1, pending)
    }
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
        state.isFirst = false
        output.append(token)
        continue
      }
      if subwords.end == nil, !settings.preservesOriginal {
        if token.positionIncrement == 1, !state.isFirst { state.pendingIncrement -= 1 }
        continue
      }
      state.hasOutputToken = false
      state.hasOutputFollowingOriginal = !settings.preservesOriginal
      state.lastRunCount = 0
      if settings.preservesOriginal {
        var original = token
        original.positionIncrement = state.pendingIncrement
        state.pendingIncrement = 0
        state.isFirst = false
        output.append(original)
      }
      process(token, &subwords, &state, &buffer, &output)
    }
    swap(&buffer.tokens, &output)
    buffer.output = output
  }

  private func process(
    _ token: Token, _ subwords: inout SubwordIterator, _ state: inout State, _ buffer: inout TokenBuffer,
    _ output: inout [Token]
  ) {
    while let end = subwords.end {
      let part = subwords.start..<end
      if subwords.isSingleWord {
        output.append(subword(part, of: token, isSingleWord: true, &state))
        subwords.advance(state.term, settings)
        state.isFirst = false
        continue
      }
      let type = subwords.type(state.term)
      if !state.run.isEmpty, state.run.type.isDisjoint(with: type) {
        flushRun(of: token, &state, &buffer)
        state.hasOutputToken = false
      }
      if settings.catenates(type) { state.run.append(part, type: type, position: 0) }
      if settings.catenatesAll { state.whole.append(part, type: type, position: 0) }
      if settings.generates(type) {
        state.buffered.append(subword(part, of: token, isSingleWord: false, &state))
      }
      subwords.advance(state.term, settings)
    }
    if !state.run.isEmpty { flushRun(of: token, &state, &buffer) }
    if !state.whole.isEmpty {
      if state.whole.parts.count > state.lastRunCount { appendRun(state.whole, of: token, &state, &buffer) }
      state.whole.removeAll()
    }
    // A stable sort: by start, then the greater increment first.
    let sorted = state.buffered.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.startOffset != b.startOffset { return a.startOffset < b.startOffset }
      if a.positionIncrement != b.positionIncrement { return a.positionIncrement > b.positionIncrement }
      return left.offset < right.offset
    }
    for (_, var out) in sorted {
      if state.isFirst, out.positionIncrement == 0 { out.positionIncrement = 1 }
      state.isFirst = false
      output.append(out)
    }
    state.buffered.removeAll(keepingCapacity: true)
  }

  private func hasIllegalOffsets(_ token: Token, _ state: borrowing State) -> Bool {
    Int(token.endOffset - token.startOffset) != state.term.units.count
  }

  private func subword(_ part: Range<Int>, of token: Token, isSingleWord: Bool, _ state: inout State) -> Token {
    let first = state.term.bytes[part.lowerBound]
    var out = Token(
      termStart: Int(token.termStart + first), termLength: Int(state.term.bytes[part.upperBound] - first),
      startOffset: Int(token.startOffset) + part.lowerBound, endOffset: Int(token.startOffset) + part.upperBound,
      type: token.type)
    if hasIllegalOffsets(token, state) {
      if !(isSingleWord && out.startOffset <= token.endOffset) { out.startOffset = token.startOffset }
      out.endOffset = token.endOffset
    }
    out.positionIncrement = state.increment(isJoin: false)
    return out
  }

  private func flushRun(of token: Token, _ state: inout State, _ buffer: inout TokenBuffer) {
    state.lastRunCount = state.run.parts.count
    if state.run.parts.count != 1 || !settings.generates(state.run.type) {
      appendRun(state.run, of: token, &state, &buffer)
    }
    state.run.removeAll()
  }

  private func appendRun(_ run: SubwordRun, of token: Token, _ state: inout State, _ buffer: inout TokenBuffer) {
    let start = buffer.bytes.count
    for part in run.parts {
      let first = Int(token.termStart + state.term.bytes[part.lowerBound])
      let end = Int(token.termStart + state.term.bytes[part.upperBound])
      for at in first..<end { buffer.bytes.append(buffer.bytes[at]) }
    }
    var out = Token(
      termStart: start, termLength: buffer.bytes.count - start, startOffset: Int(token.startOffset) + run.start,
      endOffset: Int(token.startOffset) + run.end, type: token.type)
    if hasIllegalOffsets(token, state) {
      out.startOffset = token.startOffset
      out.endOffset = token.endOffset
    }
    out.positionIncrement = state.increment(isJoin: true)
    state.pendingIncrement = 0
    state.buffered.append(out)
  }
}
