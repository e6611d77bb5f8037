import Merchandising
import Web

/// A draft's effect on the queries of the log.
struct ImpactView {
  private static let shownQueries = 30

  let impact: Impact
  let draft: Int64

  var body: HTML {
    let effects: [(Impact.Effect, String)] = [
      (.answered, "A week that find something now"), (.lost, "A week that find nothing now"),
      (.thinned, "A week that find three or fewer now"), (.led, "A week that lead to a page now"),
      (.partial, "A week with partial matches alone now"), (.completed, "A week with a full match now"),
    ]
    let figures =
      [
        ("Queries tried", ShopWords.number(impact.tried)),
        ("Searches a week that change", ShopWords.figure(impact.affectedSearchesAWeek)),
      ]
      + effects.filter { entry in entry.0 == .answered || entry.0 == .lost || impact.searchesAWeek(entry.0) > 0 }
      .map { ($0.1, ShopWords.figure(impact.searchesAWeek($0.0))) }
    let tiles = (figures + [quality].compactMap { $0 }).map {
      "<li><h3>\($0.0)</h3><p class=\"figure\">\($0.1)</p></li>" as HTML
    }
    return "<ul class=\"tiles row\">\(tiles)</ul>\(table)"
  }

  private var quality: (String, String)? {
    guard let before = impact.qualityBefore, let after = impact.qualityAfter else { return nil }
    return (
      "nDCG@10 of \(ShopWords.number(impact.judged)) judged queries",
      "\(ShopWords.figure(before)) → \(ShopWords.figure(after))"
    )
  }

  private var table: HTML {
    guard !impact.affected.isEmpty else { return "<p class=\"note\">None of the log's queries changes.</p>" }
    let rows = impact.affected.prefix(Self.shownQueries).map { query -> HTML in
      let address = Address(
        path: ConsolePage.preview.path, parameters: [("q", query.text), ("draft", "\(draft)")]
      ).text
      return """
        <tr><th scope="row"><a href="\(address)">\(query.text)</a></th><td class="number" data-label="Searches a week">\(ShopWords.figure(query.searchesAWeek))</td><td class="number" data-label="Found before">\(ShopWords.number(query.before.total))</td><td class="number" data-label="Found after">\(ShopWords.number(query.after.total))</td><td data-label="Change">\(Self.words(query))</td></tr>
        """
    }
    return """
      <table class="report"><thead><tr><th scope="col">Query</th><th scope="col" class="number">Searches a week</th><th scope="col" class="number">Found before</th><th scope="col" class="number">Found after</th><th scope="col">Change</th></tr></thead><tbody>\(rows)</tbody></table>
      """
  }

  private static func words(_ query: Impact.Query) -> String {
    switch query.effect {
    case .led: "leads to \(query.after.redirect ?? "")"
    case .stays: "no longer leads to \(query.before.redirect ?? "")"
    case .answered: "finds something now"
    case .lost: "finds nothing now"
    case .thinned: "finds three or fewer now"
    case .completed: "has a full match now"
    case .partial: "partial matches alone now"
    case .other: "other products or order"
    }
  }
}
