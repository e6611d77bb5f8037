internal import JSON

/// Reads the members of one JSON object and, at the end, refuses those that were never asked for.
///
/// It is as lenient as Elasticsearch: a number or a Boolean may be a string, and null means absent.
struct ObjectReader {
  /// The name of the object for errors: `[match] query`.
  let context: String
  let members: [JSONObject.Member]
  private var asked: Set<String> = []

  init(_ value: JSONValue, _ context: String) throws(SearchEngineError) {
    guard case .object(let object) = value else {
      throw .unparsable("\(context) is to be an object, not \(value.kindName)")
    }
    self.context = context
    members = object.members
  }

  /// The member with the first of these names that exists.
  mutating func value(_ names: String...) -> JSONValue? {
    asked.formUnion(names)
    return members.first { names.contains($0.name) && $0.value != .null }?.value
  }

  mutating func required(_ name: String) throws(SearchEngineError) -> JSONValue {
    guard let value = value(name) else { throw .unparsable("\(context) requires [\(name)]") }
    return value
  }

  mutating func string(_ name: String) throws(SearchEngineError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.scalarText else { throw mismatch(name, "a string", value) }
    return text
  }

  mutating func double(_ name: String) throws(SearchEngineError) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double ?? value.string.flatMap(Double.init), number.isFinite else {
      throw mismatch(name, "a number", value)
    }
    return number
  }

  /// A count, size or distance: none is negative, and all are Elasticsearch's `int`, so that sums of them fit.
  mutating func int(_ name: String) throws(SearchEngineError) -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = (value.int ?? value.string.flatMap { Int64($0) }).flatMap(Int32.init(exactly:)), number >= 0
    else { throw mismatch(name, "a whole number that is not negative, at most \(Int32.max)", value) }
    return Int(number)
  }

  mutating func bool(_ name: String) throws(SearchEngineError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let flag = value.bool ?? value.string.flatMap(Bool.init) else { throw mismatch(name, "true or false", value) }
    return flag
  }

  /// One of an enumeration's raw values, in any case.
  mutating func choice<Choice: RawRepresentable<String>>(_ name: String) throws(SearchEngineError) -> Choice? {
    guard let text = try string(name) else { return nil }
    guard let choice = Choice(rawValue: text.lowercased()) else {
      throw .unparsable("\(context) does not support [\(name)] of [\(text)]")
    }
    return choice
  }

  /// The boost that every query may have.
  mutating func boost() throws(SearchEngineError) -> Double {
    let boost = try double("boost") ?? 1
    guard boost >= 0 else { throw .refusedArgument("\(context): negative [boost] is not allowed, but it is \(boost)") }
    return boost
  }

  func finish() throws(SearchEngineError) {
    guard let unknown = members.first(where: { !asked.contains($0.name) }) else { return }
    throw .unparsable("\(context) does not support [\(unknown.name)]")
  }

  func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> SearchEngineError {
    .unparsable("\(context): [\(name)] is to be \(expected), not \(value.kindName)")
  }
}

extension JSONValue {
  var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .int, .double: "the number \(text)"
    case .string: "the string \(text)"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// A string, or the text of a number or Boolean.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .int, .double, .bool: text
    case .null, .array, .object: nil
    }
  }

  /// An array's items; any other value becomes a list with one item.
  var list: [JSONValue] { array ?? [self] }
}

extension SearchEngineError {
  /// The error for a body that cannot be read, in Elasticsearch's words.
  static func unparsable(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "parsing_exception", reason: reason, index: nil)
  }

  static func refusedArgument(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "illegal_argument_exception", reason: reason, index: nil)
  }
}
