// 1. Each kind of match meets the queries that it says, without regard to case, accents and plural, and no others.
// 2. Effects follow the order of the rules: the first pin of a place wins, hiding wins over pinning, the first redirect wins.
// 3. Words are replaced and left out, never all of them.
// 4. Each line that is wrong is refused with its number and a reason, and nothing of the set is taken.
// 5. A large set of synonyms is taken whole; a phrase with more synonyms than a search takes is refused, not cut.
// 6. Thousands of rules of each kind are found by their own queries alone.
// 7. What is hidden for a query stays hidden in all its relaxations.
import Catalog
import Testing

@testable import Understanding

@Suite struct QueryRuleTests {
  private func plan(_ query: String, _ rules: String) throws -> QueryPlan {
    QueryUnderstanding(rules: try RuleTexts([.rules: rules]).compiled(currency: .gbp)).plan(query)
  }

  @Test(
    "1: matches",
    arguments: [
      ("exact", ["red dress", "Red Dresses", "RED  dréss"], ["a red dress", "dress red", "red"]),
      ("phrase", ["red dress", "cheap red dresses for women"], ["red summer dress", "dress red"]),
      ("words", ["red dress", "dress that is red", "red summer dresses"], ["red shirt", "dress"]),
      ("contains", ["red dress", "xred dresses"], ["red  shirt", "dress red"]),
    ])
  func matches(match: String, met: [String], others: [String]) throws {
    let rules = "\(match): red dress\n  hide: 7\n"
    for query in met { #expect(try plan(query, rules).effects.hidden.map(\.rawValue) == [7], "\(match) \(query)") }
    for query in others { #expect(try plan(query, rules).effects.isEmpty, "\(match) \(query)") }
  }

  @Test("2: order")
  func order() throws {
    let effects = try plan(
      "red dress",
      """
      exact: red dress      # a comment
        pin 1: 1
        pin 3: 2
        redirect: /first
      phrase: dress
        pin 1: 3
        pin 2: 4
        hide: 2
        redirect: /second
        boost 2: brand:Aurelis
        bury 4: colour:Black
        filter: stock:yes
      """
    ).effects
    #expect(effects.pins.map(\.product.rawValue) == [1, 4] && effects.pins.map(\.place) == [1, 2])
    #expect(effects.hidden.map(\.rawValue) == [2] && effects.redirect == "/first")
    #expect(effects.weights.map(\.factor) == [2, 0.25] && effects.filters == [.inStock])
    #expect(effects.applied == ["exact: red dress", "phrase: dress"] && effects.pinWindow == 4)
  }

  @Test("7: relaxations")
  func relaxations() throws {
    let understanding = QueryUnderstanding(
      rules: try RuleTexts([.rules: "phrase: dress\n  hide: 7\n"]).compiled(currency: .gbp))
    let steps = understanding.relaxations(of: understanding.plan("zebra dress under £50"))
    #expect(!steps.isEmpty && steps.allSatisfy { $0.effects.hidden.map(\.rawValue) == [7] }, "\(steps)")
  }

  @Test("3: words")
  func words() throws {
    let rules = "phrase: cheap\n  delete: cheap\nphrase: telly\n  replace: telly => television set\n"
    #expect(try plan("cheap telly", rules).words == "television set")
    #expect(try plan("cheap", rules).words == "cheap")
    #expect(try plan("telly", rules).text == "telly")
  }

  @Test(
    "4: faults",
    arguments: [
      (RuleTexts.Kind.rules, "exact: a dress\n", 1), (.rules, "pin 1: 3\n", 1),
      (.rules, "\n\nexact: x y\n  pin 0: 3\n", 4),
      (.rules, "exact: x y\n  pin 1: P-1\n", 2), (.rules, "exact: x y\n  boost 0.5: brand:A\n", 2),
      (.rules, "exact: x y\n  boost 2: brand\n", 2), (.rules, "exact: x y\n  redirect: //evil.example\n", 2),
      (.rules, "exact: lamp\n  redirect: /search?q=lamp\n", 2), (.redirects, "lamp => /search?q=lamp\n", 1),
      (.rules, "exact: x y\n  nothing: 1\n", 2), (.rules, "exact:\n", 1), (.rules, "red dress\n", 1),
      (.rules, "contains: ab\n  hide: 1\n", 1),
      (.rules, "exact: x y\n  hide: 1\nexact: z z\nexact: q q\n  hide: 1\n", 3),
      (.synonyms, "sofa, couch\none\n", 2), (.synonyms, "a, b, c^2\n", 1), (.redirects, "help\n", 1),
      (.synonyms, "a b c d e f g h i => sofa\n", 1),
    ])
  func faults(kind: RuleTexts.Kind, text: String, line: Int) throws {
    #expect {
      try RuleTexts([kind: text]).compiled(currency: .gbp)
    } throws: { error in
      guard let fault = error as? RuleFault else { return false }
      return fault.kind == kind && fault.line == line && !fault.reason.isEmpty
    }
  }

  @Test("5: large sets")
  func largeSets() throws {
    let lines = (0..<20_000).map { "word\($0), other\($0)" }.joined(separator: "\n")
    let rules = try RuleTexts([.synonyms: lines]).compiled(currency: .gbp)
    #expect(rules.synonyms.count == 40_000)
    let allowed = (0..<SynonymRules.maxAlternatives).map { "sofa\($0)" }.joined(separator: ", ")
    #expect(try RuleTexts([.synonyms: "couch => \(allowed)"]).compiled(currency: .gbp).synonyms.count == 1)
    #expect(throws: RuleFault.self) {
      try RuleTexts([.synonyms: "couch => \(allowed)\ncouch => one more"]).compiled(currency: .gbp)
    }
  }

  @Test("6: many rules")
  func many() throws {
    let kinds = QueryRule.Match.allCases
    let text = (0..<8_000).map { "\(kinds[$0 % 4].rawValue): dress item\($0)x\n  hide: \($0 + 1)\n" }.joined()
    let understanding = QueryUnderstanding(rules: try RuleTexts([.rules: text]).compiled(currency: .gbp))
    for number in [0, 1, 2, 3, 7_996, 7_999] {
      let hidden = understanding.plan("dress item\(number)x").effects.hidden
      #expect(hidden.map(\.rawValue) == [Int64(number + 1)])
    }
    #expect(understanding.plan("dress").effects.isEmpty)
  }
}
