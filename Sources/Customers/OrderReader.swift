public import Catalog
public import Statistics

/// One order of one customer.
public struct CustomerOrder: Sendable, Equatable {
  public let customer: String
  public let day: CalendarDay
  /// In minor units of the file's currency; below zero for a return.
  public let valueMinorUnits: Int64

  public init(customer: String, day: CalendarDay, valueMinorUnits: Int64) {
    self.customer = customer
    self.day = day
    self.valueMinorUnits = valueMinorUnits
  }
}

/// Reads a file of orders: `customer, date, value`, with a line of names; a value is in the currency's units: `29.33`.
public enum OrderReader {
  public static let maxOrders = 50_000_000
  private static let maxValue = 1e12
  private static let longestCustomer = 256

  public struct Result: Sendable {
    public let orders: [CustomerOrder]
    public let refusals: [DelimitedRows.Refusal]
    public let refusedCount: Int
  }

  /// Lines that cannot be read, or are not of `days`, are left out and told; throws where the file has no such columns or no
  /// line at all.
  public static func read(
    _ bytes: [UInt8], days: ClosedRange<CalendarDay>
  ) throws(DelimitedRows.Unusable) -> Result {
    var rows = try DelimitedRows(
      bytes,
      columns: [
        ["customer", "customer_id", "customerid", "user"], ["date", "day", "order_date", "invoicedate"],
        ["value", "dollars", "amount", "total", "revenue"],
      ], required: 3)
    var orders: [CustomerOrder] = []
    while let (fields, line) = rows.next() {
      guard let customer = fields[0], customer.utf8.count <= longestCustomer else {
        rows.refuse(line, "the customer is missing or longer than \(longestCustomer) bytes")
        continue
      }
      guard let text = fields[1], let day = CalendarDay(String(text.prefix(10))) else {
        rows.refuse(line, "the date '\(fields[1]?.prefix(40) ?? "")' is not a day such as 2026-03-01")
        continue
      }
      // One such line would make everybody a customer who left long ago.
      guard days.contains(day) else {
        rows.refuse(line, "the date \(day) is not from \(days.lowerBound) to \(days.upperBound)")
        continue
      }
      guard let text = fields[2], let value = Double(text), abs(value) <= maxValue else {
        rows.refuse(line, "the value '\(fields[2]?.prefix(40) ?? "")' is not an amount such as 29.33")
        continue
      }
      guard orders.count < maxOrders else {
        rows.refuse(line, "the file has more than \(maxOrders) orders, the most")
        break
      }
      orders.append(
        CustomerOrder(customer: customer, day: day, valueMinorUnits: Int64(saturating: (value * 100).rounded())))
    }
    guard !orders.isEmpty else {
      let first = rows.refusals.first.map { "; \($0)" } ?? ""
      throw DelimitedRows.Unusable(reason: "no order could be read\(first)")
    }
    return Result(orders: orders, refusals: rows.refusals, refusedCount: rows.refusedCount)
  }
}
