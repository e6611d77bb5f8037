/// `length`: keeps terms whose number of UTF-16 code units is in `lengths`.
struct LengthFilter: TokenFilter {
  let lengths: ClosedRange<Int>

  func apply(to buffer: inout TokenBuffer) {
    buffer.keep { term, _ in lengths.contains(utf16Length(term)) }
  }
}

/// `truncate`: cuts terms that are not keywords after `length` UTF-16 code units.
struct TruncateFilter: TokenFilter {
  let length: Int

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let token = buffer.tokens[index]
      if token.isKeyword || Int(token.termLength) <= length { continue }
      let cut: (bytes: Int, isInsidePair: Bool)? = buffer.withTerm(of: token) { term in
        var units = 0
        var at = 0
        while at < term.count {
          let (codePoint, width) = decodeUTF8(term, at, term.count)
          let more = codePoint > 0xFFFF ? 2 : 1
          if units + more > length { return (at, units < length) }
          units += more
          at += width
        }
        return nil
      }
      guard let cut else { continue }
      if cut.isInsidePair {
        // Half a surrogate pair remains, which UTF-8 writes as U+FFFD.
        let kept = Int(token.termStart)..<Int(token.termStart) + cut.bytes
        buffer.replaceTerm(of: index, with: Array(buffer.bytes[kept]) + [0xEF, 0xBF, 0xBD])
      } else {
        buffer.tokens[index].termLength = Int32(cut.bytes)
      }
    }
  }
}

/// `trim`: removes white space from both ends of terms.
struct TrimFilter: TokenFilter {
  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let kept: Range<Int> = buffer.withTerm(of: buffer.tokens[index]) { term in
        var start = 0
        while start < term.count {
          let (codePoint, width) = decodeUTF8(term, start, term.count)
          guard CodePointProperties.isWhitespace(codePoint) else { break }
          start += width
        }
        var end = term.count
        while end > start {
          var last = end - 1
          while last > start, term[last] & 0xC0 == 0x80 { last -= 1 }
          guard CodePointProperties.isWhitespace(decodeUTF8(term, last, end).codePoint) else { break }
          end = last
        }
        return start..<end
      }
      buffer.tokens[index].termStart += Int32(kept.lowerBound)
      buffer.tokens[index].termLength = Int32(kept.count)
    }
  }
}

/// `reverse`: reverses the code points of terms.
struct ReverseFilter: TokenFilter {
  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let reversed: [UInt8] = buffer.withTerm(of: buffer.tokens[index]) { term in
        var out: [UInt8] = []
        out.reserveCapacity(term.count)
        var end = term.count
        while end > 0 {
          var first = end - 1
          while first > 0, term[first] & 0xC0 == 0x80 { first -= 1 }
          out.append(contentsOf: term[first..<end])
          end = first
        }
        return out
      }
      buffer.replaceTerm(of: index, with: reversed)
    }
  }
}

/// `apostrophe`: drops the first apostrophe of a term and everything after it.
struct ApostropheFilter: TokenFilter {
  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      if let at = buffer.withTerm(of: buffer.tokens[index], { firstApostrophe($0)?.start }) {
        buffer.tokens[index].termLength = Int32(at)
      }
    }
  }
}

/// Start and end of the first `'` or U+2019.
private func firstApostrophe(_ term: UnsafeBufferPointer<UInt8>) -> (start: Int, end: Int)? {
  for at in term.indices {
    if term[at] == 0x27 { return (at, at + 1) }
    if term[at] == 0xE2, at + 2 < term.count, term[at + 1] == 0x80, term[at + 2] == 0x99 { return (at, at + 3) }
  }
  return nil
}

/// `elision`: drops an article before the first apostrophe (`l'avion` → `avion`).
struct ElisionFilter: TokenFilter {
  /// The articles of Lucene's French analyzer, the default.
  static let french = ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"]

  let articles: TermSet

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let cut: Int? = buffer.withTerm(of: buffer.tokens[index]) { term in
        guard let apostrophe = firstApostrophe(term),
          articles.contains(UnsafeBufferPointer(rebasing: term[..<apostrophe.start]))
        else { return nil }
        return apostrophe.end
      }
      if let cut {
        buffer.tokens[index].termStart += Int32(cut)
        buffer.tokens[index].termLength -= Int32(cut)
      }
    }
  }
}

