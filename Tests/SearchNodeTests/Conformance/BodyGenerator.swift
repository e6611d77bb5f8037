import SearchDSL
import TestSupport

/// Random searches over the Icecat index; the same seed gives the same searches.
struct BodyGenerator {
  private let index: IcecatIndex
  private var generator: SeededGenerator

  init(index: IcecatIndex, seed: UInt64) {
    self.index = index
    generator = SeededGenerator(seed: seed)
  }

  mutating func request() -> SearchRequest {
    var request = SearchRequest(query: query(depth: 3), from: chance(0.2) ? below(15) : 0, size: 5 + below(20))
    request.trackTotalHits = chance(0.7) ? .exact : .upTo(1 + below(2_000))
    request.source = .fields(includes: ["line"])
    request.sort = sort()
    request.trackScores = chance(0.5)
    if chance(0.25) { request.postFilter = filter() }
    if chance(0.15) { request.minimumScore = 0.37 + Double(below(400)) / 100 }
    if chance(0.2) { request.collapse = collapse() }
    if chance(0.3) { request.highlight = highlight() }
    if chance(0.5) {
      request.aggregations = (0...below(3)).map { NamedAggregation("a\($0)", aggregation(depth: 2)) }
    }
    if chance(0.25) { request.suggest = (0...below(2)).map { NamedSuggester("s\($0)", suggester()) } }
    return request
  }

  // MARK: Chance

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
  private mutating func chance(_ probability: Double) -> Bool {
    Double(generator.next() >> 11) / 9_007_199_254_740_992 < probability
  }
  private mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
  private mutating func boost() -> Double { chance(0.7) ? 1 : pick([0.25, 0.5, 2, 3.7]) }

  private mutating func word() -> String {
    switch below(20) {
    case 0: pick(["zzyzx", "Café", "naïve", "ﬁne", "日本", "!", "x-y", "3.5mm", "wi-fi", "USB's"])
    case 1: pick(index.brands)
    case 2: pick(["cable", "toner", "notebook", "black", "hp"])
    default: pick(index.words)
    }
  }

  private mutating func text(_ longest: Int = 4) -> String {
    (0...below(longest)).map { _ in word() }.joined(separator: " ")
  }

  private mutating func phrase() -> String {
    let words = pick(index.phrases)
    let start = below(words.count - 1)
    return words[start..<min(words.count, start + 2 + below(2))].joined(separator: " ")
  }

  private mutating func field() -> String { pick(["title", "brand", "desc", "attrs", "title.exact", "title"]) }

  private mutating func fields() -> [BoostedField] {
    let names = ["title", "brand", "desc", "attrs"].filter { _ in chance(0.6) } + (chance(0.1) ? ["title.exact"] : [])
    return (names.isEmpty ? ["title", "desc"] : names).map { BoostedField($0, boost: boost()) }
  }

  private mutating func minimumShouldMatch() -> MinimumShouldMatch? {
    chance(0.7) ? nil : pick(["1", "2", "-1", "75%", "-25%", "2<75%", "1<-1 3<50%"].map { MinimumShouldMatch($0) })
  }

  // MARK: Queries

  private mutating func query(depth: Int) -> Query {
    guard depth > 0, chance(0.55) else { return chance(0.85) ? fullText() : filter() }
    switch below(10) {
    case 0...3: return bool(depth: depth - 1)
    case 4:
      return .disMax(
        queries: (0...below(3)).map { _ in query(depth: depth - 1) }, tieBreaker: pick([0, 0.3, 1]), boost: boost())
    case 5: return .constantScore(filter: chance(0.5) ? filter() : query(depth: depth - 1), boost: boost())
    case 6:
      return .boosting(
        positive: query(depth: depth - 1), negative: query(depth: 0), negativeBoost: pick([0.2, 0.5]), boost: boost())
    default: return functionScore(depth: depth - 1)
    }
  }

  private mutating func fullText() -> Query {
    switch below(10) {
    case 0...3:
      return .match(
        MatchQuery(
          field: field(), query: text(), operator: chance(0.3) ? .and : .or, minimumShouldMatch: minimumShouldMatch(),
          analyzer: chance(0.05) ? "standard" : nil, zeroTermsQuery: chance(0.2) ? .all : .none, boost: boost()))
    case 4...7: return multiMatch()
    case 8: return .matchPhrase(MatchPhraseQuery(field: field(), query: phrase(), slop: below(4), boost: boost()))
    default:
      let words = phrase().split(separator: " ").map(String.init)
      let last = String((words.last ?? "x").prefix(3 + below(3)))
      return .matchPhrasePrefix(
        MatchPhrasePrefixQuery(
          field: field(), query: (words.dropLast() + [last]).joined(separator: " "), slop: below(3), boost: boost()))
    }
  }

