internal import Glibc

/// How well a product answers the words.
extension RankingFeature {
  static let text: [RankingFeature] = [
    RankingFeature(
      "text_score", .text, monotone: 1, "the engine's score / the best score of the window"
    ) { window in
      // A product that is named by its code is above all others by far: it is not measured by.
      let scores = window.candidates.map(\.score)
      let best = scores.filter { $0 < RankingWindow.namedScore }.max() ?? 0
      return best > 0 ? scores.map { min(1, $0 / best) } : scores.map { _ in 1 }
    },
    RankingFeature("text_place", .text, "1 / log2(place + 1), places from 1 in the engine's order") { window in
      window.candidates.indices.map { 1 / log2(Double($0 + 2)) }
    },
    RankingFeature("every_word", .text, monotone: 1, "1 if it has every word of the query, else 0") { window in
      window.values { $0.hasEveryWord.map { $0 ? 1 : 0 } ?? .nan }
    },
    RankingFeature("title_share", .text, "the share of the query's words that the title has") { window in
      let words = Set(window.queryWords)
      guard !words.isEmpty else { return window.values { _ in .nan } }
      return window.facts { Double(words.intersection($0.titleWords).count) / Double(words.count) }
    },
    RankingFeature("title_focus", .text, "the share of the title's words that the query has") { window in
      let words = Set(window.queryWords)
      guard !words.isEmpty else { return window.values { _ in .nan } }
      return window.facts { signals in
        let title = signals.titleWords
        return title.isEmpty ? .nan : Double(title.count { words.contains($0) }) / Double(title.count)
      }
    },
    RankingFeature("query_words", .text, range: 0...10, "the number of the query's words") { window in
      window.values { _ in Double(window.queryWords.count) }
    },
  ]
}

extension RankingWindow {
  /// A product that the query names by its code or whole title has at least this score.
  public static let namedScore = 50_000.0
}
