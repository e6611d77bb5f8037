import JSON

/// Lines of flat JSON objects in a retailer's own terms, each a variant: the rows that a mapping reads.
struct NDJSONRows: VariantRowSource {
  private var documents: JSONLines

  init(_ source: ByteSource) { documents = JSONLines(source) }

  mutating func headings() throws -> [String]? { nil }

  mutating func next() throws -> VariantRow? {
    switch try documents.next(Self.fields) {
    case nil: nil
    case .read(let fields, let line): .fields(fields, line: line)
    case .refused(let line, let reason): .refused(line: line, reason: reason)
    }
  }

  private static func fields(_ root: JSONElement) throws -> [(heading: String, value: String)] {
    guard root.kind == .object else { throw LineRefusal("no JSON object") }
    var fields: [(heading: String, value: String)] = []
    try root.forEachMember { name, value in
      let heading = String(decoding: name, as: UTF8.self)
      switch value.kind {
      case .null: break
      case .array:
        var texts: [String] = []
        try value.forEachItem { item in
          guard let text = item.value.scalarText else { throw LineRefusal("\(heading) is a list of more than texts") }
          texts.append(text)
        }
        fields.append((heading, texts.joined(separator: String(VariantFields.valueSeparator))))
      case .object: throw LineRefusal("\(heading) is an object: a mapping reads flat lines")
      default: if let text = value.value.scalarText { fields.append((heading, text)) }
      }
    }
    return fields
  }
}
