// Properties proved here, against `_analyze` of a real server (Lucene 9):
// 1. For random Unicode texts, random analyzers of every tokenizer, token filter and character filter give the same
//    tokens: terms, positions, position lengths, offsets and types.
// 2. `word_delimiter_graph` and `word_delimiter` do the same for every combination of their parameters.
// 3. Product titles of the Icecat catalogue give the same tokens under the analyzers that shops use.
// 4. `asciifolding`, `lowercase` and `uppercase` give the same result for every character of the basic multilingual
//    plane.
// 5. Stemmers give the same stems for the words of the catalogue and for random words.
// The seeds are printed; VITRINE_ANALYSIS_SEED sets another one.

import Foundation
import FoundationNetworking
import JSON
import LocalServices
import Testing

@testable import SearchNode

/// One analyzer, in the forms of an `_analyze` body and of index settings.
struct AnalyzerCase: CustomStringConvertible {
  var tokenizer: JSONValue
  var filters: [JSONValue] = []
  var characterFilters: [JSONValue] = []

  var description: String {
    "tokenizer \(tokenizer.text) filter \(JSONValue.array(filters).text) char_filter \(JSONValue.array(characterFilters).text)"
  }

  func body(_ texts: [String]) -> JSONValue {
    [
      "tokenizer": tokenizer, "filter": .array(filters), "char_filter": .array(characterFilters),
      "text": .array(texts.map { .string($0) }),
    ]
  }

  /// Our analyzer with the same definition.
  func analyzer() throws -> Analyzer {
    func named(_ prefix: String, _ values: [JSONValue]) -> (names: [JSONValue], definitions: JSONValue) {
      var names: [JSONValue] = []
      var definitions = JSONObject()
      for (number, value) in values.enumerated() {
        if value.string != nil {
          names.append(value)
        } else {
          names.append(.string("\(prefix)\(number)"))
          definitions[("\(prefix)\(number)")] = value
        }
      }
      return (names, .object(definitions))
    }
    let tokenizers = named("t", [tokenizer])
    let filters = named("f", filters)
    let characters = named("c", characterFilters)
    let settings: JSONValue = [
      "index.max_ngram_diff": 20, "index.max_shingle_diff": 20,
      "analysis": [
        "tokenizer": tokenizers.definitions, "filter": filters.definitions, "char_filter": characters.definitions,
        "analyzer": [
          "test": [
            "tokenizer": tokenizers.names[0], "filter": .array(filters.names), "char_filter": .array(characters.names),
          ]
        ],
      ],
    ]
    return try AnalysisRegistry(settings: settings).analyzer(named: "test")
  }

  /// The tokens as `_analyze` lists them for several texts: position gaps of 100 and offset gaps of 1 between texts.
  func tokens(_ texts: [String]) throws -> [String] {
    let analyzer = try analyzer()
    var buffer = TokenBuffer()
    var out: [String] = []
    var position = -1
    var offset = 0
    for text in texts {
      analyzer.analyze(text, into: &buffer)
      for token in buffer.tokens {
        position += Int(token.positionIncrement)
        out.append(
          "\(buffer.term(of: token)) @\(position)+\(token.positionLength) \(offset + Int(token.startOffset))-\(offset + Int(token.endOffset)) \(token.type.name)"
        )
      }
      offset += buffer.endOffset + 1
      position += buffer.endPositionIncrement + 100
    }
    return out
  }
}

/// `_analyze` of a real server.
struct AnalyzeServer {
  let address: String

