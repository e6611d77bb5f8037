/// A Swift file's code with comments and the contents of strings blanked out, so that words and braces in it are code.
struct SwiftSource {
  /// A declaration with a body.
  struct Function: Equatable {
    let name: String
    let firstLine: Int
    let lastLine: Int

    var lines: Int { lastLine - firstLine + 1 }
  }

  let code: [UInt8]

  init(_ text: String) {
    var blanker = Blanker(bytes: Array(text.utf8))
    code = blanker.run()
  }

  var codeText: String { String(decoding: code, as: UTF8.self) }

  /// The modules of the import lines.
  var imports: [String] {
    codeText.split(separator: "\n").compactMap { line in
      var words = line.split(whereSeparator: { $0 == " " || $0 == "." })
      while let first = words.first, first.hasPrefix("@") || accessWords.contains(String(first)) { words.removeFirst() }
      guard words.count > 1, words[0] == "import" else { return nil }
      // `import struct Foundation.URL`
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      return kinds.contains(String(words[1])) && words.count > 2 ? String(words[2]) : String(words[1])
    }
  }

  private var accessWords: [String] { ["public", "package", "internal", "fileprivate", "private"] }

  /// Functions, initialisers, subscripts and computed properties, nested ones too.
  var functions: [Function] {
    let words = ["func", "init", "deinit", "subscript", "var"].map { Array($0.utf8) }
    var found: [Function] = []
    var line = 1
    for index in code.indices {
      if code[index] == UInt8(ascii: "\n") { line += 1 }
      guard index == 0 || !isWordByte(code[index - 1]) && code[index - 1] != UInt8(ascii: "."),
        let word = words.first(where: { code[index...].starts(with: $0) }),
        index + word.count < code.count, !isWordByte(code[index + word.count]),
        let body = bodyRange(from: index + word.count, isProperty: word == Array("var".utf8))
      else { continue }
      let newlines = code[index..<body.upperBound].count { $0 == UInt8(ascii: "\n") }
      let header = String(decoding: code[index..<body.lowerBound], as: UTF8.self)
      let name = header.prefix { $0 != "(" && $0 != "{" && $0 != "\n" }.trimmingSuffix(while: \.isWhitespace)
      found.append(Function(name: String(name), firstLine: line, lastLine: line + newlines))
    }
    return found
  }

  /// The braces of the declaration whose keyword ends at `start`; nil for one without a body.
  private func bodyRange(from start: Int, isProperty: Bool) -> Range<Int>? {
    var depth = 0
    for index in start..<code.count {
      switch code[index] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "}") where depth == 0: return nil
      case UInt8(ascii: "=") where isProperty && depth == 0: return nil
      case UInt8(ascii: "\n") where depth == 0 && (isProperty || startsDeclaration(at: index + 1)): return nil
      case UInt8(ascii: "{") where depth == 0: return index..<endOfBlock(from: index)
      default: break
      }
      if depth < 0 { return nil }
    }
    return nil
  }

  /// A requirement without a body is followed by a next declaration, an annotation or nothing.
  private func startsDeclaration(at index: Int) -> Bool {
    let rest = code[index...].drop { $0 == UInt8(ascii: " ") }
    let openings = [
      "func ", "var ", "let ", "init", "static ", "subscript", "mutating ", "associatedtype ", "@", "public ", "\n",
      "#",
    ]
    return openings.contains { rest.starts(with: Array($0.utf8)) }
  }

  private func endOfBlock(from start: Int) -> Int {
    var depth = 0
    for index in start..<code.count {
      if code[index] == UInt8(ascii: "{") { depth += 1 }
      if code[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return code.count
  }
}

private func isWordByte(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "_") || byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
    || Character(Unicode.Scalar(byte)).isNumber
}

/// Turns comments and string contents into spaces, keeping every newline.
private struct Blanker {
  let bytes: [UInt8]
  var blanked: [UInt8]
  var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
    blanked = bytes
  }

  mutating func run() -> [UInt8] {
    code(untilClosingParenthesis: false)
    return blanked
  }

  private func sees(_ text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= bytes.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] != UInt8(ascii: "\n") { blanked[position] = UInt8(ascii: " ") }
      position += 1
    }
  }

  /// Passes over code; within an interpolation up to its closing parenthesis.
  private mutating func code(untilClosingParenthesis isInterpolation: Bool) {
    var depth = 0
    while position < bytes.count {
      if sees("//") {
        while position < bytes.count && bytes[position] != UInt8(ascii: "\n") { blank(1) }
      } else if sees("/*") {
        blockComment()
      } else if bytes[position] == UInt8(ascii: "\"") || sees("#\"") || sees("##\"") {
        string()
      } else {
        if bytes[position] == UInt8(ascii: "(") { depth += 1 }
        if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
        if isInterpolation && depth < 0 { return }
        if isInterpolation { blank(1) } else { position += 1 }
      }
    }
  }

  private mutating func blockComment() {
    var depth = 0
    while position < bytes.count {
      if sees("/*") {
        depth += 1
        blank(2)
      } else if sees("*/") {
        depth -= 1
        blank(2)
        if depth == 0 { return }
      } else {
        blank(1)
      }
    }
  }

  /// Any string literal: one line or several, raw or not, with interpolations.
  private mutating func string() {
    var pounds = 0
    while bytes[position] == UInt8(ascii: "#") {
      pounds += 1
      blank(1)
    }
    let isMultiline = sees("\"\"\"")
    let quote = [UInt8](repeating: UInt8(ascii: "\""), count: isMultiline ? 3 : 1)
    let raw = [UInt8](repeating: UInt8(ascii: "#"), count: pounds)
    let end = quote + raw
    let escape = [UInt8(ascii: "\\")] + raw
    blank(quote.count)
    while position < bytes.count {
      let rest = bytes[position...]
      if rest.starts(with: end) { return blank(end.count) }
      if rest.starts(with: escape) {
        blank(escape.count)
        if position < bytes.count && bytes[position] == UInt8(ascii: "(") {
          blank(1)
          code(untilClosingParenthesis: true)
        }
        blank(1)
      } else if !isMultiline && bytes[position] == UInt8(ascii: "\n") {
        // A quotation mark that opens no string, as in a regular expression.
        return
      } else {
        blank(1)
      }
    }
  }
}

extension StringProtocol where SubSequence == Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }
}
