public import Catalog
public import Customers

/// A person's standing as a customer.
public struct CustomerStanding: Sendable, Equatable {
  public var shopper: ShopperID
  /// Days with a purchase.
  public var purchases: Int
  public var firstPurchase: CalendarDay
  public var lastPurchase: CalendarDay
  public var totalMinorUnits: Int64
  public var recency: Int
  public var frequency: Int
  public var monetary: Int
  public var segment: String
  /// nil where there was too little to learn from.
  public var probabilityAlive: Double?
  /// Over the next 12 months.
  public var valueMinorUnits: Int64?
  /// The probability of no purchase in the days ahead that the run names.
  public var churn: Double?
  public var churnReasons: [String]
  /// Left out of campaigns, so that their effect can be measured.
  public var isHoldout: Bool

  public init(
    shopper: ShopperID, purchases: Int, firstPurchase: CalendarDay, lastPurchase: CalendarDay, totalMinorUnits: Int64,
    recency: Int, frequency: Int, monetary: Int, segment: String, probabilityAlive: Double? = nil,
    valueMinorUnits: Int64? = nil, churn: Double? = nil, churnReasons: [String] = [], isHoldout: Bool = false
  ) {
    self.shopper = shopper
    self.purchases = purchases
    self.firstPurchase = firstPurchase
    self.lastPurchase = lastPurchase
    self.totalMinorUnits = totalMinorUnits
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
    self.segment = segment
    self.probabilityAlive = probabilityAlive
    self.valueMinorUnits = valueMinorUnits
    self.churn = churn
    self.churnReasons = churnReasons
    self.isHoldout = isHoldout
  }
}

/// A run over all customers: its provenance and figures.
public struct CustomerRun: Sendable, Equatable {
  public var number: Int64
  public var madeAt: Timestamp
  public var dataThrough: CalendarDay
  public var dataDigest: String
  public var codeVersion: String
  public var customers: Int
  public var figures: [String: Double]
  public var notes: [String]

  public init(
    number: Int64 = 0, madeAt: Timestamp, dataThrough: CalendarDay, dataDigest: String, codeVersion: String,
    customers: Int, figures: [String: Double], notes: [String]
  ) {
    self.number = number
    self.madeAt = madeAt
    self.dataThrough = dataThrough
    self.dataDigest = dataDigest
    self.codeVersion = codeVersion
    self.customers = customers
    self.figures = figures
    self.notes = notes
  }
}

/// A segment's size and worth.
public struct SegmentSize: Sendable, Equatable {
  public var name: String
  public var customers: Int
  public var holdout: Int
  public var totalMinorUnits: Int64
  /// Over the next 12 months.
  public var valueMinorUnits: Int64
  public var meanChurn: Double?

  public init(
    name: String, customers: Int, holdout: Int, totalMinorUnits: Int64, valueMinorUnits: Int64, meanChurn: Double?
  ) {
    self.name = name
    self.customers = customers
    self.holdout = holdout
    self.totalMinorUnits = totalMinorUnits
    self.valueMinorUnits = valueMinorUnits
    self.meanChurn = meanChurn
  }
}

/// Reads orders of known people, and keeps their standings.
public protocol CustomerStore: Sendable {
  /// The value of each person's orders by day, returns taken off, in one currency; by person, then day. The customer of an
  /// order is the shopper's number.
  func forEachBatch(
    from: CalendarDay, through: CalendarDay, in currency: Currency,
    _ body: @Sendable ([CustomerOrder]) async throws -> Void
  ) async throws
  /// Replaces all standings in one transaction. People without a record by now are left out: they were forgotten meanwhile.
  func replace(_ standings: [CustomerStanding], _ run: CustomerRun) async throws -> Int64
  /// The last run; nil before the first.
  func run() async throws -> CustomerRun?
  /// The greatest worth first.
  func segments() async throws -> [SegmentSize]
  /// The people of a segment by number, of those after `after`.
  func members(
    of segment: String, includesHoldout: Bool, after: ShopperID?, limit: Int
  ) async throws -> [CustomerStanding]
}

extension CustomerStanding {
  /// The person's pseudonym as 16 hexadecimal digits.
  public var code: String {
    let digits = String(UInt64(bitPattern: shopper.rawValue), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension ShopperID {
  /// nil unless `code` is 16 hexadecimal digits.
  public init?(code: String) {
    guard code.utf8.count == 16, let bits = UInt64(code, radix: 16) else { return nil }
    self.init(rawValue: Int64(bitPattern: bits))
  }
}
