/// Columns of figures for a terminal: names on the left, numbers under their headings on the right.
package struct FigureTable {
  private var rows: [[String]]

  package init(heading: [String]) { rows = [heading] }

  package mutating func add(_ row: [String]) { rows.append(row) }

  package var lines: [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }
  }
}