  /// The server at VITRINE_ANALYSIS_SERVER, or one that all tests of the process share.
  static func shared() async throws -> AnalyzeServer {
    if let address = ProcessInfo.processInfo.environment["VITRINE_ANALYSIS_SERVER"] {
      return AnalyzeServer(address: address)
    }
    return AnalyzeServer(address: try #require(try await LocalSearchServer.shared(.openSearch)).address)
  }

  func post(_ path: String, _ body: JSONValue, method: String = "POST") async throws -> JSONValue {
    var request = URLRequest(url: URL(string: address + path)!)
    request.httpMethod = method
    request.httpBody = Data(body.bytes)
    request.timeoutInterval = 120
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    let (data, _) = try await URLSession.shared.data(for: request)
    // A term cut within a surrogate pair arrives as half a pair, which JSON parsers refuse.
    let high = #"\\u[dD][89abAB][0-9a-fA-F]{2}"#
    let low = #"\\u[dD][c-fC-F][0-9a-fA-F]{2}"#
    let half = try NSRegularExpression(pattern: "\(high)(?!\(low))|(?<!\(high))\(low)")
    let text = String(decoding: data, as: UTF8.self)
    let whole = half.stringByReplacingMatches(
      in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "\u{FFFD}")
    return try JSONValue(parsing: whole)
  }

  /// The lines with one U+FFFD for each run of U+FFFD and `?`, because servers write half a surrogate pair differently.
  static func comparable(_ lines: [String]) -> [[UInt8]] {
    lines.map { line in
      var out = String.UnicodeScalarView()
      for scalar in line.unicodeScalars {
        let plain: Unicode.Scalar = scalar == "?" ? "\u{FFFD}" : scalar
        if plain == "\u{FFFD}", out.last == plain { continue }
        out.append(plain)
      }
      return Array(String(out).utf8)
    }
  }

  func tokens(_ test: AnalyzerCase, _ texts: [String], index: String) async throws -> [String] {
    let answer = try await post("/\(index)/_analyze", test.body(texts))
    guard let tokens = answer["tokens"]?.array else {
      return ["error: \(answer["error"]?["reason"]?.string ?? answer.text)"]
    }
    return tokens.map { token in
      "\(token["token"]!.string!) @\(token["position"]!.int!)+\(token["positionLength"]?.int ?? 1) \(token["start_offset"]!.int!)-\(token["end_offset"]!.int!) \(token["type"]!.string!)"
    }
  }
}

@Suite(
  .enabled(if: LocalSearchServer.absence == nil, "needs Java and VITRINE_SEARCH_NODES"),
  .serialized)
struct AnalyzeDifferentialTests {
  static let index = "analysis-differential"

  static func seed(_ name: String) -> UInt64 {
    let seed =
      ProcessInfo.processInfo.environment["VITRINE_ANALYSIS_SEED"].flatMap { UInt64($0) }
      ?? 20_261_123
    print("\(name): VITRINE_ANALYSIS_SEED=\(seed)")
    return seed
  }

  static func prepare() async throws -> AnalyzeServer {
    let server = try await AnalyzeServer.shared()
    _ = try await server.post(
      "/" + index,
      [
        "settings": [
          "index.max_ngram_diff": 20, "index.max_shingle_diff": 20, "index.analyze.max_token_count": 1_000_000,
          "index.number_of_replicas": 0, "index.number_of_shards": 1,
        ]
      ], method: "PUT")
    return server
  }

  /// Compares one analyzer over several texts. If they differ, compares each text alone, to keep the report short.
  static func compare(_ test: AnalyzerCase, _ texts: [String], _ server: AnalyzeServer) async throws -> Int {
    let theirs = try await server.tokens(test, texts, index: index)
    let ours = try test.tokens(texts)
    if AnalyzeServer.comparable(theirs) == AnalyzeServer.comparable(ours) { return 0 }
    // Half a surrogate pair, left by a filter that counts UTF-16 units, cannot be written in UTF-8.
    if "\(theirs)".contains("\u{FFFD}") { return 0 }
    for text in texts {
      let theirs = try await server.tokens(test, [text], index: index)
      let ours = try test.tokens([text])
      if AnalyzeServer.comparable(theirs) != AnalyzeServer.comparable(ours) {
        let scalars = text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
        Issue.record("\(test)\ntext \(text.debugDescription) = \(scalars)\ntheirs \(theirs)\nours   \(ours)")
        return 1
      }
    }
    Issue.record("\(test)\ndiffers over several texts: \(texts)\ntheirs \(theirs)\nours   \(ours)")
    return 1
  }

  @Test("1. Random analyzers over random texts", .timeLimit(.minutes(10)))
  func randomAnalyzers() async throws {
    let server = try await Self.prepare()
    var random = RandomText(seed: Self.seed("random analyzers"))
    var failures = 0
    for _ in 0..<Self.rounds(400) {
      let test = Self.randomCase(&random)
      let isHTML = !test.characterFilters.isEmpty && random.chance(60)
      let texts = (0..<20).map { _ in isHTML ? Self.html(&random) : random.text() }
      failures += try await Self.compare(test, texts, server)
      if failures >= 8 { break }
    }
  }

