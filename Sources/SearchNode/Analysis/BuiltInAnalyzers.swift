/// The analyzers that every index has.
enum BuiltInAnalyzers {
  static let names = ["default", "standard", "simple", "whitespace", "stop", "keyword", "english"]

  /// The analyzer of that type, or nil if the type does not exist.
  static func make(_ type: String, _ settings: ComponentSettings) throws(AnalysisError) -> Analyzer? {
    let name = settings.name
    switch type {
    case "default", "standard":
      var filters: [any TokenFilter] = [CaseFilter(.lower)]
      let words = try TokenFilterFactories.stopWords(settings, default: [])
      if !words.isEmpty { filters.append(StopFilter(words: TermSet(words))) }
      return Analyzer(name: name, tokenizer: try TokenizerFactories.byType["standard"]!(settings), filters: filters)
    case "simple":
      return Analyzer(name: name, tokenizer: CharacterTokenizer(.letters, isLowercased: true))
    case "whitespace":
      return Analyzer(name: name, tokenizer: CharacterTokenizer(.notWhitespace))
    case "keyword":
      return Analyzer(name: name, tokenizer: KeywordTokenizer())
    case "stop":
      let words = TermSet(try TokenFilterFactories.stopWords(settings))
      return Analyzer(
        name: name, tokenizer: CharacterTokenizer(.letters, isLowercased: true), filters: [StopFilter(words: words)])
    case "english":
      var filters: [any TokenFilter] = [
        EnglishPossessiveFilter(), CaseFilter(.lower),
        StopFilter(words: TermSet(try TokenFilterFactories.stopWords(settings))),
      ]
      if let excluded = settings.list("stem_exclusion") {
        filters.append(KeywordMarkerFilter(words: TermSet(excluded), pattern: nil))
      }
      filters.append(PorterStemFilter())
      return Analyzer(name: name, tokenizer: StandardTokenizer(), filters: filters)
    default:
      return nil
    }
  }
}
