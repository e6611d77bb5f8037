import Importing
package import Understanding

/// Measures the spelling corrector with queries as typed and as meant.
///
/// Its vocabulary is a list of frequencies and the meant words; a word that is not in the list counts as the list's
/// rarest. A query is right if the correction equals the meant query, ignoring case and the width of white space.
package struct SpellingEvaluation {
  package struct Query {
    package var typed: String
    package var meant: String
  }

  package struct Row {
    package var name: String
    /// The share of queries whose correction is right.
    package var top1: Double
    /// The share of words that stay unchanged when the meant queries are corrected.
    package var leftAlone: Double
    package var medianMilliseconds: Double
    package var p99Milliseconds: Double
  }

  /// A word of the web frequency list that is more common than this counts as correct: a millionth of all words.
  private static let protectedShare = 1e-6
  static let folds = 5

  package let queries: [Query]
  /// With the list's words only.
  package let corrector: SpellingCorrector
  private let frequencies: [(word: String, count: Double)]
  private let listTotal: Double
  private let leastCount: Double

  package init(queriesFile: String, frequenciesFile: String) throws {
    queries = try TextTable(path: queriesFile, columns: ["typed", "meant"]).rows.map {
      Query(typed: $0[0], meant: $0[1])
    }
    frequencies = try TextTable(path: frequenciesFile, delimiter: " ").rows.map { row in
      guard row.count == 2, let count = Double(row[1]), count > 0, count.isFinite else {
        throw UnusableList(reason: "\(frequenciesFile): a line is not a word, a space and a count: \(row)")
      }
      return (word: row[0], count: count)
    }
    guard !queries.isEmpty, let least = frequencies.map(\.count).min() else {
      throw UnusableList(reason: "\(queries.isEmpty ? queriesFile : frequenciesFile) has no line")
    }
    leastCount = least
    listTotal = frequencies.reduce(0) { $0 + $1.count }
    corrector = Self.corrector(queries, frequencies, least: leastCount, total: listTotal, texts: [])
  }

  struct UnusableList: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  /// The corrector with the list's words, the meant words, and those of a shop's texts, which together weigh as much as
  /// the list.
  private static func corrector(
    _ queries: [Query], _ frequencies: [(word: String, count: Double)], least: Double, total: Double, texts: [String]
  ) -> SpellingCorrector {
    var limits = VocabularyBuilder.Limits()
    limits.words = .max
    limits.pairs = .max
    var builder = VocabularyBuilder(limits: limits)
    for (word, count) in frequencies { builder.add(word, count: count) }
    for word in queries.flatMap({ Vocabulary.words(in: $0.meant) }) where !builder.contains(word) {
      builder.add(word, count: least)
    }
    let words = texts.reduce(0) { $0 + Vocabulary.words(in: $1).count }
    for text in texts { builder.add(document: [text], weight: total / Double(max(1, words))) }
    return SpellingCorrector(vocabulary: builder.build(), options: .init(protectedCount: total * protectedShare))
  }

  // MARK: Rows

  /// The corrector as shipped: the queries influenced it only through the list of meant words.
  package func asShipped() -> Row { run("vitrine") { _ in corrector } }

  /// Each fifth of the queries, with the words and pairs of the other fifths' meant queries as a shop's texts: this
  /// shows the value of context.
  package func withOtherQueries() -> Row {
    let correctors = (0..<Self.folds).map { fold in
      Self.corrector(
        queries, frequencies, least: leastCount, total: listTotal, texts: others(than: fold).map(\.meant))
    }
    return run("vitrine, with other queries' words and pairs") { correctors[Self.fold(of: $0)] }
  }

  /// Each fifth of the queries, with edit costs estimated on the other fifths.
  package func fittedOnOtherQueries() -> Row {
    let correctors = (0..<Self.folds).map { fold in
      corrector.with(ErrorModel.standard.fitted(to: others(than: fold).flatMap(Self.wordPairs)))
    }
    return run("vitrine, costs fitted on other queries") { correctors[Self.fold(of: $0)] }
  }

  private func others(than fold: Int) -> [Query] { queries.filter { Self.fold(of: $0) != fold } }

  /// Queries with the same meaning are in one fold, so that no judged query was learned.
  private static func fold(of query: Query) -> Int {
    Int(clamping: (UInt64(fnv1aOf: folded(query.meant).utf8) >> 32) % UInt64(clamping: folds))
  }

  /// The misspelt words of a query with as many words as the meant query.
  private static func wordPairs(_ query: Query) -> [(typed: String, meant: String)] {
    let (typed, meant) = (Vocabulary.words(in: query.typed), Vocabulary.words(in: query.meant))
    guard typed.count == meant.count else { return [] }
    return zip(typed, meant).filter { $0 != $1 }.map { (typed: $0, meant: $1) }
  }

  private func run(_ name: String, corrector: (Query) -> SpellingCorrector) -> Row {
    var right = 0
    var times: [Double] = []
    for query in queries {
      let corrector = corrector(query)
      let start = ContinuousClock.now
      let corrected = corrector.correct(query.typed)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
      if Self.folded(corrected?.text ?? query.typed) == Self.folded(query.meant) { right += 1 }
    }
    var kept = 0
    var words = 0
    for query in queries {
      let count = query.meant.split(whereSeparator: \.isWhitespace).count
      let changes = corrector(query).correct(query.meant)?.changes ?? []
      words += count
      kept += count - changes.reduce(0) { $0 + $1.typed.split(separator: " ").count }
    }
    times.sort()
    return Row(
      name: name, top1: Double(right) / Double(queries.count), leftAlone: Double(kept) / Double(max(1, words)),
      medianMilliseconds: times[times.count / 2], p99Milliseconds: times[min(times.count - 1, times.count * 99 / 100)])
  }

  /// Queries whose correction is wrong.
  package func misses() -> [(query: Query, corrected: String)] {
    queries.compactMap { query in
      let corrected = corrector.correct(query.typed)?.text ?? query.typed
      return Self.folded(corrected) == Self.folded(query.meant) ? nil : (query, corrected)
    }
  }

  private static func folded(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
