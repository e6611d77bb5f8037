import SearchDSL

/// Makes term, synonym and phrase queries from analysed text.
struct FullTextQueryBuilder {
  private let builder: IndexQueryBuilder
  private var mapping: MappingSnapshot { builder.mapping }

  init(_ builder: IndexQueryBuilder) { self.builder = builder }

  // MARK: match

  func plan(_ match: MatchQuery) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[match.field] else { return .matchNone }
    let options = TextOptions(
      operator: match.operator, zeroTermsQuery: match.zeroTermsQuery, analyzer: match.analyzer, slop: 0)
    return try withMinimum(boolean(field, match.query, options), match.minimumShouldMatch)
  }

  func plan(_ match: MatchPhraseQuery) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[match.field] else { return .matchNone }
    return try phrase(field, match.query, TextOptions(analyzer: match.analyzer, slop: match.slop))
  }

  func plan(_ match: MatchPhrasePrefixQuery) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[match.field] else { return .matchNone }
    let options = TextOptions(analyzer: match.analyzer, slop: match.slop)
    return try phrasePrefix(field, match.query, options, maxExpansions: match.maxExpansions)
  }

  struct TextOptions {
    var `operator` = BooleanOperator.or
    var zeroTermsQuery = ZeroTermsQuery.none
    var analyzer: String?
    var slop = 0
  }

  private func zeroTerms(_ options: TextOptions) -> IndexQuery {
    options.zeroTermsQuery == .all ? .matchAll : .matchNone
  }

  private func withMinimum(_ query: IndexQuery, _ minimum: MinimumShouldMatch?) throws(SearchEngineError) -> IndexQuery
  {
    guard let minimum, case .boolean(var clauses) = query else { return query }
    let count = try minimum.count(of: clauses.should.count)
    if count > 0 { clauses.minimumShouldMatch = count }
    return .boolean(clauses)
  }

  private func boolean(_ field: FieldMapping, _ text: String, _ options: TextOptions) throws(SearchEngineError)
    -> IndexQuery
  {
    guard field.type == .text else { return try builder.term(field.name, .string(text)) }
    let stream = try analyze(field, text, options)
    guard !stream.isEmpty else { return zeroTerms(options) }
    return boolean(stream, options) { self.terms($0, in: field.name) }
  }

  /// Makes a clause for each position, or for each stretch of a token graph.
  private func boolean(
    _ stream: TokenGraph, _ options: TextOptions, _ clause: ([[UInt8]]) -> IndexQuery
  ) -> IndexQuery {
    if stream.hasPaths { return stream.boolean(options.operator, clause) }
    let positions = stream.positions
    if positions.count == 1 { return clause(positions[0].terms) }
    let clauses = positions.map { clause($0.terms) }
    return .boolean(
      options.operator == .and ? BooleanClauses(must: clauses) : BooleanClauses(should: clauses))
  }

  private func terms(_ terms: [[UInt8]], in field: String) -> IndexQuery {
    terms.count == 1 ? .term(IndexTerm(field: field, bytes: terms[0])) : .synonym(field: field, terms: terms)
  }

  // MARK: Phrases

  private func phrase(_ field: FieldMapping, _ text: String, _ options: TextOptions) throws(SearchEngineError)
    -> IndexQuery
  {
    guard field.type == .text else { return try builder.term(field.name, .string(text)) }
    let stream = try analyze(field, text, options)
    guard !stream.isEmpty else { return zeroTerms(options) }
    if stream.positions.count > 1, !field.indexOptions.hasPositions {
      throw builder.refusal(
        "field:[\(field.name)] was indexed without position data; cannot run PhraseQuery")
    }
    if stream.hasPaths {
      let paths = stream.paths().map { phrase($0, field.name, options.slop) }
      return paths.count == 1 ? paths[0] : .boolean(BooleanClauses(should: paths))
    }
    return phrase(stream.positions, field.name, options.slop)
  }

  private func phrase(_ positions: [IndexPhrase.Position], _ field: String, _ slop: Int) -> IndexQuery {
    if positions.count == 1 { return terms(positions[0].terms, in: field) }
    return .phrase(IndexPhrase(field: field, positions: positions, slop: slop))
  }

  private func phrasePrefix(
    _ field: FieldMapping, _ text: String, _ options: TextOptions, maxExpansions: Int
  ) throws(SearchEngineError) -> IndexQuery {
    guard field.type.isText else {
      throw builder.refusal(
        "Can only use phrase prefix queries on text fields - not on [\(field.name)] which is of type "
          + "[\(field.type.rawValue)]")
    }
    let stream = try analyze(field, text, options)
    guard !stream.isEmpty else { return zeroTerms(options) }
    var positions = stream.positions
    let last = positions.removeLast()
    let leading = IndexPhrase(field: field.name, positions: positions, slop: options.slop)
    return .phrasePrefix(
      IndexPhrasePrefix(
        phrase: leading, prefixes: last.terms, position: last.position, maxExpansions: maxExpansions,
        expanded: expanded(leading, last, maxExpansions)))
  }

  private func expanded(_ phrase: IndexPhrase, _ last: IndexPhrase.Position, _ maximum: Int) -> IndexQuery {
    let expanded = expand(phrase.field, last.terms, maximum)
    guard !expanded.isEmpty else { return .matchNone }
    if phrase.positions.isEmpty {
      let terms = expanded.map { IndexQuery.term(IndexTerm(field: phrase.field, bytes: $0)) }
      return terms.count == 1 ? terms[0] : .boolean(BooleanClauses(should: terms))
    }
    var phrase = phrase
    phrase.positions.append(.init(terms: expanded, position: last.position))
    return .phrase(phrase)
  }

  /// The index's terms that begin with one of `prefixes`, segment by segment as Elasticsearch reads them.
  private func expand(_ field: String, _ prefixes: [[UInt8]], _ maximum: Int) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    var expanded: [[UInt8]] = []
    for prefix in prefixes {
      for reader in builder.snapshot.readers {
        guard let inverted = reader.segment.fields[field]?.inverted else { continue }
        for ordinal in inverted.ordinals(withPrefix: prefix) {
          let term = Array(inverted.term(ordinal))
          if seen.insert(term).inserted { expanded.append(term) }
          if expanded.count >= maximum { return expanded }
        }
      }
    }
    return expanded
  }

  // MARK: multi_match

  func plan(_ match: MultiMatchQuery) throws(SearchEngineError) -> IndexQuery {
    var boosts: [String: Float] = [:]
    var names: [String] = []
    for field in match.fields {
      for name in mapping.names(matching: field.name) {
        if boosts[name] == nil { names.append(name) }
        boosts[name] = Float(field.boost)
      }
    }
    names.sort()
    let fields = names.compactMap { name in mapping.fields[name].map { ($0, boosts[name] ?? 1) } }
    guard !fields.isEmpty else { return .matchNone }
    let options = TextOptions(
      operator: match.operator, zeroTermsQuery: match.zeroTermsQuery, analyzer: match.analyzer, slop: match.slop)
    let tieBreaker = Float(match.tieBreaker ?? (match.kind == .mostFields ? 1 : 0))
    if match.kind == .crossFields { return try crossFields(match, fields, options, tieBreaker) }
    var queries: [IndexQuery] = []
    for (field, boost) in fields {
      let query =
        switch match.kind {
        case .phrase: try phrase(field, match.query, options)
        case .phrasePrefix: try phrasePrefix(field, match.query, options, maxExpansions: 50)
        default: try boolean(field, match.query, options)
        }
      let bounded = try withMinimum(query, match.minimumShouldMatch)
      queries.append(boost == 1 ? bounded : .boost(bounded, boost))
    }
    return queries.count == 1 ? queries[0] : .disMax(queries, tieBreaker: tieBreaker)
  }

  /// Searches fields with the same analyzer as if they were one: each term in any of them, with blended statistics.
  private func crossFields(
    _ match: MultiMatchQuery, _ fields: [(FieldMapping, Float)], _ options: TextOptions, _ tieBreaker: Float
  ) throws(SearchEngineError) -> IndexQuery {
    var groups: [(analyzer: String, fields: [(FieldMapping, Float)])] = []
    for field in fields {
      let analyzer = match.analyzer ?? analyzerName(field.0)
      if let index = groups.firstIndex(where: { $0.analyzer == analyzer }) {
        groups[index].fields.append(field)
      } else {
        groups.append((analyzer, [field]))
      }
    }
    var queries: [IndexQuery] = []
    for group in groups {
      let representative = group.fields[0].0
      let stream = try analyze(representative, match.query, options)
      guard !stream.isEmpty else {
        if options.zeroTermsQuery == .all { queries.append(.matchAll) }
        continue
      }
      guard group.fields.count > 1 else {
        let query = try withMinimum(boolean(representative, match.query, options), match.minimumShouldMatch)
        queries.append(group.fields[0].1 == 1 ? query : .boost(query, group.fields[0].1))
        continue
      }
      let query = boolean(stream, options) { BlendedTerms(builder, group.fields, tieBreaker).query($0) }
      queries.append(try withMinimum(query, match.minimumShouldMatch))
    }
    if queries.isEmpty { return .matchNone }
    return queries.count == 1 ? queries[0] : .disMax(queries, tieBreaker: tieBreaker)
  }

  // MARK: Analysis

  private func analyzerName(_ field: FieldMapping) -> String {
    switch field.type {
    case .text: field.parameters.searchAnalyzer?.name ?? "standard"
    case .keyword: "keyword/" + (field.parameters.normalizer?.name ?? "")
    default: "type/" + field.type.rawValue
    }
  }

  private func analyze(_ field: FieldMapping, _ text: String, _ options: TextOptions) throws(SearchEngineError)
    -> TokenGraph
  {
    guard field.type == .text else {
      let term = builder.termBytes(field, .string(text))
      return TokenGraph(tokens: [.init(term: term, position: 0, length: 1)])
    }
    var analyzer = field.parameters.searchAnalyzer
    if let name = options.analyzer {
      do { analyzer = try builder.analysis.analyzer(named: name) } catch {
        throw builder.refusal("[\(name)] \(error.reason)")
      }
    }
    var buffer = TokenBuffer()
    analyzer?.analyze(text, into: &buffer)
    return TokenGraph(buffer)
  }
}

