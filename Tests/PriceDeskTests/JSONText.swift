import JSON

enum JSONText {
  static func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
}
