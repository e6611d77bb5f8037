/// `mapping`: replaces some texts with others; of several that begin at the same place, the longest is replaced.
struct MappingCharacterFilter: CharacterFilter {
  private struct Node: Sendable {
    var next: [UInt16: Int] = [:]
    var replacement: [UInt16]?
  }

  private var nodes = [Node()]

  init(_ mappings: [(from: [UInt16], to: [UInt16])]) {
    for (from, to) in mappings {
      var node = 0
      for unit in from {
        if let next = nodes[node].next[unit] {
          node = next
        } else {
          nodes.append(Node())
          nodes[node].next[unit] = nodes.count - 1
          node = nodes.count - 1
        }
      }
      nodes[node].replacement = to
    }
  }

  func apply(to text: [UInt16], corrections: inout OffsetCorrections) -> [UInt16] {
    var out: [UInt16] = []
    out.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      guard let (end, replacement) = longestMatch(text, at) else {
        out.append(text[at])
        at += 1
        continue
      }
      let shorter = (end - at) - replacement.count
      let previous = corrections.lastDifference
      if shorter > 0 {
        corrections.add(offset: end - shorter - previous, difference: previous + shorter)
      } else if shorter < 0 {
        // If the replacement is longer than the match, all surplus units point to the end of the match.
        for extra in 0..<(-shorter) {
          corrections.add(offset: end - previous + extra, difference: previous - extra - 1)
        }
      }
      out.append(contentsOf: replacement)
      at = end
    }
    return out
  }

  private func longestMatch(_ text: [UInt16], _ start: Int) -> (end: Int, replacement: [UInt16])? {
    var found: (end: Int, replacement: [UInt16])?
    var node = 0
    var at = start
    while at < text.count, let next = nodes[node].next[text[at]] {
      node = next
      at += 1
      if let replacement = nodes[node].replacement { found = (at, replacement) }
    }
    return found
  }
}
