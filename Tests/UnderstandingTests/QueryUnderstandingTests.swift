// 1. White space is folded, what is not printable dropped, full-width letters and typographic quotes made plain.
// 2. Prices: under, over, between, ranges, about, with and without a currency; what is measured is no price.
// 3. Brands, categories, colours and sizes are recognised; a filter only when sure: the category's products have the
//    attribute, the brand's words are the brand's. What the shopper takes back is searched as words.
// 4. Sizes and measures: `size 10`, `uk 9`, `15.6"`, with every way to write them as an alternative.
// 5. Synonyms stand in for their phrase, one way or both, with their weight; words that the catalog writes as one too.
// 6. What is not wanted is left out, phrases that say nothing are dropped, never the last word.
// 7. The kind of product is known to be named, by the category's name or a synonym; an accessory is known as one.
// 8. Relaxation gives up the word that no product has, then any, then keeps the category alone; one word has none.
// 9. Redirects answer the whole query only.
// 10. Anything gives a plan of bounded size, the same each time; each step can be switched off (random, seed printed).
// 11. A query with a phrase of the list is not suggested.
import Catalog
import TestSupport
import Testing
import Understanding

@Suite struct QueryUnderstandingTests {
  private static func recognised(_ plan: QueryPlan, _ kind: Recognition.Kind) -> [String] {
    plan.recognitions.filter { $0.kind == kind }.map(\.label)
  }

  @Test(
    "1: normalised",
    arguments: [
      ("  red \t\n dress\u{0}\u{200B}\u{FEFF} ", "red dress"), ("\u{0}\u{1}\u{2028}", ""), ("ｒｅｄ　ｄｒｅｓｓ", "red dress"),
      ("15″ women’s", "15\" women's"), ("e\u{301}té 😀", "e\u{301}té 😀"),
    ])
  func normalised(_ raw: String, _ text: String) {
    #expect(UnderstoodShop.plan(raw).text == text)
    #expect(UnderstoodShop.plan(text) == UnderstoodShop.plan(text))
  }

  @Test(
    "2: prices",
    arguments: [
      ("dress under £50", nil, 5000), ("dress under 50", nil, 5000), ("dress up to 49.99", nil, 4999),
      ("dress £20-40", 2000, 4000), ("dress £20 - £40", 2000, 4000), ("dress 20-40 pounds", 2000, 4000),
      ("between 20 and 40 dress", 2000, 4000), ("dress over 100", 10_000, nil), ("dress less than 30 quid", nil, 3000),
      ("dress around £50", 4000, 6000), ("dress £50", 4000, 6000), ("dress more than £1k", 100_000, nil),
    ] as [(String, Int64?, Int64?)])
  func prices(_ text: String, _ lower: Int64?, _ upper: Int64?) {
    let plan = UnderstoodShop.plan(text)
    #expect(plan.filters.map(\.constraint) == [.price(lower: lower, upper: upper)])
    #expect(plan.words == "dress")
  }

  @Test("2: no price", arguments: ["cable under 5 m", "dress 20-40", "trail runner 9", "under armour", "size 10"])
  func noPrice(_ text: String) {
    #expect(Self.recognised(UnderstoodShop.plan(text), .price).isEmpty)
  }

  @Test("2: cheap is a wish")
  func cheap() {
    let plan = UnderstoodShop.plan("cheap laptop")
    #expect(plan.words == "laptop" && plan.filters.isEmpty && Self.recognised(plan, .price) == ["cheap"])
    #expect(UnderstoodShop.plan("cheap").words == "cheap", "nothing else is left to search for")
  }

  @Test("3: sure and not sure")
  func sure() {
    let dress = UnderstoodShop.plan("velloria red dresses")
    #expect(Self.recognised(dress, .brand) == ["Velloria"] && Self.recognised(dress, .colour) == ["Red"])
    #expect(Self.recognised(dress, .category) == ["Dresses"])
    #expect(Set(dress.filters.map(\.label)) == ["Velloria", "Red"])
    #expect(dress.slots.filter { !$0.isOptional }.map(\.words) == ["dresses"])
    // A bag has no colour that could be filtered by, and half of what says Orbiq is made by others.
    let bag = UnderstoodShop.plan("red laptop bag")
    #expect(Self.recognised(bag, .colour) == ["Red"] && bag.filters.isEmpty)
    #expect(bag.slots.first { $0.words == "red" }?.constraint != nil)
    let watch = UnderstoodShop.plan("orbiq smartwatch")
    #expect(Self.recognised(watch, .brand) == ["Orbiq"] && watch.filters.isEmpty)
    #expect(Self.recognised(UnderstoodShop.plan("navy blue dress"), .colour) == ["Navy"], "a shade and its colour")
    let two = UnderstoodShop.plan("black and red dress").filters
    #expect(two.count == 2 && two[0].constraint == two[1].constraint, "either of two colours")
  }

