import Catalog

/// The rules that a query meets, found by look-ups whose cost grows with the query and not with the number of rules.
struct QueryRuleMatcher: Sendable {
  private let rules: [QueryRule]
  private var exact: [String: [Int]] = [:]
  private var phrases = PhraseTable<Int>()
  /// Under the word of a rule that the fewest rules have.
  private var words: [String: [(rule: Int, keys: Set<String>)]] = [:]
  private var contained = ContainsTable()
  private var expressions: [(expression: RuleRegex, rule: Int)] = []
  /// By the slug of a category.
  private var pages: [String: [Int]] = [:]

  var isEmpty: Bool { rules.isEmpty }

  init(_ rules: [QueryRule] = []) {
    self.rules = rules
    var counts: [String: Int] = [:]
    for rule in rules where rule.match == .words { for key in Self.keys(rule.words) { counts[key, default: 0] += 1 } }
    for (number, rule) in rules.enumerated() {
      let keys = Self.keys(rule.words)
      switch rule.match {
      case .exact: exact[keys.joined(separator: " "), default: []].append(number)
      case .phrase: phrases.add(key: keys.joined(separator: " "), number)
      case .words:
        guard let rarest = keys.min(by: { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }) else { continue }
        words[rarest, default: []].append((number, Set(keys)))
      case .contains: contained.add(rule.words.folded, number)
      case .category: pages[rule.words, default: []].append(number)
      case .regex:
        // One that cannot be read was refused when its text was.
        if let expression = try? RuleRegex(rule.words) { expressions.append((expression, number)) }
      }
    }
  }

  private static func keys(_ text: String) -> [String] { keys(QueryWord.all(in: text)) }

  private static func keys(_ words: [QueryWord]) -> [String] {
    words.flatMap { $0.key.split(separator: " ").map(String.init) }
  }

  /// The rules for the page of a category, in their order.
  func rules(forPageIn context: RuleContext?) -> [QueryRule] {
    guard let page = context?.page else { return [] }
    return (pages[page] ?? []).map { rules[$0] }.filter { $0.conditions.hold(in: context) }
  }

  /// The rules that a query meets, in their order.
  func rules(for text: String, in context: RuleContext? = nil) -> [QueryRule] {
    guard !rules.isEmpty else { return [] }
    let query = Array(QueryWord.all(in: text).prefix(QueryUnderstanding.maxWords))
    let keys = Self.keys(query)
    guard !keys.isEmpty else { return [] }
    var found = Set(exact[keys.joined(separator: " ")] ?? [])
    for place in query.indices { for match in phrases.matches(in: query[place...]) { found.formUnion(match.values) } }
    let own = Set(keys)
    for key in own { for entry in words[key] ?? [] where entry.keys.isSubset(of: own) { found.insert(entry.rule) } }
    let folded = text.folded
    found.formUnion(contained.matches(in: folded))
    for (expression, rule) in expressions where expression.matches(folded) { found.insert(rule) }
    return found.sorted().map { rules[$0] }.filter { $0.conditions.hold(in: context) }
  }

  /// The text with the words that the rules replace or leave out; a rule that would leave nothing changes nothing.
  static func rewritten(_ text: String, by rules: [QueryRule]) -> String {
    var words = text.split(separator: " ").map(String.init)
    for case .replace(let old, let new) in rules.flatMap(\.actions) {
      let keys = Self.keys(old)
      var place = 0
      while place < words.count {
        let end = min(words.count, place + keys.count)
        guard end - place == keys.count, words[place..<end].map({ Folding.key(of: $0) }) == keys else {
          place += 1
          continue
        }
        let other = new.split(separator: " ").map(String.init)
        guard !other.isEmpty || words.count > keys.count else { break }
        words.replaceSubrange(place..<end, with: other)
        place += other.count
      }
    }
    return words.joined(separator: " ")
  }
}

/// Texts that a query may hold anywhere, found by the three bytes that they begin with.
struct ContainsTable: Sendable {
  static let shortest = 3

  private var entries: [UInt32: [(bytes: [UInt8], value: Int)]] = [:]

  mutating func add(_ text: String, _ value: Int) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.shortest else { return }
    entries[Self.start(bytes[...]), default: []].append((bytes, value))
  }

  func matches(in text: String) -> [Int] {
    guard !entries.isEmpty else { return [] }
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.shortest else { return [] }
    return (0...(bytes.count - Self.shortest)).flatMap { place in
      (entries[Self.start(bytes[place...])] ?? []).filter { bytes[place...].starts(with: $0.bytes) }.map(\.value)
    }
  }

  private static func start(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.prefix(shortest).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
