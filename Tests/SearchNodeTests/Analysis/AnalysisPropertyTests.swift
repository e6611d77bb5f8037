// Properties proved here for all analyzers, over random texts of any Unicode (the seeds are printed):
// 1. No text and no analyzer of random components crashes, and terms are always valid UTF-8.
// 2. Offsets lie within the text in UTF-16 code units, a token never starts after its end, and a tokenizer's starts
//    never decrease.
// 3. Positions never decrease and lengths are at least 1.
// 4. A reused buffer gives the same tokens as a new one, and bytes that are not UTF-8 do not crash.

import JSON
import Testing

@testable import SearchNode

@Suite struct AnalysisPropertyTests {
  static func seed() -> UInt64 {
    let seed: UInt64 = 20_261_123
    print("analysis properties: seed \(seed)")
    return seed
  }

  @Test("1 to 4. Random analyzers over random texts")
  func randomAnalyzers() throws {
    var random = RandomText(seed: Self.seed())
    var reused = TokenBuffer()
    for _ in 0..<300 {
      let test = AnalyzeDifferentialTests.randomCase(&random)
      let analyzer = try test.analyzer()
      for _ in 0..<10 {
        let text = random.chance(30) ? AnalyzeDifferentialTests.html(&random) : random.text()
        check(analyzer, text, test, &reused)
      }
    }
  }

  private func check(_ analyzer: Analyzer, _ text: String, _ test: AnalyzerCase, _ reused: inout TokenBuffer) {
    var fresh = TokenBuffer()
    analyzer.analyze(text, into: &fresh)
    analyzer.analyze(text, into: &reused)
    let seen = "\(test) \(text.debugDescription)"
    #expect(fresh.tokens.map { fresh.term(of: $0) } == reused.tokens.map { reused.term(of: $0) }, "\(seen)")
    let length = text.utf16.count
    var position: Int32 = -1
    for token in fresh.tokens {
      #expect(token.startOffset >= 0 && token.startOffset <= token.endOffset && token.endOffset <= length, "\(seen)")
      #expect(token.positionIncrement >= 0 && token.positionLength >= 1, "\(seen)")
      position += token.positionIncrement
      #expect(position >= 0, "\(seen)")
      #expect(String(validating: fresh.bytes[token.termRange], as: UTF8.self) != nil, "\(seen)")
    }
    #expect(fresh.endOffset <= length, "\(seen)")
  }

  @Test("2. Tokenizer offsets never decrease")
  func tokenizers() throws {
    var random = RandomText(seed: Self.seed())
    for _ in 0..<200 {
      let test = AnalyzerCase(tokenizer: AnalyzeDifferentialTests.randomTokenizer(&random))
      let analyzer = try test.analyzer()
      let text = random.text(pieces: 20)
      var buffer = TokenBuffer()
      analyzer.analyze(text, into: &buffer)
      var start: Int32 = 0
      let units = Array(text.utf16)
      for token in buffer.tokens {
        #expect(token.startOffset >= start, "\(test) \(text.debugDescription)")
        start = token.startOffset
        let slice = String(decoding: units[Int(token.startOffset)..<Int(token.endOffset)], as: UTF16.self)
        #expect(test.tokenizer == "lowercase" || slice == buffer.term(of: token), "\(test) \(text.debugDescription)")
      }
      #expect(buffer.endOffset == units.count)
    }
  }

  @Test("4. Bytes that are not UTF-8")
  func invalidBytes() throws {
    var random = RandomText(seed: Self.seed())
    var buffer = TokenBuffer()
    for _ in 0..<300 {
      let analyzer = try AnalyzeDifferentialTests.randomCase(&random).analyzer()
      let bytes = (0..<random.below(60)).map { _ in
        UInt8.random(in: random.chance(50) ? 0...127 : 128...255, using: &random)
      }
      analyzer.analyze(bytes, into: &buffer)
      #expect(buffer.tokens.allSatisfy { $0.termRange.upperBound <= buffer.bytes.count })
    }
  }
}
