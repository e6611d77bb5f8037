public import Catalog

/// The reason why a set of rules cannot be published: where it is wrong, and what is expected.
public struct RuleFault: Error, Sendable, Hashable, CustomStringConvertible {
  public var kind: RuleTexts.Kind
  /// From 1.
  public var line: Int
  public var reason: String

  public var description: String { "\(kind.rawValue), line \(line): \(reason)" }
}

extension RuleTexts {
  /// The rules as searches take them. All or nothing: the first line that is wrong refuses the set.
  public func compiled(
    currency: Currency, products: RuleProducts = RuleProducts(), clock: RuleClock = .utc
  ) throws(RuleFault) -> QueryRules {
    func reading<Value>(
      _ kind: Kind, _ read: () throws(SynonymRules.InvalidRule) -> Value
    ) throws(RuleFault) -> Value {
      do throws(SynonymRules.InvalidRule) { return try read() } catch {
        throw RuleFault(kind: kind, line: error.line, reason: error.reason)
      }
    }
    let synonyms = try reading(.synonyms) { () throws(SynonymRules.InvalidRule) in
      try SynonymRules(parsing: self[.synonyms], refusesExcess: true)
    }
    let campaigns = try reading(.campaigns) { () throws(SynonymRules.InvalidRule) in
      try Campaign.all(in: self[.campaigns], clock: clock)
    }
    let queryRules = try reading(.rules) { () throws(SynonymRules.InvalidRule) in
      try QueryRuleText.rules(
        in: self[.rules], currency: currency, products: products, clock: clock, campaigns: campaigns)
    }
    var rules = try reading(.redirects) { () throws(SynonymRules.InvalidRule) in
      try QueryRules(
        synonyms: "", stopPhrases: self[.stopPhrases], accessories: self[.accessories], redirects: self[.redirects],
        unsuggested: self[.unsuggested])
    }
    rules.synonyms = synonyms
    rules.queryRules = queryRules
    rules.campaigns = campaigns
    return rules
  }
}
