/// The delimiter between the fields of a line.
enum FieldDelimiter: Equatable {
  case byte(UInt8)
  /// `::`
  case doubleColon
  case spaces

  static func of(_ line: ArraySlice<UInt8>) throws(InteractionReader.Unusable) -> FieldDelimiter {
    if line.contains(UInt8(ascii: "\t")) { return .byte(UInt8(ascii: "\t")) }
    if line.indices.dropLast().contains(where: { isDoubleColon(line, $0) }) { return .doubleColon }
    for byte in [UInt8(ascii: ","), UInt8(ascii: ";")] where line.contains(byte) { return .byte(byte) }
    if line.contains(UInt8(ascii: " ")) { return .spaces }
    throw .init(
      reason: "the first line has one field: a tab, a comma or `::` must part user, item, rating and timestamp")
  }

  private static func isDoubleColon(_ line: ArraySlice<UInt8>, _ index: Int) -> Bool {
    line[index] == UInt8(ascii: ":") && line[index + 1] == UInt8(ascii: ":")
  }

  /// The fields without the white space around them; a field of a comma's file may stand in quotation marks.
  func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var fields: [ArraySlice<UInt8>] = []
    var start = line.startIndex
    var index = line.startIndex
    var isQuoted = false
    while index < line.endIndex {
      let width = widthOfDelimiter(line, index)
      if line[index] == UInt8(ascii: "\""), case .byte = self { isQuoted.toggle() }
      if width > 0 && !isQuoted {
        fields.append(Self.trimmed(line[start..<index]))
        start = index + width
        index = start
      } else {
        index += 1
      }
    }
    fields.append(Self.trimmed(line[start...]))
    return fields
  }

  private func widthOfDelimiter(_ line: ArraySlice<UInt8>, _ index: Int) -> Int {
    switch self {
    case .byte(let byte): return line[index] == byte ? 1 : 0
    case .doubleColon: return index + 1 < line.endIndex && Self.isDoubleColon(line, index) ? 2 : 0
    case .spaces:
      var end = index
      while end < line.endIndex && line[end] == UInt8(ascii: " ") { end += 1 }
      return end - index
    }
  }

  private static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var field = field
    while field.first == UInt8(ascii: " ") { field = field.dropFirst() }
    while field.last == UInt8(ascii: " ") { field = field.dropLast() }
    if field.count >= 2, field.first == UInt8(ascii: "\""), field.last == UInt8(ascii: "\"") {
      field = field.dropFirst().dropLast()
    }
    return field
  }
}
