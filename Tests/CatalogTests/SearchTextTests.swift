// 1. Each number comes out in one form: known answers, with what must stay.
// 2. Each letter comes out in one form.
// 3. A text that went through once comes out the same; no text grows beyond a few times its length (random, seed printed).
// 4. The places of marked words are those of the same words in the original.
import Catalog
import TestSupport
import Testing

@Suite struct SearchTextTests {
  @Test(
    "1: numbers",
    arguments: [
      ("10,000 BTU", "10000 BTU"), ("1,299.00", "1299"), ("1.299,00", "1299"), ("1.299", "1.299"), ("5,5 mm", "5.5 mm"),
      ("12,50", "12.5"), ("0,125", "0.125"), (".5 in", "0.5 in"), ("1/2\"", "0.5\""), ("½\"", "0.5\""),
      ("1½", "1.5"), ("1-1/2 in. x 3/4 in.", "1.5 in. x 0.75 in."), ("2 3/16", "2.1875"), ("1/3", "0.333333"),
      ("160x230", "160 x 230"), ("160 × 230 cm", "160 x 230 cm"), ("60cmx90cm", "60 cm x 90 cm"),
      ("2x4x8", "2 x 4 x 8"),
      ("24/7", "24/7"), ("50/60 Hz", "50/60 Hz"), ("11/30/24", "11/30/24"), ("1.2.3", "1.2.3"), ("USB 2.0", "USB 2.0"),
      ("10,12,14", "10,12,14"), ("A1,5", "A1,5"), ("006R90321", "006R90321"), ("1,000,000", "1000000"),
      ("1'000.50", "1000.5"), ("costs 5, or 6.", "costs 5, or 6."), ("Matrix", "Matrix"), ("", ""), (".", "."),
      ("1,2345", "1.2345"), ("12,345,67", "12,345,67"),
    ])
  func numbers(_ text: String, _ expected: String) { #expect(SearchText.normalised(text) == expected) }

  @Test(
    "2: letters",
    arguments: [
      ("Άλφα", "Αλφα"), ("ΣΊΣΥΦΟΣ σίσυφος", "ΣΙΣΥΦΟΣ σισυφοσ"), ("أحمر إلى آن", "احمر الي ان"), ("قَمِيص", "قميص"),
      ("Ёлка", "Елка"), ("и\u{306}", "й"), ("ｶﾞﾊﾟ", "ガパ"), ("か\u{3099}", "が"), ("e\u{301}", "e"), ("é", "é"),
      ("ＡＢＣ１２", "ABC12"), ("٣٤", "34"), ("soft\u{AD}ware", "software"), ("שָׁלוֹם", "שלום"),
      ("l’eau d'été", "l eau d été"), ("O'Neill", "O'Neill"), ("women’s", "women's"),
    ])
  func letters(_ text: String, _ expected: String) { #expect(SearchText.normalised(text) == expected) }

  @Test("3: once and twice are the same")
  func idempotent() {
    let seed = UInt64.random(in: .min ... .max)
    print("SearchTextTests.idempotent seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789000555,,..//xX×' -½¼\"'lLdmMcCinabé\u{301}ёΆأｶﾞ\u{A0}*+".unicodeScalars)
    for _ in 0..<20_000 {
      var view = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...24, using: &random) { view.append(alphabet.randomElement(using: &random)!) }
      let text = String(view)
      let once = SearchText.normalised(text)
      #expect(SearchText.normalised(once) == once, "\(text) → \(once), seed \(seed)")
      #expect(once.unicodeScalars.count <= text.unicodeScalars.count * 4 + 4, "\(text), seed \(seed)")
    }
  }

  @Test(
    "4: places",
    arguments: [
      ("Pump 10,000 l, 1/2\"", "10000", "10,000"), ("Pump 10,000 l, 1/2\"", "0.5", "1/2"), ("Ball ½ inch", "0.5", "½"),
      ("Rug 160×230", "160", "160"), ("Rug 160×230", "230", "230"), ("cre\u{300}me", "creme", "cre\u{300}me"),
      ("Mat 1-1/2 in", "1.5", "1-1/2"), ("Καφές ώρα", "Καφεσ", "Καφές"),
    ])
  func places(_ original: String, _ found: String, _ expected: String) throws {
    let searched = SearchText.normalised(original)
    let range = try #require(searched.firstRange(of: found))
    let start = searched.unicodeScalars.distance(from: searched.startIndex, to: range.lowerBound)
    let places = SearchText.places(in: original, of: [start..<start + found.unicodeScalars.count])
    let scalars = Array(original.unicodeScalars)
    #expect(String(String.UnicodeScalarView(scalars[places[0]])) == expected)
  }
}
