import Catalog

/// A regular expression whose time grows with the text's length times its own, whatever it says (Thompson, 1968): all states are
/// followed at once, and nothing is tried twice.
///
/// It has letters, `.`, classes (`[a-z]`, `[^0-9]`, `\d`, `\w`, `\s`), groups, `|`, `*`, `+`, `?`, `{2,4}`, `^`, `$` and `\b`, and is
/// found anywhere in a text. Letters are compared without case and accents.
struct RuleRegex: Sendable {
  static let longestPattern = 200
  private static let maxSteps = 400
  private static let maxRepeats = 20

  struct Fault: Error { let reason: String }

  private enum Step: Sendable {
    case one(CharacterSet)
    case fork(Int, Int)
    case jump(Int)
    case start, end, border, match
  }

  /// The scalars that one place may have.
  private struct CharacterSet: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    static let digit = CharacterSet(ranges: [48...57])
    static let space = CharacterSet(ranges: [9...13, 32...32, 0xA0...0xA0])
    static let any = CharacterSet(ranges: [], isNegated: true)

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
    }
  }

  /// The tree of a pattern.
  private indirect enum Node {
    case one(CharacterSet), start, end, border, empty
    case row([Node]), either(Node, Node)
    case repeated(Node, Int, Int?)
  }

  private var steps: [Step] = []

  init(_ pattern: String) throws(Fault) {
    guard (1...Self.longestPattern).contains(pattern.unicodeScalars.count) else {
      throw Fault(reason: "a regular expression has 1 to \(Self.longestPattern) characters")
    }
    var parser = Parser(pattern: Array(pattern.unicodeScalars))
    try add(try parser.whole())
    steps.append(.match)
    guard !matches("") else { throw Fault(reason: "the regular expression fits an empty text, and so every search") }
  }

  private mutating func add(_ node: Node) throws(Fault) {
    guard steps.count < Self.maxSteps else { throw Fault(reason: "the regular expression is too large") }
    switch node {
    case .empty: break
    case .one(let set): steps.append(.one(set))
    case .start: steps.append(.start)
    case .end: steps.append(.end)
    case .border: steps.append(.border)
    case .row(let nodes): for node in nodes { try add(node) }
    case .either(let first, let second):
      let fork = steps.count
      steps.append(.match)
      try add(first)
      let jump = steps.count
      steps.append(.match)
      steps[fork] = .fork(fork + 1, steps.count)
      try add(second)
      steps[jump] = .jump(steps.count)
    case .repeated(let node, let least, let most):
      for _ in 0..<least { try add(node) }
      guard let most else {
        let fork = steps.count
        steps.append(.match)
        try add(node)
        steps.append(.jump(fork))
        steps[fork] = .fork(fork + 1, steps.count)
        return
      }
      for _ in least..<max(least, most) {
        let fork = steps.count
        steps.append(.match)
        try add(node)
        steps[fork] = .fork(fork + 1, steps.count)
      }
    }
  }

  /// Whether it is found anywhere in a text that is folded already.
  func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current: [Int] = []
    var next: [Int] = []
    var marks = [Int](repeating: -1, count: steps.count)
    for place in 0...scalars.count {
      // A match may begin at each place.
      if follow(0, place, scalars, &current, &marks) { return true }
      guard place < scalars.count else { return false }
      next.removeAll(keepingCapacity: true)
      for step in current {
        guard case .one(let set) = steps[step], set.contains(scalars[place]) else { continue }
        if follow(step + 1, place + 1, scalars, &next, &marks) { return true }
      }
      swap(&current, &next)
    }
    return false
  }

  /// Adds the states that are reached without a character; true at the end of the expression. `marks` says at which place a state
  /// was added last.
  private func follow(
    _ first: Int, _ place: Int, _ text: [Unicode.Scalar], _ states: inout [Int], _ marks: inout [Int]
  ) -> Bool {
    var open = [first]
    while let step = open.popLast() {
      guard marks[step] != place else { continue }
      marks[step] = place
      switch steps[step] {
      case .match: return true
      case .jump(let other): open.append(other)
      case .fork(let one, let other): open += [other, one]
      case .start: if place == 0 { open.append(step + 1) }
      case .end: if place == text.count { open.append(step + 1) }
      case .border:
        let before = place > 0 && CharacterSet.isWord(text[place - 1])
        if before != (place < text.count && CharacterSet.isWord(text[place])) { open.append(step + 1) }
      case .one: states.append(step)
      }
    }
    return false
  }

  /// Reads a pattern: branches of rows of repeated parts.
  private struct Parser {
    let pattern: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private static let maxDepth = 20

    init(pattern: [Unicode.Scalar]) { self.pattern = pattern }

    private var next: Unicode.Scalar? { place < pattern.count ? pattern[place] : nil }

    mutating func whole() throws(Fault) -> Node {
      let node = try branches()
      guard place == pattern.count else { throw Fault(reason: "a ) closes nothing") }
      return node
    }

    private mutating func branches() throws(Fault) -> Node {
      var node = try row()
      while next == "|" {
        place += 1
        node = .either(node, try row())
      }
      return node
    }

    private mutating func row() throws(Fault) -> Node {
      var nodes: [Node] = []
      while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repeated(try part())) }
      return nodes.isEmpty ? .empty : .row(nodes)
    }

    private mutating func repeated(_ node: Node) throws(Fault) -> Node {
      switch next {
      case "*": return taken(.repeated(node, 0, nil))
      case "+": return taken(.repeated(node, 1, nil))
      case "?": return taken(.repeated(node, 0, 1))
      case "{":
        guard let end = pattern[place...].firstIndex(of: "}") else { throw Fault(reason: "a { is not closed") }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: pattern[(place + 1)..<end])
        let ends = String(text).split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard let least = ends[0], ends.count <= 2, let most = ends.last ?? nil, least <= most, least >= 0,
          most <= RuleRegex.maxRepeats
        else { throw Fault(reason: "{2,4} has two numbers up to \(RuleRegex.maxRepeats)") }
        place = end + 1
        return .repeated(node, least, most)
      default: return node
      }
    }

    private mutating func taken(_ node: Node) -> Node {
      place += 1
      return node
    }

    private mutating func part() throws(Fault) -> Node {
      guard let scalar = next else { throw Fault(reason: "the regular expression ends too early") }
      place += 1
      switch scalar {
      case "(":
        depth += 1
        guard depth <= Self.maxDepth else { throw Fault(reason: "groups stand in more than \(Self.maxDepth) others") }
        if pattern[place...].starts(with: ["?", ":"]) { place += 2 }
        let node = try branches()
        guard next == ")" else { throw Fault(reason: "a ( is not closed") }
        place += 1
        depth -= 1
        return node
      case "[": return .one(try characterClass())
      case ".": return .one(.any)
      case "^": return .start
      case "$": return .end
      case "\\": return try escaped()
      case "*", "+", "?", "{": throw Fault(reason: "\(scalar) repeats nothing")
      default: return .one(Self.set(of: scalar))
      }
    }

    private mutating func escaped() throws(Fault) -> Node {
      guard let scalar = next else { throw Fault(reason: "a backslash ends it") }
      if scalar == "b" {
        place += 1
        return .border
      }
      return .one(try escapedSet())
    }

    private mutating func escapedSet() throws(Fault) -> CharacterSet {
      guard let scalar = next else { throw Fault(reason: "a backslash ends it") }
      place += 1
      switch scalar {
      case "d": return .digit
      case "s": return .space
      case "w": return CharacterSet(ranges: [48...57, 97...122, 95...95])
      default:
        guard !scalar.properties.isAlphabetic else { throw Fault(reason: "\\\(scalar) is not known") }
        return Self.set(of: scalar)
      }
    }

    private static func set(of scalar: Unicode.Scalar) -> CharacterSet {
      CharacterSet(ranges: String(Character(scalar)).folded.unicodeScalars.map { $0.value...$0.value })
    }

    private mutating func characterClass() throws(Fault) -> CharacterSet {
      var set = CharacterSet(ranges: [])
      if next == "^" {
        set.isNegated = true
        place += 1
      }
      while let scalar = next, scalar != "]" {
        place += 1
        if scalar == "\\" {
          set.ranges += try escapedSet().ranges
        } else if next == "-", place + 1 < pattern.count, pattern[place + 1] != "]" {
          let last = pattern[place + 1]
          place += 2
          guard scalar <= last else { throw Fault(reason: "the range \(scalar)-\(last) is empty") }
          set.ranges.append(scalar.value...last.value)
        } else {
          set.ranges += Self.set(of: scalar).ranges
        }
      }
      guard next == "]", !set.ranges.isEmpty else { throw Fault(reason: "a [ is not closed, or has nothing in it") }
      place += 1
      return set
    }
  }
}
