/// `pattern_replace`: replaces the matches of a pattern in the text.
struct PatternReplaceCharacterFilter: CharacterFilter {
  private let pattern: JavaPattern
  private let replacement: JavaReplacement
  private let plainReplacement: [UInt8]?

  init(pattern: JavaPattern, replacement: JavaReplacement) {
    self.pattern = pattern
    self.replacement = replacement
    plainReplacement = replacement.plainASCII
  }

  var asciiMap: ASCIIMap? {
    guard let characters = pattern.asciiClass, plainReplacement == [] else { return nil }
    return ASCIIMap { characters.contains($0) ? nil : $0 }
  }

  func apply(toASCII text: UnsafeBufferPointer<UInt8>, appendingTo out: inout [UInt8]) -> Bool {
    guard let characters = pattern.asciiClass, let plainReplacement else { return false }
    var isWithinMatch = false
    for byte in text {
      guard characters.contains(byte) else {
        out.append(byte)
        isWithinMatch = false
        continue
      }
      if !isWithinMatch { out.append(contentsOf: plainReplacement) }
      isWithinMatch = characters.isRepeated
    }
    return true
  }

  func apply(to text: [UInt16], corrections: inout OffsetCorrections) -> [UInt16] {
    var out: [UInt16] = []
    var end = 0
    var difference = 0
    for match in pattern.matches(in: text) {
      out.append(contentsOf: text[end..<match.range.lowerBound])
      end = match.range.upperBound
      let start = out.count
      replacement.append(for: match, of: text, to: &out)
      let (old, new) = (match.range.count, out.count - start)
      if new < old {
        difference += old - new
        corrections.add(offset: start + new, difference: difference)
      } else if new > old {
        // Every surplus unit points to the last unit of the match.
        for extra in old..<new {
          difference -= 1
          corrections.add(offset: start + extra, difference: difference)
        }
      }
    }
    out.append(contentsOf: text[end...])
    return out
  }
}
