import JSON

/// Carries the values of one JSON document into a segment builder, as the mapping says.
struct DocumentParser {
  let mapping: Mapping
  private var buffer = TokenBuffer()
  /// The words of the current value, for all fields that index it, and the tokenizer that cut them; nil: not cut yet.
  private var words = TokenBuffer()
  private var cutBy: StandardTokenizer?
  /// The builder's places of the fields that the document has.
  private(set) var touched: [Int] = []
  /// Whether the mapping gained a field.
  private(set) var hasExtendedMapping = false

  init(mapping: Mapping) { self.mapping = mapping }

  /// Adds the document's fields. After an error nothing of the document stays in the builder.
  mutating func parse(_ root: JSONElement, into builder: inout SegmentBuilder) throws {
    touched.removeAll(keepingCapacity: true)
    hasExtendedMapping = false
    guard root.kind == .object else { throw MappingError("Malformed content, must start with an object") }
    do { try parseObject(root, mapping.root, &builder) } catch {
      for place in touched { builder[place].discardDocument() }
      touched.removeAll(keepingCapacity: true)
      throw error
    }
  }

  private mutating func parseObject(_ element: JSONElement, _ object: ObjectMapping, _ builder: inout SegmentBuilder)
    throws
  {
    guard object.isEnabled else { return }
    var expected = 0
    try element.forEachMember { name, value in
      if let member = object.member(named: name, expected: &expected) {
        try parseKnown(member, value, &builder)
      } else {
        try parseMember(String(decoding: name, as: UTF8.self), value, object, &builder)
      }
    }
  }

  private mutating func parseKnown(
    _ member: ObjectMapping.Member, _ value: JSONElement, _ builder: inout SegmentBuilder
  ) throws {
    switch member {
    case .field(let field): try parseField(field, value, &builder)
    case .object(let child): try parseChild(child, value, &builder)
    }
  }

  private mutating func parseMember(
    _ name: String, _ value: JSONElement, _ object: ObjectMapping, _ builder: inout SegmentBuilder
  ) throws {
    if let member = object.members[name] { return try parseKnown(member, value, &builder) }
    if let dot = name.firstIndex(of: ".") {
      let head = String(name[..<dot])
      let tail = String(name[name.index(after: dot)...])
      let child: ObjectMapping
      if case .object(let known)? = object.members[head] {
        child = known
      } else {
        guard object.members[head] == nil, try allowsDynamic(object, head) else { return }
        child = mapping.object(named: head, in: object)
        hasExtendedMapping = true
      }
      guard child.isEnabled else { return }
      return try parseMember(tail, value, child, &builder)
    }
    try parseUnknown(name, value, object, &builder)
  }

  private func allowsDynamic(_ object: ObjectMapping, _ name: String) throws -> Bool {
    switch object.dynamic {
    case .true: return true
    case .false, .runtime: return false
    case .strict:
      throw MappingError(
        "mapping set to strict, dynamic introduction of [\(name)] within [\(object.path.isEmpty ? "_doc" : object.path)] "
          + "is not allowed", type: "strict_dynamic_mapping_exception")
    }
  }

  private mutating func parseUnknown(
    _ name: String, _ value: JSONElement, _ object: ObjectMapping, _ builder: inout SegmentBuilder
  ) throws {
    guard let first = firstConcrete(value) else {
      _ = value.isNull ? true : try allowsDynamic(object, name)
      return
    }
    guard try allowsDynamic(object, name) else { return }
    if first.kind == .object {
      hasExtendedMapping = true
      return try parseChild(mapping.object(named: name, in: object), value, &builder)
    }
    guard let definition = mapping.dynamicDefinition(path: object.childPath(name), name: name, value: first) else {
      return
    }
    hasExtendedMapping = true
    try parseField(mapping.addField(named: name, definition, to: object), value, &builder)
  }

  /// The value itself, or the first value of an array that is not null.
  private func firstConcrete(_ value: JSONElement) -> JSONElement? {
    switch value.kind {
    case .null: return nil
    case .array:
      var found: JSONElement?
      value.forEachItem { if found == nil { found = firstConcrete($0) } }
      return found
    default: return value
    }
  }

  private mutating func parseChild(_ child: ObjectMapping, _ value: JSONElement, _ builder: inout SegmentBuilder) throws
  {
    switch value.kind {
    case .object: try parseObject(value, child, &builder)
    case .array: try value.forEachItem { try parseChild(child, $0, &builder) }
    case .null: return
    default:
      guard child.isEnabled else { return }
      throw MappingError(
        "object mapping for [\(child.path)] tried to parse field [\(child.path)] as object, but found a concrete value")
    }
  }

