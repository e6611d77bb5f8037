/// A JSON document as a tree that keeps the order of an object's members.
///
/// For small documents (request bodies, mappings, settings, one `_source`). Code that reads large volumes walks
/// simdjson's tape through `JSONParser` and `JSONElement` instead.
public enum JSONValue: Sendable, Equatable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object, in order, with look-up by name. Meant for few members, because the look-up is a scan.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  public var members: [Member]

  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public init(_ members: [Member] = []) { self.members = members }

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = elements.map { Member($0.0, $0.1) }
  }

  public var names: [String] { members.map(\.name) }
  public var isEmpty: Bool { members.isEmpty }

  /// The member's value; setting replaces in place or appends, and nil removes.
  public subscript(name: String) -> JSONValue? {
    get {
      // By index: iterating over members would copy each of them, with reference counts for its name and value.
      for index in members.indices where members[index].name == name { return members[index].value }
      return nil
    }
    set {
      if let index = members.firstIndex(where: { $0.name == name }) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(name, newValue))
      }
    }
  }

  /// Equal if the same members have the same values, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.members.count == right.members.count else { return false }
    return left.members.allSatisfy { right[$0.name] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    for name in names.sorted() { hasher.combine(name) }
  }
}

extension JSONValue {
  public subscript(name: String) -> JSONValue? {
    get { if case .object(let object) = self { object[name] } else { nil } }
    set {
      guard case .object(var object) = self else { return }
      object[name] = newValue
      self = .object(object)
    }
  }

  public subscript(index: Int) -> JSONValue? {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
  }

  /// The value at a dotted path of member names: `"settings.index.number_of_shards"`.
  public func value(atPath path: String) -> JSONValue? {
    path.split(separator: ".").reduce(JSONValue?.some(self)) { $0?[String($1)] }
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  public var isNull: Bool { self == .null }

  /// A whole number, also if it is written with a fraction of zero.
  public var int: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The document as compact UTF-8 bytes.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  /// The document as compact text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member($0.0, $0.1) }))
  }
  public init(nilLiteral: ()) { self = .null }
}
