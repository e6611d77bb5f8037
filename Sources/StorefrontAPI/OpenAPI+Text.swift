import JSON

extension OpenAPI {
  /// The document as a page of the reference: two spaces a level, so that a change shows as the lines that it changes.
  public static var pretty: String {
    var text = ""
    write(document, indent: "", to: &text)
    return text + "\n"
  }

  private static func write(_ value: JSONValue, indent: String, to text: inout String) {
    let inner = indent + "  "
    switch value {
    case .object(let object) where !object.isEmpty:
      text += "{\n"
      for (index, member) in object.members.enumerated() {
        text += "\(inner)\(JSONValue.string(member.name).text): "
        write(member.value, indent: inner, to: &text)
        text += index == object.members.count - 1 ? "\n" : ",\n"
      }
      text += indent + "}"
    case .array(let items) where items.contains { $0.object != nil || $0.array != nil }:
      text += "[\n"
      for (index, item) in items.enumerated() {
        text += inner
        write(item, indent: inner, to: &text)
        text += index == items.count - 1 ? "\n" : ",\n"
      }
      text += indent + "]"
    default: text += value.text
    }
  }
}
