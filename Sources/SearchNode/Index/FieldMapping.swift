import JSON

/// The field types that the node indexes.
enum FieldType: String, Sendable {
  case text, keyword
  case long, integer, short, byte
  case double, float
  case halfFloat = "half_float"
  case boolean, date

  var isFloating: Bool { self == .double || self == .float || self == .halfFloat }
  var isNumber: Bool { self != .text && self != .keyword && self != .boolean && self != .date }
  var isText: Bool { self == .text || self == .keyword }
}

/// k1 and b of BM25: frequency saturation and length normalisation.
struct BM25Parameters: Sendable, Equatable {
  var k1: Float = 1.2
  var b: Float = 0.75
}

/// How a field's values are indexed and searched.
final class FieldMapping: Sendable {
  let name: String
  /// The field's place among all fields of the mapping, multi-fields included: a builder finds the field by it.
  let number: Int
  let type: FieldType
  var isIndexed: Bool { parameters.isIndexed }
  var hasDocValues: Bool { parameters.hasDocValues }
  var hasNorms: Bool { parameters.hasNorms }
  var indexOptions: IndexOptions { parameters.indexOptions }
  var positionIncrementGap: Int { parameters.positionIncrementGap }
  var similarity: BM25Parameters { parameters.similarity }
  let parameters: Parameters
  let multiFields: [FieldMapping]

  struct Parameters: Sendable {
    var isIndexed = true
    var hasDocValues = true
    var hasNorms = false
    var indexOptions = IndexOptions.documents
    var positionIncrementGap = 100
    var similarity = BM25Parameters()
    var analyzer: Analyzer?
    var searchAnalyzer: Analyzer?
    var normalizer: Normalizer?
    var ignoreAbove = Int.max
    var nullValue: JSONValue?
    var copyTo: [String] = []
    var ignoresMalformed = false
    var dateFormats: [DateFormat] = DateFormat.defaults
    /// The field that a multi-field belongs to, and whose value it indexes.
    var parent: String?
  }

  init(name: String, number: Int, type: FieldType, parameters: Parameters, multiFields: [FieldMapping] = []) {
    self.name = name
    self.number = number
    self.type = type
    self.parameters = parameters
    self.multiFields = multiFields
  }

  /// The highest number of the field and its multi-fields.
  var lastNumber: Int { multiFields.last?.lastNumber ?? number }

  /// The path of the value in `_source`.
  var sourcePath: String { parameters.parent ?? name }

  /// Numbers, dates and Booleans have a column that ranges, sorts and aggregations read.
  var hasNumericColumn: Bool { !type.isText }
}

/// The mapping as searches read it: every field, multi-fields included, by its full name.
struct MappingSnapshot: Sendable {
  var fields: [String: FieldMapping] = [:]
  /// Names of objects, which `exists` also accepts.
  var objects: Set<String> = []
  var maxResultWindow = 10_000

  /// The names of the fields that a name or a pattern with `*` matches, sorted.
  func names(matching pattern: String) -> [String] {
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return [pattern] }
    return fields.keys.filter { Wildcard.matches($0, pattern: pattern) }.sorted()
  }
}

/// Simple patterns in which `*` matches any text.
enum Wildcard {
  static func matches(_ text: String, pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var textIndex = 0
    var patternIndex = 0
    var star: Int?
    var mark = 0
    while textIndex < text.count {
      if patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
        star = patternIndex
        mark = textIndex
        patternIndex += 1
      } else if patternIndex < pattern.count, pattern[patternIndex] == text[textIndex] {
        textIndex += 1
        patternIndex += 1
      } else if let star {
        patternIndex = star + 1
        mark += 1
        textIndex = mark
      } else {
        return false
      }
    }
    while patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") { patternIndex += 1 }
    return patternIndex == pattern.count
  }
}
