import SearchDSL

/// Sort keys as whole numbers: of two hits, the one with the smaller keys comes first, for all types and directions.
///
/// Keywords are compared by their global ordinals, doubles in their sortable form; descending order uses the
/// complement.
final class SortOrder {
  enum Source {
    case score
    case document
    case number(name: String, type: FieldType)
    case keyword(name: String, ordinals: GlobalOrdinals)
    /// The index does not have this field.
    case unmapped
  }

  struct Component {
    let source: Source
    let isDescending: Bool
    /// The key of a document without a value, already complemented if the order is descending.
    let missing: Int64
    let mode: SortKey.Mode
  }

  let components: [Component]
  let needsScores: Bool

  init(_ keys: [SortKey], snapshot: Snapshot, builder: IndexQueryBuilder) throws(SearchEngineError) {
    var components: [Component] = []
    for key in keys { components.append(try Self.component(key, snapshot, builder)) }
    self.components = components
    needsScores = components.contains { if case .score = $0.source { true } else { false } }
  }

  private static func component(_ key: SortKey, _ snapshot: Snapshot, _ builder: IndexQueryBuilder)
    throws(SearchEngineError) -> Component
  {
    let isDescending = key.direction == .descending
    let mode = key.mode ?? (isDescending ? .max : .min)
    let name: String
    switch key.key {
    case .score: return Component(source: .score, isDescending: isDescending, missing: 0, mode: mode)
    case .document: return Component(source: .document, isDescending: isDescending, missing: 0, mode: mode)
    case .field(let field): name = field
    }
    guard let field = snapshot.mapping.fields[name] else {
      guard key.unmappedType != nil else {
        throw .refused(
          status: 400, type: "query_shard_exception", reason: "No mapping found for [\(name)] in order to sort on",
          index: nil)
      }
      return Component(source: .unmapped, isDescending: isDescending, missing: .max, mode: mode)
    }
    guard field.hasDocValues, field.type != .text else { throw Self.noColumn(field) }
    if field.type == .keyword {
      let ordinals = snapshot.globalOrdinals(of: name)
      return Component(
        source: .keyword(name: name, ordinals: ordinals), isDescending: isDescending,
        missing: missing(key) { value in Self.ordinalKey(of: builder.termBytes(field, value), in: ordinals) },
        mode: mode)
    }
    let type = field.type
    var missingValue: Int64?
    if case .value(let value) = key.missing {
      missingValue =
        type == .date
        ? try builder.date(field, value, roundsUp: false)
        : type == .boolean
          ? (value.text == "true" ? 1 : 0)
          : type.isFloating
            ? SortableDouble.encode(try builder.double(field, value))
            : Int64(saturating: try builder.double(field, value))
    }
    return Component(
      source: .number(name: name, type: type), isDescending: isDescending,
      missing: missing(key) { _ in missingValue ?? 0 }, mode: mode)
  }

  static func noColumn(_ field: FieldMapping) -> SearchEngineError {
    let reason =
      field.type == .text
      ? "Text fields are not optimised for operations that require per-document field data like aggregations and sorting, "
        + "so these operations are disabled by default. Please use a keyword field instead. Field: [\(field.name)]"
      : "Can't load fielddata on [\(field.name)] because fielddata is unsupported on fields of type "
        + "[\(field.type.rawValue)]. Use doc values instead."
    return .refused(status: 400, type: "illegal_argument_exception", reason: reason, index: nil)
  }

  private static func missing(_ key: SortKey, _ encode: (FieldValue) -> Int64) -> Int64 {
    switch key.missing {
    case .first: .min
    case .last: .max
    case .value(let value): key.direction == .descending ? ~encode(value) : encode(value)
    }
  }

  /// Twice the ordinal, so that a value between two terms has its own place.
  private static func ordinalKey(of term: [UInt8], in ordinals: GlobalOrdinals) -> Int64 {
    let lower = Int64(ordinals.lowerBound(term))
    return ordinals.ordinal(of: term) == nil ? lower * 2 - 1 : lower * 2
  }

  static func scoreKey(_ score: Float) -> Int64 {
    let bits = Int32(bitPattern: score.bitPattern)
    return Int64(bits ^ ((bits >> 31) & Int32.max))
  }

  static func score(ofKey key: Int64) -> Float {
    let bits = Int32(truncatingIfNeeded: key)
    return Float(bitPattern: UInt32(bitPattern: bits ^ ((bits >> 31) & Int32.max)))
  }

  // MARK: Sort values

  func values(_ keys: ArraySlice<Int64>) -> [SortValue] {
    zip(components, keys).map { component, key in Self.value(component, key) }
  }

  private static func value(_ component: Component, _ key: Int64) -> SortValue {
    let plain = component.isDescending ? ~key : key
    switch component.source {
    case .score: return .double(Double(score(ofKey: plain)))
    case .document: return .int(plain)
    case .unmapped: return .null
    case .keyword(_, let ordinals):
      guard key != .min, key != .max, plain & 1 == 0 else { return .null }
      return .string(ordinals.string(Int(plain / 2)))
    case .number(_, let type):
      guard type.isFloating else { return .int(plain) }
      // JSON has no infinity: Elasticsearch writes the value of a missing number as text.
      if plain == .max { return .string("Infinity") }
      if plain == .min { return .string("-Infinity") }
      return .double(SortableDouble.decode(plain))
    }
  }

