internal import Catalog
public import Statistics

/// Reads a file of sales: `product, date, units[, price, promotion, category]`, with a line of names.
///
///     product,date,units,price,promotion
///     P-204,2026-03-01,3,19.90,0
public enum SalesReader {
  public struct Result: Sendable {
    public let lines: [SalesLine]
    /// By product.
    public let categories: [String: String]
    public let refusals: [DelimitedRows.Refusal]
    public let refusedCount: Int
  }

  private static let longestProduct = 256

  /// Lines that cannot be read are left out and told; throws where the file has no such columns or no line at all.
  public static func read(_ bytes: [UInt8]) throws(DelimitedRows.Unusable) -> Result {
    var rows = try DelimitedRows(
      bytes,
      columns: [
        ["product", "product_id", "sku", "item", "stockcode"], ["date", "day", "month", "week"],
        ["units", "quantity", "sales", "qty"], ["price", "unit_price", "unitprice"],
        ["promotion", "promo", "promoted"],
        ["category"],
      ], required: 3)
    var lines: [SalesLine] = []
    var categories: [String: String] = [:]
    while let (fields, number) = rows.next() {
      do throws(Fault) {
        let line = try self.line(fields)
        guard lines.count < ForecastLimits.lines else {
          throw Fault(reason: "the file has more than \(ForecastLimits.lines) lines of sales, the most")
        }
        lines.append(line)
        if let category = fields[5], categories.count < ForecastLimits.products { categories[line.product] = category }
      } catch {
        rows.refuse(number, error.reason)
      }
    }
    guard !lines.isEmpty else {
      let first = rows.refusals.first.map { "; \($0)" } ?? ""
      throw DelimitedRows.Unusable(reason: "no line of sales could be read\(first)")
    }
    return Result(lines: lines, categories: categories, refusals: rows.refusals, refusedCount: rows.refusedCount)
  }

  private struct Fault: Error { let reason: String }

  private static func line(_ fields: [String?]) throws(Fault) -> SalesLine {
    guard let product = fields[0], product.utf8.count <= longestProduct else {
      throw Fault(reason: "the product is missing or longer than \(longestProduct) bytes")
    }
    guard let text = fields[1], let day = CalendarDay(String(text.prefix(10))) else {
      throw Fault(reason: "the date '\(fields[1]?.prefix(40) ?? "")' is not a day such as 2026-03-01")
    }
    guard let text = fields[2], let units = Double(text), units.isFinite else {
      throw Fault(reason: "the units '\(fields[2]?.prefix(40) ?? "")' are not a number")
    }
    guard units >= 0 else { throw Fault(reason: "the units are \(text40(fields[2])): demand is not below zero") }
    guard units <= ForecastLimits.unitsPerLine else {
      throw Fault(reason: "\(text40(fields[2])) units are more than \(ForecastLimits.unitsPerLine.shortText) in a line")
    }
    var price: Double?
    if let text = fields[3] {
      guard let value = Double(text), value >= 0, value <= ForecastLimits.price else {
        throw Fault(reason: "the price '\(text.prefix(40))' is not a number of 0 to \(ForecastLimits.price.shortText)")
      }
      price = value
    }
    let promotion = fields[4]?.lowercased() ?? "0"
    guard let isPromoted = ["0": false, "false": false, "no": false, "1": true, "true": true, "yes": true][promotion]
    else { throw Fault(reason: "the promotion '\(promotion.prefix(40))' is not 0 or 1") }
    return SalesLine(product: product, day: day, units: units, price: price, isPromoted: isPromoted)
  }

  private static func text40(_ text: String?) -> String { String((text ?? "").prefix(40)) }

  /// Months where each day is the first of one, weeks where all days are the same weekday, else days.
  public static func period(of lines: [SalesLine]) -> Period {
    let days = Set(lines.map(\.day))
    guard days.count > 1 else { return .day }
    if days.allSatisfy({ $0.civil.day == 1 }) { return .month }
    return Set(days.map { ($0.daysSinceEpoch % 7 + 7) % 7 }).count == 1 ? .week : .day
  }
}
