import Catalog
import Edge
import Merchandising
import Ports
import Web

/// The rules that a previewed search meets in the draft: each line with its button to take it back, a form for the whole
/// search, and the rules as text, whose effect shows while it is typed.
struct PreviewEditor {
  let query: String
  /// nil: none is chosen yet.
  let draft: Int64?
  let revision: Int
  let applied: [AppliedRule]
  let labels: RuleLabels
  /// A text that could not be saved.
  let text: String?
  let member: StaffPrincipal?

  private var path: String { ConsolePage.preview.path }
  private var fields: [(String, String)] { [("q", query), ("draft", draft.map { "\($0)" } ?? "")] }

  var body: HTML { "<div class=\"beside\">\(rules)\(forms)</div>" }

  private var rules: HTML {
    let entries = applied.map { rule -> HTML in
      let lines = rule.lines.map { line -> HTML in
        let button = ConsoleForms.button(
          "Remove", to: path, member,
          fields + [("action", "remove"), ("line", "\(line.number)"), ("text", line.text)], about: line.text)
        return "<li><span>\(labels.html(line.text[...]))</span>\(button)</li>"
      }
      return "<h3>\(rule.head)</h3><ul class=\"lines\">\(lines)</ul>"
    }
    let shown: HTML =
      entries.isEmpty
      ? "<p class=\"note\">No rule is for this search yet.</p>" : "<div>\(entries)</div>"
    return
      "<section class=\"row\" aria-labelledby=\"own-rules\"><h2 id=\"own-rules\">Rules for this search</h2>\(shown)</section>"
  }

  private var forms: HTML {
    let rule = text ?? (applied.isEmpty ? "\(Merchandising.head(forQuery: query))\n  " : applied.map(\.text).joined())
    let heads = applied.map(\.head).joined(separator: "\n")
    let rows = min(14, max(4, rule.split(separator: "\n").count + 2))
    return """
      <section class="row" aria-labelledby="edit-rule"><h2 id="edit-rule">Edit</h2>
      <form class="panel" method="post" action="\(path)">\(FormToken.field(member))\(ConsoleForms.hidden(fields))<div class="fields"><label>For this search<select name="action"><option value="boost">Boost twofold</option><option value="bury">Bury by half</option><option value="filter">Show only</option></select></label><label class="grow">products with<input type="text" name="filter" required maxlength="200" placeholder="colour:Red, brand:Aurelis, stock:yes, price:10..50"></label><button class="button quiet" type="submit">Add to the draft</button></div></form>
      <form class="panel" method="post" action="\(path)/rule" data-try="\(path)/try">\(FormToken.field(member))\(ConsoleForms.hidden(fields + [("heads", heads), ("revision", "\(revision)")]))<label>As text <span class="note">the results below follow while you type; products by number or code</span><textarea name="rule" rows="\(rows)" spellcheck="false">
      \(rule)</textarea></label><p class="actions"><button class="button quiet" type="submit">Save in the draft</button><span class="note" data-said role="status"></span></p></form></section>
      """
  }
}