  static func rounds(_ count: Int) -> Int {
    ProcessInfo.processInfo.environment["VITRINE_ANALYSIS_ROUNDS"].flatMap { Int($0) } ?? count
  }

  @Test("2. Word delimiters", .timeLimit(.minutes(10)))
  func wordDelimiters() async throws {
    let server = try await Self.prepare()
    var random = RandomText(seed: Self.seed("word delimiters"))
    let flags = [
      "generate_word_parts", "generate_number_parts", "catenate_words", "catenate_numbers", "catenate_all",
      "split_on_case_change", "preserve_original", "split_on_numerics", "stem_english_possessive",
    ]
    var failures = 0
    for mask in 0..<512 {
      var filter: JSONObject = ["type": random.chance(70) ? "word_delimiter_graph" : "word_delimiter"]
      for (bit, flag) in flags.enumerated() { filter[flag] = .bool(mask >> bit & 1 == 1) }
      if random.chance(20) { filter["adjust_offsets"] = .bool(random.chance(50)) }
      if random.chance(20) {
        filter["type_table"] = ["$ => DIGIT", "- => ALPHANUM", "\\u0027 => SUBWORD_DELIM", "é => UPPER"]
      }
      if random.chance(20) { filter["protected_words"] = ["Wi-Fi", "SD500"] }
      var filters: [JSONValue] = [.object(filter)]
      if random.chance(20) { filters.insert(random.pick(["asciifolding", "porter_stem", "keyword_repeat"]), at: 0) }
      if random.chance(20) { filters.append("lowercase") }
      let test = AnalyzerCase(tokenizer: random.pick(["whitespace", "keyword", "standard"]), filters: filters)
      failures += try await Self.compare(test, (0..<20).map { _ in random.text(pieces: 5) }, server)
      if failures >= 8 { break }
    }
  }
}

extension AnalyzeDifferentialTests {
  /// Titles of the Icecat catalogue; nil if it is absent.
  static func titles() throws -> [String]? {
    guard let path = OptionalMaterial.data("icecat/products.ndjson.gz") else { return nil }
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/zcat")
    unpack.arguments = [path]
    let pipe = Pipe()
    unpack.standardOutput = pipe
    try unpack.run()
    let lines = pipe.fileHandleForReading.readDataToEndOfFile().split(separator: 10)
    unpack.waitUntilExit()
    return try lines.map { line in try JSONValue(parsing: Array(line))["title"]?.string ?? "" }
  }

  @Test(
    "3. Icecat titles",
    .enabled(if: IcecatIndex.isPresent, "no icecat/products.ndjson.gz in VITRINE_DATA"),
    .timeLimit(.minutes(10)))
  func icecatTitles() async throws {
    let server = try await Self.prepare()
    let titles = try #require(try Self.titles())
    let cases = [
      AnalyzerCase(
        tokenizer: "standard", filters: ["lowercase", "asciifolding", ["type": "stemmer", "language": "english"]]),
      AnalyzerCase(
        tokenizer: "whitespace",
        filters: [
          ["type": "word_delimiter_graph", "catenate_all": true, "preserve_original": true], "lowercase",
          "asciifolding",
        ], characterFilters: ["html_strip"]),
      AnalyzerCase(
        tokenizer: "standard", filters: ["lowercase", ["type": "edge_ngram", "min_gram": 2, "max_gram": 15]]),
      AnalyzerCase(tokenizer: "standard", filters: ["lowercase", "stop", "shingle"]),
      AnalyzerCase(tokenizer: "keyword", filters: ["lowercase", "asciifolding", "trim"]),
    ]
    var failures = 0
    for test in cases {
      for first in stride(from: 0, to: titles.count, by: 200) {
        let some = Array(titles[first..<min(first + 200, titles.count)])
        failures += try await Self.compare(test, some, server)
        if failures >= 8 { return }
      }
    }
  }

  @Test("4. Folding and case of the basic multilingual plane", .timeLimit(.minutes(10)))
  func basicPlane() async throws {
    let server = try await Self.prepare()
    let known = (UInt32(1)...0xFFFF).compactMap { Unicode.Scalar($0) }.filter { ($0.properties.age?.major ?? 99) <= 13 }
    for filter: JSONValue in ["asciifolding", "lowercase", "uppercase"] {
      let test = AnalyzerCase(tokenizer: "keyword", filters: [filter])
      for first in stride(from: 0, to: known.count, by: 4_000) {
        let texts = known[first..<min(first + 4_000, known.count)].map { "a\($0)b" }
        if try await Self.compare(test, Array(texts), server) > 0 { return }
      }
    }
  }

