import Catalog
import Edge
import Merchandising
import Ports
import Understanding
import Web

/// One draft: what is wrong with it, how it differs, what publishing it would change, and its texts to edit.
struct DraftView {
  let draft: RuleDraft
  let published: Int64
  /// The texts in the editor.
  let shown: RuleTexts
  let difference: RuleDifference
  let findings: [RuleFinding]
  /// The products that the draft's rules name.
  let products: [ProductID: RuleProduct]
  /// nil: not asked for.
  let impact: Impact?
  /// Whether the gate held the draft back just now.
  let isHeldBack: Bool
  let zone: RuleClock
  let member: StaffPrincipal?

  /// A longer text is edited as a file: a browser's field becomes slow.
  private static let longestShown = 400_000
  private static let shownProducts = 200

  private var path: String { "\(ConsolePage.rules.path)/\(draft.id)" }
  private var labels: RuleLabels { RuleLabels(products) }

  var body: HTML {
    """
    \(outdated)\(ConflictsView(draft: draft, labels: labels, member: member).body)\(FindingsView(findings: findings, texts: draft.texts).body)
    <div class="beside"><section class="row" aria-labelledby="changes"><h2 id="changes">Changes</h2>\(ConsoleForms.difference(difference, labels))
    <p><a href="\(ConsolePage.preview.path)?draft=\(draft.id)">Preview a search</a></p></section>
    <section class="row" aria-labelledby="publish"><h2 id="publish">Publish</h2>\(effect)\(publishing)</section></div>
    \(editor)\(named)
    <form class="row" method="post" action="\(path)/delete">\(FormToken.field(member))<input type="hidden" name="revision" value="\(draft.revision)"><button class="danger" type="submit">Delete this draft</button></form>
    """
  }

  private var outdated: HTML? {
    guard draft.base != published else { return nil }
    let button: HTML? =
      draft.conflicts.isEmpty
      ? ConsoleForms.button("Merge version \(published)", to: path + "/merge", member, kind: "button small") : nil
    return """
      <div class="notice bad" role="status"><p>Version \(published) was published since this draft began with version \(draft.base). Merge it before you publish: your changes are carried over, and you settle what both changed.</p>\(button)</div>
      """
  }

  private var effect: HTML {
    guard let impact else {
      return
        "<p><a href=\"\(path)?impact=true\">Try it on the queries of the log</a> <span class=\"note\">takes some seconds</span></p>"
    }
    return ImpactView(impact: impact, draft: draft.id).body
  }

  private var publishing: HTML {
    guard !difference.isEmpty || draft.restores != nil else {
      return "<p class=\"note\">The draft changes nothing yet.</p>"
    }
    guard draft.conflicts.isEmpty else { return "<p class=\"note\">Settle first what both sides changed.</p>" }
    if let schedule = draft.schedule {
      let button = ConsoleForms.button("Take off the schedule", to: path + "/unschedule", member)
      return """
        <div class="panel"><p>Published by itself on \(zone.text(schedule.at)) (\(zone.zoneName)), as \(schedule.author) said: \(schedule.reason). A change takes the moment away.</p>\(button)</div>
        """
    }
    let mayOverride = member.map { !$0.roles.isDisjoint(with: [.approver, .admin]) } ?? false
    let override: HTML? =
      isHeldBack && mayOverride
      ? "<label class=\"check\"><input type=\"checkbox\" name=\"override\" value=\"true\"> Publish although the gate holds it back; the reason says why</label>"
      : nil
    return """
      <form class="panel" method="post" action="\(path)/publish">\(FormToken.field(member))<input type="hidden" name="revision" value="\(draft.revision)"><div class="fields"><label class="grow">Why<input type="text" name="reason" required maxlength="1000" placeholder="Summer dresses come first in June"></label><label>When <span class="note">\(zone.zoneName); empty: now</span><input type="datetime-local" name="at"></label>\(override)<button class="button" type="submit">Publish</button></div></form>
      """
  }

  /// The products that the rules name, with what a number or code alone does not say.
  private var named: HTML? {
    guard !products.isEmpty else { return nil }
    let rows = products.sorted { $0.key < $1.key }.prefix(Self.shownProducts).map { id, product -> HTML in
      let state = !product.isListed ? "not listed" : product.isInStock ? "in stock" : "sold out"
      return """
        <tr><th scope="row"><a href="/products/\(id.description)">\(product.title)</a></th><td data-label="Number">\(id.description)</td><td data-label="Code">\(product.code)</td><td data-label="State">\(state)</td></tr>
        """
    }
    return """
      <details class="row"><summary>Products that the rules name (\(ShopWords.number(products.count)))</summary><table class="report"><thead><tr><th scope="col">Product</th><th scope="col">Number</th><th scope="col">Code</th><th scope="col">State</th></tr></thead><tbody>\(rows)</tbody></table></details>
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
      "exact, phrase, words, contains, regex, or category: dresses; under it pin 1: 204 or pin 1: LD-17 (number or code), hide: 17, boost 2: brand:Aurelis, bury 2: …, filter: …, replace: a => b, delete: …, redirect: /…; from: 2026-12-01, until: 2026-12-24 18:00, device: mobile, campaign: …"
    case .campaigns:
      "christmas: 2026-12-01 .. 2026-12-24 18:00; anna: a rule with campaign: christmas applies in this time"
    case .redirects: "delivery => /help/delivery"
    case .stopPhrases: "what may stand before what is asked for: looking for a"
    case .accessories: "nouns of things that are bought for another thing: charger"
    case .unsuggested: "words that no suggestion has"
    }
  }
}
