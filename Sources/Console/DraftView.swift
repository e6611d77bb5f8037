import Catalog
import Edge
import Merchandising
import Ports
import Web

/// One draft: how it differs, what publishing it would change, and its texts to edit.
struct DraftView {
  let draft: RuleDraft
  let published: Int64
  /// The texts in the editor.
  let shown: RuleTexts
  let difference: RuleDifference
  /// Pins of products that can no longer be found.
  let gone: [(product: ProductID, rule: String)]
  /// nil: not asked for.
  let impact: Impact?
  let member: StaffPrincipal?

  /// A longer text is edited as a file: a browser's field becomes slow.
  private static let longestShown = 400_000

  private var path: String { "\(ConsolePage.rules.path)/\(draft.id)" }

  var body: HTML {
    """
    \(outdated)\(warnings)
    <div class="beside"><section class="row" aria-labelledby="changes"><h2 id="changes">Changes</h2>\(ConsoleForms.difference(difference))
    <p><a href="\(ConsolePage.preview.path)?draft=\(draft.id)">Preview a search</a></p></section>
    <section class="row" aria-labelledby="publish"><h2 id="publish">Publish</h2>\(effect)\(publishing)</section></div>
    \(editor)
    <form class="row" method="post" action="\(path)/delete">\(FormToken.field(member))<button class="danger" type="submit">Delete this draft</button></form>
    """
  }

  private var outdated: HTML? {
    guard draft.base != published else { return nil }
    return """
      <div class="notice bad" role="status"><p>Version \(published) was published since this draft began with version \(draft.base). Merge it before you publish: your changes are carried over, and what both changed is listed.</p>\(ConsoleForms.button("Merge version \(published)", to: path + "/merge", member, kind: "button small"))</div>
      """
  }

  private var warnings: HTML? {
    guard !gone.isEmpty else { return nil }
    let items = gone.map { "<li>\($0.rule) pins product \($0.product.description)</li>" as HTML }
    return
      "<div class=\"notice\"><p>These products can no longer be found, so that their pins do nothing:</p><ul>\(items)</ul></div>"
  }

  private var effect: HTML {
    guard let impact else {
      return
        "<p><a href=\"\(path)?impact=true\">Try it on the queries of the log</a> <span class=\"note\">takes some seconds</span></p>"
    }
    let figures: [(String, String)] = [
      ("Queries tried", ShopWords.number(impact.tried)),
      ("Searches a week that change", ShopWords.figure(impact.affectedSearchesAWeek)),
      ("A week that find something now", ShopWords.figure(impact.answered)),
      ("A week that find nothing now", ShopWords.figure(impact.lost)),
    ]
    let quality = impact.qualityBefore.flatMap { before in
      impact.qualityAfter.map { after in
        (
          "nDCG@10 of \(ShopWords.number(impact.judged)) judged queries",
          "\(ShopWords.figure(before)) → \(ShopWords.figure(after))"
        )
      }
    }
    let tiles = (figures + [quality].compactMap { $0 }).map {
      "<li><h3>\($0.0)</h3><p class=\"figure\">\($0.1)</p></li>" as HTML
    }
    let rows = impact.affected.prefix(20).map { query -> HTML in
      let address = Address(
        path: ConsolePage.preview.path, parameters: [("q", query.text), ("draft", "\(draft.id)")]
      ).text
      return """
        <tr><th scope="row"><a href="\(address)">\(query.text)</a></th><td class="number" data-label="Searches a week">\(ShopWords.figure(query.searchesAWeek))</td><td class="number" data-label="Found before">\(ShopWords.number(query.totalBefore))</td><td class="number" data-label="Found after">\(ShopWords.number(query.totalAfter))</td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"note\">None of the log's queries changes.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Query</th><th scope=\"col\" class=\"number\">Searches a week</th><th scope=\"col\" class=\"number\">Found before</th><th scope=\"col\" class=\"number\">Found after</th></tr></thead><tbody>\(rows)</tbody></table>"
    return "<ul class=\"tiles row\">\(tiles)</ul>\(table)"
  }

  private var publishing: HTML {
    guard !difference.isEmpty else { return "<p class=\"note\">The draft changes nothing yet.</p>" }
    return """
      <form class="panel" method="post" action="\(path)/publish">\(FormToken.field(member))<input type="hidden" name="revision" value="\(draft.revision)"><div class="fields"><label class="grow">Why<input type="text" name="reason" required maxlength="1000" placeholder="Summer dresses come first in June"></label><button class="button" type="submit">Publish</button></div></form>
      """
  }

  private var editor: HTML {
    let fields = RuleTexts.Kind.allCases.map(field)
    return """
      <section class="row" aria-labelledby="edit"><h2 id="edit">Edit</h2>
      <form class="panel" method="post" action="\(path)/synonyms">\(FormToken.field(member))<div class="fields"><label class="grow">Add synonyms<input type="text" name="line" required maxlength="1000" placeholder="sofa, couch   or   sneaker =&gt; trainer^0.8"></label><button class="button quiet" type="submit">Add</button></div></form>
      <form method="post" action="\(path)">\(FormToken.field(member))<input type="hidden" name="revision" value="\(draft.revision)">\(fields)<p class="actions"><button class="button" type="submit">Save</button></p></form></section>
      """
  }

  private func field(_ kind: RuleTexts.Kind) -> HTML {
    let text = shown[kind]
    let title = ConsoleForms.title(kind.rawValue)
    guard text.utf8.count <= Self.longestShown else {
      let lines = ShopWords.number(shown.lines(kind).count)
      return
        "<p><strong>\(title)</strong>: \(lines) lines, too many for a field. Add lines above, or use <code>vitrine rules export</code> and <code>apply</code>.</p>"
    }
    let rows = min(20, max(4, shown.lines(kind).count + 1))
    let area: HTML = """
      <label>\(title) <span class="note">\(Self.hint(kind))</span><textarea name="\(kind.rawValue)" rows="\(rows)" spellcheck="false">
      \(text)</textarea></label>
      """
    guard ![.rules, .synonyms].contains(kind) else { return area }
    return "<details><summary>\(title)</summary>\(area)</details>"
  }

  private static func hint(_ kind: RuleTexts.Kind) -> String {
    switch kind {
    case .synonyms: "sofa, couch means both ways; sneaker => trainer^0.8 one way, at 0.8 of the weight"
    case .rules:
      "exact, phrase, words or contains; under it pin 1: 204, hide: 17, boost 2: brand:Aurelis, bury 2: …, filter: …, replace: a => b, delete: …, redirect: /…"
    case .redirects: "delivery => /help/delivery"
    case .stopPhrases: "what may stand before what is asked for: looking for a"
    case .accessories: "nouns of things that are bought for another thing: charger"
    case .unsuggested: "words that no suggestion has"
    }
  }
}
