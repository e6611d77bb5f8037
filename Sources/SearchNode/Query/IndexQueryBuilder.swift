import Glibc
import SearchDSL

/// Turns the DSL's queries into the index's: analyses text and reads values by their field's type.
struct IndexQueryBuilder {
  let mapping: MappingSnapshot
  let analysis: AnalysisRegistry
  let snapshot: Snapshot
  let time: SearchTime

  init(snapshot: Snapshot, now: Int64) {
    self.snapshot = snapshot
    time = SearchTime(now)
    mapping = snapshot.mapping
    analysis = snapshot.analysis
  }

  func plan(_ query: Query) throws(SearchEngineError) -> IndexQuery {
    switch query {
    case .matchAll(let boost): return boosted(.matchAll, boost)
    case .matchNone: return .matchNone
    case .match(let match): return boosted(try FullTextQueryBuilder(self).plan(match), match.boost)
    case .multiMatch(let match): return boosted(try FullTextQueryBuilder(self).plan(match), match.boost)
    case .matchPhrase(let match): return boosted(try FullTextQueryBuilder(self).plan(match), match.boost)
    case .matchPhrasePrefix(let match): return boosted(try FullTextQueryBuilder(self).plan(match), match.boost)
    case .term(let field, let value, let boost): return boosted(try term(field, value), boost)
    case .terms(let field, let values, let boost): return boosted(try terms(field, values), boost)
    case .range(let range): return boosted(try self.range(range), range.boost)
    case .exists(let field, let boost): return boosted(.constantScore(exists(field)), boost)
    case .ids(let ids, let boost): return boosted(.ids(ids), boost)
    case .prefix(let field, let value, let boost): return boosted(try prefix(field, value), boost)
    case .bool(let bool): return boosted(try self.bool(bool), bool.boost)
    case .disMax(let queries, let tieBreaker, let boost):
      return boosted(.disMax(try plan(queries), tieBreaker: Float(tieBreaker)), boost)
    case .constantScore(let filter, let boost): return boosted(.constantScore(try plan(filter)), boost)
    case .boosting(let positive, let negative, let negativeBoost, let boost):
      return boosted(
        .boosting(positive: try plan(positive), negative: try plan(negative), negativeBoost: Float(negativeBoost)),
        boost)
    case .functionScore(let function): return boosted(try functionScore(function), function.boost)
    }
  }

  private func plan(_ queries: [Query]) throws(SearchEngineError) -> [IndexQuery] {
    var planned: [IndexQuery] = []
    for query in queries { planned.append(try plan(query)) }
    return planned
  }

  private func boosted(_ query: IndexQuery, _ boost: Double) -> IndexQuery {
    boost == 1 ? query : .boost(query, Float(boost))
  }

  private func bool(_ bool: BoolQuery) throws(SearchEngineError) -> IndexQuery {
    var clauses = BooleanClauses(
      must: try plan(bool.must), filter: try plan(bool.filter), should: try plan(bool.should),
      mustNot: try plan(bool.mustNot))
    if clauses.must.isEmpty, clauses.filter.isEmpty, clauses.should.isEmpty {
      if clauses.mustNot.isEmpty { return .matchAll }
      clauses.filter = [.matchAll]
    }
    if let minimum = bool.minimumShouldMatch {
      clauses.minimumShouldMatch = try minimum.count(of: clauses.should.count)
    }
    return .boolean(clauses)
  }

  private func exists(_ field: String) -> IndexQuery {
    if mapping.fields[field] != nil { return .exists(field: field) }
    // An object exists if any of its fields exists.
    let members = mapping.fields.keys.filter { $0.hasPrefix(field + ".") || Wildcard.matches($0, pattern: field) }
    guard !members.isEmpty else { return .matchNone }
    return .boolean(BooleanClauses(should: members.sorted().map { .exists(field: $0) }))
  }

  // MARK: Terms

