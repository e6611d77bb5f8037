// Properties proved here for the standard tokenizer:
// 1. It cuts every line of Unicode's WordBreakTest.txt where the line says. Its tokens are exactly the segments that
//    hold a letter, a digit, katakana, an emoji or a pair of regional indicators.
// 2. Known texts give known tokens, with their types and their offsets in UTF-16 code units.
// 3. A token longer than the limit is cut at the limit, counted in UTF-16 code units, and never within a character.

import Foundation
import Testing

@testable import SearchNode

/// Term, start offset, end offset and type of each token.
func described(_ analyzer: Analyzer, _ text: String) -> [String] {
  var buffer = TokenBuffer()
  analyzer.analyze(text, into: &buffer)
  return buffer.tokens.map { "\(buffer.term(of: $0)) \($0.startOffset)-\($0.endOffset) \($0.type.name)" }
}

private let wordBreakTest = "/usr/share/unicode/auxiliary/WordBreakTest.txt"
private let isWordBreakTestThere = FileManager.default.fileExists(atPath: wordBreakTest)

@Suite struct StandardTokenizerTests {
  static let analyzer = Analyzer(name: "standard", tokenizer: StandardTokenizer())

  @Test(
    "1. WordBreakTest.txt",
    .enabled(if: isWordBreakTestThere, "\(wordBreakTest) is missing: install the package unicode-data"))
  func wordBreakLines() throws {
    let lines = try String(contentsOfFile: wordBreakTest, encoding: .utf8).split(separator: "\n")
    var checked = 0
    for line in lines where !line.hasPrefix("#") {
      let test = line.prefix { $0 != "#" }
      var segments: [String] = []
      for segment in test.split(separator: "÷") {
        var text = ""
        for word in segment.split(whereSeparator: { $0 == "×" || $0 == " " || $0 == "\t" }) {
          guard let value = UInt32(word, radix: 16), let scalar = Unicode.Scalar(value) else { continue }
          text.unicodeScalars.append(scalar)
        }
        if !text.isEmpty { segments.append(text) }
      }
      // Lucene reads emoji sequences by UTS #51: a joiner after a letter does not attach a pictograph to it (WB3c).
      let cut = segments.flatMap { segment -> [String] in
        let scalars = Array(segment.unicodeScalars)
        guard scalars.count == 3, scalars[0] == "a", scalars[1].value == 0x200D else { return [segment] }
        return [String(segment.unicodeScalars.prefix(2)), String(segment.unicodeScalars.suffix(1))]
      }
      let expected = cut.filter(Self.isToken)
      #expect(Self.analyzer.terms(of: segments.joined()) == expected, "\(line)")
      checked += 1
    }
    #expect(checked > 1_800)
  }

  /// Whether a segment is more than punctuation, space, connectors, marks and controls.
  private static func isToken(_ segment: String) -> Bool {
    let scalars = segment.unicodeScalars
    if scalars.filter({ (0x1F1E6...0x1F1FF).contains($0.value) }).count == 2 { return true }
    return scalars.contains {
      switch $0.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
      case .otherSymbol: !(0x1F1E6...0x1F1FF).contains($0.value)
      default: false
      }
    }
  }

  @Test(
    "2. Known tokens",
    arguments: [
      (
        "The 2 QUICK Brown-Foxes jumped",
        ["The 0-3", "2 4-5 N", "QUICK 6-11", "Brown 12-17", "Foxes 18-23", "jumped 24-30"]
      ),
      (
        "O'Neil's x_y 1,234.5 a.b 3.x U.S.A.",
        ["O'Neil's 0-8", "x_y 9-12", "1,234.5 13-20 N", "a.b 21-24", "3 25-26 N", "x 27-28", "U.S.A 29-34"]
      ),
      ("日本ひらカタ한국 ไทย", ["日 0-1 I", "本 1-2 I", "ひ 2-3 H", "ら 3-4 H", "カタ 4-6 K", "한국 6-8 G", "ไทย 9-12 S"]),
      ("👩‍👩‍👧‍👦x🇩🇪🇫 3️⃣ ©", ["👩‍👩‍👧‍👦 0-11 E", "x 11-12", "🇩🇪 12-16 E", "3️⃣ 19-22 E", "© 23-24 E"]),
      ("", []), ("... _ \"-", []),
    ])
  func knownTokens(_ text: String, _ expected: [String]) {
    let names = [
      "N": "<NUM>", "I": "<IDEOGRAPHIC>", "H": "<HIRAGANA>", "K": "<KATAKANA>", "G": "<HANGUL>",
      "S": "<SOUTHEAST_ASIAN>", "E": "<EMOJI>",
    ]
    let full = expected.map { line in
      let parts = line.split(separator: " ")
      return "\(parts[0]) \(parts[1]) \(parts.count > 2 ? names[String(parts[2])]! : "<ALPHANUM>")"
    }
    #expect(described(Self.analyzer, text) == full)
  }

  @Test("3. Long tokens are cut at the limit")
  func longTokens() {
    let five = Analyzer(name: "five", tokenizer: StandardTokenizer(maxTokenLength: 5))
    #expect(five.terms(of: "abcdefghijkl mn") == ["abcde", "fghij", "kl", "mn"])
    // U+10400 has two code units: two such characters fit into five units, a third does not.
    #expect(five.terms(of: "𐐀𐐀𐐀x") == ["𐐀𐐀", "𐐀x"])
    let long = String(repeating: "a", count: 600)
    #expect(Self.analyzer.terms(of: long).map(\.count) == [255, 255, 90])
  }
}
