// Over the demo's products and sheets that the importer brought, each kind of fault with several inputs:
// 1. A number is found in any of its forms: comma and point, groups, fractions, signs of units.
// 2. A part of a code finds its product, from its beginning or from a change of letters, digits and signs on; a whole code
//    comes first, alone and beside other words, whatever else its words score.
// 3. Possessives and elided articles: with either apostrophe, with and without.
// 4. A word that the catalog writes as one, as two or with a hyphen is found in each way.
// 5. Letters are found in any of their forms: Greek, Arabic, Cyrillic, kana, Hangul, combining marks.
// 6. A synonym of several words is a phrase.
// 7. A product's whole title finds it first, whatever in it could be read as a filter.
// 8. Markup is gone from what is shown and from what is found.
// 9. A highlighted title is the merchant's own, though another form of it was searched.
//
// The inputs of a kind were written before any of them was run; the name of a test says how many were right then.
import Catalog
import Importing
import SearchService
import Testing
import Understanding

@Suite struct QueryFormsTests {
  private static let numbers = """
    sku,title,categories,price,currency,stock
    NU-50,"Twist drill DIN338 5 mm cobalt",Tools > Drill Bits,3.20,GBP,9
    NU-55,"Twist drill DIN338 5,5 mm cobalt",Tools > Drill Bits,3.60,GBP,9
    NU-65,"Twist drill DIN338 6.5 mm cobalt",Tools > Drill Bits,3.60,GBP,9
    NU-G1,"Gate valve 1/2"" bronze",Plumbing > Gate Valves,9.00,GBP,2
    NU-G2,"Gate valve 2"" bronze",Plumbing > Gate Valves,9.00,GBP,2
    NU-G3,"Gate valve ¾ inch bronze",Plumbing > Gate Valves,9.00,GBP,2
    NU-G4,"Gate valve 1-1/2 in. bronze",Plumbing > Gate Valves,9.00,GBP,2
    NU-B1,"Window air conditioner 10,000 BTU",Climate > Air Conditioners,199.00,GBP,2
    NU-B2,"Window air conditioner 8,000 BTU",Climate > Air Conditioners,149.00,GBP,2
    NU-A1,"Lithium cell CR2 1.5V",Electrical > Cells,3.00,GBP,2
    NU-A2,"Lithium cell PP3 9V",Electrical > Cells,3.00,GBP,2
    NU-M1,"Mat 120×180 cm jute",Home > Mats,20.00,GBP,2
    NU-M2,"Mat 60x90cm jute",Home > Mats,20.00,GBP,2

    """

  @Test(
    "1: numbers in any form; 17 of 17 were right in the first run", .timeLimit(.minutes(10)),
    arguments: [
      ("5,5 mm drill", ["NU-55"]), ("twist drill 5.5 mm", ["NU-55"]), ("5.5mm twist drill", ["NU-55"]),
      ("twist drill 6,5mm", ["NU-65"]), ("gate valve 1/2 inch", ["NU-G1"]), ("gate valve ½\"", ["NU-G1"]),
      ("gate valve .75 in", ["NU-G3"]), ("gate valve 3/4\"", ["NU-G3"]), ("gate valve 1 1/2 in", ["NU-G4"]),
      ("gate valve 1.5 inch", ["NU-G4"]), ("10000 btu air conditioner", ["NU-B1"]),
      ("air conditioner 8,000 btu", ["NU-B2"]), ("lithium cell 1.5 v", ["NU-A1"]), ("lithium cell 9 v", ["NU-A2"]),
      ("jute mat 120x180", ["NU-M1"]), ("jute mat 60 x 90", ["NU-M2"]), ("jute mat 120 × 180 cm", ["NU-M1"]),
    ])
  func numbers(_ text: String, _ first: [String]) async throws {
    let shop = try await Self.shop.value
    let found = try await shop.codes(text)
    #expect(Set(found.prefix(first.count)) == Set(first), "\(text): \(found.prefix(4))")
  }

