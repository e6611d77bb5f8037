/// A line of prose in a file of the repository: a comment's text, or a line of a Markdown page.
struct ProseLine: Equatable {
  let number: Int
  let text: String
}

extension ProseLine {
  /// The prose of a file, by its kind; code, code spans and fenced blocks are left out.
  static func lines(of text: String, path: String) -> [ProseLine] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .map { (number: $0.offset + 1, text: $0.element) }
    if path.hasSuffix(".md") { return markdown(lines) }
    let markers: [Substring] =
      if [".swift", ".h", ".c", ".cpp"].contains(where: { path.hasSuffix($0) }) {
        ["///", "//", "/*", "* "]
      } else if path.hasSuffix(".sql") {
        ["--"]
      } else {
        ["#"]
      }
    return lines.compactMap { number, line in
      let line = line.drop { $0 == " " || $0 == "\t" }
      if let marker = markers.first(where: { line.hasPrefix($0) }) {
        return ProseLine(number: number, text: plain(line.dropFirst(marker.count)))
      }
      // A comment behind code; a marker inside a string would need a space on both sides to be taken for one.
      guard let tail = markers.compactMap({ line.firstRange(of: " \($0) ") }).first else { return nil }
      return ProseLine(number: number, text: plain(line[tail.upperBound...]))
    }
  }

  private static func markdown(_ lines: [(number: Int, text: Substring)]) -> [ProseLine] {
    var isFenced = false
    return lines.compactMap { number, line in
      if line.hasPrefix("```") { isFenced.toggle() }
      // A heading may be a question without its mark.
      if isFenced || line.hasPrefix("```") || line.hasPrefix("    ") || line.hasPrefix("#") { return nil }
      return ProseLine(number: number, text: plain(line.drop { " ->|*_0123456789.".contains($0) }))
    }
  }

  /// The text without spaces at its ends, each code span as one backquote.
  private static func plain(_ text: Substring) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset % 2 == 0 ? String($0.element) : "`" }.joined().drop { $0 == " " }.description
  }
}

extension ProseLine {
  /// The form of the habit that the line shows (a clause where the noun should be), or nil.
  var habit: String? {
    let openings = ["What ", "Who ", "Whoever ", "Of what", "Of whom"]
    // A question may begin so.
    if !text.hasSuffix("?"), let found = openings.first(where: { text.hasPrefix($0) }) { return found }
    let forms = ["is to be ", "are to be ", "is no ", "for want of"]
    // Absence ("there is none of this") and change ("no longer") are plain; the habit negates a noun with "no".
    let words = text.replacing("here is no ", with: "").replacing("is no longer ", with: "")
    return forms.first { words.contains($0) }
  }
}
