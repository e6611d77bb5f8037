/// One way to take a piece of the query, or two.
struct Reading {
  /// Pieces that it takes.
  var span: Int
  /// The words that it says are meant; none where the piece stays as it is and is not known.
  var words: [Vocabulary.WordID]
  /// Of the channel alone.
  var cost: Float
  var isAsTyped: Bool

  init(span: Int, words: [Vocabulary.WordID], cost: Float, isAsTyped: Bool = false) {
    self.span = span
    self.words = words
    self.cost = cost
    self.isAsTyped = isAsTyped || words.isEmpty
  }
}

/// All readings of a query, place by place, and the cheapest way through them (Viterbi's algorithm).
struct ReadingLattice {
  private struct Node {
    var word: Vocabulary.WordID?
    var cost: Float
    var reading: Reading
    var place: Int
    var before: Int?
  }

  private let length: Int
  private var readings: [[Reading]]

  init(length: Int) {
    self.length = length
    readings = Array(repeating: [], count: length)
  }

  mutating func add(_ reading: Reading, at place: Int) { readings[place].append(reading) }

  /// `wordCost` is that of a word after another. Of equally cheap ways the one that was added first stands.
  func cheapestPath(wordCost: (Vocabulary.WordID, Vocabulary.WordID?) -> Float) -> [Reading] {
    var nodes: [Node] = []
    var ends: [[Int]] = Array(repeating: [], count: length + 1)
    for place in 0..<length {
      for reading in readings[place] {
        for before in place == 0 ? [nil] : ends[place].map(Optional.some) {
          var cost = (before.map { nodes[$0].cost } ?? 0) + reading.cost
          var word = before.flatMap { nodes[$0].word }
          for next in reading.words {
            cost += wordCost(next, word)
            word = next
          }
          if reading.words.isEmpty { word = nil }
          let node = Node(word: word, cost: cost, reading: reading, place: place, before: before)
          let end = place + reading.span
          if let known = ends[end].first(where: { nodes[$0].word == word }) {
            if cost < nodes[known].cost { nodes[known] = node }
          } else {
            ends[end].append(nodes.count)
            nodes.append(node)
          }
        }
      }
    }
    var path: [Reading] = []
    var at = ends[length].min { nodes[$0].cost < nodes[$1].cost }
    while let index = at {
      path.append(nodes[index].reading)
      at = nodes[index].before
    }
    return path.reversed()
  }
}
