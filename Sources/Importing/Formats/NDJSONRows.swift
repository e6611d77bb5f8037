import JSON

/// Lines of flat JSON objects in a retailer's own terms, each a variant: the rows that a mapping reads.
struct NDJSONRows: VariantRowSource {
  private var lines: LineReader
  private let parser = JSONParser()

  init(_ source: ByteSource) { lines = LineReader(source) }

  mutating func headings() throws -> [String]? { nil }

  mutating func next() throws -> VariantRow? {
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        return .refused(line: lines.number, reason: LineRefusal.tooLong.reason)
      }
      let text = lines.number == 1 && bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes
      if text.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      do {
        return .fields(try parser.withDocument(text) { try Self.fields($0) }, line: lines.number)
      } catch let refusal as LineRefusal {
        return .refused(line: lines.number, reason: refusal.reason)
      } catch let error as JSONError {
        return .refused(line: lines.number, reason: error.description)
      }
    }
    return nil
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
