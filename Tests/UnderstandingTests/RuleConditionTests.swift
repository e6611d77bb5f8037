// 1. Moments are read in the shop's time zone or in one that is named, over both changes of the clock; a day as an end is whole.
// 2. A rule applies within its period, its campaign's period, on its device; without a context only if it asks for neither.
// 3. A rule for the page of a category applies there and in no search.
// 4. Conditions and campaigns that cannot be read are refused with their line.
// 5. A regular expression fits what it says, in time that does not explode, and one that cannot be read is refused.
import Catalog
import Testing

@testable import Understanding

@Suite struct RuleConditionTests {
  private let london = RuleClock(zone: "Europe/London")!

  @Test("1: moments")
  func moments() {
    let cases: [(String, Bool, String?)] = [
      ("2026-12-24", false, "2026-12-24T00:00:00Z"), ("2026-12-24", true, "2026-12-25T00:00:00Z"),
      ("2026-07-01 09:30", false, "2026-07-01T08:30:00Z"), ("2026-07-01T09:30", true, "2026-07-01T08:30:00Z"),
      ("2026-12-24 18:00 Europe/Paris", false, "2026-12-24T17:00:00Z"),
      ("2026-07-01 Asia/Tokyo", true, "2026-07-01T15:00:00Z"),
      ("2026-10-25 01:30", false, "2026-10-25T00:30:00Z"), ("2026-03-29 01:30", false, "2026-03-29T01:30:00Z"),
      ("24.12.2026", false, nil), ("2026-12-24 24:00", false, nil), ("2026-12-24 18", false, nil),
      ("2026-12-24 18:00 Atlantis/Town", false, nil), ("", false, nil), ("2026-13-01", false, nil),
    ]
    for (text, isEnd, expected) in cases {
      #expect(london.moment(text, isEnd: isEnd) == expected.flatMap { Timestamp($0) }, "\(text)")
    }
    #expect(london.text(Timestamp("2026-07-01T08:30:00Z")!) == "2026-07-01 09:30")
  }

  private func applied(_ rules: String, _ query: String, campaigns: String = "", in context: RuleContext?) throws
    -> Bool
  {
    let texts = RuleTexts([.rules: rules, .campaigns: campaigns])
    var understanding = QueryUnderstanding(rules: try texts.compiled(currency: .gbp, clock: london))
    if let context { understanding = understanding.taking(context) }
    return !understanding.plan(query).effects.isEmpty
  }

  private func at(_ moment: String, isMobile: Bool? = nil, page: String? = nil) -> RuleContext {
    RuleContext(now: Timestamp(moment)!, isMobile: isMobile, page: page)
  }

