import Catalog
import Forecasting
import Web

/// Bars of the history, the forecast's line and its band, as one SVG.
struct DemandPlot {
  private static let width = 720.0
  private static let height = 180.0

  let days: [CalendarDay]
  let units: [Double]
  let stockouts: Set<CalendarDay>
  let forecast: ProductForecast

  private var highest: Double {
    max(1, units.max() ?? 0, forecast.mean.max() ?? 0, forecast.upper.compactMap { $0 }.max() ?? 0)
  }
  private var step: Double { Self.width / Double(max(1, days.count + forecast.mean.count)) }

  private func x(_ place: Int) -> Double { Double(place) * step }
  private func y(_ value: Double) -> Double { Self.height * (1 - min(1, max(0, value / highest))) }
  private static func text(_ value: Double) -> String { ((value * 10).rounded() / 10).shortText }
  private func point(_ place: Int, _ value: Double) -> String {
    "\(Self.text(x(days.count + place) + step / 2)),\(Self.text(y(value)))"
  }

  var html: HTML {
    let bars = days.indices.filter { units[$0] > 0 }.map { index -> HTML in
      """
      <rect class="all" x="\(Self.text(x(index)))" y="\(Self.text(y(units[index])))" width="\(Self.text(max(step - 0.6, 0.4)))" height="\(Self.text(Self.height - y(units[index])))"/>
      """
    }
    let out = days.indices.filter { stockouts.contains(days[$0]) }.map { index -> HTML in
      "<rect class=\"out\" x=\"\(Self.text(x(index)))\" y=\"0\" width=\"\(Self.text(step))\" height=\"\(Self.text(Self.height))\"/>"
    }
    let last = (forecast.days.last ?? days.last)?.description ?? ""
    return """
      <p class="axis"><span>\(ShopWords.figure(highest)) units a day</span></p>
      <svg class="plot" viewBox="0 0 \(Self.width.shortText) \(Self.height.shortText)" preserveAspectRatio="none" role="img" aria-label="Units sold by day, and the forecast with its band">\(out)\(bars)\(band)<polyline class="line" points="\(line)"/></svg>
      <p class="axis"><span>\(ShopWords.date(days.first?.description ?? ""))</span><span>\(ShopWords.date(last))</span></p>
      """
  }

  private var line: String { forecast.mean.enumerated().map { point($0.offset, $0.element) }.joined(separator: " ") }

  private var band: HTML? {
    let upper = forecast.upper.compactMap { $0 }
    let lower = forecast.lower.compactMap { $0 }
    guard upper.count == forecast.mean.count, lower.count == upper.count, !upper.isEmpty else { return nil }
    let above = upper.enumerated().map { point($0.offset, $0.element) }
    let below = lower.enumerated().reversed().map { point($0.offset, $0.element) }
    return "<polygon class=\"band\" points=\"\((above + below).joined(separator: " "))\"/>"
  }
}
