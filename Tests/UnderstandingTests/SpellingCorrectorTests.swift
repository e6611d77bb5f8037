// 1. What shoppers mistype is corrected: replaced, swapped, doubled, missing and superfluous letters, respelt sounds, words
//    run together and torn apart; the rest of the query stands as it was typed.
// 2. Left alone: words known often enough, words with a digit, very short words, other scripts, text without a word.
// 3. The word before decides between equally near ones.
// 4. Of anything it makes text of bounded length in bounded time, the same each time (random inputs, seed printed).
import TestSupport
import Testing
import Understanding

@Suite struct SpellingCorrectorTests {
  private static let corrector: SpellingCorrector = {
    var builder = VocabularyBuilder()
    for (text, count) in [
      ("red summer dress", 50), ("blue dress shirt", 30), ("wireless keyboard", 40), ("laptop bag", 60),
      ("laptop computer", 80), ("usb c cable", 90), ("bathroom faucet", 20), ("vinyl flooring", 20),
      ("cordless drill", 30), ("drill bit set", 30), ("black shoes", 40), ("black headphones", 25),
      ("shower curtain rod", 20), ("carton box", 40), ("café crème cup", 10), ("door bell", 10),
    ] {
      for _ in 0..<count { builder.add(document: [text]) }
    }
    return SpellingCorrector(vocabulary: builder.build(), options: .init(protectedCount: 3))
  }()

  @Test(
    "1: corrected",
    arguments: [
      ("red sumer dress", "red summer dress"), ("keybaord", "keyboard"), ("kexboard", "keyboard"),
      ("wirelesss keyboard", "wireless keyboard"), ("hedfones", "headphones"), ("vinal flooring", "vinyl flooring"),
      ("lap top bag", "laptop bag"), ("usbc cable", "usb c cable"), ("blackshoes", "black shoes"),
      ("faucit", "faucet"), ("cordles dril", "cordless drill"),
      ("BLAKC  shoes!", "black shoes!"),
      ("\"blakc\", 2-pack", "\"black\", 2-pack"), ("cafe creme cpu", "cafe creme cup"), ("blakcshoes", "black shoes"),
    ])
  func corrected(_ typed: String, _ meant: String) throws {
    let found = Self.corrector.correct(typed)
    let correction = try #require(found, "\(typed)")
    #expect(correction.text == meant)
    #expect(!correction.changes.isEmpty)
    for change in correction.changes { #expect(typed.contains(change.typed) && meant.contains(change.meant)) }
  }

  @Test(
    "2: left alone",
    arguments: [
      "red summer dress", "Laptop BAG", "dv7-1211ea", "006R90321", "bl4ck", "40mm drlll5", "", " ", "!!!", "😀", "🇬🇧 👩‍👩‍👧",
      "черный", "漢字", "سماعة", "ab", "rd", "xqzwvk", "\"><script>", "\u{0}\u{7}", "café", "door bell",
      String(repeating: "a", count: 10_000), String(repeating: "blakc ", count: 200),
    ])
  func leftAlone(_ typed: String) {
    let found = Self.corrector.correct(typed)
    #expect(found == nil)
  }

  @Test("3: context")
  func context() {
    func corrected(_ text: String) -> String? { Self.corrector.correct(text)?.text }
    #expect(corrected("shower carton rod") == nil, "a known word is right")
    #expect(corrected("shower curton rod") == "shower curtain rod")
    #expect(corrected("curton") == "carton")
  }

  @Test("4: anything", .timeLimit(.minutes(2)))
  func anything() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let letters = Array("abcdefgh lmnorst  -'\"<>/0é漢\u{301}😀")
    for _ in 0..<3000 {
      let text = String(
        (0..<Int.random(in: 0...60, using: &random)).map { _ in letters.randomElement(using: &random)! })
      let correction = Self.corrector.correct(text)
      let again = Self.corrector.correct(text)
      #expect(correction == again, "\(text), seed \(seed)")
      guard let correction else { continue }
      #expect(!correction.changes.isEmpty, "\(text), seed \(seed)")
      #expect(correction.text.count < text.count * 3 + 100, "\(text), seed \(seed)")
    }
  }
}
