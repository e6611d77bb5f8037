import Foundation

/// A regular expression in Java's syntax, run by Foundation's engine.
///
/// The two syntaxes agree except for the classes that are ASCII in Java (`\w`, `\d`, `\s`, `\p{Alpha}` and similar
/// ones), which are expanded here, and for `CASE_INSENSITIVE`, which covers ASCII in Java and all of Unicode here.
struct JavaPattern: Sendable {
  /// The places of a match and its groups, in UTF-16 code units.
  struct Match: Sendable {
    var range: Range<Int>
    /// The match itself and its groups; nil for a group that did not take part in the match.
    var groups: [Range<Int>?]
  }

  /// Longest pattern in characters: no shop needs a longer one, and compiling it takes long.
  static let maxLength = 10_000

  private let expression: NSRegularExpression
  /// The pattern as an ASCII class, if it is one class of characters: a shortcut for ASCII texts.
  let asciiClass: ASCIIClass?

  /// `flags` are Java's names separated by `|`, as Elasticsearch accepts them.
  init(_ pattern: String, flags: String? = nil) throws(AnalysisError) {
    guard pattern.utf8.count <= Self.maxLength else {
      throw AnalysisError("pattern of \(pattern.utf8.count) bytes: at most \(Self.maxLength) are allowed")
    }
    var options: NSRegularExpression.Options = []
    for flag in (flags ?? "").split(separator: "|") {
      switch flag.uppercased() {
      case "CASE_INSENSITIVE", "UNICODE_CASE": options.insert(.caseInsensitive)
      case "MULTILINE": options.insert(.anchorsMatchLines)
      case "DOTALL": options.insert(.dotMatchesLineSeparators)
      case "COMMENTS": options.insert(.allowCommentsAndWhitespace)
      case "LITERAL": options.insert(.ignoreMetacharacters)
      case "UNIX_LINES": options.insert(.useUnixLineSeparators)
      case "UNICODE_CHAR_CLASS", "UNICODE_CHARACTER_CLASS": break
      default: throw AnalysisError("Unknown regex flag [\(flag)]")
      }
    }
    let isLiteral = options.contains(.ignoreMetacharacters)
    do {
      expression = try NSRegularExpression(
        pattern: isLiteral ? pattern : try Self.translated(pattern), options: options)
      asciiClass = options.isEmpty ? ASCIIClass(pattern, expression) : nil
    } catch let error as AnalysisError {
      throw error
    } catch {
      throw AnalysisError("\(pattern) is not a regular expression", type: "pattern_syntax_exception")
    }
  }

  /// A pattern of one class, such as `[^\p{L}\p{N}]+`: a table gives its matches in an ASCII text.
  struct ASCIIClass: Sendable {
    /// Whether a run of such characters is one match.
    let isRepeated: Bool
    private let members: [Bool]

    fileprivate init?(_ pattern: String, _ expression: NSRegularExpression) {
      isRepeated = pattern.hasSuffix("+")
      let set = isRepeated ? pattern.dropLast() : pattern[...]
      guard set.utf8.count > 2, set.hasPrefix("["), set.hasSuffix("]") else { return nil }
      let inside = set.dropFirst().dropLast()
      // The engine handles a class within a class, an intersection, and an escape of the last bracket.
      guard !inside.contains(where: { "[]&".contains($0) }), inside.last != "\\" else { return nil }
      members = (0..<128).map { code in
        let text = String(UnicodeScalar(UInt8(code)))
        let length = text.utf16.count
        return expression.firstMatch(in: text, range: NSRange(location: 0, length: length))?.range.length == length
      }
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool { members[Int(byte & 0x7F)] }
  }

  var groupCount: Int { expression.numberOfCaptureGroups }

  func matches(in units: [UInt16]) -> [Match] {
    let text = String(decoding: units, as: UTF16.self)
    return expression.matches(in: text, range: NSRange(location: 0, length: units.count)).map { result in
      Match(
        range: result.range.location..<result.range.location + result.range.length,
        groups: (0..<result.numberOfRanges).map { group in
          let range = result.range(at: group)
          return range.location == NSNotFound ? nil : range.location..<range.location + range.length
        })
    }
  }

  /// Whether the pattern matches the text from its beginning to its end.
  func matchesWhole(_ text: String) -> Bool {
    let units = Array(text.utf16)
    return matches(in: units).contains { $0.range == 0..<units.count }
  }

