import Bootstrap
import Web

/// Charts as inline SVG, without scripts; a table beside them has the same figures, for readers who cannot see charts.
enum Chart {
  struct Bar {
    var name: String
    /// From 0 to 1.
    var value: Double
    var text: String
    /// Whether the chart is about this bar.
    var isMain: Bool
  }

  struct Interval {
    var name: String
    var value: Double
    var range: ClosedRange<Double>
    var text: String
  }

  /// A phone's width: text has its stated size there, and is larger on a desktop.
  private static let width = 340.0
  private static let rowHeight = 34.0

  /// Bars from 0 to 1, each below its name.
  static func bars(label: String, _ bars: [Bar]) -> HTML {
    let rows = bars.enumerated().map { index, bar -> HTML in
      let top = Double(index) * rowHeight
      let length = max(0, min(1, bar.value)) * width
      return """
        <text x="0" y="\(px(top + 13))" font-size="12" fill="#1d2733">\(bar.name)</text><text x="\(px(width))" y="\(px(top + 13))" font-size="12" text-anchor="end" fill="#1d2733">\(bar.text)</text>
        <rect x="0" y="\(px(top + 18))" width="\(px(width))" height="9" rx="2" fill="#eef1f4"/><rect x="0" y="\(px(top + 18))" width="\(px(length))" height="9" rx="2" fill="\(bar.isMain ? "#0b5cad" : "#8a99a8")"/>

        """
    }
    return frame(label: label, height: Double(bars.count) * rowHeight, rows)
  }

  /// Dots with their intervals around a line at 0, each below its name.
  static func intervals(label: String, _ intervals: [Interval]) -> HTML {
    let low = intervals.map(\.range.lowerBound).reduce(0, min)
    let high = intervals.map(\.range.upperBound).reduce(0, max)
    // If all differences are zero, the scale would have no width.
    let span = max(high - low, 1e-6)
    func x(_ value: Double) -> String { px(6 + (value - low) / span * (width - 12)) }
    let height = Double(intervals.count) * rowHeight
    let rows = intervals.enumerated().map { index, interval -> HTML in
      let top = Double(index) * rowHeight
      return """
        <text x="0" y="\(px(top + 13))" font-size="12" fill="#1d2733">\(interval.name)</text><text x="\(px(width))" y="\(px(top + 13))" font-size="12" text-anchor="end" fill="#1d2733">\(interval.text)</text>
        <line x1="\(x(interval.range.lowerBound))" x2="\(x(interval.range.upperBound))" y1="\(px(top + 23))" y2="\(px(top + 23))" stroke="#0b5cad" stroke-width="2"/><circle cx="\(x(interval.value))" cy="\(px(top + 23))" r="4" fill="#0b5cad"/>

        """
    }
    let zero: HTML =
      "<line x1=\"\(x(0))\" x2=\"\(x(0))\" y1=\"0\" y2=\"\(px(height))\" stroke=\"#8a99a8\" stroke-dasharray=\"3 3\"/>"
    return frame(label: label, height: height, [zero] + rows)
  }

  private static func frame(label: String, height: Double, _ content: [HTML]) -> HTML {
    "<svg viewBox=\"0 0 \(px(width)) \(px(height))\" role=\"img\" aria-label=\"\(label)\">\n\(content)</svg>"
  }

  private static func px(_ value: Double) -> String { decimal(value, 1) }
}
