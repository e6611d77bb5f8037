public import Catalog

/// Phrases that a shop can suggest before anybody searched: of its categories, brands, colours and titles.
public struct SuggestedPhrases: Sendable {
  private struct Entry: Sendable {
    /// The phrase from one of its words on, folded: `dress` and `red dress` of red dress.
    var key: String
    var phrase: Int
  }

  private let texts: [String]
  private let weights: [Int]
  /// In the order of their keys.
  private let entries: [Entry]
  /// The words that name things, in order, each with the number of products that are so called.
  private let things: [(word: String, products: Int)]

  /// Of a beginning that more entries have, the likeliest phrases are known beforehand: a single letter begins thousands.
  private static let maxLooked = 4_000
  /// Letters of such beginnings.
  private static let longestCommon = 3
  private static let maxOfCommon = 50
  private let common: [String: [Int]]

  public init() { self.init(phrases: [:], things: [:]) }

  init(phrases: [String: Int], things: [String: Int]) {
    let sorted = phrases.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    texts = sorted.map(\.key)
    weights = sorted.map(\.value)
    var entries: [Entry] = []
    for (index, text) in texts.enumerated() {
      let words = text.folded.split(separator: " ")
      for first in words.indices { entries.append(Entry(key: words[first...].joined(separator: " "), phrase: index)) }
    }
    self.entries = entries.sorted { ($0.key, $0.phrase) < ($1.key, $1.phrase) }
    common = Self.common(entries)
    self.things = things.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }

  /// The same without what the shop does not show to anybody.
  public func allowed(by rules: QueryRules) -> SuggestedPhrases {
    let kept = texts.indices.filter { rules.maySuggest(texts[$0]) }
    guard kept.count < texts.count else { return self }
    return SuggestedPhrases(
      phrases: Dictionary(uniqueKeysWithValues: kept.map { (texts[$0], weights[$0]) }),
      things: Dictionary(uniqueKeysWithValues: things))
  }

  /// The likeliest phrases of which a word begins what was typed: `red d` → red dress, `watch b` → apple watch bands.
  public func phrases(beginning text: String, limit: Int) -> [String] {
    let typed = text.folded.split(separator: " ").joined(separator: " ")
    guard !typed.isEmpty else { return [] }
    // What was typed already needs no suggestion. Phrases stand in the order of their weights.
    return (common[typed] ?? phrases(from: typed)).lazy.filter { texts[$0].folded != typed }.prefix(limit).map {
      texts[$0]
    }
  }

  private func phrases(from typed: String) -> [Int] {
    var place = Self.first(entries.count) { entries[$0].key >= typed }
    var found: Set<Int> = []
    var looked = 0
    while place < entries.count, looked < Self.maxLooked, entries[place].key.hasPrefix(typed) {
      found.insert(entries[place].phrase)
      place += 1
      looked += 1
    }
    return found.sorted()
  }

  /// Of each short beginning with more entries than are looked through, the likeliest phrases.
  private static func common(_ entries: [Entry]) -> [String: [Int]] {
    var common: [String: [Int]] = [:]
    guard entries.count > maxLooked else { return common }
    for length in 1...longestCommon {
      var found: [String: [Int]] = [:]
      for entry in entries where entry.key.count >= length {
        found[String(entry.key.prefix(length)), default: []].append(entry.phrase)
      }
      for (start, phrases) in found where phrases.count > maxLooked {
        common[start] = Array(Set(phrases).sorted().prefix(maxOfCommon))
      }
    }
    return common
  }

  /// The things whose name one of the typed words begins, the most frequent first: `red d` → dress.
  public func things(beginning text: String, limit: Int) -> [String] {
    var found: [(word: String, products: Int)] = []
    for typed in Set(text.folded.split(separator: " ").prefix(Self.maxTyped)) {
      var place = Self.first(things.count) { things[$0].word >= typed }
      while place < things.count, things[place].word.hasPrefix(typed) {
        found.append(things[place])
        place += 1
      }
    }
    return found.sorted { ($1.products, $0.word) < ($0.products, $1.word) }.prefix(limit).map(\.word)
  }

  /// Words of a beginning that are looked at: what is longer is nearly typed out.
  private static let maxTyped = 6

