// 1. Words with the fewest edits come first, then the more frequent, then by their bytes; the score is 1 - edits / the
//    shorter word's length. Every mode returns the text's terms with their places.
// 2. `missing` skips words of the index, `popular` suggests only more frequent words, `always` suggests all; a word in
//    more than one document of a hundred counts as correct.
// 3. Over random words, the options match the definition of the distance (seed printed), for every prefix length, least
//    word length and number of edits.
// 4. A field that does not exist is refused; a text without a word gives no entry.
// ConformanceTests compares the suggester with Elasticsearch.
import JSON
import SearchDSL
import SearchNode
import TestSupport
import Testing

@Suite struct TermSuggesterTests {
  private static func node(_ titles: [String]) async throws -> SearchNode {
    let mappings: JSONValue = ["properties": ["title": ["type": "text"]]]
    return try await makeNode(mappings, titles.enumerated().map { ("\($0.offset)", ["title": .string($0.element)]) })
  }

  private static func entries(_ node: SearchNode, _ suggester: TermSuggester) throws -> [SuggestEntry] {
    let request = SearchRequest(query: .matchNone, suggest: [NamedSuggester("s", suggester)])
    return try #require(try node.search(request, in: "products").suggest["s"])
  }

  private static func words(_ node: SearchNode, _ suggester: TermSuggester) throws -> [String] {
    try entries(node, suggester).flatMap { $0.options.map(\.text) }
  }

  /// A hundred and fifty documents, so that a word in one or two of them is rare.
  private static let titles =
    ["dress", "dress", "dresser", "press", "laptop", "tops", "toner", "Tuner"] + (0..<142).map { "filler\($0)" }

  @Test("1: scores, order and places")
  func order() async throws {
    let node = try await Self.node(Self.titles)
    let entries = try Self.entries(node, TermSuggester(text: "A drees, lpatop!", field: "title", suggestMode: .always))
    #expect(entries.map(\.text) == ["a", "drees", "lpatop"])
    #expect(entries.map { [$0.offset, $0.length] } == [[0, 1], [2, 5], [9, 6]])
    #expect(entries[0].options.isEmpty, "shorter than the least word")
    #expect(entries[1].options.map(\.text) == ["dress"])
    #expect(entries[1].options.map(\.frequency) == [2])
    #expect(abs((entries[1].options.first?.score ?? 0) - 0.8) < 1e-6)
    #expect(entries[2].options.map(\.text) == ["laptop"], "two letters the wrong way round are one edit")
    #expect(abs((entries[2].options.first?.score ?? 0) - (1 - 1.0 / 6)) < 1e-6)
    let ties = try Self.entries(node, TermSuggester(text: "tener", field: "title"))
    #expect(ties[0].options.map(\.text) == ["toner", "tuner"], "one edit each, in the order of their bytes")
    let any = TermSuggester(text: "xress", field: "title", prefixLength: 0)
    #expect(try Self.words(node, any) == ["dress", "press"], "the more frequent first")
    #expect(try Self.words(node, TermSuggester(text: "xress", field: "title")) == [], "the first letter must be right")
    var one = any
    one.size = 1
    #expect(try Self.words(node, one) == ["dress"])
  }

  @Test("2: modes")
  func modes() async throws {
    let node = try await Self.node(Self.titles)
    func words(_ text: String, _ mode: TermSuggester.SuggestMode) throws -> [String] {
      try Self.words(node, TermSuggester(text: text, field: "title", suggestMode: mode, prefixLength: 0))
    }
    #expect(try words("press", .missing) == [])
    #expect(try words("press", .popular) == ["dress"])
    #expect(try words("dress", .popular) == [])
    #expect(try words("dress", .always) == ["press", "dresser"])
    let common = try await Self.node(Self.titles + ["dress"])
    let always = TermSuggester(text: "dress", field: "title", suggestMode: .always, prefixLength: 0)
    #expect(try Self.words(common, always) == [], "3 of 151 documents are more than one in a hundred")
  }

  /// Edits between two words, by the definition: insert, delete, replace, or swap two neighbours that are not edited
  /// again.
  private static func distance(_ left: ArraySlice<Character>, _ right: ArraySlice<Character>) -> Int {
    guard let a = left.last, let b = right.last else { return left.count + right.count }
    if a == b { return distance(left.dropLast(), right.dropLast()) }
    var least = 1 + distance(left.dropLast(), right.dropLast())
    least = min(least, 1 + distance(left.dropLast(), right), 1 + distance(left, right.dropLast()))
    if left.count > 1, right.count > 1, left.dropLast().last == b, right.dropLast().last == a {
      least = min(least, 1 + distance(left.dropLast(2), right.dropLast(2)))
    }
    return least
  }

  @Test("3: the definition of the distance", .timeLimit(.minutes(5)))
  func randomWords() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("TermSuggesterTests.randomWords seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func word() -> String {
      String((0...Int.random(in: 1...4, using: &random)).map { _ in "abc".randomElement(using: &random)! })
    }
    // So few words that the suggester examines all candidates.
    let vocabulary = Set((0..<20).map { _ in word() })
    let node = try await Self.node(vocabulary.sorted())
    var found = 0
    for _ in 0..<300 {
      let text = word()
      let suggester = TermSuggester(
        text: text, field: "title", size: 20, suggestMode: .always, maxEdits: Int.random(in: 1...2, using: &random),
        prefixLength: Int.random(in: 0...3, using: &random), minimumWordLength: Int.random(in: 1...4, using: &random))
      let entry = try #require(try Self.entries(node, suggester).first)
      var expected: [String: Double] = [:]
      for other in vocabulary where other != text && text.count >= suggester.minimumWordLength {
        let edits = Self.distance(Array(text)[...], Array(other)[...])
        let score = 1 - Double(edits) / Double(min(text.count, other.count))
        // With two edits the first letter must match, as in Lucene: without this rule the distance costs too much.
        let prefix = text.prefix(max(suggester.prefixLength, edits - 1))
        if edits <= suggester.maxEdits, score >= 0.5, other.hasPrefix(prefix) { expected[other] = score }
      }
      let options = Dictionary(uniqueKeysWithValues: entry.options.map { ($0.text, $0.score) })
      #expect(Set(options.keys) == Set(expected.keys), "\(suggester), seed \(seed)")
      for (word, score) in expected { #expect(abs((options[word] ?? 0) - score) < 1e-6, "\(word), seed \(seed)") }
      found += expected.count
    }
    #expect(found > 100, "random words must be near each other, seed \(seed)")
  }

  @Test("4: requests that are refused")
  func refused() async throws {
    let node = try await Self.node(["dress"])
    #expect(throws: SearchEngineError.self) { try Self.entries(node, TermSuggester(text: "drss", field: "nothing")) }
    for text in ["", "  ", "!?"] {
      #expect(try Self.entries(node, TermSuggester(text: text, field: "title")) == [], "\(text)")
    }
  }
}
