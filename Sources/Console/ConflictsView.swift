import Catalog
import Edge
import Ports
import Web

/// The entries that a draft and a published version changed in different ways, each with the choice between them.
struct ConflictsView {
  let draft: RuleDraft
  let labels: RuleLabels
  let member: StaffPrincipal?

  var body: HTML? {
    guard !draft.conflicts.isEmpty else { return nil }
    return """
      <section class="row" aria-labelledby="conflicts"><h2 id="conflicts">Settle these before you publish</h2><p class="note">Both the draft and version \(draft.base) changed them. Until you choose, the draft has the published form.</p>\(draft.conflicts.map(conflict))</section>
      """
  }

  private func conflict(_ conflict: RuleConflict) -> HTML {
    let choices: [(RuleConflict.Choice, String)] = [
      (.published, "Keep the published"), (.draft, "Keep the draft's"), (.both, "Keep both"),
    ]
    let buttons = choices.map { choice, label in
      ConsoleForms.button(
        label, to: "\(ConsolePage.rules.path)/\(draft.id)/settle", member,
        [
          ("revision", "\(draft.revision)"), ("kind", conflict.kind.rawValue), ("name", conflict.name),
          ("keep", choice.rawValue),
        ], about: conflict.name)
    }
    return """
      <div class="panel"><h3>\(ConsoleForms.title(conflict.kind.rawValue)): \(conflict.name)</h3><div class="beside three">\(form("When the draft began", conflict.base))\(form("Published since", conflict.published))\(form("In the draft", conflict.draft))</div><div class="actions">\(buttons)</div></div>
      """
  }

  private func form(_ title: String, _ text: String) -> HTML {
    let shown: HTML =
      text.isEmpty ? "<p class=\"note\">not there</p>" : "<pre class=\"entry\">\(labels.html(text))</pre>"
    return "<div><h4>\(title)</h4>\(shown)</div>"
  }
}