  @Test("2: periods, campaigns and devices")
  func periods() throws {
    let timed = "exact: lamp\n  from: 2026-12-01\n  until: 2026-12-24\n  hide: 1\n"
    for (moment, holds) in [
      ("2026-11-30T23:59:59Z", false), ("2026-12-01T00:00:00Z", true), ("2026-12-24T23:59:59Z", true),
      ("2026-12-25T00:00:00Z", false),
    ] { #expect(try applied(timed, "lamp", in: at(moment)) == holds, "\(moment)") }
    #expect(try !applied(timed, "lamp", in: nil))
    let campaign = "exact: lamp\n  campaign: Christmas\n  until: 2026-12-10\n  hide: 1\n"
    let campaigns = "christmas: 2026-12-01 .. 2026-12-24; anna\n"
    for (moment, holds) in [
      ("2026-11-30T00:00:00Z", false), ("2026-12-10T12:00:00Z", true), ("2026-12-11T00:00:00Z", false),
    ] { #expect(try applied(campaign, "lamp", campaigns: campaigns, in: at(moment)) == holds, "\(moment)") }
    let mobile = "exact: lamp\n  device: mobile\n  hide: 1\n"
    for (isMobile, holds) in [(true, true), (false, false), (nil, false)] as [(Bool?, Bool)] {
      #expect(try applied(mobile, "lamp", in: at("2026-12-01", isMobile: isMobile)) == holds)
    }
  }

  @Test("3: pages of categories")
  func pages() throws {
    let rules = "category: dresses\n  hide: 1\n"
    #expect(try applied(rules, "", in: at("2026-12-01", page: "dresses")))
    #expect(try !applied(rules, "", in: at("2026-12-01", page: "shirts")))
    #expect(try !applied(rules, "dresses", in: at("2026-12-01")))
    #expect(try !applied(rules, "", in: nil))
  }

  @Test(
    "4: faults",
    arguments: [
      (RuleTexts.Kind.rules, "exact: a b\n  from: tomorrow\n  hide: 1\n", 2),
      (.rules, "exact: a b\n  hide: 1\n  campaign: none\n", 3),
      (.rules, "exact: a b\n  device: fridge\n  hide: 1\n", 2),
      (.rules, "exact: a b\n  from: 2026-12-24\n  until: 2026-12-01\n  hide: 1\n", 1),
      (.rules, "exact: a b\n  from: 2026-12-24\n", 1), (.rules, "from: 2026-12-24\n", 1),
      (.campaigns, "sale: 2026-12-24 .. 2026-12-01\n", 1), (.campaigns, "sale: 2026-12-24\n", 1),
      (.campaigns, "sale: 2026-12-01 .. 2026-12-24\n\nSale: 2026-12-01 .. 2026-12-24\n", 3),
      (.rules, "regex: (red\n  hide: 1\n", 1), (.rules, "category: red dress\n  hide: 1\n", 1),
    ])
  func faults(kind: RuleTexts.Kind, text: String, line: Int) throws {
    #expect {
      try RuleTexts([kind: text]).compiled(currency: .gbp)
    } throws: { error in
      guard let fault = error as? RuleFault else { return false }
      return fault.kind == kind && fault.line == line
    }
  }

  @Test("5: regular expressions")
  func expressions() throws {
    let cases: [(String, [String], [String])] = [
      ("red.*dress", ["red dress", "a red summer dress"], ["dress red"]), ("^red", ["red dress"], ["a red dress"]),
      ("tv$", ["smart tv"], ["tv stand"]), ("\\bcat\\b", ["cat food", "a cat"], ["category", "scatter"]),
      ("\\d{2,3} ?inch", ["55 inch", "100inch"], ["5 inch"]), ("colou?r", ["color", "colour"], ["colr"]),
      ("(sofa|couch)es", ["couches"], ["sofas"]), ("[a-c]x+[^0-9]", ["bxxz"], ["bx9", "dx "]),
      ("CAFÉ", ["cafe"], ["caf"]),
      ("(?:ab)+c", ["ababc"], ["aac"]), ("a{3}", ["aaa"], ["aa"]), ("x\\.y", ["x.y"], ["xzy"]),
    ]
    for (pattern, met, others) in cases {
      let expression = try RuleRegex(pattern)
      for text in met { #expect(expression.matches(text), "\(pattern) \(text)") }
      for text in others { #expect(!expression.matches(text), "\(pattern) \(text)") }
    }
    for pattern in [
      "(", ")", "[", "[]", "*a", "a{2", "a{4,2}", "a{99}", "\\q", "a\\", "a*", "", String(repeating: "a", count: 201),
      "((((a{20}){20}){20}){20})",
    ] {
      #expect(throws: RuleRegex.Fault.self, "\(pattern)") { try RuleRegex(pattern) }
    }
    // Backtracking would take 2 to the 300th steps.
    #expect(try !RuleRegex("(a|a)*(a|a)*(a|a)*b$").matches(String(repeating: "a", count: 300)))
    #expect(try applied("regex: (red|blue) dress\n  hide: 1\n", "a Blue Dress", in: nil))
  }
}
