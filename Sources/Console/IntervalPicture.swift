import Web

/// Ranges of changes around a line at no change, as inline SVG without scripts; the text beside it says the same.
struct IntervalPicture {
  struct Bar {
    var name: String
    var value: Double
    var range: ClosedRange<Double>
    var text: String
    /// nil: no difference is shown.
    var isBetter: Bool?
  }

  let label: String
  let bars: [Bar]

  private static let width = 340.0
  private static let rowHeight = 34.0

  var html: HTML {
    let reach = bars.map { max(abs($0.range.lowerBound), abs($0.range.upperBound)) }.reduce(1e-6, max)
    let height = Double(bars.count) * Self.rowHeight
    func x(_ value: Double) -> String {
      Self.px(Self.width / 2 + min(max(value / reach, -1), 1) * (Self.width / 2 - 6))
    }
    let rows = bars.enumerated().map { place, bar -> HTML in
      let top = Double(place) * Self.rowHeight
      let colour = bar.isBetter.map { $0 ? "#1f7a4d" : "#b3261e" } ?? "#51606e"
      return """
        <text x="0" y="\(Self.px(top + 13))" font-size="12" fill="#1d2733">\(bar.name)</text><text x="\(Self.px(Self.width))" y="\(Self.px(top + 13))" font-size="12" text-anchor="end" fill="#1d2733">\(bar.text)</text><line x1="\(x(bar.range.lowerBound))" x2="\(x(bar.range.upperBound))" y1="\(Self.px(top + 24))" y2="\(Self.px(top + 24))" stroke="\(colour)" stroke-width="6" stroke-linecap="round"/><circle cx="\(x(bar.value))" cy="\(Self.px(top + 24))" r="5" fill="#fff" stroke="\(colour)" stroke-width="3"/>
        """
    }
    let words = bars.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
    return """
      <svg viewBox="0 0 \(Self.px(Self.width)) \(Self.px(height))" role="img" aria-label="\(label): \(words)"><line x1="\(x(0))" x2="\(x(0))" y1="0" y2="\(Self.px(height))" stroke="#8a99a8" stroke-dasharray="3 3"/>\(rows)</svg>
      """
  }

  private static func px(_ value: Double) -> String { ((value * 10).rounded() / 10).shortText }
}