/// One term searched in several fields as if they were one field (Elasticsearch's `BlendedTermQuery`).
struct BlendedTerms {
  private let builder: IndexQueryBuilder
  private let fields: [(FieldMapping, Float)]
  private let tieBreaker: Float

  init(_ builder: IndexQueryBuilder, _ fields: [(FieldMapping, Float)], _ tieBreaker: Float) {
    self.builder = builder
    self.fields = fields
    self.tieBreaker = tieBreaker
  }

  /// The best field's score for the terms; each field's document frequency is raised to the highest of all.
  func query(_ terms: [[UInt8]]) -> IndexQuery {
    var blended: [(term: IndexTerm, boost: Float, frequency: Int)] = []
    var others: [IndexQuery] = []
    for (field, boost) in fields {
      for bytes in terms {
        guard field.type.isText else {
          let text = String(decoding: bytes, as: UTF8.self)
          if let query = try? builder.term(field.name, .string(text)) {  // Lenient: skip a value of another type.
            others.append(boost == 1 ? query : .boost(query, boost))
          }
          continue
        }
        let frequency = builder.snapshot.documentFrequency(of: bytes, in: field.name)
        blended.append((IndexTerm(field: field.name, bytes: bytes), boost, frequency))
      }
    }
    blend(&blended)
    let best = blended.map { entry -> IndexQuery in
      entry.boost == 1 ? .term(entry.term) : .boost(.term(entry.term), entry.boost)
    }
    if !best.isEmpty { others.append(best.count == 1 ? best[0] : .disMax(best, tieBreaker: tieBreaker)) }
    return others.count == 1 ? others[0] : .disMax(others, tieBreaker: 1)
  }

  private func blend(_ terms: inout [(term: IndexTerm, boost: Float, frequency: Int)]) {
    guard terms.count > 1, let highest = terms.map(\.frequency).max(), highest > 0 else { return }
    var maxDocument = builder.snapshot.maxDocument
    for term in terms where term.frequency > 0 {
      let sum = builder.snapshot.statistics(of: term.term.field).sumTotalTermFrequency
      maxDocument = min(maxDocument, sum)
    }
    let order = terms.indices.sorted { (terms[$1].frequency, $0) < (terms[$0].frequency, $1) }
    var previous = terms[order[0]].frequency
    var actual = min(maxDocument, highest)
    for index in order {
      let current = terms[index].frequency
      if current == 0 { break }
      if previous > current { actual += 1 }
      terms[index].term.blendedDocumentFrequency = min(maxDocument, actual)
      previous = current
    }
  }
}
