/// `pattern_replace`: what a pattern matches in the text is replaced.
struct PatternReplaceCharacterFilter: CharacterFilter {
  let pattern: JavaPattern
  let replacement: JavaReplacement

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
        // Every further unit points to the last of what was matched.
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
