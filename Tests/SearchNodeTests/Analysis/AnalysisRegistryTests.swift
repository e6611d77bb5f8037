// Properties proved here for the registry and for each component alone:
// 1. The registry reads nested settings and dotted names, with and without `index.` and `settings`.
// 2. Every component gives the known answer of Elasticsearch's reference or of a real server.
// 3. Faults in settings are refused in Elasticsearch's words.
// 4. Normalizers give one term, and refuse filters that do not work character by character.
// 5. Character filters keep offsets in the original text.

import JSON
import Testing

@testable import SearchNode

@Suite struct AnalysisRegistryTests {
  static func analyzer(_ tokenizer: JSONValue, _ filters: JSONValue..., characters: [JSONValue] = []) throws -> Analyzer
  {
    try AnalyzerCase(tokenizer: tokenizer, filters: filters, characterFilters: characters).analyzer()
  }

  @Test(
    "1. Forms of settings",
    arguments: [
      #"{"analysis":{"analyzer":{"a":{"tokenizer":"standard","filter":["f"]}},"filter":{"f":{"type":"truncate","length":3}}}}"#,
      #"{"index":{"analysis":{"analyzer":{"a":{"tokenizer":"standard","filter":"f"}},"filter":{"f":{"type":"truncate","length":"3"}}}}}"#,
      #"{"settings":{"index.analysis.analyzer.a.tokenizer":"standard","index.analysis":{"analyzer.a.filter":"f","filter.f":{"type":"truncate","length":3}}}}"#,
    ])
  func forms(_ json: String) throws {
    let registry = try AnalysisRegistry(settings: JSONValue(parsing: json))
    #expect(try registry.analyzer(named: "a").terms(of: "Running it") == ["Run", "it"])
  }