  /// Java's ASCII classes, as the inside of a set.
  private static let posixClasses: [String: String] = [
    "Lower": "a-z", "Upper": "A-Z", "ASCII": #"\x00-\x7F"#, "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": #"!-/:-@\[-`{-~"#, "Graph": "!-~", "Print": #"\x20-~"#, "Blank": #"\x20\t"#, "Cntrl": #"\x00-\x1F\x7F"#,
    "XDigit": "0-9a-fA-F", "Space": #"\x20\t\n\x0B\f\r"#,
  ]

  private static let shorthands: [Character: (set: String, isNegated: Bool)] = [
    "w": ("a-zA-Z_0-9", false), "W": ("a-zA-Z_0-9", true), "d": ("0-9", false), "D": ("0-9", true),
    "s": (#"\x20\t\n\x0B\f\r"#, false), "S": (#"\x20\t\n\x0B\f\r"#, true),
  ]

  /// The pattern with Java's ASCII classes expanded.
  private static func translated(_ pattern: String) throws(AnalysisError) -> String {
    var out = ""
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      guard character == "\\", let escaped = rest.popFirst() else {
        out.append(character)
        continue
      }
      if escaped == "Q" {
        out += "\\Q"
        while let quoted = rest.popFirst() {
          out.append(quoted)
          if out.hasSuffix("\\E") { break }
        }
      } else if let (set, isNegated) = shorthands[escaped] {
        out += isNegated ? "[^\(set)]" : "[\(set)]"
      } else if escaped == "p" || escaped == "P", rest.first == "{", let close = rest.firstIndex(of: "}") {
        let name = String(rest[rest.index(after: rest.startIndex)..<close])
        rest = rest[rest.index(after: close)...]
        if let set = posixClasses[name] {
          out += escaped == "P" ? "[^\(set)]" : "[\(set)]"
        } else if name.hasPrefix("java") {
          throw AnalysisError("\\\(escaped){\(name)}: Java's own character classes are not supported")
        } else {
          // Java puts Is and In before the names of scripts and blocks.
          out += "\\\(escaped){\(name.hasPrefix("Is") ? String(name.dropFirst(2)) : name)}"
        }
      } else {
        out += "\\\(escaped)"
      }
    }
    return out
  }
}

/// The replacement of a match, in Java's syntax: `$1` and `${name}` are groups, and a backslash makes the next
/// character literal.
struct JavaReplacement: Sendable {
  private enum Part: Sendable {
    case text([UInt16])
    case group(Int)
  }

  private var parts: [Part] = []

  /// The text, if it names no group and is pure ASCII.
  var plainASCII: [UInt8]? {
    var bytes: [UInt8] = []
    for part in parts {
      guard case .text(let text) = part, text.allSatisfy({ $0 < 0x80 }) else { return nil }
      bytes += text.map { UInt8($0) }
    }
    return bytes
  }

  /// Throws if the replacement names a group that the pattern does not have.
  init(_ replacement: String, for pattern: JavaPattern) throws(AnalysisError) {
    var text: [UInt16] = []
    var rest = Substring(replacement)
    while let character = rest.popFirst() {
      if character == "\\" {
        guard let plain = rest.popFirst() else { throw AnalysisError("character to be escaped is missing") }
        text.append(contentsOf: plain.utf16)
      } else if character == "$" {
        guard var group = rest.popFirst()?.wholeNumberValue else {
          throw AnalysisError("Illegal group reference in replacement [\(replacement)]: a number is expected after $")
        }
        guard group <= pattern.groupCount else { throw AnalysisError("No group \(group)") }
        // Java takes as many digits as still name a group.
        while let digit = rest.first?.wholeNumberValue, group * 10 + digit <= pattern.groupCount {
          group = group * 10 + digit
          rest.removeFirst()
        }
        if !text.isEmpty { parts.append(.text(text)) }
        text = []
        parts.append(.group(group))
      } else {
        text.append(contentsOf: character.utf16)
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
  }

  func append(for match: JavaPattern.Match, of units: [UInt16], to out: inout [UInt16]) {
    for part in parts {
      switch part {
      case .text(let text): out.append(contentsOf: text)
      case .group(let group): if let range = match.groups[group] { out.append(contentsOf: units[range]) }
      }
    }
  }
}
