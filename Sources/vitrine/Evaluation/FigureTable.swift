/// Columns of figures for a terminal: names on the left, numbers under their headings on the right.
struct FigureTable {
  private var rows: [[String]]

  init(heading: [String]) { rows = [heading] }

  mutating func add(_ row: [String]) { rows.append(row) }

  var lines: [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }
  }
}

/// A number with `digits` decimals, rounded half away from zero.
func decimal(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int64(saturating: (value * scale).rounded())
  guard digits > 0 else { return String(scaled) }
  let text = String(scaled.magnitude)
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  return "\(scaled < 0 ? "-" : "")\(padded.dropLast(digits)).\(padded.suffix(digits))"
}

/// Like `decimal`, or a dash if there is no figure.
func decimal(_ value: Double?, _ digits: Int) -> String { value.map { decimal($0, digits) } ?? "-" }

/// Like `decimal`, with a plus before positive numbers.
func signed(_ value: Double, _ digits: Int) -> String { (value > 0 ? "+" : "") + decimal(value, digits) }
