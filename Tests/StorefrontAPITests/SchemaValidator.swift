import JSON

/// Checks a value against the part of JSON Schema that the API's description uses; another keyword is an error.
struct SchemaValidator {
  let document: JSONValue

  private static let annotations: Set<String> = ["description", "default", "examples"]

  /// The mistakes, each with its place; empty where the value is valid.
  func problems(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
    guard let schema = schema.object else { return ["\(path): the schema is no object"] }
    return schema.members.flatMap { member in
      problems(value, keyword: member.name, member.value, in: schema, at: path)
    }
  }

  private func problems(
    _ value: JSONValue, keyword: String, _ rule: JSONValue, in schema: JSONObject, at path: String
  ) -> [String] {
    switch keyword {
    case "$ref":
      let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
      guard let target = document["components"]?["schemas"]?[name] else { return ["\(path): no schema \(name)"] }
      return problems(value, target, at: path)
    case "type":
      let types = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
      return types.contains { isOfType(value, $0) } ? [] : ["\(path): \(value.text) is not of \(rule.text)"]
    case "enum": return rule.array?.contains(value) == true ? [] : ["\(path): \(value.text) is not in \(rule.text)"]
    case "pattern":
      guard let text = value.string, let pattern = rule.string, let regex = try? Regex(pattern) else { return [] }
      return text.firstMatch(of: regex) == nil ? ["\(path): \(text) does not match \(pattern)"] : []
    case "oneOf":
      let fitting = rule.array?.filter { problems(value, $0, at: path).isEmpty }.count ?? 0
      return fitting == 1 ? [] : ["\(path): \(value.text) fits \(fitting) of the alternatives"]
    case "items":
      return (value.array ?? []).enumerated().flatMap { problems($1, rule, at: "\(path)[\($0)]") }
    case "required":
      let names = value.object?.names ?? []
      return (rule.array ?? []).compactMap(\.string).filter { !names.contains($0) }.map { "\(path): lacks \($0)" }
    case "properties":
      return (value.object?.members ?? []).flatMap { member in
        rule[member.name].map { problems(member.value, $0, at: "\(path).\(member.name)") } ?? []
      }
    case "additionalProperties":
      let known = schema["properties"]?.object?.names ?? []
      let others = (value.object?.members ?? []).filter { !known.contains($0.name) }
      if rule == false { return others.map { "\(path): \($0.name) is not described" } }
      return others.flatMap { problems($0.value, rule, at: "\(path).\($0.name)") }
    default: return Self.annotations.contains(keyword) ? [] : ["\(path): the validator does not know \(keyword)"]
    }
  }

  private func isOfType(_ value: JSONValue, _ type: String) -> Bool {
    switch type {
    case "object": value.object != nil
    case "array": value.array != nil
    case "string": value.string != nil
    case "boolean": value.bool != nil
    case "null": value.isNull
    case "integer": if case .int = value { true } else { false }
    case "number": value.double != nil
    default: false
    }
  }
}
