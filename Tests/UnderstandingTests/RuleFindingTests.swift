// 1. Synonyms: a phrase that stands for itself, a line that adds nothing, another weight, the reverse, and a circle are found with
//    their lines; a plain set has no finding.
// 2. Rules: a head that stands twice, pin and hiding of one product, two pins of a place or product, boost against bury, two
//    brands, two redirects, and what does nothing are found with their lines.
// 3. A phrase that stands twice in the list of redirects is found.
// 4. Products are named by codes; a code that no product has is a fault, or no product where the set is in force.
// 5. 5,000 synonyms that all lead on to the next are looked through without a deep stack.
import Catalog
import Testing

@testable import Understanding

@Suite struct RuleFindingTests {
  private func findings(_ texts: [RuleTexts.Kind: String]) throws -> [RuleFinding] {
    let texts = RuleTexts(texts)
    return texts.findings(try texts.compiled(currency: .gbp))
  }

  @Test(
    "1: synonyms",
    arguments: [
      ("sofa => sofa\n", [1], "does nothing"), ("sofa => sofas\n", [1], "does nothing"),
      ("sofa, couch, sofa\n", [1], "stands twice"), ("sofa, couch\ntv, telly\ncouch, sofa\n", [3], "line 1"),
      ("sofa => couch\n\nsofa => couch\n", [3], "line 1"),
      ("sofa => couch^0.5\nsofa => couch\n", [2], "another weight"),
      ("sofa => couch\ncouch => sofa\n", [2], "the reverse"),
      ("a1 => b1\nb1 => c1\nc1 => a1\n", [3], "a1 → b1 → c1 → a1"),
      ("sofa, sofas\n", [1], "the same words"),
      (
        "sofa, couch\nsneaker => trainer\ntrainer => shoe\nsofa, settee\ntelly, tv => tv\nwifi, wi-fi => wifi, wi-fi\n",
        [], ""
      ),
    ])
  func synonyms(text: String, lines: [Int], reason: String) throws {
    let found = try findings([.synonyms: text])
    #expect(found.map(\.line) == lines, "\(found)")
    #expect(found.allSatisfy { $0.kind == .synonyms && $0.reason.contains(reason) }, "\(found)")
  }

  @Test(
    "2: rules",
    arguments: [
      ("exact: red dress\n pin 1: 1\nexact: Red Dresses\n hide: 2\n", [3], "stands already in line 1"),
      ("words: red dress\n pin 1: 1\nwords: dress red\n hide: 2\n", [3], "stands already in line 1"),
      ("exact: lamp\n pin 1: 1\n hide: 1\n", [2], "hidden in line 3"),
      ("exact: lamp\n pin 1: 1\nexact: lamp\n hide: 1\n", [2, 3], ""),
      ("exact: lamp\n pin 1: 1\n pin 1: 2\n", [3], "place 1 is taken by line 2"),
      ("exact: lamp\n pin 1: 1\n pin 2: 1\n", [3], "pinned in line 2"),
      ("exact: lamp\n boost 2: brand:A\n bury 3: brand:A\n", [3], "the opposite"),
      ("exact: lamp\n boost 2: brand:A\n boost 3: brand:A\n", [3], "both multiply"),
      ("exact: lamp\n filter: brand:A\n filter: brand:B\n", [3], "no product has two brands"),
      ("exact: lamp\n redirect: /a\n redirect: /b\n", [3], "line 2 leads"),
      ("exact: lamp\n redirect: /a\n hide: 1\n", [2], "seen by nobody"),
      ("exact: lamp\n replace: lamp => lamps\n", [2], "by itself"), ("exact: lamp\n delete: lamp\n", [2], "no word"),
      ("exact: red dress\n pin 1: 1\n pin 2: 3\n hide: 2\nphrase: dress\n pin 1: 4\n boost 2: brand:A\n", [], ""),
    ])
  func rules(text: String, lines: [Int], reason: String) throws {
    let found = try findings([.rules: text])
    #expect(found.map(\.line) == lines, "\(found)")
    #expect(found.allSatisfy { $0.kind == .rules && $0.reason.contains(reason) }, "\(found)")
  }

  @Test("3: redirects")
  func redirects() throws {
    let found = try findings([
      .redirects: "delivery => /help\nreturns => /back\nDelivery => /other\n",
      .rules: "exact: returns\n  redirect: /elsewhere\n",
    ])
    #expect(found.map(\.kind) == [.rules, .redirects] && found.map(\.line) == [2, 3], "\(found)")
    #expect(found[0].reason.contains("line 2 of the redirects"))
  }

  @Test("4: codes")
  func codes() throws {
    let text = "exact: lamp\n  pin 1: LD-17\n  hide: code:204\n  hide: 204 # LD-9\n"
    #expect(RuleProducts.codes(in: text) == ["204", "LD-17"])
    let ids = ["LD-17": [ProductID(rawValue: 5)], "204": [ProductID(rawValue: 6)]]
    let rules = try RuleTexts([.rules: text]).compiled(currency: .gbp, products: RuleProducts(ids))
    #expect(
      rules.queryRules[0].actions == [
        .pin(ProductID(rawValue: 5), place: 1), .hide(ProductID(rawValue: 6)), .hide(ProductID(rawValue: 204)),
      ])
    #expect(rules.queryRules[0].lines == [2, 3, 4])
    #expect(throws: RuleFault.self) { try RuleTexts([.rules: text]).compiled(currency: .gbp) }
    let lenient = try RuleTexts([.rules: text]).compiled(
      currency: .gbp, products: RuleProducts(refusesAbsent: false))
    #expect(lenient.queryRules[0].actions[0] == .pin(RuleProducts.absent, place: 1))
  }

  @Test("5: a long chain")
  func chain() throws {
    let text = (0..<5_000).map { "item\($0)x => item\($0 + 1)x\n" }.joined() + "item5000x => item0x\n"
    let found = SynonymReview(text).findings
    #expect(found.map(\.line) == [5_001])
  }
}