  @Test("3: taken back")
  func takenBack() {
    let plan = UnderstoodShop.plan("red dress under 50", ignoring: ["colour:Red", "price:up to 50"])
    #expect(plan.filters.isEmpty && plan.words.contains("red") && plan.words.contains("50"))
    for recognition in UnderstoodShop.plan("velloria red dress size 10").recognitions {
      let without = UnderstoodShop.plan("velloria red dress size 10", ignoring: [recognition.reference])
      #expect(!without.recognitions.contains { $0.reference == recognition.reference }, "\(recognition.reference)")
    }
  }

  @Test("4: sizes")
  func sizes() {
    for (text, label) in [("dress size 10", "10"), ("dress 12", "12"), ("dress xl", "XL"), ("trainers uk 9", "9")] {
      let plan = UnderstoodShop.plan(text)
      #expect(Self.recognised(plan, .size) == [label], "\(text)")
      #expect(plan.filters.contains { $0.kind == .size }, "\(text)")
    }
    for text in ["laptop 12", "dress 11", "m"] { #expect(Self.recognised(UnderstoodShop.plan(text), .size).isEmpty) }
  }

  @Test(
    "4: measures",
    arguments: ["laptop 15.6\"", "laptop 15.6 inch", "15.6in laptop", "15.6-inch laptop", "39.6 cm laptop"])
  func measures(_ text: String) throws {
    let plan = UnderstoodShop.plan(text)
    let slot = try #require(plan.slots.first { $0.constraint != nil })
    guard case .numbers(let ranges) = slot.constraint else { return #expect(Bool(false), "no numbers: \(text)") }
    #expect(ranges.count == 1 && ranges[0].code == "screen_size")
    #expect(ranges[0].lower < 15.6 && ranges[0].upper > 15.6 && ranges[0].upper < 16)
    #expect(slot.alternatives.count > 2)
  }

  @Test("5: synonyms and compounds")
  func synonyms() {
    func alternatives(_ text: String) -> [String] {
      UnderstoodShop.plan(text).slots.flatMap(\.alternatives).map(\.text)
    }
    #expect(alternatives("notebook") == ["laptop"] && alternatives("laptops") == ["notebook"])
    #expect(alternatives("bathrobe") == ["dressing gown"] && alternatives("dressing gown").isEmpty)
    #expect(alternatives("gym shoes red") == ["trainers", "sneakers"])
    #expect(UnderstoodShop.plan("sneakers").slots[0].alternatives.map(\.weight) == [1, 0.5])
    #expect(alternatives("smart watch") == ["smartwatch"])
  }

  @Test("5: rules that are none", arguments: [("a", 1), ("a, b\n\nc => d => e", 3), ("a, b^2", 1), (", b", 1)])
  func badRules(_ text: String, _ line: Int) {
    do {
      _ = try SynonymRules(parsing: text)
      #expect(Bool(false), "\(text) was taken")
    } catch {
      #expect(error.line == line && !error.reason.isEmpty)
    }
  }

  @Test("5: many rules, in circles")
  func manyRules() throws {
    let lines = (0..<50_000).map { "word\($0), word\(($0 + 1) % 50_000), other\($0) thing" }
    let rules = QueryRules(synonyms: try SynonymRules(parsing: lines.joined(separator: "\n")))
    let understanding = QueryUnderstanding(rules: rules)
    let plan = understanding.plan((0..<20).map { "word\($0 * 7)" }.joined(separator: " "))
    #expect(plan.slots.count == 20)
    #expect(plan.slots.allSatisfy { (1...8).contains($0.alternatives.count) }, "no word is replaced again")
    let line = (0..<5000).map { "w\($0)" }.joined(separator: ", ")
    #expect(try SynonymRules(parsing: line).count == 5000)
  }

  @Test(
    "6: what is not wanted",
    arguments: [
      ("dress -red", ["red"]), ("bag without canvas", ["canvas"]), ("dress not red", ["red"]),
      ("laptop no bag", ["bag"]),
      ("-red", []), ("without", []), ("dress -", []), ("usb-c dress", []),
    ])
  func negation(_ text: String, _ excluded: [String]) {
    let plan = UnderstoodShop.plan(text)
    #expect(plan.excluded == excluded)
    #expect(excluded.allSatisfy { !plan.words.contains($0) })
  }

  @Test("6: what says nothing")
  func stopPhrases() {
    #expect(UnderstoodShop.plan("looking for a dress").words == "dress")
    #expect(UnderstoodShop.plan("looking for").words == "looking for" || !UnderstoodShop.plan("looking for").isEmpty)
    #expect(!UnderstoodShop.plan("a").isEmpty && !UnderstoodShop.plan("the a").isEmpty)
  }

  @Test("7: the thing and what is made for it")
  func kinds() {
    for text in ["laptop", "notebooks", "red dress", "gaming laptop", "sneakers"] {
      let plan = UnderstoodShop.plan(text)
      #expect(plan.namesProductKind && !plan.namesAccessory, "\(text)")
    }
    for text in ["laptop bag", "sleeve for laptop"] { #expect(UnderstoodShop.plan(text).namesAccessory, "\(text)") }
    #expect(!UnderstoodShop.plan("orbiq").namesProductKind)
    #expect(UnderstoodShop.understanding.accessoryCategories == [UnderstoodShop.bags.id])
    #expect(Self.recognised(UnderstoodShop.plan("laptop sleeve"), .category) == ["Laptop Bags & Sleeves"])
  }

  @Test("8: relaxing")
  func relaxing() {
    func steps(_ text: String) -> [QueryPlan] {
      UnderstoodShop.understanding.relaxations(of: UnderstoodShop.plan(text))
    }
    #expect(steps("zebra").isEmpty && steps("").isEmpty && steps("wrap zebra runner").isEmpty)
    let category = steps("zebra dress").last
    #expect(category?.strictness == .category && category?.filters.map(\.label) == ["Dresses"])
    #expect(steps("red dress").contains { $0.strictness == .anyWord && $0.filters.isEmpty })
  }

  @Test("9: redirects")
  func redirects() {
    #expect(UnderstoodShop.plan("Delivery").redirect == "/help/delivery")
    #expect(UnderstoodShop.plan("delivery dress").redirect == nil)
    for address in ["https://elsewhere.example", "//evil.example", "/\\evil.example", "/a\u{7F}", "evil"] {
      #expect(throws: SynonymRules.InvalidRule.self) {
        try QueryRules(synonyms: "", stopPhrases: "", accessories: "", redirects: "a => \(address)")
      }
    }
  }

  @Test("10: anything")
  func anything() {
    var random = SeededGenerator(seed: 20_261_126)
    let pieces = [
      "red", "dress", "-", "without", "under", "£", "£20-40", "15.6\"", "\u{0}", "😀", "אדום", "\"><script>", "size",
      "10", "a", "velloria", "laptop", "bag", "  ", "…", "99999999999999999999", "1e9", "-red", "'s", "ﬁ", "٣",
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined(separator: Bool.random(using: &random) ? " " : "")
      let steps = Set(SearchStep.allCases.filter { _ in Bool.random(using: &random) })
      let understanding = UnderstoodShop.understanding.taking(steps)
      let plan = understanding.plan(text)
      #expect(plan == understanding.plan(text))
      #expect(plan.slots.count <= text.count && plan.recognitions.count <= text.count)
      #expect(plan.slots.allSatisfy { !$0.words.isEmpty && $0.alternatives.count <= 24 }, "\(text)")
      #expect(understanding.relaxations(of: plan).count <= 4)
      if !steps.contains(.prices) { #expect(Self.recognised(plan, .price).isEmpty) }
      if !steps.contains(.negation) { #expect(plan.excluded.isEmpty) }
    }
    let long = UnderstoodShop.plan(String(repeating: "red dress under 50 ", count: 250))
    #expect(long.slots.count <= 1000 && long.recognitions.count <= 40)
  }

  @Test(
    "11: what is not suggested",
    arguments: [
      ("rude", false), ("RUDE  lamp", false), ("a lamp, rudes", false), ("very rude", false), ("rudest lamp", true),
      ("in bad taste", false), ("bad in taste", true), ("lamp", true), ("", true),
    ])
  func unsuggested(_ query: String, _ may: Bool) throws {
    let rules = try QueryRules(
      synonyms: "", stopPhrases: "", accessories: "", unsuggested: "# none\nrude\nbad taste\n in bad taste")
    #expect(rules.maySuggest(query) == may)
  }
}