  private mutating func parseField(_ field: FieldMapping, _ value: JSONElement, _ builder: inout SegmentBuilder) throws
  {
    if value.kind == .array {
      try value.forEachItem { try parseField(field, $0, &builder) }
      return
    }
    cutBy = nil
    try index(field, value, &builder)
    for multiField in field.multiFields { try index(multiField, value, &builder) }
    for target in field.parameters.copyTo {
      guard let copy = mapping.snapshot.fields[target] else { continue }
      try index(copy, value, &builder)
      for multiField in copy.multiFields { try index(multiField, value, &builder) }
    }
  }

  private mutating func index(_ field: FieldMapping, _ value: JSONElement, _ builder: inout SegmentBuilder) throws {
    if value.isNull {
      if let null = field.parameters.nullValue { try indexNull(field, null, &builder) }
      return
    }
    do {
      switch field.type {
      case .text: try indexText(field, value, &builder)
      case .keyword: try indexKeyword(field, value, &builder)
      case .boolean: try indexBoolean(field, FieldParsing.boolean(value, field), &builder)
      case .date: indexNumber(field, try FieldParsing.date(value, field), &builder)
      default: indexNumber(field, try FieldParsing.number(value, field), &builder)
      }
    } catch let error as MappingError {
      if field.parameters.ignoresMalformed { return }
      throw error
    }
  }

  private mutating func indexNull(_ field: FieldMapping, _ null: JSONValue, _ builder: inout SegmentBuilder) throws {
    let parser = JSONParser()
    cutBy = nil
    defer { cutBy = nil }
    try parser.withDocument(JSONValue.array([null]).bytes) { array in
      try array.forEachItem { try index(field, $0, &builder) }
    }
  }

  /// The field's place in the builder.
  private mutating func touch(_ field: FieldMapping, _ builder: inout SegmentBuilder) -> Int {
    let place = builder.place(of: field)
    if !builder[place].isTouched {
      builder[place].isTouched = true
      touched.append(place)
    }
    return place
  }

  private mutating func indexText(_ field: FieldMapping, _ value: JSONElement, _ builder: inout SegmentBuilder) throws {
    guard field.isIndexed, let analyzer = field.parameters.analyzer else { return }
    if let tokenizer = analyzer.wordTokenizer {
      if cutBy != tokenizer {
        try FieldParsing.withText(value, field) { words.load($0) }
        tokenizer.tokenize(&words)
        cutBy = tokenizer
      }
      let place = touch(field, &builder)
      return builder[place].add(words: words, of: analyzer, scratch: &buffer)
    }
    try FieldParsing.withText(value, field) { analyzer.analyze($0, into: &buffer, wantsOffsets: false) }
    let place = touch(field, &builder)
    builder[place].add(buffer)
  }

  private mutating func indexKeyword(_ field: FieldMapping, _ value: JSONElement, _ builder: inout SegmentBuilder)
    throws
  {
    let place = touch(field, &builder)
    try FieldParsing.withText(value, field) { text in
      if field.parameters.ignoreAbove < text.count {
        // ignore_above counts UTF-16 code units.
        let length = String(decoding: text, as: UTF8.self).utf16.count
        if length > field.parameters.ignoreAbove { return }
      }
      guard let normalizer = field.parameters.normalizer else { return builder[place].add(term: text) }
      normalizer.normalize(text, using: &buffer) { builder[place].add(term: $0) }
    }
  }

  private mutating func indexNumber(_ field: FieldMapping, _ number: Int64, _ builder: inout SegmentBuilder) {
    let place = touch(field, &builder)
    builder[place].add(number: number)
  }

  private mutating func indexBoolean(_ field: FieldMapping, _ value: Bool, _ builder: inout SegmentBuilder) {
    let place = touch(field, &builder)
    builder[place].add(number: value ? 1 : 0)
    let term = UInt8(ascii: value ? "T" : "F")
    withUnsafePointer(to: term) { builder[place].add(term: UnsafeBufferPointer(start: $0, count: 1)) }
  }
}

/// Reads a JSON value as a field's type requires.
enum FieldParsing {
  static func failure(_ field: FieldMapping, _ value: JSONElement) -> MappingError {
    MappingError(
      "failed to parse field [\(field.name)] of type [\(field.type.rawValue)]: [\(value.value.text.prefix(80))] is none"
    )
  }

