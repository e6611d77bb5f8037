/// Token filters by the name of their type.
enum TokenFilterFactories {
  typealias Factory = @Sendable (ComponentSettings) throws(AnalysisError) -> any TokenFilter

  static let byType: [String: Factory] = characterFilters.merging(termFilters) { $1 }.merging(stemFilters) { $1 }
    .merging(graphFilters) { $1 }

  /// Filters that need settings, so that an analyzer cannot name their type directly.
  private static let needingSettings: Set<String> = ["keyword_marker", "keep", "pattern_replace"]

  /// Whether an analyzer may name the type directly, without settings.
  static func isUsableBare(_ type: String) -> Bool { !needingSettings.contains(type) }

  /// Whether a normalizer may use the filter: the filter must work character by character.
  static func isFitForNormalizers(_ type: String) -> Bool {
    ["lowercase", "uppercase", "asciifolding", "trim", "elision", "pattern_replace"].contains(type)
  }

  private static let characterFilters: [String: Factory] = [
    "lowercase": { settings throws(AnalysisError) in
      if let language = settings.text("language") {
        throw AnalysisError("language [\(language)] not support for lower case: leave it out")
      }
      return CaseFilter(.lower)
    },
    "uppercase": { _ in CaseFilter(.upper) },
    "asciifolding": { settings throws(AnalysisError) in
      ASCIIFoldingFilter(isOriginalPreserved: try settings.bool("preserve_original", default: false))
    },
    "trim": { _ in TrimFilter() },
    "reverse": { _ in ReverseFilter() },
    "truncate": { settings throws(AnalysisError) in
      // `truncate` without settings cuts at 10; with settings it needs a length.
      let length = try settings.int("length", default: settings.isBare ? 10 : -1)
      guard length > 0 else { throw AnalysisError("length parameter must be provided") }
      return TruncateFilter(length: length)
    },
    "apostrophe": { _ in ApostropheFilter() },
    "elision": { settings throws(AnalysisError) in
      guard settings.isBare || settings.list("articles") != nil else {
        throw AnalysisError("elision filter requires [articles] or [articles_path] setting")
      }
      return ElisionFilter(
        articles: TermSet(
          settings.list("articles") ?? ElisionFilter.french,
          isCaseIgnored: try settings.bool("articles_case", default: settings.isBare)))
    },
    "pattern_replace": { settings throws(AnalysisError) in
      guard let source = settings.text("pattern") else {
        throw AnalysisError("pattern is missing for [\(settings.name)] token filter of type 'pattern_replace'")
      }
      let pattern = try JavaPattern(source, flags: settings.text("flags"))
      return PatternReplaceTermFilter(
        pattern: pattern, replacement: try JavaReplacement(settings.text("replacement") ?? "", for: pattern),
        isForAll: try settings.bool("all", default: true))
    },
  ]

  private static let termFilters: [String: Factory] = [
    "stop": { settings throws(AnalysisError) in
      StopFilter(
        words: TermSet(
          try stopWords(settings), isCaseIgnored: try settings.bool("ignore_case", default: false)),
        isTrailingRemoved: try settings.bool("remove_trailing", default: true))
    },
    "length": { settings throws(AnalysisError) in
      let least = try settings.int("min", default: 0)
      let greatest = try settings.int("max", default: Int(Int32.max))
      guard least >= 0 else { throw AnalysisError("minimum length must be greater than or equal to zero") }
      guard least <= greatest else {
        throw AnalysisError("maximum length must not be less than minimum length")
      }
      return LengthFilter(lengths: least...greatest)
    },
    "limit": { settings throws(AnalysisError) in
      LimitFilter(
        count: try settings.int("max_token_count", default: 1),
        consumesAll: try settings.bool("consume_all_tokens", default: false))
    },
    "unique": { settings throws(AnalysisError) in
      UniqueFilter(isOnlyOnSamePosition: try settings.bool("only_on_same_position", default: false))
    },
    "remove_duplicates": { _ in RemoveDuplicatesFilter() },
    "keep": { settings throws(AnalysisError) in
      guard let words = settings.list("keep_words") else {
        throw AnalysisError("keep requires either `keep_words` or `keep_words_path` to be configured")
      }
      return KeepFilter(
        words: TermSet(words, isCaseIgnored: try settings.bool("keep_words_case", default: false)))
    },
  ]

