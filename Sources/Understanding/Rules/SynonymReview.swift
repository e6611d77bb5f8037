import Catalog

/// Looks through synonyms for lines that say nothing, stand twice, contradict a former one or go in a circle.
struct SynonymReview {
  /// A person reads no more; the first are told.
  static let maxFindings = 200

  private struct Pair: Hashable {
    var from: String
    var to: String
  }

  private struct Known {
    var line: Int
    var weight: Double
    var isOneWay: Bool
  }

  private(set) var findings: [RuleFinding] = []
  private var known: [Pair: Known] = [:]
  /// One-way lines as edges.
  private var next: [String: [(to: String, line: Int)]] = [:]

  init(_ text: String) {
    for (line, rule) in SynonymRules.lines(of: text) {
      // A line that cannot be read is told when the set is compiled.
      guard let (left, right) = try? SynonymRules.sides(of: rule, line: line) else { continue }
      if let right { review(left, right, line: line) } else { review(left, line: line) }
    }
    findCircles()
    findings.sort { $0.line < $1.line }
    findings = Array(findings.prefix(Self.maxFindings))
  }

  private mutating func tell(_ line: Int, _ reason: String) {
    findings.append(RuleFinding(kind: .synonyms, line: line, reason: reason))
  }

  /// `sofa => couch`
  private mutating func review(
    _ left: [SynonymRules.Alternative], _ right: [SynonymRules.Alternative], line: Int
  ) {
    var pairs: [(pair: Pair, weight: Double, text: String)] = []
    for from in left {
      for to in right {
        let pair = Pair(from: Folding.key(of: from.text), to: Folding.key(of: to.text))
        let text = "\(from.text) => \(to.text)"
        // `couch, sofa => sofa` is the usual way to say that both are called a sofa.
        if pair.from != pair.to { pairs.append((pair, to.weight, text)) }
      }
    }
    guard !pairs.isEmpty else { return tell(line, "does nothing: both sides are the same words to a search") }
    check(pairs, line: line)
    for (pair, weight, text) in pairs {
      if let back = known[Pair(from: pair.to, to: pair.from)], back.isOneWay, back.line != line,
        known[pair] == nil
      {
        tell(line, "\(text): line \(back.line) says the reverse; one line with a comma says both")
      }
      guard known[pair] == nil else { continue }
      known[pair] = Known(line: line, weight: weight, isOneWay: true)
      next[pair.from, default: []].append((pair.to, line))
    }
  }

  /// `sofa, couch`
  private mutating func review(_ phrases: [SynonymRules.Alternative], line: Int) {
    var seen: Set<String> = []
    for phrase in phrases where !seen.insert(phrase.text.folded).inserted {
      tell(line, "\(phrase.text) stands twice in this line")
    }
    var pairs: [(pair: Pair, weight: Double, text: String)] = []
    for from in phrases {
      for to in phrases {
        let pair = Pair(from: Folding.key(of: from.text), to: Folding.key(of: to.text))
        if pair.from != pair.to { pairs.append((pair, to.weight, "\(from.text), \(to.text)")) }
      }
    }
    guard !pairs.isEmpty else { return tell(line, "does nothing: all of these are the same words to a search") }
    check(pairs, line: line)
    for (pair, weight, _) in pairs where known[pair] == nil {
      known[pair] = Known(line: line, weight: weight, isOneWay: false)
    }
  }

  /// Tells the first contradiction of a line, or that it adds nothing.
  private mutating func check(_ pairs: [(pair: Pair, weight: Double, text: String)], line: Int) {
    if let other = pairs.first(where: { known[$0.pair].map { $0.weight } ?? $0.weight != $0.weight }),
      let former = known[other.pair]
    {
      tell(line, "\(other.text) has another weight in line \(former.line), which counts")
    } else if !pairs.isEmpty, pairs.allSatisfy({ known[$0.pair] != nil }), let former = known[pairs[0].pair] {
      tell(line, "adds nothing: line \(former.line) says so already")
    }
  }

  /// Circles of three phrases and more, by a walk in depth that marks the phrases on its path.
  private mutating func findCircles() {
    /// A phrase's place on the path; -1: done.
    var places: [String: Int] = [:]
    for start in next.keys.sorted() where places[start] == nil {
      var path: [(phrase: String, taken: Int)] = [(start, 0)]
      places[start] = 0
      while let top = path.last {
        let edges = next[top.phrase] ?? []
        guard top.taken < edges.count else {
          places[top.phrase] = -1
          path.removeLast()
          continue
        }
        path[path.count - 1].taken += 1
        let edge = edges[top.taken]
        if let place = places[edge.to] {
          guard place >= 0, path.count - place > 2, findings.count < Self.maxFindings else { continue }
          let circle = (path[place...].map(\.phrase) + [edge.to]).joined(separator: " → ")
          tell(edge.line, "goes in a circle: \(circle); a search takes one step of it alone")
        } else {
          places[edge.to] = path.count
          path.append((edge.to, 0))
        }
      }
    }
  }
}
