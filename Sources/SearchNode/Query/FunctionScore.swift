import Glibc
import SearchDSL

/// A query whose scores are modified by functions of the document.
final class FunctionScoreWeight: Weight {
  private let function: IndexFunctionScore
  private let inner: Weight
  private let filters: [SegmentFilter?]
  private let scores: Bool

  init(_ function: IndexFunctionScore, _ builder: WeightBuilder, scores: Bool, boost: Float) {
    self.function = function
    let needsInnerScores = scores || function.minimumScore != nil
    inner = builder.weight(function.query, scores: needsInnerScores, boost: boost)
    filters = function.functions.map { $0.filter.map { SegmentFilter($0, builder) } }
    self.scores = needsInnerScores
  }

  override func scorer(_ reader: SegmentReader) -> Scorer? {
    guard let inner = inner.scorer(reader) else { return nil }
    guard scores else { return inner }
    let functions = zip(function.functions, filters).map { definition, filter in
      BoundFunction(
        definition, column: Self.column(definition.kind, reader), filter: filter?.matches(in: reader) ?? .all)
    }
    return FunctionScoreScorer(inner, function, functions)
  }

  private static func column(_ kind: IndexFunctionScore.Kind, _ reader: SegmentReader) -> NumericColumn? {
    switch kind {
    case .weight: nil
    case .fieldValueFactor(let field, _, _, _): field.flatMap { reader.segment.fields[$0]?.numbers }
    case .gauss(let field, _, _, _): reader.segment.fields[field]?.numbers
    }
  }
}

/// A function with its column and its filter's matches in one segment.
///
/// A class: a structure with so many references would be copied, and its references counted, for every document.
private final class BoundFunction {
  private let definition: IndexFunctionScore.Function
  private let column: NumericColumn?
  private let matchesAll: Bool
  private let matching: BitSet

  init(_ definition: IndexFunctionScore.Function, column: NumericColumn?, filter: FilterMatches) {
    self.definition = definition
    self.column = column
    (matchesAll, matching) =
      switch filter {
      case .all: (true, BitSet(count: 0))
      case .none: (false, BitSet(count: 0))
      case .some(let set): (false, set)
      }
  }

  /// Whether the function applies to the document.
  func applies(to document: Int32) -> Bool {
    matchesAll || (Int(document) < matching.count && matching[Int(document)])
  }

  /// Multiplies the factors of the window's matches to which the function applies.
  func multiply(_ factors: UnsafeMutablePointer<Double>, _ window: ScoreWindow) {
    guard case .weight = definition.kind else {
      window.forEach { index in
        let document = window.base &+ Int32(truncatingIfNeeded: index)
        if applies(to: document) { factors[index] *= value(document) }
      }
      return
    }
    let weight = Double(definition.weight ?? 1)
    if matchesAll { return window.forEach { factors[$0] *= weight } }
    window.forEach(in: matching) { factors[$0] *= weight }
  }

  /// The function's part of the divisor of `avg`.
  var divisor: Double { definition.weight.map(Double.init) ?? 1 }

  func value(_ document: Int32) -> Double {
    let value: Double
    switch definition.kind {
    case .weight: return Double(definition.weight ?? 1)
    case .fieldValueFactor(_, let factor, let modifier, let missing):
      value = fieldValue(document, factor: Double(factor), modifier: modifier, missing: missing)
    case .gauss(_, let origin, let offset, let scale):
      value = exp(0.5 * pow(distance(document, origin: origin, offset: offset), 2) / scale)
    }
    return definition.weight.map { Double($0) * value } ?? value
  }

  private func fieldValue(
    _ document: Int32, factor: Double, modifier: FunctionScoreQuery.Function.Modifier, missing: Double?
  ) -> Double {
    var raw = missing ?? 1
    if let column {
      let range = column.range(document)
      if !range.isEmpty { raw = column.double(at: range.lowerBound) }
    }
    let value = raw * factor
    return switch modifier {
    case .none: value
    case .log: log10(value)
    case .log1p: log10(value + 1)
    case .log2p: log10(value + 2)
    case .ln: log(value)
    case .ln1p: log1p(value)
    case .ln2p: log1p(value + 1)
    case .square: value * value
    case .sqrt: value.squareRoot()
    case .reciprocal: 1 / value
    }
  }

