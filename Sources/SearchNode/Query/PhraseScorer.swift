/// The postings of one position of a phrase: one term, or several alternatives.
final class PhrasePostings {
  private let cursors: [PostingsCursor]
  /// Position within the phrase.
  let offset: Int32
  let terms: [[UInt8]]
  private var merged: [Int32] = []
  private var part: [Int32] = []
  private(set) var document: Int32 = -1

  init(cursors: [PostingsCursor], offset: Int, terms: [[UInt8]]) {
    self.cursors = cursors
    self.offset = Int32(offset)
    self.terms = terms
  }

  var cost: Int { cursors.reduce(0) { $0 + $1.documentFrequency } }

  func advance(_ target: Int32) -> Int32 {
    var least = Scorer.end
    for cursor in cursors {
      least = min(least, cursor.document < target ? cursor.advance(target) : cursor.document)
    }
    document = least
    return least
  }

  /// Positions in the current document, ascending.
  func readPositions(into positions: inout [Int32]) {
    if cursors.count == 1 { return cursors[0].readPositions(into: &positions) }
    positions.removeAll(keepingCapacity: true)
    for cursor in cursors where cursor.document == document {
      cursor.readPositions(into: &part)
      positions.append(contentsOf: part)
    }
    positions.sort()
  }
}

/// Documents that contain a phrase, scored by BM25 with the (sloppy) number of its occurrences as the frequency.
final class PhraseScorer: Scorer {
  private let postings: [PhrasePostings]
  /// The same postings, the rarest first.
  private let ordered: [PhrasePostings]
  private let slop: Int32
  private let weight: Float
  private let similarity: BM25?
  private let norms: UnsafePointer<UInt8>?
  private let field: InvertedField
  private var positions: [[Int32]]
  private var sloppy: SloppyPhraseMatcher?
  private var frequency: Float = 0

  init(_ field: InvertedField, postings: [PhrasePostings], slop: Int, weight: Float, similarity: BM25?) {
    self.field = field
    self.postings = postings
    ordered = postings.sorted { $0.cost < $1.cost }
    self.slop = Int32(slop)
    self.weight = weight
    self.similarity = similarity
    norms = field.norms?.base
    positions = postings.map { _ in [] }
    if slop > 0 {
      sloppy = SloppyPhraseMatcher(terms: postings.map(\.terms), offsets: postings.map(\.offset), slop: slop)
    }
  }

  override var cost: Int { ordered[0].cost }
  override func next() -> Int32 { advance(document + 1) }

  override func advance(_ target: Int32) -> Int32 {
    var candidate = ordered[0].document < target ? ordered[0].advance(target) : ordered[0].document
    search: while candidate != Self.end {
      for other in ordered.dropFirst() {
        let at = other.document < candidate ? other.advance(candidate) : other.document
        if at > candidate {
          candidate = at == Self.end ? at : ordered[0].advance(at)
          continue search
        }
      }
      frequency = phraseFrequency()
      if frequency > 0 { break }
      candidate = ordered[0].advance(candidate + 1)
    }
    document = candidate
    return candidate
  }

  private func phraseFrequency() -> Float {
    for index in postings.indices { postings[index].readPositions(into: &positions[index]) }
    if sloppy != nil { return sloppy!.frequency(positions) }
    return Float(exactCount())
  }

  private func exactCount() -> Int {
    var indices = [Int](repeating: 0, count: positions.count)
    var count = 0
    start: for position in positions[0] {
      let base = position - postings[0].offset
      for other in 1..<positions.count {
        let wanted = base + postings[other].offset
        while indices[other] < positions[other].count, positions[other][indices[other]] < wanted { indices[other] += 1 }
        if indices[other] == positions[other].count { return count }
        if positions[other][indices[other]] != wanted { continue start }
      }
      count += 1
    }
    return count
  }

  override func score() -> Float {
    guard let similarity else { return 0 }
    return BM25.score(weight, frequency, similarity.inverseNorms.base[Int(norms?[Int(document)] ?? 1)])
  }
}

/// Finds a phrase whose terms may be moved by up to `slop` positions in total; each occurrence counts 1 / (1 + moves).
///
/// It finds the same occurrences in the same order as Lucene's sloppy matcher, also with repeated terms: two places of
/// the phrase never use one position of the document.
struct SloppyPhraseMatcher {
  private struct Place {
    var offset: Int32
    var group: Int
    var indexInGroup: Int
    /// The position in the document minus the offset in the phrase.
    var position: Int32 = 0
    var next = 0
  }