  private static let codes = """
    sku,title,summary,categories,price,currency,stock
    880000E000411,Gate Hinge Right,,Hardware > Gate Hinges,4.10,GBP,5
    KLM-RV730,Drum Cartridge Black,,Office > Drum Cartridges,44.00,GBP,5
    QX-7,Zymotic Sealant,,Auto > Sealants,4.00,GBP,5
    QX-8,Zymotic Filler QX-7 compatible,"QX-7 QX-7 QX-7",Auto > Fillers,4.00,GBP,5
    LQ-1,GT-85 Penetrating Spray,,Auto > Lubricant Sprays,4.00,GBP,5
    LQ-2,PTFE Spray XK900,,Auto > Lubricant Sprays,4.00,GBP,5
    4099702207755,Snow Shovel,,Garden > Shovels,14.00,GBP,5

    """

  @Test(
    "2: parts of codes; 17 of 17 were right in the first run", .timeLimit(.minutes(10)),
    arguments: [
      ("880000", ["880000E000411"]), ("E000411", ["880000E000411"]), ("KLM-RV73", ["KLM-RV730"]),
      ("RV730", ["KLM-RV730"]), ("rv-730", ["KLM-RV730"]), ("klmrv730", ["KLM-RV730"]), ("gt85", ["LQ-1"]),
      ("gt 85", ["LQ-1"]), ("xk-900", ["LQ-2"]), ("40997022", ["4099702207755"]),
      // Whole, alone and with words beside.
      ("QX-7", ["QX-7"]), ("qx7 sealant", ["QX-7"]), ("QX-7 zymotic filler", ["QX-7"]), ("qx 7", ["QX-7"]),
      ("klm-rv730 toner", ["KLM-RV730"]), ("snow KLM-RV730", ["KLM-RV730"]), ("4099702207755 red", ["4099702207755"]),
    ])
  func codes(_ text: String, _ first: [String]) async throws {
    let shop = try await Self.shop.value
    let found = try await shop.codes(text)
    #expect(Set(found.prefix(first.count)) == Set(first), "\(text): \(found.prefix(4))")
  }

  private static let words = """
    sku,title,brand,categories,price,currency,stock
    PS-1,Women's Alpine Anorak,,Clothing > Anoraks,30.00,GBP,5
    PS-2,Children’s Rain Anorak,,Clothing > Anoraks,20.00,GBP,5
    PS-3,Affiche L'Étoile du Nord,,Décor > Affiches,20.00,GBP,5
    PS-4,Coussin d’été brodé,,Décor > Coussins,20.00,GBP,5
    PS-5,Carver's Whetstone,,Kitchen > Whetstones,20.00,GBP,5
    JN-1,E-Scooter Bell,,Riding > Bells,30.00,GBP,5
    JN-2,Escooter Padlock,,Riding > Padlocks,20.00,GBP,5
    JN-3,Extra Oral Syringe,,Dental > Syringes,20.00,GBP,5
    JN-4,Diabolostäbe Set,,Spiel > Diabolo,20.00,GBP,5
    JN-5,Diabolo-Stäbe Profi,,Spiel > Diabolo,20.00,GBP,5
    JN-6,Bird House Cedar,,Garden > Birds,20.00,GBP,5
    JN-7,Birdbath Copper,,Garden > Birds,20.00,GBP,5
    JN-8,Anti-Fatigue Standing Pad,,Office > Standing Pads,20.00,GBP,5

    """

  @Test(
    "3: possessives and elision; 10 of 10 were right in the first run", .timeLimit(.minutes(10)),
    arguments: [
      ("women anorak", ["PS-1"]), ("women's anorak", ["PS-1"]), ("womens anorak", ["PS-1"]),
      ("women’s anorak", ["PS-1"]),
      ("children anorak", ["PS-2"]), ("children's anorak", ["PS-2"]), ("etoile affiche", ["PS-3"]),
      ("affiche l’étoile", ["PS-3"]), ("coussin été", ["PS-4"]), ("carver whetstone", ["PS-5"]),
    ])
  func possessives(_ text: String, _ first: [String]) async throws {
    let shop = try await Self.shop.value
    let page = try await shop.service.search(SearchInput(text: text))
    let found = try await shop.codes(text)
    #expect(Set(found.prefix(first.count)) == Set(first), "\(text): \(found.prefix(4))")
    #expect(page.correctedText == nil, "\(text): \(page.correctedText ?? "")")
  }

