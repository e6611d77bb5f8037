// 1. A title's head is the last noun before a preposition, without colours, sizes and numbers; inches are no preposition.
// 2. Each part between signs has its own, the first stands first; what a product is for is no head.
// 3. Any title is read, of any signs and length; the first is one of all, and all are words of the title.
// 4. The parts of a query share what they tell: rare words more than common ones, unknown ones nothing.
// 5. The thing that a query asks for is found by position and by what titles are called by.
import Catalog
import TestSupport
import Testing

@testable import Understanding

@Suite struct TitleHeadsTests {
  @Test(
    "1: heads",
    arguments: [
      ("Canvas laptop bag for 15 in. screens, black", "bag"),
      ("Armitron Men's Gold Dress Watch", "watch"),
      ("Gold Toe Dress Crew Socks", "socks"),
      ("Simpson Strong-Tie 12-Gauge Angle", "angle"),
      ("24-1/2 in. W Vanity in White with Vanity Top in White", "vanity"),
      ("Delta Vero 1-Handle Shower Only Faucet Trim Kit in Chrome (Valve Not Included)", "trim"),
      ("Cuisinart 7-Piece Cookware Set in Red", "cookware"), ("Set of 4 Wine Glasses", "glasses"),
      ("12-Volt Drill Kit with Case", "drill"), ("Complete DVD Collection", "dvd"), ("Bed Sheets Bundle", "sheets"),
      ("HP Pavilion dv7-1211ea Notebook Silver 43.2 cm (17\")", "notebook"),
      ("Sunbeam Microplush Electric Blanket (King)", "blanket"),
      ("Battery for HP laptops", "battery"),
      ("Dress", "dress"),
      // A letter that a hyphen joins to a word makes another word of it; letters apart may be sizes and types.
      ("Heavyweight Pocket T-Shirt", "tshirt"), ("Roadster Men Navy T Shirt", "tshirt"),
      ("Check Flannel Shirt", "shirt"),
      ("Folding E-Bike with Basket", "ebike"), ("Hoodie Size M Grey", "hoodie"), ("V-Neck Slub Top", "top"),
    ])
  func first(_ title: String, _ head: String) { #expect(TitleHeads(title).first == head, "\(title)") }

  @Test("2: parts")
  func parts() {
    #expect(TitleHeads("ALDO Toviel - Women's Shoes, High Heels - Blue - 10").all == ["toviel", "shoes", "heels"])
    #expect(TitleHeads("Case for iPhone and Galaxy").all == ["case"])
    #expect(TitleHeads("20 x 30").first == nil && TitleHeads("").all.isEmpty && TitleHeads("—").all.isEmpty)
  }

  @Test("3: anything")
  func anything() {
    var random = SeededGenerator(seed: 17)
    let pieces = [
      "dress", "for", "(", ")", "-", "in.", "12", "Black", "/", "été", "😀", "\u{0}", ",", "with", "x", "אדום",
    ]
    for _ in 0..<3000 {
      let title = (0..<Int.random(in: 0...30, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined(separator: Bool.random(using: &random) ? " " : "")
      let heads = TitleHeads(title)
      #expect(heads.first == heads.all.first && Set(heads.all).count == heads.all.count, "seed 17: \(title)")
      // A compound is of two words.
      let words = Folding.words(of: title)
      let known = Set(words).union(zip(words, words.dropFirst()).map { $0 + $1 })
      #expect(Set(heads.all).isSubset(of: known), "seed 17: \(title)")
    }
  }

  private static let understanding: QueryUnderstanding = {
    var knowledge = ShopKnowledgeBuilder()
    var words = VocabularyBuilder()
    let titles =
      (1...20).map { "Kitchen faucet \($0)" } + (1...20).map { "Bathroom sink \($0)" } + (1...5).map { "Laptop \($0)" }
      + (1...20).map { "Bag for laptop \($0)" } + ["Kitchen sink faucet cartridge"]
    for (index, title) in titles.enumerated() {
      words.add(document: [title])
      knowledge.add(
        ProductSnapshot(
          id: ProductID(Int64(index + 1)), code: "P\(index)", source: "test", documentVersion: 1, title: title,
          summary: "", brandName: nil, categories: [], attributes: [], variants: [],
          createdAt: Timestamp(microsecondsSinceEpoch: 0), updatedAt: Timestamp(microsecondsSinceEpoch: 0)))
    }
    return QueryUnderstanding(knowledge: knowledge.build(), vocabulary: words.build())
  }()

  @Test("4: shares")
  func shares() {
    let slots = Self.understanding.plan("kitchen cartridge unicorn").slots
    #expect(slots.count == 3 && abs(slots.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(slots[1].share > slots[0].share && slots[0].share > 0 && slots[2].share == 0)
    #expect(QueryUnderstanding().plan("red dress").slots.map(\.share) == [0.5, 0.5])
  }

  @Test(
    "5: the thing",
    arguments: [
      ("kitchen sink faucet", "faucet"), ("sink faucet bathroom", "faucet"), ("laptop", "laptop"),
      ("laptop bag", "bag"), ("bag for laptop", "bag"), ("faucet 12", "faucet"), ("bathroom", nil), ("unicorn", nil),
    ] as [(String, String?)])
  func thing(_ query: String, _ head: String?) {
    #expect(Self.understanding.plan(query).heads.first == head, "\(query)")
  }
}
