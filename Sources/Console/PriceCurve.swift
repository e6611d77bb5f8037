import Catalog
import Ports
import Pricing
import Web

/// A proposal's curve as SVG, without a script: the expected margin of a day (revenue without a cost) over the price, the
/// band that holds it 95 % of the time, and the prices of now and then.
struct PriceCurve {
  private static let (width, height) = (720.0, 260.0)
  private static let (left, right, top, bottom) = (76.0, 16.0, 14.0, 40.0)

  let proposal: PriceProposal
  let currency: Currency

  private var subject: String { proposal.curve.allSatisfy { $0.margin != nil } ? "margin" : "revenue" }

  private func value(_ sales: ExpectedSales) -> Expected { sales.margin ?? sales.revenue }

  private func text(_ minorUnits: Double) -> String {
    Money(minorUnits: Int64(saturating: minorUnits.rounded()), currency: currency).shortText
  }

  /// nil without a curve.
  var svg: HTML? {
    let points = proposal.curve
    guard points.count > 1, let first = points.first?.price, let last = points.last?.price, last > first else {
      return nil
    }
    let low = points.map { value($0).low }.reduce(0, min)
    // The upper end of the band may be far away: the curve itself must stay readable.
    let high = min(
      points.map { value($0).high }.reduce(0, max), (points.map { value($0).value }.max() ?? 0) * 2.5)
    guard high > low else { return nil }
    func x(_ price: Int64) -> Double {
      Self.left + Double(price - first) / Double(last - first) * (Self.width - Self.left - Self.right)
    }
    func y(_ amount: Double) -> Double {
      Self.top + (high - min(max(amount, low), high)) / (high - low) * (Self.height - Self.top - Self.bottom)
    }
    func place(_ price: Int64, _ amount: Double) -> String { "\(px(x(price))),\(px(y(amount)))" }
    let band =
      points.map { place($0.price, value($0).high) } + points.reversed().map { place($0.price, value($0).low) }
    let line = points.map { place($0.price, value($0).value) }
    let marks = [("now", proposal.now, "#4a5866"), ("proposed", proposal.then, "#b4560b")].compactMap {
      name, sales, colour -> HTML? in
      guard let sales, name == "now" || sales.price != proposal.currentPrice else { return nil }
      let (at, level) = (x(sales.price), y(value(sales).value))
      return """
        <line x1="\(px(at))" x2="\(px(at))" y1="\(px(Self.top))" y2="\(px(Self.height - Self.bottom))" stroke="\(colour)" stroke-dasharray="4 3"/><circle cx="\(px(at))" cy="\(px(level))" r="5" fill="\(colour)"/><text x="\(px(at))" y="\(px(Self.height - 22))" font-size="13" text-anchor="middle" fill="\(colour)">\(text(Double(sales.price))) \(name == "now" && proposal.decision == .change ? "" : name)</text>
        """
    }
    let ends: HTML = """
      <text x="\(px(Self.left - 6))" y="\(px(Self.top + 10))" font-size="13" text-anchor="end" fill="#1d2733">\(text(high))</text><text x="\(px(Self.left - 6))" y="\(px(y(low)))" font-size="13" text-anchor="end" fill="#1d2733">\(text(low))</text><text x="\(px(Self.left))" y="\(px(Self.height - 4))" font-size="13" fill="#1d2733">\(text(Double(first)))</text><text x="\(px(Self.width - Self.right))" y="\(px(Self.height - 4))" font-size="13" text-anchor="end" fill="#1d2733">\(text(Double(last)))</text>
      """
    return """
      <svg class="curve" viewBox="0 0 \(px(Self.width)) \(px(Self.height))" role="img" aria-label="Expected \(subject) a day by price, with the band that holds it 95 % of the time"><polygon points="\(band.joined(separator: " "))" fill="#dbe9f7"/><polyline points="\(line.joined(separator: " "))" fill="none" stroke="#0b5cad" stroke-width="2"/>\(marks)\(ends)</svg>
      <p class="note">Expected \(subject) a day by price. The band holds it 95 % of the time.</p>
      """
  }

  private func px(_ value: Double) -> String { ((value * 10).rounded() / 10).shortText }
}
