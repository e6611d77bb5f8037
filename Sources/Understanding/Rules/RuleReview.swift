import Catalog

/// Looks through query rules for heads that stand twice, and for actions that contradict each other or do nothing.
struct RuleReview {
  private struct Entry {
    var action: QueryRule.Action
    var line: Int
  }

  private(set) var findings: [RuleFinding] = []

  /// `redirects`: the lines of the list of redirects, by key.
  init(_ rules: [QueryRule], redirects: [String: Int]) {
    var heads: [String: Int] = [:]
    var order: [String] = []
    var actions: [String: [Entry]] = [:]
    for rule in rules {
      let head = Self.head(of: rule)
      if let former = heads[head] {
        tell(rule.line, "\(rule.name) stands already in line \(former): both apply; write one rule of them")
      } else {
        heads[head] = rule.line
        order.append(head)
      }
      actions[head, default: []] += zip(rule.actions, rule.lines).map { Entry(action: $0, line: $1) }
      review(rule, redirects)
    }
    for head in order { review(actions[head] ?? []) }
    findings.sort { $0.line < $1.line }
    findings = Array(findings.prefix(SynonymReview.maxFindings))
  }

  private mutating func tell(_ line: Int, _ reason: String) {
    guard findings.count < SynonymReview.maxFindings * 10 else { return }
    findings.append(RuleFinding(kind: .rules, line: line, reason: reason))
  }

  /// The same of two rules for the same queries.
  private static func head(of rule: QueryRule) -> String {
    let keys = QueryWord.all(in: rule.words).map(\.key)
    let words =
      switch rule.match {
      case .exact, .phrase: keys.joined(separator: " ")
      case .words: Set(keys).sorted().joined(separator: " ")
      case .contains: rule.words.folded
      case .regex, .category: rule.words
      }
    // Rules for other times or devices are others.
    let conditions = rule.conditions == RuleConditions() ? "" : "\(rule.conditions)"
    return "\(rule.match.rawValue): \(words) \(conditions)"
  }

  private mutating func review(_ rule: QueryRule, _ redirects: [String: Int]) {
    let key = Folding.key(of: rule.words)
    for (action, line) in zip(rule.actions, rule.lines) {
      switch action {
      case .redirect:
        if rule.match == .exact, let other = redirects[key] {
          tell(line, "line \(other) of the redirects leads this search elsewhere, and counts")
        }
        if rule.actions.contains(where: { if case .redirect = $0 { false } else { true } }) {
          tell(line, "this search leads away: the rule's other actions are seen by nobody")
        }
      case .replace(let old, let new):
        if Folding.key(of: old) == Folding.key(of: new) {
          tell(line, "\(old) is replaced by itself: this does nothing")
        } else if new.isEmpty, rule.match == .exact, Folding.key(of: old) == key {
          tell(line, "no word of the search would be left, so that nothing is deleted")
        } else if rule.match != .contains, !Self.has(rule, old) {
          tell(line, "\"\(old)\" does not stand in \(rule.name): it changes only what a shopper types beside it")
        }
      case .pin, .hide, .weigh, .filter: break
      }
    }
  }

  private static func has(_ rule: QueryRule, _ words: String) -> Bool {
    // Only of an exact rule are all words known.
    guard rule.match == .exact else { return true }
    let own = " " + Folding.key(of: rule.words) + " "
    return own.contains(" " + Folding.key(of: words) + " ")
  }

  /// The actions of all rules with one head.
  private mutating func review(_ entries: [Entry]) {
    var places: [Int: Int] = [:]
    var pinned: [ProductID: Int] = [:]
    var hidden: [ProductID: Int] = [:]
    var weighed: [[SearchFilter]: (line: Int, lifts: Bool)] = [:]
    var brands: (line: Int, names: Set<String>)?
    var leads: Int?
    for entry in entries {
      if case .hide(let product) = entry.action { hidden[product] = hidden[product] ?? entry.line }
    }
    for entry in entries {
      let line = entry.line
      switch entry.action {
      case .pin(let product, let place):
        if product == RuleProducts.absent { continue }
        if let other = hidden[product] {
          tell(line, "product \(product) is hidden in line \(other): a product that is hidden is not pinned")
        }
        if let other = places[place] {
          tell(line, "place \(place) is taken by line \(other), which counts")
        } else if let other = pinned[product] {
          tell(line, "product \(product) is pinned in line \(other) already, which counts")
        }
        places[place] = places[place] ?? line
        pinned[product] = pinned[product] ?? line
      case .hide(let product):
        if let other = hidden[product], other != line, product != RuleProducts.absent {
          tell(line, "product \(product) is hidden in line \(other) already")
        }
      case .weigh(let filters, let text, let factor):
        if let other = weighed[filters] {
          tell(
            line,
            other.lifts == (factor > 1)
              ? "\(text) has a number in line \(other.line) too: both multiply"
              : "line \(other.line) does the opposite with \(text): the two work against each other")
        } else {
          weighed[filters] = (line, factor > 1)
        }
      case .filter(let filters, let text):
        for case .brand(let names) in filters {
          if let other = brands, other.names.isDisjoint(with: names) {
            tell(line, "\(text) and the filter of line \(other.line) leave nothing together: no product has two brands")
          }
          brands = brands ?? (line, Set(names))
        }
      case .redirect:
        if let other = leads { tell(line, "line \(other) leads this search elsewhere, and counts") }
        leads = leads ?? line
      case .replace: break
      }
    }
  }
}
