// 1. A single letter begins more phrases than are looked through: the likeliest of all are found, wherever they stand in the
//    alphabet, and the same ones as among few phrases.
import Testing

@testable import Understanding

@Suite struct SuggestedPhraseListTests {
  @Test("1: one letter of many phrases")
  func letter() {
    var all = Dictionary(uniqueKeysWithValues: (0..<9_000).map { ("a\(1000 + $0) lamp", 2) })
    all["azure zebra"] = 90
    all["aztec rug"] = 80
    all["wool azalea"] = 70
    let phrases = SuggestedPhrases(phrases: all, things: [:])
    #expect(phrases.phrases(beginning: "a", limit: 3) == ["azure zebra", "aztec rug", "wool azalea"])
    #expect(phrases.phrases(beginning: "az", limit: 3) == ["azure zebra", "aztec rug", "wool azalea"])
    #expect(phrases.phrases(beginning: "a9999", limit: 3) == ["a9999 lamp"])
    #expect(phrases.phrases(beginning: "b", limit: 3).isEmpty)
  }
}
