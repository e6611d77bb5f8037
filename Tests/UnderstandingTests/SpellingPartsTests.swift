// 1. The deletion index finds every word within two edits of a typed one, by a plain reading of the definition of
//    optimal string alignment (random words, seed printed).
// 2. With all edits at one cost the weighted distance is the optimal string alignment distance; it is 0 for equal words
//    only, and nil above the limit.
// 3. Kinds of errors cost what their class does.
// 4. Pieces and separators put together again are the query, white space folded.
// 5. Words that sound alike have one key, others have not.
// 6. A vocabulary in bounded memory keeps what is frequent; words are counted once a document.
import TestSupport
import Testing

@testable import Understanding

@Suite struct SpellingPartsTests {
  /// Optimal string alignment as it is defined: no edit touches letters twice.
  private static func plainDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = i + j
          continue
        }
        table[i][j] = min(
          table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
        }
      }
    }
    return table[a.count][b.count]
  }

  private static func randomWord(_ random: inout SeededGenerator, letters: [UInt8] = Array("abcde".utf8)) -> [UInt8] {
    (0..<Int.random(in: 1...10, using: &random)).map { _ in letters.randomElement(using: &random)! }
  }

  @Test("1: every near word is found")
  func deletionIndex() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var builder = VocabularyBuilder()
    var words: Set<[UInt8]> = []
    for _ in 0..<2000 { words.insert(Self.randomWord(&random)) }
    for word in words { builder.add(LatinLetters.text(word)) }
    let vocabulary = builder.build()
    #expect(vocabulary.wordCount == words.count)
    let index = DeletionIndex(vocabulary)
    var near = 0
    for _ in 0..<200 {
      let typed = Self.randomWord(&random)
      for edits in 1...2 {
        var ids: [Vocabulary.WordID] = []
        index.find(typed[...], edits: edits, into: &ids)
        let found = Set(ids.map { vocabulary.text(of: $0) })
        for word in words where Self.plainDistance(typed, word) <= edits {
          near += 1
          #expect(found.contains(LatinLetters.text(word)), "\(LatinLetters.text(typed)), seed \(seed)")
        }
      }
    }
    #expect(near > 1000)
  }

  private static func uniformModel(_ cost: Float) -> ErrorModel {
    var model = ErrorModel.standard
    for edit in Edit.allCases { model[edit] = cost }
    model[.respelling] = 1000
    model.firstLetter = 0
    return model
  }

  @Test("2: optimal string alignment")
  func distance() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let distance = EditDistance(Self.uniformModel(1))
    for _ in 0..<5000 {
      let (a, b) = (Self.randomWord(&random), Self.randomWord(&random))
      let plain = Float(Self.plainDistance(a, b))
      #expect(distance.cost(typed: a[...], meant: b[...], limit: 100) == plain, "\(a) \(b), seed \(seed)")
      let limited = distance.cost(typed: a[...], meant: b[...], limit: 3)
      #expect(limited == (plain <= 3 ? plain : nil), "\(a) \(b), seed \(seed)")
      #expect((plain == 0) == (a == b))
    }
  }

  @Test(
    "3: classes",
    arguments: [
      ("seperate", "separate", Edit.vowel), ("kable", "cable", .sound), ("vavle", "valve", .transposition),
      ("couplung", "couplung", nil), ("plastoc", "plastic", .vowel), ("pkastic", "plastic", .neighbourKey),
      ("plaxtic", "plastic", .neighbourKey), ("plaqtic", "plastic", .otherReplacement),
      ("couplingg", "coupling", .doubled),
      ("dril", "drill", .undoubled), ("ladderr", "ladder", .doubled), ("screwsw", "screws", .neighbourInsertion),
      ("plaistic", "plastic", .vowelInsertion), ("plastmic", "plastic", .otherInsertion),
      ("plstic", "plastic", .vowelOmission),
      ("platic", "plastic", .otherOmission), ("plasti", "plastic", .lastOmission),
      ("telefone", "telephone", .respelling),
      ("brite", "bright", .respelling),
    ])
  func classes(_ typed: String, _ meant: String, _ edit: Edit?) throws {
    // Primes of a kind: no sum of two classes is a third.
    var model = ErrorModel.standard
    for edit in Edit.allCases { model[edit] = 10 + Float(edit.rawValue) / 16 }
    model.firstLetter = 0
    let letters = try (#require(LatinLetters.of(typed)), #require(LatinLetters.of(meant)))
    let cost = EditDistance(model).cost(typed: letters.0[...], meant: letters.1[...], limit: 100)
    #expect(cost == edit.map { model[$0] } ?? 0)
  }

  @Test(
    "4: pieces",
    arguments: [
      ("50' vynil-coated  cable!", ["50", "vynil-coated", "cable"]), ("(red), \"blue\"", ["red", "blue"]),
      ("tab;le", ["tab", "le"]), ("dv7-1211ea", ["dv7-1211ea"]), ("&& x && ", ["x"]), ("children's", ["children's"]),
      ("", []), ("...", []), ("a/b 1/2", ["a", "b", "1/2"]),
    ])
  func pieces(_ text: String, _ expected: [String]) {
    let pieces = QueryPieces(text)
    #expect(pieces.pieces.map(\.text) == expected)
    let whole = pieces.pieces.map { $0.separator + $0.text }.joined() + pieces.ending
    #expect(whole == text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }

  @Test(
    "5: sounds",
    arguments: [
      ("hedfones", "headphones"), ("fone", "phone"), ("kable", "cable"), ("vinale", "vinyl"), ("matress", "mattress"),
      ("nite", "night"), ("sirkular", "circular"),
    ])
  func sounds(_ one: String, _ other: String) throws {
    let letters = try (#require(LatinLetters.of(one)), #require(LatinLetters.of(other)))
    #expect(SoundIndex.key(of: letters.0[...]) == SoundIndex.key(of: letters.1[...]))
    #expect(SoundIndex.key(of: letters.0[...]) != SoundIndex.key(of: Array("keyboard".utf8)[...]))
  }

  @Test("6: bounded memory")
  func lossyCounting() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var limits = VocabularyBuilder.Limits()
    limits.words = 500
    limits.pairs = 500
    var builder = VocabularyBuilder(limits: limits)
    var most = 0
    for number in 0..<20_000 {
      let rare = LatinLetters.text((0..<8).map { _ in UInt8.random(in: 97...122, using: &random) })
      builder.add(document: ["laptop \(rare) laptop", number % 3 == 0 ? "usb cable" : "", rare])
      most = max(most, builder.wordCount)
    }
    #expect(most < 510)
    let vocabulary = builder.build()
    #expect(vocabulary.contains("Laptop") && vocabulary.contains("usb") && vocabulary.contains("cáble"))
    #expect(vocabulary.pairCount < 510)
    let laptop = vocabulary.id(of: Array("laptop".utf8)[...])
    #expect(laptop.map { vocabulary.counts[Int($0)] } == 20_000, "seed \(seed)")
    #expect(VocabularyBuilder().build().wordCount == 0)
  }
}
