public import Catalog

/// A line of rules that is valid and probably not meant: it does nothing, contradicts another, or names what the shop lacks.
public struct RuleFinding: Sendable, Hashable, CustomStringConvertible {
  public var kind: RuleTexts.Kind
  /// From 1.
  public var line: Int
  public var reason: String

  public init(kind: RuleTexts.Kind, line: Int, reason: String) {
    self.kind = kind
    self.line = line
    self.reason = reason
  }

  public var description: String { "\(kind.rawValue), line \(line): \(reason)" }
}

extension RuleTexts {
  /// The findings that need no catalog, by line. `rules` are these texts, compiled.
  public func findings(_ rules: QueryRules) -> [RuleFinding] {
    let redirects = RedirectReview(self[.redirects])
    return SynonymReview(self[.synonyms]).findings
      + RuleReview(rules.queryRules, redirects: redirects.lines).findings + redirects.findings
  }
}

/// Looks through the list of redirects for phrases that stand twice.
struct RedirectReview {
  private(set) var findings: [RuleFinding] = []
  /// The line of each phrase that counts, by the phrase's key.
  private(set) var lines: [String: Int] = [:]

  init(_ text: String) {
    for (line, rule) in QueryRules.lines(of: text) {
      let phrase = rule.split(separator: "=>")[0].split(separator: " ").joined(separator: " ")
      let key = Folding.key(of: phrase)
      if let former = lines[key] {
        findings.append(
          RuleFinding(
            kind: .redirects, line: line, reason: "line \(former) leads \"\(phrase)\" too; this later line counts"))
      }
      lines[key] = line
    }
  }
}