  private mutating func multiMatch() -> Query {
    let kind = pick(MultiMatchQuery.Kind.allCases)
    let isPhrase = kind == .phrase || kind == .phrasePrefix
    return .multiMatch(
      MultiMatchQuery(
        query: isPhrase ? phrase() : text(), fields: fields(), kind: kind,
        operator: !isPhrase && chance(0.3) ? .and : .or, minimumShouldMatch: isPhrase ? nil : minimumShouldMatch(),
        tieBreaker: chance(0.6) ? nil : pick([0, 0.3, 1]), slop: isPhrase ? below(4) : 0,
        zeroTermsQuery: chance(0.1) ? .all : .none, boost: boost()))
  }

  private mutating func bool(depth: Int) -> Query {
    var query = BoolQuery(boost: boost())
    query.must = (0..<below(3)).map { _ in self.query(depth: depth) }
    query.should = (0..<below(4)).map { _ in self.query(depth: depth) }
    if chance(0.4) { query.filter = [filter()] }
    if chance(0.3) { query.mustNot = [filter()] }
    if !query.should.isEmpty { query.minimumShouldMatch = minimumShouldMatch() }
    return .bool(query)
  }

  /// A query that only decides: it scores a constant.
  private mutating func filter() -> Query {
    switch below(12) {
    case 0: return .term(field: "brand.keyword", value: .string(pick(index.brands)), boost: boost())
    case 1:
      return .terms(
        field: chance(0.5) ? "type" : "brand.keyword",
        values: (0...below(3)).map { _ in .string(chance(0.5) ? pick(index.types) : pick(index.brands)) },
        boost: boost())
    case 2: return .term(field: "colour", value: .string(pick(index.colours)), boost: boost())
    case 3: return .term(field: pick(["title", "desc"]), value: .string(word().lowercased()), boost: boost())
    case 4: return .range(priceRange())
    case 5:
      return .range(
        RangeQuery(
          field: "released", lower: .inclusive(.string("20\(pick(["05", "09", "12"]))-0\(1 + below(9))-15")),
          upper: chance(0.5) ? .exclusive("2015-06-01T12:00:00Z") : nil, boost: boost()))
    case 6:
      return .range(RangeQuery(field: "sizes", lower: .exclusive(.double(Double(below(300)) + 0.5)), boost: boost()))
    case 7: return .exists(field: pick(["weight", "colour", "facets", "desc", "inColour", "sizes"]), boost: boost())
    case 8:
      let ids = (0...below(6)).map { _ in index.operations[below(index.operations.count)].id }
      return .ids(ids + ["absent"], boost: boost())
    case 9:
      return .prefix(
        field: pick(["brand.keyword", "type"]), value: String(pick(index.brands).prefix(1 + below(3))), boost: boost())
    case 10: return .term(field: "inColour", value: .bool(chance(0.5)), boost: boost())
    default: return chance(0.8) ? .matchAll(boost: boost()) : .matchNone
    }
  }

  private mutating func priceRange() -> RangeQuery {
    let low = Int64(below(20_000))
    return RangeQuery(
      field: "price", lower: chance(0.7) ? .inclusive(.int(low)) : nil,
      upper: chance(0.7) ? .exclusive(.int(low + 1 + Int64(below(60_000)))) : nil, boost: boost())
  }

  private mutating func functionScore(depth: Int) -> Query {
    let functions = (0..<(1 + below(3))).map { _ in function() }
    return .functionScore(
      FunctionScoreQuery(
        query: query(depth: depth), functions: functions, scoreMode: pick(FunctionScoreQuery.ScoreMode.allCases),
        boostMode: pick(FunctionScoreQuery.BoostMode.allCases), maxBoost: chance(0.2) ? 5 : nil,
        minimumScore: chance(0.1) ? 0.437 : nil, boost: boost()))
  }

  private mutating func function() -> FunctionScoreQuery.Function {
    let filter = chance(0.4) ? self.filter() : nil
    switch below(4) {
    case 0: return .init(.weight, filter: filter, weight: pick([0.5, 2, 7]))
    case 1:
      return .init(
        .fieldValueFactor(
          field: pick(["price", "weight", "length"]), factor: pick([1, 0.1, 1.5]),
          modifier: pick([.none, .log1p, .log2p, .ln1p, .ln2p, .sqrt, .square]), missing: 1), filter: filter,
        weight: chance(0.3) ? 2 : nil)
    case 2:
      return .init(
        .gauss(
          field: pick(["price", "weight"]), origin: .int(Int64(below(10_000))), scale: .int(Int64(100 + below(5_000))),
          offset: chance(0.3) ? .int(50) : nil, decay: pick([0.5, 0.3])), filter: filter,
        weight: chance(0.3) ? 2 : nil)
    default:
      return .init(
        .gauss(
          field: "released", origin: "2012-06-01T00:00:00Z", scale: .string("\(100 + below(900))d"),
          offset: chance(0.3) ? "36h" : nil), filter: filter)
    }
  }

  // MARK: The rest of the body