/// `limit`: keeps the first tokens only.
struct LimitFilter: TokenFilter {
  let count: Int
  /// Whether empty positions at the end of the whole text count for the field's next value.
  let consumesAll: Bool

  func apply(to buffer: inout TokenBuffer) {
    if buffer.tokens.count > count {
      buffer.tokens.removeSubrange(count...)
      if !consumesAll { buffer.endPositionIncrement = 0 }
    }
  }
}

/// `keep`: keeps only the words of a list.
struct KeepFilter: TokenFilter {
  let words: TermSet

  func apply(to buffer: inout TokenBuffer) {
    buffer.keep { term, _ in words.contains(term) }
  }
}

/// `unique`: drops terms that occurred before, in the text or at the same position.
struct UniqueFilter: TokenFilter {
  let isOnlyOnSamePosition: Bool

  func apply(to buffer: inout TokenBuffer) {
    var seen: Set<[UInt8]> = []
    var kept: [Token] = []
    for token in buffer.tokens {
      if isOnlyOnSamePosition, token.positionIncrement > 0 { seen.removeAll(keepingCapacity: true) }
      if seen.insert(Array(buffer.bytes[token.termRange])).inserted { kept.append(token) }
    }
    buffer.tokens = kept
  }
}

/// `remove_duplicates`: drops terms that occurred before at the same position.
struct RemoveDuplicatesFilter: TokenFilter {
  func apply(to buffer: inout TokenBuffer) {
    var firstOfPosition = 0
    var to = 0
    for from in buffer.tokens.indices {
      let token = buffer.tokens[from]
      if token.positionIncrement > 0 { firstOfPosition = to }
      let isThere = buffer.bytes.withUnsafeBufferPointer { bytes in
        buffer.tokens[firstOfPosition..<to].contains { earlier in
          earlier.termLength == token.termLength && bytes[earlier.termRange].elementsEqual(bytes[token.termRange])
        }
      }
      if token.positionIncrement == 0, isThere { continue }
      buffer.tokens[to] = token
      to += 1
    }
    buffer.tokens.removeSubrange(to...)
  }
}

/// `keyword_repeat`: doubles every token; the first copy is a keyword, which stemmers leave alone.
struct KeywordRepeatFilter: TokenFilter {
  func apply(to buffer: inout TokenBuffer) {
    var output = buffer.output
    output.removeAll(keepingCapacity: true)
    for var token in buffer.tokens {
      token.isKeyword = true
      output.append(token)
      token.isKeyword = false
      token.positionIncrement = 0
      output.append(token)
    }
    swap(&buffer.tokens, &output)
    buffer.output = output
  }
}

/// `keyword_marker`: marks the words of a list, or words that match a pattern as a whole, as keywords, which stemmers
/// leave alone.
struct KeywordMarkerFilter: TokenFilter {
  let words: TermSet
  let pattern: JavaPattern?

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let token = buffer.tokens[index]
      let isMarked: Bool
      if let pattern {
        isMarked = pattern.matchesWhole(buffer.term(of: token))
      } else {
        isMarked = buffer.withTerm(of: token) { words.contains($0) }
      }
      if isMarked { buffer.tokens[index].isKeyword = true }
    }
  }
}

/// `pattern_replace` on terms: replaces the matches of a pattern, all of them or the first.
struct PatternReplaceTermFilter: TokenFilter {
  let pattern: JavaPattern
  let replacement: JavaReplacement
  let isForAll: Bool

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let units = Array(buffer.term(of: buffer.tokens[index]).utf16)
      var out: [UInt16] = []
      var end = 0
      for match in pattern.matches(in: units) {
        out.append(contentsOf: units[end..<match.range.lowerBound])
        replacement.append(for: match, of: units, to: &out)
        end = match.range.upperBound
        if !isForAll { break }
      }
      if end == 0, out.isEmpty { continue }
      out.append(contentsOf: units[end...])
      buffer.replaceTerm(of: index, with: utf8(of: out))
    }
  }
}
