public import Catalog

/// Query rules as text: a head such as `phrase: red dress`, and under it a line for each action. A product is named by its
/// number in the shop or by the retailer's code; a code of digits alone is written `code:204`.
///
///     exact: red dress
///       pin 1: 204
///       hide: LD-17
///       boost 2: brand:Aurelis
///       bury 2: colour:Black
///       filter: stock:yes
///       replace: drss => dress
///       delete: cheap
///       redirect: /c/dresses
///       from: 2026-12-01
///       until: 2026-12-24 18:00
///       device: mobile
///       campaign: christmas
public enum QueryRuleText {
  /// A merchandiser's team writes a few thousand.
  public static let maxRules = 100_000
  static let maxActions = 100
  /// Each looks through every query.
  static let maxExpressions = 100

  /// Reads rules; `#` begins a comment.
  public static func rules(
    in text: String, currency: Currency, products: RuleProducts = RuleProducts(), clock: RuleClock = .utc,
    campaigns: [Campaign] = []
  ) throws(SynonymRules.InvalidRule) -> [QueryRule] {
    var rules: [QueryRule] = []
    var expressions = 0
    var lineNumber = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      lineNumber += 1
      let content = line.prefix { $0 != "#" }
      guard content.contains(where: { !$0.isWhitespace }) else { continue }
      guard let colon = content.firstIndex(of: ":") else {
        throw .init(
          line: lineNumber, reason: "is neither a rule such as exact: red dress nor an action such as pin 1: 204")
      }
      let head = content[..<colon].split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
      let value = content[content.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard !value.isEmpty, let keyword = head.first else {
        throw .init(line: lineNumber, reason: "nothing follows the colon")
      }
      if let match = QueryRule.Match(rawValue: keyword), head.count == 1 {
        try finish(rules)
        guard rules.count < maxRules else { throw .init(line: lineNumber, reason: "more than \(maxRules) rules") }
        expressions += match == .regex ? 1 : 0
        guard expressions <= maxExpressions else {
          throw .init(line: lineNumber, reason: "more than \(maxExpressions) regular expressions")
        }
        rules.append(QueryRule(match: match, words: try words(value, match, lineNumber), actions: [], line: lineNumber))
      } else {
        guard !rules.isEmpty else {
          throw .init(line: lineNumber, reason: "this action stands before any rule; a rule begins as exact: red dress")
        }
        let last = rules.count - 1
        if head.count == 1, let condition = ConditionReader(keyword: keyword) {
          try condition.read(value, lineNumber, clock, campaigns, into: &rules[last].conditions)
          continue
        }
        guard rules[rules.count - 1].actions.count < maxActions else {
          throw .init(line: lineNumber, reason: "the rule has more than \(maxActions) actions")
        }
        let reader = ActionReader(head: head, value: value, line: lineNumber, currency: currency, products: products)
        rules[rules.count - 1].actions.append(try reader.action())
        rules[rules.count - 1].lines.append(lineNumber)
      }
    }
    try finish(rules)
    return rules
  }

  private static func finish(_ rules: [QueryRule]) throws(SynonymRules.InvalidRule) {
    guard let last = rules.last else { return }
    let period = last.conditions.period
    if let from = period.from, let until = period.until, from >= until {
      throw .init(line: last.line, reason: "the rule \(last.name) ends before it begins")
    }
    guard last.actions.isEmpty else { return }
    throw .init(line: last.line, reason: "the rule \(last.name) does nothing: add an action, or remove it")
  }

  private static func words(
    _ value: String, _ match: QueryRule.Match, _ line: Int
  ) throws(SynonymRules.InvalidRule) -> String {
    switch match {
    case .regex:
      do { _ = try RuleRegex(value) } catch { throw .init(line: line, reason: error.reason) }
      return value
    case .category:
      guard !value.contains(" ") else {
        throw .init(line: line, reason: "a category is named as in the address of its page: dresses of /c/dresses")
      }
      return value.lowercased()
    case .exact, .phrase, .words, .contains: break
    }
    let keys = QueryWord.all(in: value).map(\.key).filter { !$0.isEmpty }
    guard !keys.isEmpty else { throw .init(line: line, reason: "\"\(value)\" has no word") }
    if match == .phrase {
      let count = keys.joined(separator: " ").split(separator: " ").count
      guard count <= PhraseTable<Bool>.maxWords else {
        throw .init(line: line, reason: "a phrase has \(PhraseTable<Bool>.maxWords) words at most")
      }
    }
    if match == .contains, value.folded.utf8.count < ContainsTable.shortest {
      throw .init(line: line, reason: "contains needs \(ContainsTable.shortest) letters at least")
    }
    return value
  }
}

