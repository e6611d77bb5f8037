// 1. A merge of three carries over what one side alone changed, with its comments and its place; equal changes are one.
// 2. An entry that both changed keeps its published form and is a conflict; each choice gives that form, or both.
// 3. A rule's line is taken back with the rule where it was its last; another line is refused.
// 4. Rules are put in place of those that were edited.
// 5. The impact tells redirects, empty and nearly empty results, and partial matches; the gate counts what is lost.
// 6. Comments that the draft alone changed stay in a text that both sides changed, and so do those of a settled entry.
import Catalog
import Ports
import Testing
import Understanding

@testable import Merchandising

@Suite struct RuleMergeTests {
  @Test("1: one side")
  func oneSide() {
    let base = RuleTexts([
      .synonyms: "# seats\nsofa, couch\ntv, telly\n", .rules: "exact: a\n  hide: 1\nexact: b\n  hide: 2\n",
      .redirects: "help => /help\n",
    ])
    var (published, draft) = (base, base)
    published[.synonyms] = "# seats\nsofa, couch\ntv, telly, television\n"
    draft[.synonyms] = "# seats of all kinds\nsofa, couch, settee\ntv, telly\n# new\nmobile => phone\n"
    published[.rules] = "exact: b\n  hide: 2\n"
    draft[.rules] = "exact: a\n  hide: 1\nexact: b\n  hide: 3\n"
    draft[.redirects] = ""
    let merge = RuleMerge(base: base, published: published, draft: draft)
    #expect(merge.conflicts.isEmpty)
    #expect(
      merge.texts[.synonyms]
        == "# seats of all kinds\nsofa, couch, settee\ntv, telly, television\n# new\nmobile => phone\n")
    #expect(merge.texts[.rules] == "exact: b\n  hide: 3\n" && merge.texts[.redirects] == "")
    #expect(RuleMerge(base: base, published: draft, draft: draft).texts == draft)
    #expect(RuleMerge(base: base, published: base, draft: draft).texts == draft)
  }

  @Test("2: both sides")
  func bothSides() throws {
    let base = RuleTexts([.rules: "exact: a\n  hide: 1\n", .synonyms: "sofa => couch\ntv => telly\n"])
    let published = RuleTexts([.rules: "exact: a\n  hide: 1\n  hide: 2\n", .synonyms: "sofa => settee\n"])
    let draft = RuleTexts([.rules: "exact: a\n  hide: 1\n  hide: 3\n", .synonyms: "tv => television\n"])
    let merge = RuleMerge(base: base, published: published, draft: draft)
    #expect(merge.texts == published)
    #expect(merge.conflicts.map(\.name) == ["sofa =>", "tv =>", "exact: a"])
    #expect(merge.conflicts.map(\.draft) == ["", "tv => television", "exact: a\n  hide: 1\n  hide: 3"])
    #expect(merge.conflicts.map(\.published) == ["sofa => settee", "", "exact: a\n  hide: 1\n  hide: 2"])
    let rule = merge.conflicts[2]
    #expect(rule.settled(in: merge.texts, keeping: .published) == published)
    #expect(rule.settled(in: merge.texts, keeping: .draft)[.rules] == draft[.rules])
    let both = rule.settled(in: merge.texts, keeping: .both)[.rules]
    #expect(both == "exact: a\n  hide: 1\n  hide: 2\n  hide: 3\n")
    #expect(merge.conflicts[0].settled(in: merge.texts, keeping: .draft)[.synonyms] == "")
    let added = merge.conflicts[1].settled(in: merge.texts, keeping: .both)[.synonyms]
    #expect(added == "sofa => settee\ntv => television\n")
  }

  @Test("6: comments")
  func comments() throws {
    let base = RuleTexts([.rules: "# one\nexact: a\n  hide: 1\nexact: b\n  hide: 2\n# end\n"])
    let published = RuleTexts([.rules: "# one\nexact: a\n  hide: 1\n# two\nexact: b\n  hide: 2\n  hide: 4\n# end\n"])
    let draft = RuleTexts([.rules: "# first\nexact: a\n  hide: 1\nexact: b\n  hide: 2\n  hide: 3\n# the end\n"])
    let merge = RuleMerge(base: base, published: published, draft: draft)
    let merged = "# first\nexact: a\n  hide: 1\n# two\nexact: b\n  hide: 2\n  hide: 4\n# the end\n"
    #expect(merge.texts[.rules] == merged)
    let rule = try #require(merge.conflicts.first)
    #expect(rule.settled(in: merge.texts, keeping: .published)[.rules] == merged)
    #expect(
      rule.settled(in: merge.texts, keeping: .draft)[.rules] == merged.replacing("  hide: 4\n", with: "  hide: 3\n"))
    #expect(
      rule.settled(in: merge.texts, keeping: .both)[.rules]
        == merged.replacing("  hide: 4\n", with: "  hide: 4\n  hide: 3\n"))
  }

  @Test("3: taken back")
  func takenBack() {
    let text = "# mine\nexact: a\n  hide: 1\n  hide: 2 # why\nexact: b\n  hide: 2\n"
    #expect(
      RuleEntries.removing("hide: 2", atLine: 4, in: text) == "# mine\nexact: a\n  hide: 1\nexact: b\n  hide: 2\n")
    #expect(RuleEntries.removing("hide: 2", atLine: 6, in: text) == "# mine\nexact: a\n  hide: 1\n  hide: 2 # why\n")
    for (action, line) in [("hide: 1", 4), ("exact: a", 2), ("hide: 9", 6), ("hide: 2", 60), ("hide: 2", 0)] {
      #expect(RuleEntries.removing(action, atLine: line, in: text) == nil, "\(action) \(line)")
    }
  }

  @Test("4: replaced")
  func replaced() {
    let text = "exact: a\n  hide: 1\n# two\nphrase: b\n  hide: 2\nexact: c\n  hide: 3\n# end\n"
    #expect(
      RuleEntries.replacing(["exact: a", "phrase: b"], with: "words: a\n  hide: 9", in: text)
        == "words: a\n  hide: 9\nexact: c\n  hide: 3\n# end\n")
    #expect(
      RuleEntries.replacing([], with: "exact: d\n  hide: 4\n", in: text)
        == text.replacing("# end", with: "exact: d\n  hide: 4\n# end"))
    #expect(RuleEntries.replacing(["exact: a", "phrase: b", "exact: c"], with: "", in: text) == "# end\n")
  }

  @Test("5: impact and gate")
  func impact() {
    func order(_ total: Int, _ redirect: String? = nil, isFull: Bool = true) -> PreviewOrder {
      PreviewOrder(ids: [], total: total, isFull: isFull, redirect: redirect)
    }
    let cases: [(PreviewOrder, PreviewOrder, Impact.Effect)] = [
      (order(9), order(9, "/help"), .led), (order(9, "/help"), order(9), .stays), (order(0), order(5), .answered),
      (order(5), order(0), .lost), (order(5), order(3), .thinned), (order(2), order(3), .other),
      (order(9), order(8, isFull: false), .partial), (order(9, isFull: false), order(8), .completed),
      (order(9, "/a"), order(0, "/a"), .other), (order(9), order(8), .other),
    ]
    var impact = Impact()
    for (before, after, effect) in cases {
      let query = Impact.Query(text: "x", searchesAWeek: 10, before: before, after: after)
      #expect(query.effect == effect, "\(before) \(after)")
      impact.affected.append(query)
      impact.searchesAWeek += 10
    }
    #expect(impact.searchesAWeek(.led) == 10 && impact.searchesAWeek(.other) == 30)
    #expect(PublicationGate(maxLostPercent: 20, maxQualityLoss: 2).reasons(impact).isEmpty)
    #expect(
      PublicationGate(maxLostPercent: 19, maxQualityLoss: 2).reasons(impact).first?.hasPrefix("20 of 100 searches")
        == true)
    (impact.qualityBefore, impact.qualityAfter) = (0.9, 0.87)
    #expect(
      PublicationGate(maxLostPercent: 100, maxQualityLoss: 2).reasons(impact).first?.contains("lose 3 hundredths")
        == true)
    #expect(PublicationGate(maxLostPercent: 100, maxQualityLoss: 4).reasons(impact).isEmpty)
  }
}
