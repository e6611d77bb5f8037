public import Catalog
public import Ports

/// Writes figures as people read them.
public struct FigureWords: Sendable {
  let currency: Currency

  public init(currency: Currency) { self.currency = currency }

  /// `£12,300`, `12.3 %`, `45.1 days`; a dash for none.
  public func text(_ value: Double?, _ unit: Metric.Unit) -> String {
    guard let value, value.isFinite else { return "–" }
    switch unit {
    case .money:
      let whole = Int64(saturating: value.rounded())
      // Pence of a mean matter, those of thousands do not.
      let scale: Int64 = abs(whole) >= 1_000_00 && currency.minorUnitDigits == 2 ? 100 : 1
      return Money(minorUnits: (whole / scale) * scale, currency: currency).shortText
    case .count: return Self.decimal(value, digits: abs(value) < 10 && value != value.rounded() ? 1 : 0)
    case .share: return Self.decimal(100 * value, digits: 1) + " %"
    case .days: return Self.decimal(value, digits: 0) + " days"
    case .ratio: return Self.decimal(value, digits: 2)
    }
  }

  /// `+12 %`, `−3 %`; nil for none.
  public func change(_ share: Double?) -> String? {
    guard let share, share.isFinite else { return nil }
    let percent = Int(saturating: (100 * share).rounded())
    return percent == 0 ? "unchanged" : (percent > 0 ? "+" : "−") + "\(percent.magnitude) %"
  }

  static func decimal(_ value: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64(saturating: (abs(value) * scale).rounded())
    let whole = scaled / Int64(saturating: scale)
    let rest = String(scaled % Int64(saturating: scale))
    var text = ""
    let figures = String(whole)
    for (index, figure) in figures.enumerated() {
      if index > 0, (figures.count - index).isMultiple(of: 3) { text += "," }
      text.append(figure)
    }
    if digits > 0 { text += "." + String(repeating: "0", count: digits - rest.count) + rest }
    return (value < 0 && scaled > 0 ? "−" : "") + text
  }
}