  /// Strings unchanged; numbers and Booleans as their text.
  static func withText(_ value: JSONElement, _ field: FieldMapping, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws
  {
    if let utf8 = value.utf8 { return body(utf8) }
    var text: String
    switch value.kind {
    case .int: text = String(value.int ?? 0)
    case .double: text = JavaNumber.text(value.double ?? 0)
    case .bool: text = value.bool == true ? "true" : "false"
    default: throw failure(field, value)
    }
    text.withUTF8(body)
  }

  static func boolean(_ value: JSONElement, _ field: FieldMapping) throws -> Bool {
    if let bool = value.bool { return bool }
    switch value.string {
    case "true": return true
    case "false", "": return false
    default: throw failure(field, value)
    }
  }

  static func date(_ value: JSONElement, _ field: FieldMapping) throws -> Int64 {
    // Programs nearly always write ISO 8601, which is read in place.
    if let utf8 = value.utf8, let format = field.parameters.dateFormats.first, format.isISO8601,
      let parsed = ISODate.parse(utf8, roundsUp: false)
    {
      return parsed
    }
    let text: String
    switch value.kind {
    case .string: text = value.string ?? ""
    case .int: text = String(value.int ?? 0)
    case .double: text = String(Int64(saturating: value.double ?? 0))
    default: throw failure(field, value)
    }
    for format in field.parameters.dateFormats { if let parsed = format.parse(text) { return parsed } }
    throw failure(field, value)
  }

  /// A number as the column stores it: a whole number, or a double of the type's precision in sortable form.
  static func number(_ value: JSONElement, _ field: FieldMapping) throws -> Int64 {
    if !field.type.isFloating, let int = value.int { return try checked(int, field, value) }
    guard let double = value.double ?? value.string.flatMap({ Double($0) }), double.isFinite else {
      throw failure(field, value)
    }
    if !field.type.isFloating {
      if let text = value.string, let int = Int64(text) { return try checked(int, field, value) }
      guard let int = Int64(exactly: double.rounded(.towardZero)) else { throw failure(field, value) }
      return try checked(int, field, value)
    }
    guard let rounded = round(double, field.type) else { throw failure(field, value) }
    return SortableDouble.encode(rounded)
  }

  /// The nearest value that the floating-point type can hold; nil if there is none.
  static func round(_ value: Double, _ type: FieldType) -> Double? {
    let rounded: Double
    switch type {
    case .float: rounded = Double(Float(value))
    case .halfFloat: rounded = HalfFloat.round(value)
    default: rounded = value
    }
    return rounded.isFinite ? rounded : nil
  }

  private static func checked(_ value: Int64, _ field: FieldMapping, _ element: JSONElement) throws -> Int64 {
    guard bounds(field.type).contains(value) else { throw failure(field, element) }
    return value
  }

  static func bounds(_ type: FieldType) -> ClosedRange<Int64> {
    switch type {
    case .integer: Int64(Int32.min)...Int64(Int32.max)
    case .short: Int64(Int16.min)...Int64(Int16.max)
    case .byte: Int64(Int8.min)...Int64(Int8.max)
    default: Int64.min...Int64.max
    }
  }
}

/// IEEE 754 half precision; `Float16` is missing on some platforms of Swift.
enum HalfFloat {
  /// The nearest value with 11 significant bits, ties to even.
  static func round(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    let exponent = max(value.exponent, -14)
    let unit = Double(sign: .plus, exponent: exponent - 10, significand: 1)
    let rounded = (value / unit).rounded(.toNearestOrEven) * unit
    return abs(rounded) > 65_504 ? .infinity : rounded
  }
}

/// Numbers as Java writes them, where Elasticsearch turns numbers into text.
enum JavaNumber {
  static func text(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? (value.sign == .minus ? "-0.0" : "0.0") : "\(value)" }
    let magnitude = abs(value)
    if magnitude >= 1e-3, magnitude < 1e7 {
      let text = value.description
      return text.contains("e") ? text : text
    }
    // Java writes one digit before the point, at least one after it, and the exponent without a plus.
    let digits = Array(magnitude.description.utf8)
    var significand = digits.prefix { $0 != UInt8(ascii: "e") }.filter { $0 != UInt8(ascii: ".") }
    significand = Array(significand.drop { $0 == UInt8(ascii: "0") })
    while significand.count > 1, significand.last == UInt8(ascii: "0") { significand.removeLast() }
    var exponent = 0
    var scaled = magnitude
    if let written = magnitude.description.split(separator: "e").dropFirst().first, let parsed = Int(written) {
      exponent = parsed
    } else {
      while scaled >= 10 { scaled /= 10; exponent += 1 }
      while scaled < 1 { scaled *= 10; exponent -= 1 }
    }
    let head = String(decoding: significand.prefix(1), as: UTF8.self)
    let tail = significand.count > 1 ? String(decoding: significand.dropFirst(), as: UTF8.self) : "0"
    return "\(value < 0 ? "-" : "")\(head).\(tail)E\(exponent)"
  }
}
