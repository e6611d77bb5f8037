/// The settings in force as text for people and as JSON for programs. Both blank secrets.
public struct SettingsReport {
  let resolved: ResolvedSettings

  public init(_ resolved: ResolvedSettings) {
    self.resolved = resolved
  }

  /// A settings file: given values as `key = value` below a comment that names their origin, all others as comments.
  public var text: String {
    var lines = ["# The settings in force. A line in comment is a default, absent or secret."]
    var group = ""
    for entry in resolved.entries {
      let key = entry.declaration.key
      if key.components[0] != group {
        group = key.components[0]
        lines.append("")
      }
      if entry.origin != .builtIn { lines.append("# from \(entry.origin)") }
      let isBlanked = entry.declaration.isSecret || entry.shownText?.contains("***") == true
      switch entry.shownText {
      case nil: lines.append("# \(key) is not set")
      case let value? where isBlanked || entry.origin == .builtIn: lines.append("# \(key) = \(value)")
      case let value?: lines.append("\(key) = \(quotedWhereNeeded(value))")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// `{"file": …, "settings": {key: {"value": …, "origin": …, "secret": …}}}`; values are texts or null.
  public var json: String {
    let settings = resolved.entries.map { entry in
      let value = entry.shownText.map(jsonString) ?? "null"
      return "    \(jsonString("\(entry.declaration.key)")): {\"value\": \(value), "
        + "\"origin\": \(jsonString("\(entry.origin)")), \"secret\": \(entry.declaration.isSecret)}"
    }
    let file = resolved.filePath.map(jsonString) ?? "null"
    return "{\n  \"file\": \(file),\n  \"settings\": {\n" + settings.joined(separator: ",\n") + "\n  }\n}"
  }

  private func quotedWhereNeeded(_ value: String) -> String {
    value.trimmed == value[...] && !value.hasPrefix("\"") ? value : "\"\(value)\""
  }
}

/// `text` as a JSON string with its quotes (RFC 8259, section 7).
func jsonString(_ text: String) -> String {
  var escaped = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": escaped += "\\\""
    case "\\": escaped += "\\\\"
    case "\n": escaped += "\\n"
    case "\r": escaped += "\\r"
    case "\t": escaped += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped + "\""
}