  /// The least distance of the document's values; 0 if there are none, as in Elasticsearch.
  private func distance(_ document: Int32, origin: Double, offset: Double) -> Double {
    guard let column else { return 0 }
    var least: Double?
    for index in column.range(document) {
      let distance = max(0, abs(column.double(at: index) - origin) - offset)
      least = min(least ?? distance, distance)
    }
    return least ?? 0
  }
}

private final class FunctionScoreScorer: Scorer {
  private let inner: Scorer
  private let query: IndexFunctionScore
  private let functions: [BoundFunction]
  private var current: Float = 0

  init(_ inner: Scorer, _ query: IndexFunctionScore, _ functions: [BoundFunction]) {
    self.inner = inner
    self.query = query
    self.functions = functions
  }

  override var cost: Int { inner.cost }
  override func next() -> Int32 { skipLowScores(inner.next()) }
  override func advance(_ target: Int32) -> Int32 { skipLowScores(inner.advance(target)) }

  private func skipLowScores(_ start: Int32) -> Int32 {
    document = start
    guard let minimum = query.minimumScore else { return start }
    while document != Self.end {
      current = combined()
      if current >= minimum { break }
      document = inner.next()
    }
    return document
  }

  override func score() -> Float { query.minimumScore == nil ? combined() : current }

  override func fill(_ window: ScoreWindow) {
    if !window.needsScores, query.minimumScore != nil { return fillByScore(window) }
    inner.fill(window)
    guard window.needsScores else {
      document = inner.document
      return
    }
    let scores = window.scores
    let factors = windowFactors(window)
    window.forEach { index in
      document = window.base &+ Int32(truncatingIfNeeded: index)
      let score = factors.map { combined(scores[index], factor: $0[index]) } ?? combined(scores[index])
      scores[index] = score
      if let minimum = query.minimumScore, score < minimum { window.remove(at: index) }
    }
    document = inner.document
  }

  private lazy var scored = ScoreWindow(needsScores: true)

  /// Fills a window that needs no scores with what has enough of one.
  private func fillByScore(_ window: ScoreWindow) {
    scored.reset(like: window, needsScores: true)
    fill(scored)
    window.formUnion(scored)
  }

  private lazy var factors = WindowFactors()

  /// The product of the functions at each match of the window, function by function, so that a document costs no call; nil
  /// where they are combined in another way.
  private func windowFactors(_ window: ScoreWindow) -> UnsafeMutablePointer<Double>? {
    guard query.scoreMode == .multiply, !functions.isEmpty else { return nil }
    let values = factors.values
    window.forEach { values[$0] = 1 }
    for function in functions { function.multiply(values, window) }
    return values
  }

  private func combined() -> Float { combined(inner.score()) }

  private func combined(_ inner: Float) -> Float {
    functions.isEmpty ? inner : combined(inner, factor: factor())
  }

  private func combined(_ inner: Float, factor: Double) -> Float {
    let factor = min(factor, Double(query.maxBoost))
    let score = Double(inner)
    let combined =
      switch query.boostMode {
      case .multiply: score * factor
      case .replace: factor
      case .sum: score + factor
      case .avg: (factor + score) / 2
      case .min: min(score, factor)
      case .max: max(score, factor)
      }
    // Elasticsearch fails the search if a score is negative or NaN; here one hit must not fail the page.
    return combined.isNaN || combined < 0 ? 0 : Float(combined)
  }

  private func factor() -> Double {
    var result: Double?
    var weights = 0.0
    for function in functions {
      guard function.applies(to: document) else { continue }
      let value = function.value(document)
      weights += function.divisor
      guard let before = result else {
        result = value
        if query.scoreMode == .first { break }
        continue
      }
      switch query.scoreMode {
      case .multiply: result = before * value
      case .sum, .avg: result = before + value
      case .min: result = min(before, value)
      case .max: result = max(before, value)
      case .first: break
      }
    }
    guard let result else { return 1 }
    if query.scoreMode == .avg || query.scoreMode == .sum {
      return weights == 0 ? 1 : query.scoreMode == .avg ? result / weights : result
    }
    return result
  }
}

/// A factor for each document of a window.
private final class WindowFactors {
  let values = UnsafeMutablePointer<Double>.allocate(capacity: Int(ScoreWindow.size))
  deinit { values.deallocate() }
}
