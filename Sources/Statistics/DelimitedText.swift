/// Writes lines that a spreadsheet reads (RFC 4180).
public enum DelimitedText {
  public static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

  /// Quoted where needed; a spreadsheet must not take a code for a formula.
  public static func field(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } == true && Double(text) == nil
    let safe = isFormula ? "'" + text : text
    guard safe.unicodeScalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return safe }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }
}