  @Test(
    "4: ways of writing; one of twelve was wrong in the first run", .timeLimit(.minutes(10)),
    arguments: [
      ("escooter", ["JN-1", "JN-2"]), ("e-scooter", ["JN-1", "JN-2"]),
      ("extraoral syringe", ["JN-3"]), ("extra-oral syringe", ["JN-3"]), ("diabolostäbe", ["JN-4", "JN-5"]),
      ("diabolo-stabe", ["JN-4", "JN-5"]), ("diabolo stäbe", ["JN-4", "JN-5"]), ("birdhouse", ["JN-6"]),
      ("bird bath", ["JN-7"]), ("bird-bath copper", ["JN-7"]), ("antifatigue pad", ["JN-8"]),
    ])
  func waysOfWriting(_ text: String, _ first: [String]) async throws {
    let shop = try await Self.shop.value
    let found = try await shop.codes(text)
    #expect(Set(found.prefix(first.count)) == Set(first), "\(text): \(found.prefix(4))")
  }

  private static let letters = """
    sku,title,brand,categories,price,currency,stock
    LT-1,Καφετιέρα εσπρέσο,Κορρές,Σπίτι > Καφές,30.00,GBP,5
    LT-2,قميص أحمر قطن,,ملابس > قمصان,20.00,GBP,5
    LT-3,Ёлка искусственная зелёная,,Дом > Ёлки,20.00,GBP,5
    LT-4,ガスコンロ ポータブル,,台所 > コンロ,20.00,GBP,5
    LT-5,Crème brûlée torch,,Kitchen > Torches,20.00,GBP,5
    LT-6,Йогуртница домашняя,,Дом > Кухня,20.00,GBP,5
    LT-7,보조배터리 충전기,,전자 > 충전기,20.00,GBP,5
    LT-8,مدرسة حقيبة,,حقائب > مدرسة,20.00,GBP,5

    """

  @Test(
    "5: forms of letters; 12 of 12 were right in the first run", .timeLimit(.minutes(10)),
    arguments: [
      ("καφετιερα", "LT-1"), ("ΚΑΦΕΤΙΈΡΑ ΕΣΠΡΕΣΟ", "LT-1"), ("κορρεσ", "LT-1"), ("احمر قميص", "LT-2"),
      ("елка зеленая", "LT-3"), ("ЁЛКА", "LT-3"), ("ｶﾞｽｺﾝﾛ", "LT-4"), ("cre\u{300}me bru\u{302}le\u{301}e", "LT-5"),
      ("и\u{306}огуртница", "LT-6"), ("보조배터리".decomposedJamo, "LT-7"), ("مدرسه", "LT-8"), ("قَمِيص", "LT-2"),
    ])
  func letters(_ text: String, _ code: String) async throws {
    let shop = try await Self.shop.value
    let found = try await shop.codes(text)
    #expect(Set(found.prefix(1)) == Set([code]), "\(text): \(found.prefix(4))")
  }

  private static let synonyms = """
    sku,title,summary,categories,price,currency,stock
    SY-1,Ring Flash Gun RF-9,Fits a motor drive bracket,Photo > Ring Flashes,99.00,GBP,2
    SY-2,Bathing Bonnet and Dress Suit Cover,Travel,Travel > Covers,10.00,GBP,2

    """

  @Test("6: a synonym of several words is a phrase", .timeLimit(.minutes(10)))
  func phrases() async throws {
    let shop = try await Self.shop.value
    #expect(!(try await shop.codes("memory stick").contains("SY-1")))
    #expect(!(try await shop.codes("swimsuit").contains("SY-2")))
    // The phrase itself still finds.
    let rules = try QueryRules(synonyms: "torch, flash light", stopPhrases: "", accessories: "")
    let sheet = """
      sku,title,summary,categories,price,currency,stock
      A,Flash light steel,,Tools > Lights,9.00,GBP,2
      B,Light tent with flash,,Photo > Tents,9.00,GBP,2

      """
    let small = try await ImportedShop([sheet], withDemo: false, rules: rules)
    #expect(try await small.codes("torch") == ["A"])
  }

