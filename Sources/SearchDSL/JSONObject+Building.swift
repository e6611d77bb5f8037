internal import JSON

extension JSONObject {
  /// Appends a member; nil appends nothing, because a default is written by leaving it out.
  mutating func add(_ name: String, _ value: JSONValue?) {
    if let value { members.append(Member(name, value)) }
  }

  mutating func add(_ name: String, _ value: String?) { add(name, value.map(JSONValue.string)) }
  mutating func add(_ name: String, _ value: Int) { add(name, JSONValue.int(Int64(value))) }
  mutating func add(_ name: String, _ value: Double?) { add(name, value.map(JSONValue.double)) }
  mutating func add(_ name: String, _ value: Bool) { add(name, JSONValue.bool(value)) }

  mutating func add<Value: Equatable>(_ name: String, _ value: Value, unless standard: Value, _ json: JSONValue) {
    if value != standard { add(name, json) }
  }

  mutating func add(boost: Double) { add("boost", boost, unless: 1, .double(boost)) }
}

extension JSONValue {
  /// An object of one member.
  static func object(_ name: String, _ value: JSONValue) -> JSONValue {
    .object(JSONObject([JSONObject.Member(name, value)]))
  }

  static func object(_ name: String, _ value: JSONObject) -> JSONValue { object(name, .object(value)) }

  static func strings(_ values: [String]) -> JSONValue { .array(values.map(JSONValue.string)) }
}
