import SearchDSL

/// Analysed query text: tokens at positions, some of which may span several (`wifi` beside `wi fi`).
struct TokenGraph {
  struct GraphToken {
    var term: [UInt8]
    var position: Int
    var length: Int
  }

  let tokens: [GraphToken]

  init(tokens: [GraphToken]) { self.tokens = tokens }

  init(_ buffer: TokenBuffer) {
    var position = -1
    tokens = buffer.tokens.map { token in
      position += Int(token.positionIncrement)
      return GraphToken(
        term: Array(buffer.bytes[token.termRange]), position: max(0, position), length: Int(token.positionLength))
    }
  }

  var isEmpty: Bool { tokens.isEmpty }
  /// Whether some token spans more than one position.
  var hasPaths: Bool { tokens.contains { $0.length > 1 } }

  /// The terms of each position, in order.
  var positions: [IndexPhrase.Position] {
    var positions: [IndexPhrase.Position] = []
    for token in tokens {
      if let last = positions.last, last.position == token.position {
        positions[positions.count - 1].terms.append(token.term)
      } else {
        positions.append(.init(terms: [token.term], position: token.position))
      }
    }
    return positions
  }

  /// Most paths through a token graph that are followed: every fork doubles their number.
  static let maxPaths = 1_024

  /// The tokens that begin at each position, without empty positions.
  private var starts: [Int: [GraphToken]] { Dictionary(grouping: tokens, by: \.position) }

  /// Every path from the first position to the last, as phrases.
  func paths() -> [[IndexPhrase.Position]] { paths(from: tokens.first?.position ?? 0, to: .max) }

  private func paths(from start: Int, to end: Int) -> [[IndexPhrase.Position]] {
    let starts = starts
    let last = tokens.map { $0.position + $0.length }.max() ?? 0
    var finished: [[IndexPhrase.Position]] = []
    func walk(_ position: Int, _ path: [IndexPhrase.Position]) {
      guard finished.count < Self.maxPaths else { return }
      var position = position
      while position < min(end, last), starts[position] == nil { position += 1 }
      guard position < min(end, last), let here = starts[position] else {
        if !path.isEmpty { finished.append(path) }
        return
      }
      for token in here {
        walk(position + token.length, path + [.init(terms: [token.term], position: path.count)])
      }
    }
    walk(start, [])
    return finished
  }

  /// A clause for each stretch between positions that every path crosses: terms at one position, or phrases of paths.
  func boolean(_ operation: BooleanOperator, _ clause: ([[UInt8]]) -> IndexQuery) -> IndexQuery {
    let last = tokens.map { $0.position + $0.length }.max() ?? 0
    // Every path crosses a position if no token spans it.
    let crossings = Set(tokens.map(\.position)).sorted().filter { position in
      !tokens.contains { $0.position < position && position < $0.position + $0.length }
    }
    var clauses: [IndexQuery] = []
    for (index, start) in crossings.enumerated() {
      let end = index + 1 < crossings.count ? crossings[index + 1] : last
      let here = tokens.filter { $0.position == start }
      if here.contains(where: { $0.length > 1 }) {
        let ways = paths(from: start, to: end).map { path -> IndexQuery in
          if path.count == 1 { return clause(path[0].terms) }
          return Self.phrase(of: path, clause)
        }
        clauses.append(ways.count == 1 ? ways[0] : .boolean(BooleanClauses(should: ways)))
      } else {
        clauses.append(clause(here.map(\.term)))
      }
    }
    if clauses.count == 1 { return clauses[0] }
    return .boolean(operation == .and ? BooleanClauses(must: clauses) : BooleanClauses(should: clauses))
  }

  /// The phrase of a path, in the field or fields that `clause` searches.
  private static func phrase(of path: [IndexPhrase.Position], _ clause: ([[UInt8]]) -> IndexQuery) -> IndexQuery {
    func phrase(_ query: IndexQuery) -> IndexQuery {
      switch query {
      case .term(let term): .phrase(IndexPhrase(field: term.field, positions: path, slop: 0))
      case .boost(let inner, let boost): .boost(phrase(inner), boost)
      case .disMax(let queries, let tieBreaker): .disMax(queries.map(phrase), tieBreaker: tieBreaker)
      default: query
      }
    }
    return phrase(clause(path[0].terms))
  }
}