/// Reads a line that says when or to whom a rule applies.
private enum ConditionReader {
  case from, until, device, campaign

  init?(keyword: String) {
    switch keyword {
    case "from": self = .from
    case "until": self = .until
    case "device": self = .device
    case "campaign": self = .campaign
    default: return nil
    }
  }

  func read(
    _ value: String, _ line: Int, _ clock: RuleClock, _ campaigns: [Campaign], into conditions: inout RuleConditions
  ) throws(SynonymRules.InvalidRule) {
    switch self {
    case .from, .until:
      guard let moment = clock.moment(value, isEnd: self == .until) else {
        throw .init(
          line: line, reason: "a moment is written 2026-12-24, 2026-12-24 18:00 or 2026-12-24 18:00 Europe/Paris")
      }
      let other = self == .from ? RulePeriod(from: moment) : RulePeriod(until: moment)
      conditions.period = conditions.period.narrowed(to: other)
    case .device:
      guard let device = RuleConditions.Device(rawValue: value.lowercased()) else {
        throw .init(line: line, reason: "a device is mobile or desktop")
      }
      conditions.device = device
    case .campaign:
      guard let campaign = campaigns.first(where: { $0.name == value.lowercased() }) else {
        throw .init(line: line, reason: "there is no campaign \(value): add a line for it to the campaigns")
      }
      conditions.campaign = campaign.name
      conditions.period = conditions.period.narrowed(to: campaign.period)
    }
  }
}

/// Reads one action's line.
private struct ActionReader {
  let head: [String]
  let value: String
  let line: Int
  let currency: Currency
  let products: RuleProducts

  func action() throws(SynonymRules.InvalidRule) -> QueryRule.Action {
    switch (head[0], head.count) {
    case ("pin", 2):
      guard let place = Int(head[1]), QueryRule.places.contains(place) else {
        throw fault("a place is a number from \(QueryRule.places.lowerBound) to \(QueryRule.places.upperBound)")
      }
      return .pin(try product(), place: place)
    case ("hide", 1): return .hide(try product())
    case ("boost", 2), ("bury", 2):
      guard let factor = Double(head[1]), QueryRule.factors.contains(factor) else {
        throw fault("the number behind \(head[0]) is from 1 to 100: boost 2 doubles the score, bury 2 halves it")
      }
      return .weigh(try filters(), text: value, factor: head[0] == "boost" ? factor : 1 / factor)
    case ("filter", 1): return .filter(try filters(), text: value)
    case ("redirect", 1):
      guard QueryRules.isAddress(value) else {
        throw fault("a redirect is an address in this shop, as /c/dresses; other words for a search are a replace")
      }
      return .redirect(value)
    case ("delete", 1): return .replace(value, with: "")
    case ("replace", 1):
      let sides = value.split(separator: "=>", omittingEmptySubsequences: false).map {
        $0.split(separator: " ").joined(separator: " ")
      }
      guard sides.count == 2, !Folding.key(of: sides[0]).isEmpty, !sides[1].isEmpty else {
        throw fault("is written replace: words => other words")
      }
      return .replace(sides[0], with: sides[1])
    default:
      throw fault(
        "\"\(head.joined(separator: " "))\" is not an action: there are pin N, hide, boost N, bury N, filter, replace, delete and redirect"
      )
    }
  }

  private func product() throws(SynonymRules.InvalidRule) -> ProductID {
    if let id = ProductID(value) { return id }
    do { return try products.product(coded: value) } catch { throw fault(error.description) }
  }

  private func filters() throws(SynonymRules.InvalidRule) -> [SearchFilter] {
    var collector = FilterCollector(currency: currency)
    do {
      try collector.add(value)
      return try collector.filters()
    } catch {
      throw fault("\(error)")
    }
  }

  private func fault(_ reason: String) -> SynonymRules.InvalidRule { .init(line: line, reason: reason) }
}
