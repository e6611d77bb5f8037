/// A number with `digits` decimals, rounded half away from zero.
package func decimal(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int64(saturating: (value * scale).rounded())
  guard digits > 0 else { return String(scaled) }
  let text = String(scaled.magnitude)
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  return "\(scaled < 0 ? "-" : "")\(padded.dropLast(digits)).\(padded.suffix(digits))"
}

/// Like `decimal`, or a dash if there is no figure.
package func decimal(_ value: Double?, _ digits: Int) -> String { value.map { decimal($0, digits) } ?? "-" }

/// Like `decimal`, with a plus before positive numbers.
package func signed(_ value: Double, _ digits: Int) -> String { (value > 0 ? "+" : "") + decimal(value, digits) }

/// Seconds in the form of a report.
package func inSeconds(_ value: Double) -> String { "\((value * 100).rounded() / 100) s" }