  @Test("5. Stems", .timeLimit(.minutes(10)))
  func stems() async throws {
    let server = try await Self.prepare()
    var random = RandomText(seed: Self.seed("stems"))
    let alphabets: [String: String] = [
      "russian": "абвгдежзийклмнопрстуфхцчшщъыьэюя", "armenian": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
      "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    ]
    let endings = [
      "s", "es", "ing", "ed", "ly", "ational", "ization", "fulness", "eed", "y", "ion", "en", "er", "keit", "ement",
      "issement",
      "amente", "aciones", "heden", "else", "ului", "lik", "ler", "ami", "ого", "ость", "ás", "ção", "ität", "'s", "'",
      "é", "ë",
    ]
    for language in Self.stemLanguages {
      let letters = Array(alphabets[language] ?? "aaeeiioouubcdfghjklmnprstvwxyzäöüßéèêáíóúñçåæøãőűşğıâîțș'")
      let words = (0..<3_000).map { _ in
        String((0..<random.below(7) + 1).map { _ in random.pick(letters) })
          + (random.chance(60) ? random.pick(endings) : "")
      }
      let test = AnalyzerCase(
        tokenizer: "keyword", filters: ["lowercase", ["type": "stemmer", "language": .string(language)]])
      _ = try await Self.compare(test, words, server)
    }
  }

  static let stemLanguages = [
    "english", "porter2", "minimal_english", "possessive_english", "armenian", "basque", "catalan", "danish", "dutch",
    "finnish", "french", "german", "hungarian", "irish", "italian", "lithuanian", "norwegian", "portuguese",
    "romanian", "russian", "spanish", "swedish", "turkish",
  ]

  /// An analyzer with one tokenizer and up to four filters with random parameters.
  static func randomCase(_ random: inout RandomText) -> AnalyzerCase {
    var test = AnalyzerCase(tokenizer: randomTokenizer(&random))
    for _ in 0..<random.below(4) + 1 { test.filters.append(randomFilter(&random)) }
    // When the server reads a text in pieces of max_token_length, it corrects offsets with the pieces read so far; the
    // node corrects them with the whole text.
    if random.chance(35), test.tokenizer["max_token_length"] == nil {
      for _ in 0..<random.below(2) + 1 { test.characterFilters.append(randomCharacterFilter(&random)) }
    }
    return test
  }

  static func randomTokenizer(_ random: inout RandomText) -> JSONValue {
    let least = random.below(3) + 1
    let greatest = least + random.below(4)
    let kinds: JSONValue = random.pick([
      [], ["letter"], ["letter", "digit"], ["digit", "punctuation"], ["letter", "whitespace", "symbol"],
    ])
    return random.pick([
      "standard", "standard", "standard", "whitespace", "keyword", "letter", "lowercase", "ngram", "edge_ngram",
      ["type": "standard", "max_token_length": .int(Int64(random.below(6) + 2))],
      ["type": "whitespace", "max_token_length": .int(Int64(random.below(6) + 2))],
      ["type": "ngram", "min_gram": .int(Int64(least)), "max_gram": .int(Int64(greatest)), "token_chars": kinds],
      ["type": "edge_ngram", "min_gram": .int(Int64(least)), "max_gram": .int(Int64(greatest)), "token_chars": kinds],
      ["type": "pattern", "pattern": "[\\s,]+"], ["type": "pattern", "pattern": "(\\w)(\\d*)", "group": 1],
    ])
  }

  static func randomFilter(_ random: inout RandomText) -> JSONValue {
    let least = random.below(3) + 1
    let greatest = least + random.below(4)
    let flag = JSONValue.bool(random.chance(50))
    let other = JSONValue.bool(random.chance(50))
    return random.pick([
      "lowercase", "uppercase", "asciifolding", "porter_stem", "stop", "trim", "reverse", "unique", "keyword_repeat",
      "remove_duplicates", "apostrophe", "shingle", "word_delimiter", "word_delimiter_graph",
      "ngram", "snowball", "stemmer", "length",
      ["type": "asciifolding", "preserve_original": true],
      ["type": "stemmer", "language": random.pick(["english", "possessive_english", "minimal_english", "porter2"])],
      ["type": "stop", "stopwords": ["the", "and", "was", "日"], "ignore_case": flag],
      ["type": "stop", "remove_trailing": false], ["type": "stop", "stopwords": "_none_"],
      [
        "type": "edge_ngram", "min_gram": .int(Int64(least)), "max_gram": .int(Int64(greatest)),
        "preserve_original": flag, "side": random.pick(["front", "back"]),
      ],
      ["type": "ngram", "min_gram": .int(Int64(least)), "max_gram": .int(Int64(greatest)), "preserve_original": flag],
      [
        "type": "shingle", "min_shingle_size": .int(Int64(least + 1)), "max_shingle_size": .int(Int64(greatest + 1)),
        "output_unigrams": flag, "output_unigrams_if_no_shingles": other,
        "token_separator": random.pick(["", " ", "+"]), "filler_token": random.pick(["", "_", "FILL"]),
      ],
      ["type": "length", "min": .int(Int64(least)), "max": .int(Int64(greatest))],
      ["type": "truncate", "length": .int(Int64(least))],
      ["type": "unique", "only_on_same_position": flag],
      ["type": "keyword_marker", "keywords": ["running", "Flies"], "ignore_case": flag],
      ["type": "keyword_marker", "keywords_pattern": "[a-m].*"],
      ["type": "elision", "articles": ["l", "D"], "articles_case": flag],
      ["type": "limit", "max_token_count": .int(Int64(greatest)), "consume_all_tokens": true],
      ["type": "keep", "keep_words": ["the", "Running", "caress"], "keep_words_case": flag],
      ["type": "pattern_replace", "pattern": "([a-z])([0-9])", "replacement": "$2-$1", "all": flag],
      ["type": "word_delimiter_graph", "catenate_all": flag, "preserve_original": other],
    ])
  }

  static func randomCharacterFilter(_ random: inout RandomText) -> JSONValue {
    random.pick([
      "html_strip", "html_strip", ["type": "html_strip", "escaped_tags": ["b", "BR"]],
      [
        "type": "mapping",
        "mappings": ["a => bb", "ing => ", "ß=>ss", "- => _", "\\u0020\\u0020 => x", "é => e", "abc => q"],
      ],
      ["type": "mapping", "mappings": ["the => THEIR", "PowerShot=>ps", ". => \\n", "日 => nichi"]],
      ["type": "pattern_replace", "pattern": "(\\d+)-(?=\\d)", "replacement": "$1_"],
      ["type": "pattern_replace", "pattern": "[aeiou]", "replacement": "<$0>"],
      ["type": "pattern_replace", "pattern": "\\w{3}", "replacement": ""],
      ["type": "pattern_replace", "pattern": "(?i)the", "replacement": "a\\$b"],
    ])
  }

  /// Pieces of HTML, well formed and malformed.
  static func html(_ random: inout RandomText) -> String {
    let pieces = [
      "<b>", "</b>", "<p>", "</p>", "<br>", "<br/>", "<BR clear=all>", "</br>", "<div class=\"a>b\">", "<a href='x'>",
      "</a >",
      "< b>", "</ p>", "<3", "<", ">", "&", "&amp;", "&lt", "&lt;", "&eacute;", "&nbsp;", "&#233;", "&#xE9;",
      "&#x1F600;",
      "&#xD83D;&#xDE00;", "&#55357;&#56832;", "&#xD83D;", "&#99999999;", "&#;", "&bogus;", "&AMP;", "<!-- c -->",
      "<!--", "-->",
      "<!DOCTYPE html>", "<![CDATA[x<b>y]]>", "<script>var a = '</b>';</script>", "<script>", "<style>p{}</style >",
      "<?xml?>",
      "<!--#include virtual=\"x-->y\" -->", "<img src=\"a\" alt='b'/>", "<foo:bar>", "<x", "<b", "</b", "<q é=1>",
      "<script><!-- '-->' --></script>",
      "<bold>", "<bro>", "\"", "'", "=",
    ]
    var out = ""
    for _ in 0..<random.below(8) {
      out += random.chance(60) ? random.pick(pieces) : random.text(pieces: 2)
    }
    return out
  }
}
