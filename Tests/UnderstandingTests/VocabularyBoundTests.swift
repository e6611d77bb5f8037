// 1. A catalog of words that all stand once stays within the limits, teaches some of them, and the same ones each time.
// 2. One product adds no more new words than the limit; words that are known count on.
// 3. A long query of unknown words is left as it is; one of few is corrected.
import Testing

@testable import Understanding

@Suite struct VocabularyBoundTests {
  private static func word(_ number: Int) -> String {
    var (rest, text) = (number, "")
    for _ in 0..<6 {
      text.append(Character(UnicodeScalar(UInt8(97 + rest % 26))))
      rest /= 26
    }
    return text
  }

  private static func limited() -> VocabularyBuilder {
    var limits = VocabularyBuilder.Limits()
    (limits.words, limits.pairs, limits.newWordsPerDocument) = (1_000, 2_000, 100)
    return VocabularyBuilder(limits: limits)
  }

  @Test("1: words that stand once")
  func once() {
    func learnt() -> [String] {
      var builder = Self.limited()
      for product in 0..<50 {
        let words = (0..<90).map { Self.word(product * 90 + $0) }
        builder.add(document: ["lamp " + words.joined(separator: " ")])
        #expect(builder.wordCount <= 1_100)
      }
      #expect(builder.wordCount > 400 && builder.contains("lamp"))
      return (0..<4_500).map(Self.word).filter { builder.contains($0) }
    }
    let first = learnt()
    #expect(!first.isEmpty && first == learnt())
  }

  @Test("2: one product")
  func oneProduct() {
    var builder = Self.limited()
    builder.add(document: ["lamp", (0..<600).map(Self.word).joined(separator: " ") + " lamp"])
    #expect(builder.wordCount == 100)
    builder.add(document: ["lamp shade"])
    #expect(builder.wordCount == 101 && builder.build().frequency(of: "lamp") == 2)
  }

  @Test("3: long queries")
  func long() {
    var builder = VocabularyBuilder()
    let words = [
      "wireless", "keyboard", "headphones", "umbrella", "backpack", "dressing", "mattress", "printer", "kettle",
    ]
    for _ in 0..<9 { builder.add(document: words) }
    let corrector = SpellingCorrector(vocabulary: builder.build(), options: .init(protectedCount: 3))
    let cut = words.map { String($0.dropLast()) }
    #expect(corrector.correct(cut.prefix(3).joined(separator: " ")) != nil)
    #expect(corrector.correct(cut.joined(separator: " ")) == nil)
  }
}
