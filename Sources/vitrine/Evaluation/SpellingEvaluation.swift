import Importing
import Understanding

/// Measures the spelling corrector on queries as they were typed and as they were meant.
///
/// Its vocabulary is a list of frequencies and the meant words; a word that the list lacks counts as the list's rarest.
/// A query is right when it comes out as it was meant, but for case and the width of white space.
struct SpellingEvaluation {
  struct Query {
    var typed: String
    var meant: String
  }

  struct Row {
    var name: String
    /// The share of queries that come out as they were meant.
    var top1: Double
    /// The share of words that stay as they are when the meant queries are corrected.
    var leftAlone: Double
    var medianMilliseconds: Double
    var p99Milliseconds: Double
  }

  /// A word of a list of web frequencies that is more common than this was meant: a millionth of all words.
  private static let protectedShare = 1e-6

  let queries: [Query]
  let corrector: SpellingCorrector

  init(queriesFile: String, frequenciesFile: String) throws {
    let table = try TextTable(path: queriesFile, columns: ["typed", "meant"])
    queries = table.rows.map { Query(typed: $0[0], meant: $0[1]) }
    let frequencies = try TextTable(path: frequenciesFile, delimiter: " ").rows.map { row in
      guard row.count == 2, let count = Double(row[1]), count > 0 else {
        throw UnusableList(reason: "\(frequenciesFile): a line is not a word, a space and a count: \(row)")
      }
      return (word: row[0], count: count)
    }
    guard !queries.isEmpty, let least = frequencies.map(\.count).min() else {
      throw UnusableList(reason: "\(queriesFile) or \(frequenciesFile) has no line")
    }
    var limits = VocabularyBuilder.Limits()
    limits.words = .max
    var builder = VocabularyBuilder(limits: limits)
    for (word, count) in frequencies { builder.add(word, count: count) }
    for word in queries.flatMap({ Vocabulary.words(in: $0.meant) }) where !builder.contains(word) {
      builder.add(word, count: least)
    }
    let total = frequencies.reduce(0) { $0 + $1.count }
    corrector = SpellingCorrector(
      vocabulary: builder.build(), options: .init(protectedCount: total * Self.protectedShare))
  }

  struct UnusableList: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  func run(_ name: String, with corrector: SpellingCorrector) -> Row {
    var right = 0
    var times: [Double] = []
    for query in queries {
      let start = ContinuousClock.now
      let corrected = corrector.correct(query.typed)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
      if Self.folded(corrected?.text ?? query.typed) == Self.folded(query.meant) { right += 1 }
    }
    var kept = 0
    var words = 0
    for query in queries {
      let count = query.meant.split(whereSeparator: \.isWhitespace).count
      let changed = corrector.correct(query.meant)?.changes.reduce(0) { $0 + $1.typed.split(separator: " ").count }
      words += count
      kept += count - (changed ?? 0)
    }
    times.sort()
    return Row(
      name: name, top1: Double(right) / Double(queries.count), leftAlone: Double(kept) / Double(max(1, words)),
      medianMilliseconds: times[times.count / 2], p99Milliseconds: times[min(times.count - 1, times.count * 99 / 100)])
  }

  /// Queries that do not come out as they were meant.
  func misses() -> [(query: Query, corrected: String)] {
    queries.compactMap { query in
      let corrected = corrector.correct(query.typed)?.text ?? query.typed
      return Self.folded(corrected) == Self.folded(query.meant) ? nil : (query, corrected)
    }
  }

  private static func folded(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
