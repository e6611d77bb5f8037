// 1. A text is within one edit of a word's beginning exactly where a plain reading of optimal string alignment says so of
//    one of its beginnings (random words, seed printed).
// 2. The most frequent words first; those that begin with another of them are left out, and so are much rarer ones; a
//    word that differs in its first letter counts a tenth.
// 3. A beginning of a known word is never changed; the words before it are corrected as in a search.
import TestSupport
import Testing

@testable import Understanding

@Suite struct PrefixCompletionTests {
  /// Optimal string alignment as it is defined, by recursion.
  private static func distance(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    guard let x = a.last, let y = b.last else { return a.count + b.count }
    var least = min(distance(a.dropLast(), b) + 1, distance(a, b.dropLast()) + 1)
    least = min(least, distance(a.dropLast(), b.dropLast()) + (x == y ? 0 : 1))
    if a.count > 1, b.count > 1, a.dropLast().last == y, b.dropLast().last == x {
      least = min(least, distance(a.dropLast(2), b.dropLast(2)) + 1)
    }
    return least
  }

  @Test("1: one edit")
  func oneEdit() {
    let seed = UInt64.random(in: .min ... .max)
    print("PrefixCompletionTests.oneEdit seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func letters(_ lengths: ClosedRange<Int>) -> [UInt8] {
      (0..<Int.random(in: lengths, using: &random)).map { _ in UInt8.random(in: 97...99, using: &random) }
    }
    for _ in 0..<3_000 {
      let (typed, word) = (letters(1...5), letters(0...6))
      let place = SpellingCorrector.edit(from: typed, toBeginningOf: word[...])
      let nearest = (0...word.count).map { Self.distance(typed[...], word.prefix($0)) }.min() ?? 9
      let expected: Bool? = nearest == 0 ? true : nearest == 1 ? false : nil
      #expect(place.map { $0 == typed.count } == expected, "\(typed) \(word), seed \(seed)")
    }
  }

  private func completions(_ text: String, _ words: [(String, Int)]) -> [String] {
    var builder = VocabularyBuilder()
    for (word, count) in words { for _ in 0..<count { builder.add(document: [word]) } }
    return SpellingCorrector(vocabulary: builder.build(), options: .init(protectedCount: 3))
      .completions(of: text, limit: 3)
  }

  @Test("2: which words")
  func order() {
    #expect(completions("drss", [("dress", 20), ("drastic", 30), ("dissent", 10)]) == ["drastic", "dress", "dissent"])
    #expect(completions("drss", [("dress", 20), ("dresses", 30)]) == ["dress"])
    #expect(completions("drss", [("dress", 20), ("dissent", 1)]) == ["dress"])
    #expect(completions("bress", [("dress", 20), ("brest", 5)]) == ["brest", "dress"])
    #expect(completions("dr", [("dress", 20)]) == [] && completions("d9ss", [("dress", 20)]) == [])
  }

  @Test("3: the rest of the text")
  func rest() {
    let words = [("summer dress", 20), ("jacket", 20), ("drab", 5)]
    #expect(completions("dre", words) == [] && completions("summer jac", words) == [])
    #expect(completions("sumer jac", words) == ["summer jac"])
    #expect(completions("sumer jca", words) == ["summer jacket"])
    #expect(completions("jacekt ", words) == ["jacket"])
    #expect(completions("", words) == [] && completions(" ", words) == [])
  }
}
