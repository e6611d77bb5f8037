/// The stemmers of `stemmer` and `snowball`, by Elasticsearch's names.
enum Stemmers {
  /// Languages whose `stemmer` is a Snowball algorithm, with the algorithm's name in libstemmer.
  private static let snowballLanguages: [String: String] = [
    "armenian": "armenian", "basque": "basque", "catalan": "catalan", "danish": "danish",
    "dutch": "dutch", "finnish": "finnish", "french": "french", "german": "german",
    "hungarian": "hungarian", "irish": "irish", "italian": "italian", "lithuanian": "lithuanian",
    "norwegian": "norwegian", "porter2": "english", "portuguese": "portuguese", "romanian": "romanian",
    "russian": "russian", "spanish": "spanish", "swedish": "swedish", "turkish": "turkish",
  ]

  /// The names of algorithms in `snowball`, with their names in libstemmer.
  private static let snowballNames: [String: String] = [
    "Armenian": "armenian", "Basque": "basque", "Catalan": "catalan", "Danish": "danish",
    "Dutch": "dutch", "English": "english", "Finnish": "finnish", "French": "french",
    "German": "german", "Hungarian": "hungarian", "Irish": "irish", "Italian": "italian",
    "Lithuanian": "lithuanian", "Norwegian": "norwegian", "Porter": "porter", "Portuguese": "portuguese",
    "Romanian": "romanian", "Russian": "russian", "Spanish": "spanish", "Swedish": "swedish", "Turkish": "turkish",
  ]

  /// The filter of `stemmer` for a language; as in Elasticsearch, the name may be in any case.
  static func filter(language: String, _ settings: ComponentSettings) throws(AnalysisError) -> any TokenFilter {
    switch language.lowercased() {
    case "english", "porter": return PorterStemFilter()
    case "possessive_english", "possessiveenglish": return EnglishPossessiveFilter()
    case "minimal_english", "minimalenglish": return EnglishMinimalStemFilter()
    case let name:
      guard let algorithm = snowballLanguages[name], let filter = SnowballFilter(algorithm: algorithm) else {
        throw AnalysisError("Invalid stemmer class specified: \(language) for [\(settings.name)]")
      }
      return filter
    }
  }

  /// The filter of `snowball` for an algorithm, whose name begins with a capital.
  static func snowball(_ name: String, _ settings: ComponentSettings) throws(AnalysisError) -> any TokenFilter {
    guard let algorithm = snowballNames[name], let filter = SnowballFilter(algorithm: algorithm) else {
      throw AnalysisError("Invalid stemmer class specified: \(name) for [\(settings.name)]")
    }
    return filter
  }
}
