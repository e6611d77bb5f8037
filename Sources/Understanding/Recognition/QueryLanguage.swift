/// The language of a query by the words that a language cannot do without.
enum QueryLanguage {
  private static let tellingWords: [(code: String, words: Set<String>)] = [
    ("en", ["the", "with", "for", "without", "and", "of", "women", "men", "under", "best"]),
    ("de", ["und", "mit", "für", "fur", "ohne", "der", "die", "das", "herren", "damen", "unter", "schwarz"]),
    ("fr", ["le", "la", "les", "avec", "pour", "sans", "et", "femme", "homme", "noir", "rouge", "du"]),
    ("es", ["el", "los", "con", "para", "sin", "y", "mujer", "hombre", "negro", "rojo", "de la"]),
    ("it", ["il", "gli", "con", "per", "senza", "e", "donna", "uomo", "nero", "rosso", "della"]),
    ("nl", ["het", "een", "met", "voor", "zonder", "en", "dames", "heren", "zwart"]),
  ]

  /// ISO 639-1; nil where no word tells, or two languages claim as many.
  static func of(_ keys: [String]) -> String? {
    if let script = scriptLanguage(of: keys) { return script }
    let counts = tellingWords.map { entry in (entry.code, keys.count { entry.words.contains($0) }) }
    guard let best = counts.max(by: { $0.1 < $1.1 }), best.1 > 0, counts.count(where: { $0.1 == best.1 }) == 1 else {
      return nil
    }
    return best.0
  }

  private static func scriptLanguage(of keys: [String]) -> String? {
    for scalar in keys.joined().unicodeScalars {
      switch scalar.value {
      case 0x0370...0x03FF: return "el"
      case 0x0400...0x04FF: return "ru"
      case 0x0590...0x05FF: return "he"
      case 0x0600...0x06FF: return "ar"
      case 0x3040...0x30FF: return "ja"
      case 0x4E00...0x9FFF: return "zh"
      case 0xAC00...0xD7AF: return "ko"
      default: continue
      }
    }
    return nil
  }
}
