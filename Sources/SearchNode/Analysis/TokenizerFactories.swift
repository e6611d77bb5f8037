/// Tokenizers by the name of their type.
enum TokenizerFactories {
  typealias Factory = @Sendable (ComponentSettings) throws(AnalysisError) -> any Tokenizer

  static let byType: [String: Factory] = [
    "standard": { settings throws(AnalysisError) in
      StandardTokenizer(
        maxTokenLength: try maxTokenLength(settings, default: StandardTokenizer.defaultMaximumTokenLength))
    },
    "keyword": { _ in KeywordTokenizer() },
    "whitespace": { settings throws(AnalysisError) in
      CharacterTokenizer(
        .notWhitespace,
        maxTokenLength: try maxTokenLength(settings, default: CharacterTokenizer.defaultMaximumTokenLength))
    },
    "letter": { _ in CharacterTokenizer(.letters) },
    "lowercase": { _ in CharacterTokenizer(.letters, isLowercased: true) },
    "ngram": { settings throws(AnalysisError) in try nGrams(settings, isAtEdgesOnly: false) },
    "edge_ngram": { settings throws(AnalysisError) in try nGrams(settings, isAtEdgesOnly: true) },
    "pattern": { settings throws(AnalysisError) in
      let pattern = try JavaPattern(settings.text("pattern") ?? #"\W+"#, flags: settings.text("flags"))
      let group = try settings.int("group", default: -1)
      guard group <= pattern.groupCount else {
        throw AnalysisError("invalid group specified: pattern only has: \(pattern.groupCount) capturing groups")
      }
      return PatternTokenizer(pattern: pattern, group: group)
    },
  ]

  /// Longest token length that settings may ask for: Lucene's limit.
  private static let greatestTokenLength = 1_048_576

  private static func maxTokenLength(
    _ settings: ComponentSettings, default value: Int
  ) throws(AnalysisError) -> Int {
    let length = try settings.int("max_token_length", default: value)
    guard length >= 1 else { throw AnalysisError("maxTokenLength must be greater than zero") }
    guard length <= greatestTokenLength else {
      throw AnalysisError("maxTokenLength may not exceed \(greatestTokenLength)")
    }
    return length
  }

  private static func nGrams(_ settings: ComponentSettings, isAtEdgesOnly: Bool) throws(AnalysisError) -> any Tokenizer
  {
    let lengths = try gramLengths(settings, least: 1, greatest: 2)
    if !isAtEdgesOnly { try checkDifference(settings, lengths) }
    var kinds: [NGramTokenizer.CharacterKind] = []
    for name in settings.list("token_chars") ?? [] {
      switch name.lowercased() {
      case "letter": kinds.append(.letter)
      case "digit": kinds.append(.digit)
      case "whitespace": kinds.append(.whitespace)
      case "punctuation": kinds.append(.punctuation)
      case "symbol": kinds.append(.symbol)
      case "custom":
        guard let characters = settings.text("custom_token_chars") else {
          throw AnalysisError(
            "Token type: 'custom' requires setting `custom_token_chars`")
        }
        kinds.append(.custom(Set(characters.unicodeScalars.map(\.value))))
      default:
        throw AnalysisError(
          "Unknown token type: '\(name.lowercased())', must be one of [letter, digit, whitespace, punctuation, symbol, custom]"
        )
      }
    }
    return NGramTokenizer(lengths: lengths, isAtEdgesOnly: isAtEdgesOnly, kinds: kinds)
  }

  /// `min_gram` and `max_gram`.
  static func gramLengths(
    _ settings: ComponentSettings, least: Int, greatest: Int
  ) throws(AnalysisError) -> ClosedRange<Int> {
    let least = try settings.int("min_gram", default: least)
    let greatest = try settings.int("max_gram", default: greatest)
    guard least >= 1 else { throw AnalysisError("minGram must be greater than zero") }
    guard least <= greatest else { throw AnalysisError("minGram must not be greater than maxGram") }
    return least...greatest
  }

  /// Refuses n-grams of too many lengths, which would flood the index: `index.max_ngram_diff` sets the limit.
  static func checkDifference(_ settings: ComponentSettings, _ lengths: ClosedRange<Int>) throws(AnalysisError) {
    let difference = lengths.upperBound - lengths.lowerBound
    guard difference <= settings.limits.nGramDifference else {
      throw AnalysisError(
        "The difference between max_gram and min_gram in NGram Tokenizer must be less than or equal to: "
          + "[\(settings.limits.nGramDifference)] but was [\(difference)]. This limit can be set by changing the "
          + "[index.max_ngram_diff] index level setting.")
    }
  }

  /// Whether an analyzer may name the type directly, without settings.
  static func isUsableBare(_ type: String) -> Bool { true }
}
