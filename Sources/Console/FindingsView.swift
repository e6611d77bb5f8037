import Catalog
import Merchandising
import Understanding
import Web

/// Lines of a draft that are valid and probably not meant.
struct FindingsView {
  /// A person mends no more at once.
  private static let shown = 50

  let findings: [RuleFinding]
  let texts: RuleTexts

  var body: HTML? {
    guard !findings.isEmpty else { return nil }
    let items = findings.prefix(Self.shown).map { finding -> HTML in
      let lines = texts.lines(finding.kind)
      let line = lines.indices.contains(finding.line - 1) ? lines[finding.line - 1] : ""
      let text = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return """
        <li>\(ConsoleForms.title(finding.kind.rawValue)), line \(finding.line), <code>\(text)</code>: \(finding.reason).</li>
        """
    }
    let rest = findings.count - Self.shown
    let more: HTML? = rest > 0 ? "<li>and \(ShopWords.number(rest)) more</li>" : nil
    return """
      <section class="notice findings" aria-labelledby="findings"><h2 id="findings">Look at these lines</h2><p>They are valid, and probably not what is meant.</p><ul>\(items)\(more)</ul></section>
      """
  }
}