  private var places: [Place]
  private let groups: [[Int]]
  private let hasMultiTermRepeats: Bool
  private let slop: Int32
  private var end: Int32 = .min
  private var queue: [Int] = []
  private var positions: [[Int32]] = []

  init(terms: [[[UInt8]]], offsets: [Int32], slop: Int) {
    self.slop = Int32(slop)
    places = offsets.map { Place(offset: $0, group: -1, indexInGroup: -1) }
    var groups: [[Int]] = []
    var counts: [[UInt8]: Int] = [:]
    for place in terms { for term in place { counts[term, default: 0] += 1 } }
    let repeated = Set(counts.filter { $0.value > 1 }.keys)
    for index in terms.indices where terms[index].contains(where: repeated.contains) {
      let shared = groups.indices.filter { group in
        groups[group].contains { member in terms[member].contains { repeated.contains($0) && terms[index].contains($0) }
        }
      }
      var merged = [index]
      for group in shared.reversed() { merged = groups.remove(at: group) + merged }
      groups.append(merged)
    }
    hasMultiTermRepeats = groups.joined().contains { terms[$0].count > 1 }
    self.groups = groups.map { $0.sorted { offsets[$0] < offsets[$1] } }
    for (group, members) in self.groups.enumerated() {
      for (index, member) in members.enumerated() {
        places[member].group = group
        places[member].indexInGroup = index
      }
    }
  }

  /// The sum over all occurrences, from the positions of each place of the phrase.
  mutating func frequency(_ positions: [[Int32]]) -> Float {
    self.positions = positions
    end = .min
    queue.removeAll(keepingCapacity: true)
    for index in places.indices {
      places[index].next = 0
      _ = step(index)
    }
    guard separateRepeats() else { return 0 }
    for index in places.indices {
      end = max(end, places[index].position)
      queue.append(index)
    }
    return sumOfMatches()
  }

  private mutating func sumOfMatches() -> Float {
    var frequency: Float = 0
    var current = pop()
    var length = end - places[current].position
    var next = places[top()].position
    while advance(current) {
      if !groups.isEmpty, !resolveCollisions(current) { break }
      if places[current].position > next {
        queue.append(current)
        if length <= slop { frequency += 1 / (1 + Float(length)) }
        current = pop()
        next = places[top()].position
        length = end - places[current].position
      } else {
        length = min(length, end - places[current].position)
      }
    }
    if length <= slop { frequency += 1 / (1 + Float(length)) }
    return frequency
  }

  private mutating func step(_ index: Int) -> Bool {
    let next = places[index].next
    guard next < positions[index].count else { return false }
    places[index].position = positions[index][next] - places[index].offset
    places[index].next = next + 1
    return true
  }

  private mutating func advance(_ index: Int) -> Bool {
    guard step(index) else { return false }
    end = max(end, places[index].position)
    return true
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    if places[left].position != places[right].position { return places[left].position < places[right].position }
    if places[left].offset != places[right].offset { return places[left].offset < places[right].offset }
    return left < right
  }

  private func top() -> Int {
    var least = queue[0]
    for candidate in queue.dropFirst() where isBefore(candidate, least) { least = candidate }
    return least
  }

  private mutating func pop() -> Int {
    let least = top()
    if let index = queue.firstIndex(of: least) { queue.remove(at: index) }
    return least
  }

  /// Puts places with the same term on different positions of the document at the start.
  private mutating func separateRepeats() -> Bool {
    for members in groups {
      if hasMultiTermRepeats {
        var index = 0
        while index < members.count {
          var increment = 1
          while let other = collision(members[index]) {
            let lesser = lesser(members[index], other)
            guard advance(lesser) else { return false }
            if places[lesser].indexInGroup < index {
              increment = 0
              break
            }
          }
          index += increment
        }
      } else {
        for index in members.indices.dropFirst() {
          for _ in 0..<index { guard step(members[index]) else { return false } }
        }
      }
    }
    return true
  }

  private func collision(_ index: Int) -> Int? {
    let at = places[index].position + places[index].offset
    return groups[places[index].group].first { $0 != index && places[$0].position + places[$0].offset == at }
  }

  private func lesser(_ left: Int, _ right: Int) -> Int {
    let (a, b) = (places[left], places[right])
    return a.position < b.position || (a.position == b.position && a.offset < b.offset) ? left : right
  }

  /// Separates places that have moved to the same position of the document. The queue orders itself.
  private mutating func resolveCollisions(_ start: Int) -> Bool {
    guard places[start].group >= 0 else { return true }
    var current = start
    while let other = collision(current) {
      current = lesser(current, other)
      guard advance(current) else { return false }
    }
    return true
  }
}
