/// Reads the members of one JSON object and, at the end, refuses those that were never asked for.
///
/// It is as lenient as Elasticsearch: a number or a Boolean may be a string, and null means absent. What cannot be read is
/// thrown as the error of whoever reads.
public struct ObjectReader<Failure: Error> {
  /// The name of the object for errors: `[match] query`.
  public let context: String
  public let members: [JSONObject.Member]
  private var asked: Set<String> = []
  private let failure: (String) -> Failure

  /// `failure` makes the error of a reason such as `[match] query requires [query]`.
  public init(
    _ value: JSONValue, _ context: String, failure: @escaping (String) -> Failure
  ) throws(Failure) {
    guard case .object(let object) = value else {
      throw failure("\(context) is to be an object, not \(value.kindName)")
    }
    self.context = context
    self.failure = failure
    members = object.members
  }

  /// The member with the first of these names that exists.
  public mutating func value(_ names: String...) -> JSONValue? {
    asked.formUnion(names)
    return members.first { names.contains($0.name) && $0.value != .null }?.value
  }

  public mutating func required(_ name: String) throws(Failure) -> JSONValue {
    guard let value = value(name) else { throw failure("\(context) requires [\(name)]") }
    return value
  }

  public mutating func string(_ name: String) throws(Failure) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.scalarText else { throw mismatch(name, "a string", value) }
    return text
  }

  public mutating func double(_ name: String) throws(Failure) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double ?? value.string.flatMap(Double.init), number.isFinite else {
      throw mismatch(name, "a number", value)
    }
    return number
  }

  /// A count, size or distance: none is negative, and all are Elasticsearch's `int`, so that sums of them fit.
  public mutating func int(_ name: String) throws(Failure) -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = (value.int ?? value.string.flatMap { Int64($0) }).flatMap(Int32.init(exactly:)), number >= 0
    else { throw mismatch(name, "a whole number that is not negative, at most \(Int32.max)", value) }
    return Int(number)
  }

  public mutating func bool(_ name: String) throws(Failure) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let flag = value.bool ?? value.string.flatMap(Bool.init) else { throw mismatch(name, "true or false", value) }
    return flag
  }

  /// One of an enumeration's raw values, in any case.
  public mutating func choice<Choice: RawRepresentable<String>>(_ name: String) throws(Failure) -> Choice? {
    guard let text = try string(name) else { return nil }
    guard let choice = Choice(rawValue: text.lowercased()) else {
      throw failure("\(context) does not support [\(name)] of [\(text)]")
    }
    return choice
  }

  public func finish() throws(Failure) {
    guard let unknown = members.first(where: { !asked.contains($0.name) }) else { return }
    throw failure("\(context) does not support [\(unknown.name)]")
  }

  public func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> Failure {
    failure("\(context): [\(name)] is to be \(expected), not \(value.kindName)")
  }
}

extension JSONValue {
  /// The kind of value, as an error names it.
  public var kindName: String {
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
  public var scalarText: String? {
    switch self {
    case .string(let text): text
    case .int, .double, .bool: text
    case .null, .array, .object: nil
    }
  }

  /// An array's items; any other value becomes a list with one item.
  public var list: [JSONValue] { array ?? [self] }
}
