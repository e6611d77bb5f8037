import Importing

/// What a query can be seen to speak of.
enum EntityKind: String, Sendable, CaseIterable {
  case brand, category, colour, size, price
}

/// Measures who recognises entities in queries, on queries whose entities people wrote down.
///
/// The file is CSV with the columns query, brand, category, colour, size and price (docs/reference/seeds.md). A cell
/// holds labels with `|` between them; a label may allow several values, with ` or ` between them; one with a `?` is
/// open: to see it is right, not to see it is right as well.
struct RecognitionEvaluation {
  /// Gives what it sees in a query, each with the value that it stands for.
  typealias Recogniser = (_ query: String) -> [(kind: EntityKind, value: String)]

  struct Label: Equatable {
    var kind: EntityKind
    /// Any of them is right.
    var values: [String]
    var isOpen: Bool
  }

  struct Query: Equatable {
    var text: String
    var labels: [Label]
  }

  /// How often it was right, over all queries.
  struct Score: Equatable {
    var found = 0
    var missed = 0
    /// Seen where nothing like it is.
    var wrong = 0

    /// The share of what was seen that is there; 1 where nothing was seen.
    var precision: Double { found + wrong == 0 ? 1 : Double(found) / Double(found + wrong) }
    /// The share of what is there that was seen; 1 where nothing is.
    var recall: Double { found + missed == 0 ? 1 : Double(found) / Double(found + missed) }
    /// The harmonic mean of both.
    var f1: Double { found == 0 ? (missed + wrong == 0 ? 1 : 0) : 2 * precision * recall / (precision + recall) }

    static func + (left: Score, right: Score) -> Score {
      Score(found: left.found + right.found, missed: left.missed + right.missed, wrong: left.wrong + right.wrong)
    }
  }

  /// A query that was not recognised as it was labelled.
  struct Miss: Equatable {
    var query: String
    var kind: EntityKind
    var missed: [String]
    var wrong: [String]
  }

  let queries: [Query]
  /// The categories above each; to see one of them is true as well, if less telling, and counts neither way.
  private let broader: [String: Set<String>]

  /// `categories` are the catalog's, from the root down.
  init(path: String, categories: [[String]]) throws {
    var broader: [String: Set<String>] = [:]
    for path in categories {
      for (depth, name) in path.enumerated() {
        broader[Self.folded(name), default: []].formUnion(path.prefix(depth).map(Self.folded))
      }
    }
    self.broader = broader
    let table = try TextTable(path: path, columns: ["query"] + EntityKind.allCases.map(\.rawValue))
    queries = table.rows.map { row in
      Query(text: row[0], labels: zip(EntityKind.allCases, row.dropFirst()).flatMap(Self.labels))
    }
  }

  private static func labels(_ kind: EntityKind, _ cell: String) -> [Label] {
    cell.split(separator: "|").map { label in
      let values = label.split(separator: " or ").map { String($0.replacing("?", with: "")) }
      return Label(kind: kind, values: values, isOpen: label.contains("?"))
    }
  }

  /// The score of each kind, and what was not as labelled.
  func measure(_ recognise: Recogniser) -> (scores: [EntityKind: Score], misses: [Miss]) {
    var scores: [EntityKind: Score] = [:]
    var misses: [Miss] = []
    for query in queries {
      let seen = recognise(query.text)
      for kind in EntityKind.allCases {
        let (score, miss) = compare(
          query, kind, seen: Set(seen.filter { $0.kind == kind }.map { Self.folded($0.value) }))
        scores[kind, default: Score()] = scores[kind, default: Score()] + score
        if let miss { misses.append(miss) }
      }
    }
    return (scores, misses)
  }

  private func compare(_ query: Query, _ kind: EntityKind, seen: Set<String>) -> (Score, Miss?) {
    var score = Score()
    var missed: [String] = []
    var wrong = seen
    for label in query.labels where label.kind == kind {
      let allowed = Set(label.values.map(Self.folded))
      wrong.subtract(allowed)
      if kind == .category { for category in allowed { wrong.subtract(broader[category] ?? []) } }
      if label.isOpen { continue }
      if seen.isDisjoint(with: allowed) {
        score.missed += 1
        missed.append(label.values.joined(separator: " or "))
      } else {
        score.found += 1
      }
    }
    score.wrong = wrong.count
    guard !missed.isEmpty || !wrong.isEmpty else { return (score, nil) }
    return (score, Miss(query: query.text, kind: kind, missed: missed, wrong: wrong.sorted()))
  }

  /// Case and white space do not tell values apart: `27 in` is `27in`.
  private static func folded(_ value: String) -> String { value.lowercased().filter { !$0.isWhitespace } }
}
