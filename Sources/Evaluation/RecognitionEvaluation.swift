import Importing

/// The kinds of entities that a query may mention.
package enum EntityKind: String, Sendable, CaseIterable {
  case brand, category, colour, size, price
}

/// Measures recognisers of entities on queries whose entities people wrote down.
///
/// The file is CSV with the columns query, brand, category, colour, size and price (docs/reference/seeds.md). A cell
/// contains labels separated by `|`; a label may allow several values, separated by ` or `; a label with a `?` is open:
/// both recognising it and leaving it out are right.
package struct RecognitionEvaluation {
  /// Returns the entities recognised in a query, each with its value.
  package typealias Recogniser = (_ query: String) -> [(kind: EntityKind, value: String)]

  package struct Label: Equatable {
    package var kind: EntityKind
    /// Any of them is right.
    var values: [String]
    var isOpen: Bool
  }

  package struct Query: Equatable {
    var text: String
    var labels: [Label]
  }

  /// The counts of right and wrong results, over all queries.
  package struct Score: Equatable {
    package var found = 0
    package var missed = 0
    /// Recognised, but not in the query.
    package var wrong = 0

    package init(
      found: Int = 0, missed: Int = 0, wrong: Int = 0
    ) {
      self.found = found
      self.missed = missed
      self.wrong = wrong
    }

    /// The share of recognised entities that are in the query; 1 if none was recognised.
    package var precision: Double { found + wrong == 0 ? 1 : Double(found) / Double(found + wrong) }
    /// The share of the query's entities that were recognised; 1 if there are none.
    package var recall: Double { found + missed == 0 ? 1 : Double(found) / Double(found + missed) }
    /// The harmonic mean of both.
    package var f1: Double {
      found == 0 ? (missed + wrong == 0 ? 1 : 0) : 2 * precision * recall / (precision + recall)
    }

    package static func + (left: Score, right: Score) -> Score {
      Score(found: left.found + right.found, missed: left.missed + right.missed, wrong: left.wrong + right.wrong)
    }
  }

  /// A query whose recognition differs from its labels.
  package struct Miss: Equatable {
    package var query: String
    package var kind: EntityKind
    package var missed: [String]
    package var wrong: [String]
  }

  package let queries: [Query]
  /// The categories above each category: recognising one of them is true, if less specific, and counts neither way.
  private let broader: [String: Set<String>]

  /// `categories` are the catalog's, from the root down.
  package init(path: String, categories: [[String]]) throws {
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

  /// The score of each kind, and the differences from the labels.
  package func measure(_ recognise: Recogniser) -> (scores: [EntityKind: Score], misses: [Miss]) {
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

  /// Case and white space do not distinguish values: `27 in` is `27in`.
  private static func folded(_ value: String) -> String { value.lowercased().filter { !$0.isWhitespace } }
}