  @Test("2. Built-in analyzers")
  func builtIn() throws {
    let registry = try AnalysisRegistry()
    let text = "The 2 QUICK Brown-Foxes jumped over the lazy dog's bone."
    #expect(
      try registry.analyzer(named: "standard").terms(of: text)
        == ["the", "2", "quick", "brown", "foxes", "jumped", "over", "the", "lazy", "dog's", "bone"])
    #expect(
      try registry.analyzer(named: "simple").terms(of: text)
        == ["the", "quick", "brown", "foxes", "jumped", "over", "the", "lazy", "dog", "s", "bone"])
    #expect(
      try registry.analyzer(named: "whitespace").terms(of: text)
        == ["The", "2", "QUICK", "Brown-Foxes", "jumped", "over", "the", "lazy", "dog's", "bone."])
    #expect(
      try registry.analyzer(named: "stop").terms(of: text)
        == ["quick", "brown", "foxes", "jumped", "over", "lazy", "dog", "s", "bone"])
    #expect(try registry.analyzer(named: "keyword").terms(of: text) == [text])
    #expect(
      try registry.analyzer(named: "english").terms(of: text)
        == ["2", "quick", "brown", "fox", "jump", "over", "lazi", "dog", "bone"])
  }

  @Test("2. Types named without settings use a real server's defaults")
  func bare() throws {
    let text = "l’Avion internationalization Running x-y"
    #expect(try Self.analyzer("standard", "edge_ngram").terms(of: text) == ["l", "i", "R", "x", "y"])
    #expect(
      try Self.analyzer("standard", "truncate").terms(of: text) == ["l’Avion", "internatio", "Running", "x", "y"])
    #expect(
      try Self.analyzer("standard", "elision").terms(of: text)
        == ["Avion", "internationalization", "Running", "x", "y"])
    #expect(try Self.analyzer("standard", "limit").terms(of: text) == ["l’Avion"])
    #expect(try Self.analyzer("edge_ngram").terms(of: text) == ["l", "l’"])
    #expect(
      try Self.analyzer("standard", "snowball").terms(of: text) == ["l’Avion", "internation", "Run", "x", "y"])
  }

  @Test("2. Word delimiter graph: positions and lengths")
  func wordDelimiterGraph() throws {
    let analyzer = try Self.analyzer("whitespace", ["type": "word_delimiter_graph", "catenate_all": true])
    var buffer = TokenBuffer()
    analyzer.analyze("Wi-Fi PowerShot500", into: &buffer)
    let seen = buffer.tokens.map {
      "\(buffer.term(of: $0)) +\($0.positionIncrement) \($0.positionLength) \($0.startOffset)-\($0.endOffset)"
    }
    #expect(
      seen == [
        "WiFi +1 2 0-5", "Wi +0 1 0-2", "Fi +1 1 3-5", "PowerShot500 +1 3 6-18", "Power +0 1 6-11", "Shot +1 1 11-15",
        "500 +1 1 15-18",
      ])
  }

  @Test("2. Porter's own examples")
  func porter() throws {
    let analyzer = try Self.analyzer("whitespace", "porter_stem")
    let words = [
      "caresses": "caress", "ponies": "poni", "ties": "ti", "feed": "feed", "agreed": "agre", "plastered": "plaster",
      "motoring": "motor", "conflated": "conflat", "hopping": "hop", "falling": "fall", "filing": "file",
      "happy": "happi",
      "sky": "sky", "relational": "relat", "rational": "ration", "digitizer": "digit", "vietnamization": "vietnam",
      "hopefulness": "hope", "formalize": "formal", "electricity": "electr", "revival": "reviv", "adoption": "adopt",
      "probate": "probat", "controll": "control", "roll": "roll", "generalizations": "gener", "oscillators": "oscil",
    ]
    for (word, stem) in words { #expect(analyzer.terms(of: word) == [stem]) }
  }

  @Test("2. Stop words leave gaps, and shingles fill them")
  func gaps() throws {
    var buffer = TokenBuffer()
    try Self.analyzer("standard", "stop").analyze("the fox and the hound of", into: &buffer)
    #expect(buffer.tokens.map(\.positionIncrement) == [2, 3])
    #expect(buffer.endPositionIncrement == 1)
    #expect(
      try Self.analyzer("standard", "stop", ["type": "shingle", "output_unigrams": false]).terms(
        of: "the fox and hound")
        == ["_ fox", "fox _", "_ hound"])
  }

  @Test(
    "3. Faults",
    arguments: [
      (#"{"analyzer":{"a":{"tokenizer":"nope"}}}"#, "Custom Analyzer [a] failed to find tokenizer under name [nope]"),
      (
        #"{"analyzer":{"a":{"tokenizer":"standard","filter":["nope"]}}}"#,
        "Custom Analyzer [a] failed to find filter under name [nope]"
      ),
      (
        #"{"analyzer":{"a":{"tokenizer":"standard","char_filter":["nope"]}}}"#,
        "Custom Analyzer [a] failed to find char_filter under name [nope]"
      ),
      (
        #"{"analyzer":{"a":{"tokenizer":"standard","filter":["keyword_marker"]}}}"#,
        "Custom Analyzer [a] failed to find filter under name [keyword_marker]"
      ),
      (#"{"analyzer":{"a":{"type":"nope"}}}"#, "Unknown analyzer type [nope] for [a]"),
      (
        #"{"analyzer":{"a":{"filter":["lowercase"]}}}"#,
        "analyzer [a] must specify either an analyzer type, or a tokenizer"
      ),
      (#"{"analyzer":{"a":{"type":"custom"}}}"#, "Custom Analyzer [a] must be configured with a tokenizer"),
      (#"{"filter":{"a":{"type":"nope"}}}"#, "Unknown filter type [nope] for [a]"),
      (#"{"filter":{"a":{"x":"nope"}}}"#, "filter [a] must specify either an analyzer type, or a tokenizer"),
      (#"{"tokenizer":{"a":{"type":"nope"}}}"#, "Unknown tokenizer type [nope] for [a]"),
      (#"{"char_filter":{"a":{"type":"nope"}}}"#, "Unknown char_filter type [nope] for [a]"),
      (
        #"{"filter":{"a":{"type":"ngram","min_gram":1,"max_gram":5}}}"#,
        "The difference between max_gram and min_gram in NGram Tokenizer must be less than or equal to: [1] but was [4]. This limit can be set by changing the [index.max_ngram_diff] index level setting."
      ),
      (
        #"{"filter":{"a":{"type":"shingle","min_shingle_size":2,"max_shingle_size":6}}}"#,
        "In Shingle TokenFilter the difference between max_shingle_size and min_shingle_size (and +1 if outputting unigrams) must be less than or equal to: [3] but was [5]. This limit can be set by changing the [index.max_shingle_diff] index level setting."
      ),
      (
        #"{"filter":{"a":{"type":"edge_ngram","min_gram":"x"}}}"#,
        "Failed to parse int setting [min_gram] with value [x]"
      ),
      (
        #"{"filter":{"a":{"type":"asciifolding","preserve_original":"yes"}}}"#,
        "Failed to parse value [yes] as only [true] or [false] are allowed."
      ),
      (
        #"{"filter":{"a":{"type":"edge_ngram","min_gram":5,"max_gram":2}}}"#, "minGram must not be greater than maxGram"
      ),
      (
        #"{"char_filter":{"a":{"type":"mapping"}}}"#,
        "mapping requires either `mappings` or `mappings_path` to be configured"
      ),
      (
        #"{"normalizer":{"a":{"type":"custom","filter":["porter_stem"]}}}"#,
        "Custom normalizer [a] may not use filter [porter_stem]"
      ),
      (
        #"{"normalizer":{"a":{"type":"custom","tokenizer":"standard"}}}"#,
        "Custom normalizer [a] cannot configure a tokenizer"
      ),
      (#"{"normalizer":{"a":{"type":"nope"}}}"#, "Unknown normalizer type [nope] for [a]"),
    ])
  func faults(_ json: String, _ reason: String) throws {
    let settings = JSONValue.object(["analysis": try JSONValue(parsing: json)])
    let error = #expect(throws: AnalysisError.self) { try AnalysisRegistry(settings: settings) }
    #expect(error?.reason == reason)
  }

  @Test("3. An unknown name")
  func missing() throws {
    let registry = try AnalysisRegistry()
    let error = #expect(throws: AnalysisError.self) { try registry.analyzer(named: "nope") }
    #expect(error?.reason == "analyzer [nope] has not been configured in mappings")
  }

  @Test("4. Normalizers")
  func normalizers() throws {
    let registry = try AnalysisRegistry(
      settings: [
        "analysis": [
          "char_filter": ["quotes": ["type": "mapping", "mappings": ["« => \"", "» => \""]]],
          "normalizer": [
            "n": ["type": "custom", "char_filter": ["quotes"], "filter": ["lowercase", "asciifolding", "trim"]]
          ],
        ]
      ])
    #expect(try registry.normalizer(named: "n").normalize("  «Élan VITAL» ") == "\"elan vital\"")
    #expect(try registry.normalizer(named: "lowercase").normalize("ÉLAN ") == "élan ")
    #expect(try registry.normalizer(named: "n").normalize("") == "")
  }

  @Test("5. Offsets through character filters")
  func offsets() throws {
    let html = try Self.analyzer("standard", characters: ["html_strip"])
    #expect(
      described(html, "<p>caf&eacute; <b>no</b>ir</p>") == ["café 3-14 <ALPHANUM>", "noir 18-26 <ALPHANUM>"])
    let mapping = try Self.analyzer(
      "whitespace", characters: [["type": "mapping", "mappings": ["ph => f", "& => and"]]])
    #expect(described(mapping, "phone & co") == ["fone 0-5 word", "and 6-7 word", "co 8-10 word"])
  }
}