  private static let stemFilters: [String: Factory] = [
    "keyword_repeat": { _ in KeywordRepeatFilter() },
    "keyword_marker": { settings throws(AnalysisError) in
      if let pattern = settings.text("keywords_pattern") {
        guard settings.list("keywords") == nil else {
          throw AnalysisError("cannot specify both `keywords_pattern` and `keywords` or `keywords_path`")
        }
        return KeywordMarkerFilter(words: TermSet([]), pattern: try JavaPattern(pattern))
      }
      guard let words = settings.list("keywords") else {
        throw AnalysisError(
          "keyword filter requires either `keywords`, `keywords_path`, or `keywords_pattern` to be configured")
      }
      return KeywordMarkerFilter(
        words: TermSet(words, isCaseIgnored: try settings.bool("ignore_case", default: false)), pattern: nil)
    },
    "porter_stem": { _ in PorterStemFilter() },
    "stemmer": { settings throws(AnalysisError) in
      try Stemmers.filter(language: settings.text("language") ?? settings.text("name") ?? "porter", settings)
    },
    "snowball": { settings throws(AnalysisError) in
      try Stemmers.snowball(settings.text("language") ?? settings.text("name") ?? "English", settings)
    },
  ]

  private static let graphFilters: [String: Factory] = [
    "ngram": { settings throws(AnalysisError) in
      let lengths = try TokenizerFactories.gramLengths(settings, least: 1, greatest: 2)
      try TokenizerFactories.checkDifference(settings, lengths)
      return NGramFilter(
        lengths: lengths, side: .everywhere,
        isOriginalPreserved: try settings.bool("preserve_original", default: false))
    },
    "edge_ngram": { settings throws(AnalysisError) in
      let side = settings.text("side") ?? "front"
      guard side == "front" || side == "back" else { throw AnalysisError("invalid side: \(side)") }
      return NGramFilter(
        lengths: try TokenizerFactories.gramLengths(settings, least: 1, greatest: settings.isBare ? 1 : 2),
        side: side == "front" ? .front : .back,
        isOriginalPreserved: try settings.bool("preserve_original", default: false))
    },
    "shingle": { settings throws(AnalysisError) in try shingles(settings) },
    "word_delimiter": { settings throws(AnalysisError) in
      WordDelimiterFilter(settings: try wordDelimiter(settings))
    },
    "word_delimiter_graph": { settings throws(AnalysisError) in
      WordDelimiterGraphFilter(settings: try wordDelimiter(settings))
    },
  ]

  /// The words of `stopwords`: a list, or the name of one.
  static func stopWords(
    _ settings: ComponentSettings, default value: [String] = StopFilter.english
  ) throws(AnalysisError) -> [String] {
    guard let given = settings.list("stopwords") else {
      if settings.text("stopwords_path") != nil {
        throw AnalysisError("stopwords_path is not supported for [\(settings.name)]: give the words in [stopwords]")
      }
      return value
    }
    var words: [String] = []
    for word in given {
      switch word {
      case "_none_": break
      case "_english_": words += StopFilter.english
      default:
        if word.hasPrefix("_"), word.hasSuffix("_"), word.count > 2 {
          throw AnalysisError(
            "stop word list [\(word)] of [\(settings.name)] is not built in: give the words themselves")
        }
        words.append(word)
      }
    }
    return words
  }

  private static func shingles(_ settings: ComponentSettings) throws(AnalysisError) -> any TokenFilter {
    var filter = ShingleFilter()
    let greatest = try settings.int("max_shingle_size", default: 2)
    let least = try settings.int("min_shingle_size", default: 2)
    filter.givesUnigrams = try settings.bool("output_unigrams", default: true)
    filter.givesUnigramsIfNoShingles = try settings.bool("output_unigrams_if_no_shingles", default: false)
    let difference = greatest - least + (filter.givesUnigrams ? 1 : 0)
    guard difference <= settings.limits.shingleDifference else {
      throw AnalysisError(
        "In Shingle TokenFilter the difference between max_shingle_size and min_shingle_size"
          + (filter.givesUnigrams ? " (and +1 if outputting unigrams)" : "")
          + " must be less than or equal to: [\(settings.limits.shingleDifference)] but was [\(difference)]. This limit "
          + "can be set by changing the [index.max_shingle_diff] index level setting.")
    }
    guard greatest >= 2 else { throw AnalysisError("Max shingle size must be >= 2") }
    guard least >= 2 else { throw AnalysisError("Min shingle size must be >= 2") }
    guard least <= greatest else { throw AnalysisError("Min shingle size must be <= max shingle size") }
    filter.sizes = least...greatest
    if let separator = settings.text("token_separator") { filter.separator = Array(separator.utf8) }
    if let filler = settings.text("filler_token") { filter.filler = Array(filler.utf8) }
    return filter
  }

