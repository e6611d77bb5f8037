public import Catalog
public import Understanding

/// A rule that a search meets, as it stands in the text that it comes from.
public struct AppliedRule: Sendable, Hashable {
  public struct Line: Sendable, Hashable {
    /// From 1.
    public var number: Int
    /// `pin 1: 204`
    public var text: String
    public var action: QueryRule.Action
  }

  /// `exact: red dress`
  public var head: String
  public var lines: [Line]

  /// The rules of a set that were applied, in their order.
  public static func all(_ effects: RuleEffects, in texts: RuleTexts, _ rules: QueryRules) -> [AppliedRule] {
    let applied = Set(effects.applied)
    guard !applied.isEmpty else { return [] }
    let lines = texts.lines(.rules)
    func text(_ number: Int) -> String {
      lines.indices.contains(number - 1) ? RuleEntries.plain(lines[number - 1]) : ""
    }
    return rules.queryRules.filter { applied.contains($0.name) }.map { rule in
      AppliedRule(
        head: text(rule.line),
        lines: zip(rule.actions, rule.lines).map { Line(number: $1, text: text($1), action: $0) })
    }
  }

  /// The rule as text.
  public var text: String { ([head] + lines.map { "  " + $0.text }).joined(separator: "\n") + "\n" }
}