  @Test("7: a whole title", .timeLimit(.minutes(10)))
  func wholeTitles() async throws {
    let shop = try await Self.shop.value
    let ids = try await Self.titles(of: shop)
    #expect(ids.count > 300)
    for (title, code) in ids {
      let found = try await shop.codes(title)
      #expect(found.first == code, "\(title): \(found.prefix(3))")
    }
  }

  private static func titles(of shop: ImportedShop) async throws -> [(String, String)] {
    var byTitle: [String: [String]] = [:]
    var cursor = SearchInput(pageSize: 100)
    while true {
      let page = try await shop.service.search(cursor)
      for card in page.products { byTitle[card.title, default: []].append(card.code) }
      guard cursor.page < page.pageCount else { break }
      cursor.page += 1
    }
    return byTitle.filter { $0.value.count == 1 }.map { ($0.key, $0.value[0]) }.sorted { $0.0 < $1.0 }
  }

  private static let markup = """
    sku,title,summary,categories,price,currency,stock
    MK-1,Garden Bench &amp; Cushion,"<p>Solid <b>teak</b>&nbsp;bench.<br/>F&uuml;r drau&szlig;en, 5 &lt; 6</p><script>x()</script>",Garden > Benches,49.00,GBP,1

    """

  @Test("8: markup", .timeLimit(.minutes(10)))
  func markup() async throws {
    let shop = try await Self.shop.value
    for text in ["teak", "draußen", "draussen bench"] { #expect(try await shop.codes(text).first == "MK-1", "\(text)") }
    for text in ["nbsp", "script", "szlig"] { #expect(!(try await shop.codes(text).contains("MK-1")), "\(text)") }
    let card = try #require(try await shop.service.search(SearchInput(text: "MK-1")).products.first)
    #expect(card.title == "Garden Bench & Cushion")
    #expect(try await shop.service.product(card.id)?.summary == "Solid teak bench. Für draußen, 5 < 6")
  }

  @Test(
    "9: what is marked", .timeLimit(.minutes(10)),
    arguments: [
      ("10000 btu", "Window air conditioner [10,000] [BTU]"),
      ("gate valve 1/2\" bronze", "[Gate] [valve] [1/2]\" [bronze]"),
      ("jute mat 120x180", "[Mat] [120]×[180] cm [jute]"), ("καφετιερα", "[Καφετιέρα] εσπρέσο"),
    ])
  func marked(_ text: String, _ title: String) async throws {
    let shop = try await Self.shop.value
    var input = SearchInput(text: text)
    input.isHighlighted = true
    let card = try #require(try await shop.service.search(input).products.first)
    let shown = try #require(card.highlightedTitle).parts.map { $0.isFound ? "[\($0.text)]" : $0.text }.joined()
    #expect(shown.replacing("][", with: "") == title)
  }

  private static let shop = Task {
    let shop = try await ImportedShop([numbers, codes, words, letters, synonyms, markup])
    precondition(shop.reports.allSatisfy { $0.refused == 0 }, "\(shop.reports.map(\.refusals))")
    return shop
  }
}

extension String {
  /// With each Hangul syllable as its letters, as file names of some systems have them (Unicode 3.12).
  fileprivate var decomposedJamo: String {
    var view = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let index = Int(scalar.value) - 0xAC00
      guard (0..<11_172).contains(index) else {
        view.append(scalar)
        continue
      }
      view.append(Unicode.Scalar(UInt32(0x1100 + index / 588))!)
      view.append(Unicode.Scalar(UInt32(0x1161 + index % 588 / 28))!)
      if index % 28 > 0 { view.append(Unicode.Scalar(UInt32(0x11A7 + index % 28))!) }
    }
    return String(view)
  }
}