  private mutating func sort() -> [SortKey] {
    let line = SortKey(.field("line"), .ascending)
    switch below(10) {
    case 0...4: return [.score, line]
    case 5: return []
    case 6: return [SortKey(.score, .ascending), line]
    default:
      let field = pick(["price", "weight", "length", "released", "type", "colour", "sizes", "inColour", "facets"])
      let isNumber = ["price", "weight", "length", "sizes"].contains(field)
      var missing: SortKey.Missing = chance(0.5) ? .last : .first
      if isNumber, chance(0.3) { missing = .value(42) }
      let mode: SortKey.Mode? = field == "sizes" && chance(0.6) ? pick([.min, .max, .sum, .avg, .median]) : nil
      let key = SortKey(.field(field), chance(0.5) ? .ascending : .descending, missing: missing, mode: mode)
      return chance(0.3) ? [key, .score, line] : [key, line]
    }
  }

  private mutating func collapse() -> Collapse {
    let field = pick(["brand.keyword", "type", "price"])
    guard chance(0.4) else { return Collapse(field: field) }
    let sort = chance(0.5) ? [.score, SortKey(.field("line"), .ascending)] : [SortKey(.field("line"), .descending)]
    return Collapse(
      field: field, innerHits: [.init(name: "group", from: below(2), size: 1 + below(3), sort: sort, source: .none)])
  }

  private mutating func highlight() -> Highlight {
    let names = ["title", "desc", "attrs"].filter { _ in chance(0.6) }
    return Highlight(
      fields: (names.isEmpty ? ["title"] : names).map {
        Highlight.Field($0, numberOfFragments: chance(0.3) ? 0 : nil)
      }, fragmentSize: pick([30, 60, 100]), numberOfFragments: 1 + below(4), requireFieldMatch: chance(0.8))
  }

  private mutating func suggester() -> TermSuggester {
    let text = (0...below(3)).map { _ in chance(0.8) ? misspelled(word()) : word() }.joined(separator: " ")
    return TermSuggester(
      text: text, field: pick(["title.exact", "title", "desc", "brand"]), size: 1 + below(8),
      suggestMode: pick([.missing, .popular, .always]), maxEdits: 1 + below(2), prefixLength: below(4),
      minimumWordLength: 1 + below(5))
  }

  /// One or two typing errors: a letter added, missing, changed, or swapped with the next.
  private mutating func misspelled(_ word: String) -> String {
    var letters = Array(word)
    for _ in 0...below(2) where letters.count > 1 {
      let place = below(letters.count - 1)
      let letter = pick(Array("aeinorst"))
      switch below(4) {
      case 0: letters.insert(letter, at: place)
      case 1: letters.remove(at: place)
      case 2: letters[place] = letter
      default: letters.swapAt(place, place + 1)
      }
    }
    return String(letters)
  }

  private mutating func aggregation(depth: Int) -> Aggregation {
    let nested: [NamedAggregation] =
      depth > 1 && chance(0.5) ? (0...below(2)).map { NamedAggregation("n\($0)", aggregation(depth: depth - 1)) } : []
    let number = pick(["price", "weight", "length", "sizes"])
    switch below(12) {
    case 0...3: return terms(nested)
    case 4:
      let low = Double(below(5_000))
      return Aggregation(
        .range(
          field: number, ranges: [.init(to: low), .init(key: "mid", from: low, to: low + 4_000), .init(from: low * 2)]),
        aggregations: nested)
    case 5:
      return Aggregation(
        .histogram(
          field: number, interval: number == "price" ? 25_000 : 50, offset: chance(0.3) ? 7 : 0,
          minimumDocumentCount: 1), aggregations: nested)
    case 6: return Aggregation(pick([.min(field: number), .max(field: number)]))
    case 7: return Aggregation(pick([.avg(field: number), .sum(field: number), .valueCount(field: number)]))
    case 8: return Aggregation(.stats(field: number))
    case 9: return Aggregation(.cardinality(field: pick(["brand.keyword", "type", "price", "facets", "sizes"])))
    case 10: return Aggregation(.filter(filter()), aggregations: nested)
    default:
      return Aggregation(.filters([.init("second", filter()), .init("first", filter())]), aggregations: nested)
    }
  }

  private mutating func terms(_ nested: [NamedAggregation]) -> Aggregation {
    let field = pick(["brand.keyword", "type", "colour", "facets", "price", "inColour", "sizes"])
    var terms = TermsAggregation(
      field: field, size: 1 + below(20),
      order: pick([.countDescending, .countDescending, .countAscending, .keyAscending, .keyDescending]))
    if chance(0.2) { terms.minimumDocumentCount = 2 }
    if chance(0.1), field == "type" || field == "colour" { terms.missing = "none" }
    if chance(0.2), field == "brand.keyword" || field == "facets" {
      let values = field == "facets" ? ["connector_1=", "type", "compat"] : index.brands
      terms.include = chance(0.5) ? .prefix(String(pick(values).prefix(6))) : .values([pick(values), pick(values)])
    }
    if chance(0.2) {
      terms.order = .metric("m", descending: chance(0.5))
      return Aggregation(
        .terms(terms), aggregations: nested + [NamedAggregation("m", Aggregation(.max(field: "price")))])
    }
    return Aggregation(.terms(terms), aggregations: nested)
  }
}