  func term(_ name: String, _ value: FieldValue) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[name] else { return name == "_id" ? .ids([value.text]) : .matchNone }
    try checkSearchable(field)
    switch field.type {
    case .text, .keyword: return .term(IndexTerm(field: name, bytes: termBytes(field, value)))
    case .boolean:
      return .term(IndexTerm(field: name, bytes: [UInt8(ascii: try boolean(field, value) ? "T" : "F")]))
    case .date:
      let lower = try date(field, value, roundsUp: false)
      let upper = try date(field, value, roundsUp: true)
      return .numberRange(field: name, range: lower...max(lower, upper))
    default:
      guard let number = try number(field, value) else { return .matchNone }
      return .numberRange(field: name, range: number...number)
    }
  }

  private func terms(_ name: String, _ values: [FieldValue]) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[name] else { return name == "_id" ? .ids(values.map(\.text)) : .matchNone }
    try checkSearchable(field)
    switch field.type {
    case .text, .keyword: return .termsIn(field: name, terms: values.map { termBytes(field, $0) })
    case .boolean:
      var terms: [[UInt8]] = []
      for value in values { terms.append([UInt8(ascii: try boolean(field, value) ? "T" : "F")]) }
      return .termsIn(field: name, terms: terms)
    case .date:
      var ranges: [IndexQuery] = []
      for value in values { ranges.append(try term(name, value)) }
      return .constantScore(.boolean(BooleanClauses(should: ranges)))
    default:
      var numbers: [Int64] = []
      for value in values { if let number = try number(field, value) { numbers.append(number) } }
      return .numbersIn(field: name, values: numbers)
    }
  }

  private func prefix(_ name: String, _ value: String) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[name] else { return .matchNone }
    try checkSearchable(field)
    guard field.type.isText else {
      throw refusal(
        "Can only use prefix queries on keyword, text and wildcard fields - not on [\(name)] which is of type "
          + "[\(field.type.rawValue)]")
    }
    return .prefix(field: name, prefix: termBytes(field, .string(value)))
  }

  private func checkSearchable(_ field: FieldMapping) throws(SearchEngineError) {
    if !field.isIndexed, !field.hasDocValues {
      throw refusal("Cannot search on field [\(field.name)] since it is not indexed nor has doc values.")
    }
  }

  /// The term in the index for a value of a text or keyword field.
  func termBytes(_ field: FieldMapping, _ value: FieldValue) -> [UInt8] {
    guard let normalizer = field.parameters.normalizer else { return Array(value.text.utf8) }
    return Array(normalizer.normalize(value.text).utf8)
  }

  // MARK: Ranges

  private func range(_ query: RangeQuery) throws(SearchEngineError) -> IndexQuery {
    guard let field = mapping.fields[query.field] else { return .matchNone }
    try checkSearchable(field)
    switch field.type {
    case .text, .keyword:
      return .termRange(
        field: field.name,
        range: TermRange(
          lower: query.lower.map { termBytes(field, $0.value) }, includesLower: query.lower?.isInclusive ?? true,
          upper: query.upper.map { termBytes(field, $0.value) }, includesUpper: query.upper?.isInclusive ?? true))
    case .date: return try dateRange(field, query)
    case .boolean:
      let lower: Int64 =
        try query.lower.map { (bound) throws(SearchEngineError) in
          (try boolean(field, bound.value) ? 1 : 0) + (bound.isInclusive ? 0 : 1)
        } ?? 0
      let upper: Int64 =
        try query.upper.map { (bound) throws(SearchEngineError) in
          (try boolean(field, bound.value) ? 1 : 0) - (bound.isInclusive ? 0 : 1)
        } ?? 1
      return lower <= upper ? .numberRange(field: field.name, range: lower...upper) : .matchNone
    default: return try numberRange(field, query)
    }
  }

  private func dateRange(_ field: FieldMapping, _ query: RangeQuery) throws(SearchEngineError) -> IndexQuery {
    var lower = Int64.min
    var upper = Int64.max
    if let bound = query.lower {
      lower = try date(field, bound.value, roundsUp: !bound.isInclusive)
      if !bound.isInclusive { lower = lower == .max ? lower : lower + 1 }
    }
    if let bound = query.upper {
      upper = try date(field, bound.value, roundsUp: bound.isInclusive)
      if !bound.isInclusive { upper = upper == .min ? upper : upper - 1 }
    }
    return lower <= upper ? .numberRange(field: field.name, range: lower...upper) : .matchNone
  }

  private func numberRange(_ field: FieldMapping, _ query: RangeQuery) throws(SearchEngineError) -> IndexQuery {
    var lower = Int64.min
    var upper = Int64.max
    if let bound = query.lower {
      let value = try double(field, bound.value)
      if field.type.isFloating {
        lower = SortableDouble.encode(FieldParsing.round(value, field.type) ?? value)
        if !bound.isInclusive { lower = lower.adding(saturating: 1) }
      } else if case .int(let value) = bound.value {
        lower = bound.isInclusive ? value : value == .max ? value : value + 1
        if !bound.isInclusive, value == .max { return .matchNone }
      } else {
        guard value < 0x1p63 else { return .matchNone }
        let whole = Int64(saturating: value.rounded(.up))
        lower = Double(whole) == value && !bound.isInclusive ? whole.adding(saturating: 1) : whole
      }
    }
    if let bound = query.upper {
      let value = try double(field, bound.value)
      if field.type.isFloating {
        upper = SortableDouble.encode(FieldParsing.round(value, field.type) ?? value)
        if !bound.isInclusive { upper = upper.subtracting(saturating: 1) }
      } else if case .int(let value) = bound.value {
        if !bound.isInclusive, value == .min { return .matchNone }
        upper = bound.isInclusive ? value : value - 1
      } else {
        guard bound.isInclusive ? value >= -0x1p63 : value > -0x1p63 else { return .matchNone }
        let whole = Int64(saturating: value.rounded(.down))
        upper = Double(whole) == value && !bound.isInclusive ? whole.subtracting(saturating: 1) : whole
      }
    }
    return lower <= upper ? .numberRange(field: field.name, range: lower...upper) : .matchNone
  }

  // MARK: Values

  private func boolean(_ field: FieldMapping, _ value: FieldValue) throws(SearchEngineError) -> Bool {
    switch value.text {
    case "true": return true
    case "false", "": return false
    default: throw refusal("Can't parse boolean value [\(value.text)], expected [true] or [false]")
    }
  }

  func date(_ field: FieldMapping, _ value: FieldValue, roundsUp: Bool) throws(SearchEngineError) -> Int64 {
    let formats = field.parameters.dateFormats
    if value.text.hasPrefix("now") { time.isRead = true }
    guard let date = DateMath.evaluate(value.text, now: time.now, formats: formats, roundsUp: roundsUp) else {
      throw .refused(
        status: 400, type: "parse_exception",
        reason: "failed to parse date field [\(value.text)] with format "
          + "[\(formats.map(\.rawValue).joined(separator: "||"))]", index: nil)
    }
    return date
  }

  func double(_ field: FieldMapping, _ value: FieldValue) throws(SearchEngineError) -> Double {
    switch value {
    case .int(let value): return Double(value)
    case .double(let value): return value
    case .string(let text):
      guard let value = Double(text) else {
        throw .refused(
          status: 400, type: "number_format_exception",
          reason: "For input string: \"\(text)\" on field [\(field.name)]",
          index: nil)
      }
      return value
    case .bool: throw refusal("field [\(field.name)] of type [\(field.type.rawValue)] has no Boolean values")
    }
  }

  /// A value as the column stores it; nil if the type cannot hold it (1.5 in a whole number's field).
  func number(_ field: FieldMapping, _ value: FieldValue) throws(SearchEngineError) -> Int64? {
    if case .int(let whole) = value, !field.type.isFloating {
      return FieldParsing.bounds(field.type).contains(whole) ? whole : nil
    }
    let double = try double(field, value)
    if field.type.isFloating { return FieldParsing.round(double, field.type).map(SortableDouble.encode) }
    guard let whole = Int64(exactly: double), FieldParsing.bounds(field.type).contains(whole) else { return nil }
    return whole
  }

  func refusal(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "query_shard_exception", reason: "failed to create query: \(reason)", index: nil)
  }

  // MARK: Function score

  private func functionScore(_ query: FunctionScoreQuery) throws(SearchEngineError) -> IndexQuery {
    var functions: [IndexFunctionScore.Function] = []
    for function in query.functions {
      var filter: PlannedFilter?
      if let query = function.filter { filter = try PlannedFilter(query, self) }
      if case .matchAll? = function.filter { filter = nil }
      functions.append(
        .init(kind: try kind(function.kind), filter: filter, weight: function.weight.map { Float($0) }))
    }
    // Elasticsearch neither averages nor combines a single function without a filter.
    let isSingle = functions.count == 1 && functions[0].filter == nil
    return .functionScore(
      IndexFunctionScore(
        query: try plan(query.query), functions: functions, scoreMode: isSingle ? .first : query.scoreMode,
        boostMode: query.boostMode,
        maxBoost: query.maxBoost.map { Float($0) } ?? .greatestFiniteMagnitude,
        minimumScore: query.minimumScore.map { Float($0) }))
  }

  private func kind(_ kind: FunctionScoreQuery.Function.Kind) throws(SearchEngineError) -> IndexFunctionScore.Kind {
    switch kind {
    case .weight: return .weight
    case .fieldValueFactor(let name, let factor, let modifier, let missing):
      guard mapping.fields[name] != nil || missing != nil else {
        throw .refused(
          status: 400, type: "query_shard_exception",
          reason: "Unable to find a field mapper for field [\(name)]. No 'missing' value defined.", index: nil)
      }
      return .fieldValueFactor(
        field: mapping.fields[name] == nil ? nil : name, factor: Float(factor), modifier: modifier, missing: missing)
    case .gauss(let name, let origin, let scale, let offset, let decay):
      guard let field = mapping.fields[name], field.hasNumericColumn else {
        throw .refused(status: 400, type: "parsing_exception", reason: "unknown field [\(name)]", index: nil)
      }
      let isDate = field.type == .date
      let scale = isDate ? try Duration.milliseconds(scale) : try double(field, scale)
      let distance = try offset.map { (offset) throws(SearchEngineError) in
        isDate ? try Duration.milliseconds(offset) : try double(field, offset)
      }
      guard scale > 0, decay > 0, decay < 1, distance ?? 0 >= 0 else {
        throw .refused(
          status: 400, type: "illegal_argument_exception",
          reason: "gauss on [\(name)] needs scale > 0, 0 < decay < 1 and offset >= 0, not \(scale), \(decay), "
            + "\(distance ?? 0)", index: nil)
      }
      return .gauss(
        field: name, origin: isDate ? Double(try date(field, origin, roundsUp: false)) : try double(field, origin),
        offset: distance ?? 0, scale: 0.5 * scale * scale / log(decay))
    }
  }

  private enum Duration {
    /// `30d`, `12h`, `90s` or milliseconds.
    static func milliseconds(_ value: FieldValue) throws(SearchEngineError) -> Double {
      let text = value.text
      let units: [(String, Double)] = [
        ("ms", 1), ("nanos", 1e-6), ("micros", 1e-3), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
      ]
      for (unit, factor) in units where text.hasSuffix(unit) {
        if let number = Double(text.dropLast(unit.count)) { return number * factor }
      }
      if let number = Double(text) { return number }
      throw .refused(
        status: 400, type: "parse_exception", reason: "failed to parse [\(text)] as a time value such as 30d",
        index: nil)
    }
  }
}

extension FieldValue {
  /// The value as a keyword field would store it.
  var text: String {
    switch self {
    case .string(let value): value
    case .int(let value): String(value)
    case .double(let value): JavaNumber.text(value)
    case .bool(let value): value ? "true" : "false"
    }
  }
}

/// The time of one search, and whether the search depends on it.
final class SearchTime {
  /// The value of `now`: milliseconds since 1970.
  let now: Int64
  var isRead = false

  init(_ now: Int64) { self.now = now }
}