  /// The keys of the previous page's last hit.
  func keys(after values: [SortValue], builder: IndexQueryBuilder) throws(SearchEngineError) -> [Int64] {
    guard values.count == components.count else {
      throw .refused(
        status: 400, type: "illegal_argument_exception",
        reason: "search_after has \(values.count) value(s) but sort has \(components.count).", index: nil)
    }
    var keys: [Int64] = []
    for (component, value) in zip(components, values) { keys.append(try Self.key(component, value, builder)) }
    return keys
  }

  private static func key(_ component: Component, _ value: SortValue, _ builder: IndexQueryBuilder)
    throws(SearchEngineError) -> Int64
  {
    let plain: Int64
    switch (component.source, value) {
    case (_, .null): return component.missing
    case (.score, .double(let score)): plain = scoreKey(Float(score))
    case (.score, .int(let score)): plain = scoreKey(Float(score))
    case (.document, .int(let document)): plain = document
    case (.unmapped, _): return .max
    case (.keyword(_, let ordinals), .string(let text)): plain = ordinalKey(of: Array(text.utf8), in: ordinals)
    case (.number(let name, let type), _):
      guard let field = builder.mapping.fields[name] else { return component.missing }
      switch (type, value) {
      case (.date, .string(let text)): plain = try builder.date(field, .string(text), roundsUp: false)
      case (_, .int(let number)): plain = type.isFloating ? SortableDouble.encode(Double(number)) : number
      case (_, .double(let number)):
        plain =
          type.isFloating
          ? (number == .infinity ? .max : number == -.infinity ? .min : SortableDouble.encode(number))
          : Int64(saturating: number)
      case (_, .string(let text)):
        let number = try builder.double(field, .string(text))
        if number.isInfinite {
          plain = number > 0 ? .max : .min
        } else {
          plain = type.isFloating ? SortableDouble.encode(number) : Int64(saturating: number)
        }
      default: return component.missing
      }
    default:
      throw .refused(
        status: 400, type: "illegal_argument_exception", reason: "Failed to parse search_after value for a sort field",
        index: nil)
    }
    return component.isDescending ? ~plain : plain
  }

  /// The order bound to a segment's columns.
  func bound(to reader: SegmentReader, at index: Int) -> [BoundSortComponent] {
    components.map { BoundSortComponent($0, reader, index) }
  }
}

/// Reads one sort key of a segment's documents.
struct BoundSortComponent {
  private let component: SortOrder.Component
  private let numbers: NumericColumn?
  private let ordinals: OrdinalColumn?
  private let map: Slab<Int32>?
  private let base: Int
  let isScore: Bool
  var isDescending: Bool { component.isDescending }

  init(_ component: SortOrder.Component, _ reader: SegmentReader, _ index: Int) {
    self.component = component
    base = reader.documentBase
    var numbers: NumericColumn?
    var ordinals: OrdinalColumn?
    var map: Slab<Int32>?
    var isScore = false
    switch component.source {
    case .score: isScore = true
    case .document, .unmapped: break
    case .number(let name, _): numbers = reader.segment.fields[name]?.numbers
    case .keyword(let name, let global):
      ordinals = reader.segment.fields[name]?.ordinals
      map = global.maps[index]
    }
    self.numbers = numbers
    self.ordinals = ordinals
    self.map = map
    self.isScore = isScore
  }

  @inline(__always)
  func key(_ document: Int32, score: Float) -> Int64 {
    let plain: Int64
    if let numbers {
      let range = numbers.range(document)
      if range.isEmpty { return component.missing }
      plain = range.count == 1 ? numbers.values.base[range.lowerBound] : select(numbers, range)
    } else if let ordinals {
      let range = ordinals.range(document)
      if range.isEmpty { return component.missing }
      let local = ordinals.ordinals.base[component.mode == .max ? range.upperBound - 1 : range.lowerBound]
      plain = Int64(map?.base[Int(local)] ?? local) * 2
    } else if isScore {
      plain = SortOrder.scoreKey(score)
    } else if case .document = component.source {
      plain = Int64(base) + Int64(document)
    } else {
      return component.missing
    }
    return component.isDescending ? ~plain : plain
  }

  private func select(_ column: NumericColumn, _ range: Range<Int>) -> Int64 {
    let values = column.values
    switch component.mode {
    case .min: return values[range.lowerBound]
    case .max: return values[range.upperBound - 1]
    case .sum, .avg:
      let sum = range.reduce(0) { $0 + column.double(at: $1) }
      let result = component.mode == .sum ? sum : sum / Double(range.count)
      return column.isFloating ? SortableDouble.encode(result) : Int64(saturating: (result + 0.5).rounded(.down))
    case .median:
      let middle = range.lowerBound + range.count / 2
      if range.count % 2 == 1 { return values[middle] }
      let result = (column.double(at: middle - 1) + column.double(at: middle)) / 2
      return column.isFloating ? SortableDouble.encode(result) : Int64(saturating: (result + 0.5).rounded(.down))
    }
  }
}