  /// The first of so many places for which it holds.
  private static func first(_ count: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Counts the phrases of products, one after the other, in bounded memory.
public struct SuggestedPhrasesBuilder: Sendable {
  /// Of phrases and of things; when they are full, those of one product go first.
  private static let maxCounted = 200_000
  private static let maxKept = 20_000
  private static let longestPhrase = 60
  /// A phrase of a title that one product has is its own.
  private static let leastProducts = 2
  /// Behind these a title says what the thing is with or for.
  private static let ends: Set<String> = [
    "with", "for", "in", "by", "from", "and", "of", "mit", "für", "avec", "pour", "para", "con",
  ]

  private var phrases: [String: Int] = [:]
  private var titlePhrases: [String: Int] = [:]
  private var things: [String: Int] = [:]

  public init() {}

  public mutating func add(_ product: ProductSnapshot) {
    let categories = product.categories.compactMap(\.steps.last).flatMap { Self.pieces(of: $0.name) }
    var own: Set<String> = Set(categories)
    if let brand = product.brandName?.lowercased() { own.formUnion(categories.map { "\(brand) \($0)" }) }
    let kinds = Set(categories.compactMap { $0.split(separator: " ").last.map { Folding.singular($0.folded) } })
    let words = Self.words(of: product.title)
    // What the title calls by its category's name, else where the title's first phrase ends.
    let named = words.indices.last { kinds.contains(Folding.singular(words[$0].folded)) }
    let head = named ?? Self.end(of: product.title, words)
    if let head {
      let thing = words[head]
      things[Folding.singular(thing.folded), default: 0] += 1
      for colour in Self.colours(of: product) { own.insert("\(colour) \(Folding.singular(thing))") }
      for length in 2...3 where head - length + 1 >= 0 {
        let phrase = words[(head - length + 1)...head].joined(separator: " ")
        if phrase.count <= Self.longestPhrase { titlePhrases[phrase, default: 0] += 1 }
      }
    }
    for phrase in own where phrase.count <= Self.longestPhrase { phrases[phrase, default: 0] += 1 }
    makeRoom()
  }

  /// `Sofas & Armchairs` is two things.
  private static func pieces(of name: String) -> [String] {
    name.lowercased().split { $0 == "&" || $0 == "," || $0 == "/" }.compactMap { piece in
      let words = piece.split(separator: " ")
      return words.isEmpty ? nil : words.joined(separator: " ")
    }
  }

  private static func words(of title: String) -> [String] {
    title.lowercased().split { !$0.isLetter && $0 != "-" && $0 != "'" }.map(String.init).filter { $0.count > 1 }
  }

  /// The last word before a comma, a bracket, a number or `with`.
  private static func end(of title: String, _ words: [String]) -> Int? {
    var count = 0
    for token in title.lowercased().split(separator: " ") {
      let word = token.prefix { $0.isLetter || $0 == "-" || $0 == "'" }
      if word.isEmpty || ends.contains(String(word)) { break }
      if word.count > 1 { count += 1 }
      if word.count < token.count { break }
    }
    return count > 1 && count <= words.count ? count - 1 : nil
  }

  private static func colours(of product: ProductSnapshot) -> Set<String> {
    let options = product.variants.flatMap(\.options)
    var colours: Set<String> = []
    for attribute in product.attributes + options {
      for case .swatch(let name, _) in attribute.values { colours.insert(name.lowercased()) }
    }
    return colours
  }

  private mutating func makeRoom() {
    if phrases.count > Self.maxCounted { phrases = phrases.filter { $0.value > 1 } }
    if titlePhrases.count > Self.maxCounted { titlePhrases = titlePhrases.filter { $0.value > 1 } }
    if things.count > Self.maxCounted { things = things.filter { $0.value > 1 } }
  }

  /// What was counted.
  public func build() -> SuggestedPhrases {
    var all = phrases.merging(titlePhrases.filter { $0.value >= Self.leastProducts }) { $0 + $1 }
    if all.count > Self.maxKept {
      let least = all.values.sorted(by: >)[Self.maxKept]
      all = all.filter { $0.value > least }
    }
    return SuggestedPhrases(phrases: all, things: things)
  }
}