  private static func wordDelimiter(_ settings: ComponentSettings) throws(AnalysisError) -> WordDelimiterSettings {
    var out = WordDelimiterSettings()
    out.generatesWordParts = try settings.bool("generate_word_parts", default: true)
    out.generatesNumberParts = try settings.bool("generate_number_parts", default: true)
    out.catenatesWords = try settings.bool("catenate_words", default: false)
    out.catenatesNumbers = try settings.bool("catenate_numbers", default: false)
    out.catenatesAll = try settings.bool("catenate_all", default: false)
    out.splitsOnCaseChange = try settings.bool("split_on_case_change", default: true)
    out.preservesOriginal = try settings.bool("preserve_original", default: false)
    out.splitsOnNumerics = try settings.bool("split_on_numerics", default: true)
    out.stemsEnglishPossessive = try settings.bool("stem_english_possessive", default: true)
    out.ignoresKeywords = try settings.bool("ignore_keywords", default: false)
    out.adjustsOffsets = try settings.bool("adjust_offsets", default: true)
    out.protectedWords = TermSet(settings.list("protected_words") ?? [])
    if let rules = settings.rules("type_table") {
      out.types = WordDelimiterSettings.types(with: try characterTypes(rules))
    }
    return out
  }

  /// Reads rules such as `$ => DIGIT`, one for each character.
  private static func characterTypes(
    _ rules: [String]
  ) throws(AnalysisError) -> [(unit: UInt16, type: WordDelimiterSettings.CharacterType)] {
    var out: [(unit: UInt16, type: WordDelimiterSettings.CharacterType)] = []
    for rule in rules {
      let (left, right) = try MappingRule.sides(of: rule)
      let character = try MappingRule.unescaped(left)
      guard character.count == 1 else {
        throw AnalysisError("Invalid Mapping Rule : [\(rule)]. Only a single character is allowed.")
      }
      switch right {
      case "LOWER": out.append((character[0], .lower))
      case "UPPER": out.append((character[0], .upper))
      case "ALPHA": out.append((character[0], .alpha))
      case "DIGIT": out.append((character[0], .digit))
      case "ALPHANUM": out.append((character[0], .alphanumeric))
      case "SUBWORD_DELIM": out.append((character[0], .delimiter))
      default: throw AnalysisError("Invalid Mapping Rule : [\(rule)]. Illegal type.")
      }
    }
    return out
  }
}

/// A rule `left => right` of a mapping or a type table.
enum MappingRule {
  /// Both sides, without the surrounding space.
  static func sides(of rule: String) throws(AnalysisError) -> (left: String, right: String) {
    // The last arrow divides the rule, as in Elasticsearch's greedy pattern.
    let units = Array(rule.unicodeScalars)
    var arrow: Int?
    for at in stride(from: units.count - 2, through: 0, by: -1) where units[at] == "=" && units[at + 1] == ">" {
      arrow = at
      break
    }
    guard let arrow else { throw AnalysisError("Invalid Mapping Rule : [\(rule)]") }
    return (trimmed(units[..<arrow]), trimmed(units[(arrow + 2)...]))
  }

  /// Java's `trim`: removes control characters and spaces.
  private static func trimmed(_ units: ArraySlice<Unicode.Scalar>) -> String {
    var units = units
    while let first = units.first, first.value <= 0x20 { units.removeFirst() }
    while let last = units.last, last.value <= 0x20 { units.removeLast() }
    var out = ""
    out.unicodeScalars.append(contentsOf: units)
    return out
  }

  /// The text with escapes such as `\n` and `\u00e9` decoded.
  static func unescaped(_ text: String) throws(AnalysisError) -> [UInt16] {
    var out: [UInt16] = []
    var rest = Array(text.utf16)[...]
    while let unit = rest.popFirst() {
      guard unit == 0x5C else {
        out.append(unit)
        continue
      }
      guard let escaped = rest.popFirst() else { throw AnalysisError("Invalid escaped char in [\(text)]") }
      switch escaped {
      case UInt16(UInt8(ascii: "n")): out.append(10)
      case UInt16(UInt8(ascii: "t")): out.append(9)
      case UInt16(UInt8(ascii: "r")): out.append(13)
      case UInt16(UInt8(ascii: "b")): out.append(8)
      case UInt16(UInt8(ascii: "f")): out.append(12)
      case UInt16(UInt8(ascii: "u")):
        guard rest.count >= 4, let code = UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) else {
          throw AnalysisError("Invalid escaped char in [\(text)]")
        }
        out.append(code)
        rest = rest.dropFirst(4)
      default: out.append(escaped)
      }
    }
    return out
  }
}
