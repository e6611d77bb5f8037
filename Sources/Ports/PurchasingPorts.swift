public import Catalog
public import Forecasting

/// The number of a supplier.
public struct SupplierID: Identifier {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A supplier with its terms, and the brands that it delivers.
public struct SupplierEntry: Sendable, Equatable {
  public var id: SupplierID
  public var name: String
  /// The retailer's code of the supplier, and the lead time, review and minimum.
  public var terms: Supplier
  public var packSize: Int
  public var minimumUnits: Int
  public var brands: [String]

  public init(id: SupplierID, name: String, terms: Supplier, packSize: Int, minimumUnits: Int, brands: [String]) {
    self.id = id
    self.name = name
    self.terms = terms
    self.packSize = packSize
    self.minimumUnits = minimumUnits
    self.brands = brands
  }
}

/// A variant's stock and cost as they are now.
public struct StockedVariant: Sendable, Equatable {
  public var id: VariantID
  public var sku: String
  public var onHand: Int64
  /// Sold, but not sent.
  public var reserved: Int64
  /// Ordered from suppliers and not received.
  public var onOrder: Int64
  /// nil where nobody entered it, or in another currency than the shop's.
  public var costMinorUnits: Int64?

  public init(id: VariantID, sku: String, onHand: Int64, reserved: Int64, onOrder: Int64, costMinorUnits: Int64?) {
    self.id = id
    self.sku = sku
    self.onHand = onHand
    self.reserved = reserved
    self.onOrder = onOrder
    self.costMinorUnits = costMinorUnits
  }
}

/// A product with its variants' stock.
public struct StockedProduct: Sendable, Equatable {
  public var id: ProductID
  public var title: String
  /// nil where its brand has none.
  public var supplier: SupplierID?
  /// The least retail price of a variant now.
  public var priceMinorUnits: Int64?
  public var variants: [StockedVariant]

  public init(
    id: ProductID, title: String, supplier: SupplierID?, priceMinorUnits: Int64?, variants: [StockedVariant]
  ) {
    self.id = id
    self.title = title
    self.supplier = supplier
    self.priceMinorUnits = priceMinorUnits
    self.variants = variants
  }
}

/// A product's row of the plan: its stock against the demand ahead, and the units to order.
public struct PlanRow: Sendable, Equatable {
  public var product: ProductID
  public var title: String
  public var supplier: SupplierID?
  public var abc: ABCClass
  public var onHand: Int64
  public var onOrder: Int64
  /// Units a day.
  public var dailyDemand: Double
  public var coverDays: Double?
  public var stockoutDay: CalendarDay?
  public var earliestStockoutDay: CalendarDay?
  /// Of running out before an order of today arrives.
  public var stockoutProbability: Double
  public var shortageMinorUnits: Int64
  public var overstockUnits: Int64
  public var overstockMinorUnits: Int64
  public var isMarkdownCandidate: Bool
  public var proposedUnits: Int
  /// The buyer's.
  public var units: Int
  public var unitCostMinorUnits: Int64?
  public var reason: String
  public var refusal: String?

  public init(
    product: ProductID, title: String, supplier: SupplierID?, abc: ABCClass, onHand: Int64, onOrder: Int64,
    dailyDemand: Double = 0, coverDays: Double? = nil, stockoutDay: CalendarDay? = nil,
    earliestStockoutDay: CalendarDay? = nil, stockoutProbability: Double = 0, shortageMinorUnits: Int64 = 0,
    overstockUnits: Int64 = 0, overstockMinorUnits: Int64 = 0, isMarkdownCandidate: Bool = false,
    proposedUnits: Int = 0, units: Int = 0, unitCostMinorUnits: Int64? = nil, reason: String = "",
    refusal: String? = nil
  ) {
    self.product = product
    self.title = title
    self.supplier = supplier
    self.abc = abc
    self.onHand = onHand
    self.onOrder = onOrder
    self.dailyDemand = dailyDemand
    self.coverDays = coverDays
    self.stockoutDay = stockoutDay
    self.earliestStockoutDay = earliestStockoutDay
    self.stockoutProbability = stockoutProbability
    self.shortageMinorUnits = shortageMinorUnits
    self.overstockUnits = overstockUnits
    self.overstockMinorUnits = overstockMinorUnits
    self.isMarkdownCandidate = isMarkdownCandidate
    self.proposedUnits = proposedUnits
    self.units = units
    self.unitCostMinorUnits = unitCostMinorUnits
    self.reason = reason
    self.refusal = refusal
  }

  public var costMinorUnits: Int64 { (unitCostMinorUnits ?? 0).multiplied(saturating: Int64(units)) }
}

/// The order of a work list.
public enum PlanOrder: String, Sendable, CaseIterable {
  /// The first to run out first.
  case urgency
  /// The most money that will be missed, then the dearest orders.
  case money
  /// The most money in stock that nobody will buy soon.
  case overstock
  /// Products that cannot be planned.
  case refused
}

/// The proposal of an order to one supplier.
public struct Proposal: Sendable, Equatable {
  public var supplier: SupplierEntry
  public var runNumber: Int64
  public var madeAt: Timestamp
  /// Counts its changes, so that two people do not overwrite each other's.
  public var revision: Int
  public var editedBy: String?
  public var note: String?
  /// The lines' sums.
  public var lineCount: Int
  public var totalMinorUnits: Int64
  public var firstStockoutDay: CalendarDay?

  public init(
    supplier: SupplierEntry, runNumber: Int64, madeAt: Timestamp, revision: Int = 1, editedBy: String? = nil,
    note: String? = nil, lineCount: Int = 0, totalMinorUnits: Int64 = 0, firstStockoutDay: CalendarDay? = nil
  ) {
    self.supplier = supplier
    self.runNumber = runNumber
    self.madeAt = madeAt
    self.revision = revision
    self.editedBy = editedBy
    self.note = note
    self.lineCount = lineCount
    self.totalMinorUnits = totalMinorUnits
    self.firstStockoutDay = firstStockoutDay
  }
}

/// An order to a supplier.
public struct PurchaseOrder: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable { case ordered, received, cancelled }

  /// A variant's line.
  public struct Line: Sendable, Equatable {
    public var variant: VariantID
    public var product: ProductID
    public var sku: String
    public var title: String
    public var units: Int
    public var receivedUnits: Int
    public var unitCostMinorUnits: Int64

    public init(
      variant: VariantID, product: ProductID, sku: String, title: String, units: Int, receivedUnits: Int = 0,
      unitCostMinorUnits: Int64
    ) {
      self.variant = variant
      self.product = product
      self.sku = sku
      self.title = title
      self.units = units
      self.receivedUnits = receivedUnits
      self.unitCostMinorUnits = unitCostMinorUnits
    }

    public var missingUnits: Int { max(0, units - receivedUnits) }
    public var costMinorUnits: Int64 { unitCostMinorUnits.multiplied(saturating: Int64(units)) }
  }

  public var number: Int64
  public var supplierID: SupplierID
  public var supplierCode: String
  public var supplierName: String
  public var state: State
  public var currency: Currency
  public var orderedAt: Timestamp
  public var orderedBy: String
  public var expectedOn: CalendarDay
  public var revision: Int
  public var totalMinorUnits: Int64
  /// Empty in a list of orders.
  public var lines: [Line]

  public init(
    number: Int64 = 0, supplierID: SupplierID, supplierCode: String, supplierName: String, state: State = .ordered,
    currency: Currency, orderedAt: Timestamp, orderedBy: String, expectedOn: CalendarDay, revision: Int = 1,
    totalMinorUnits: Int64, lines: [Line]
  ) {
    self.number = number
    self.supplierID = supplierID
    self.supplierCode = supplierCode
    self.supplierName = supplierName
    self.state = state
    self.currency = currency
    self.orderedAt = orderedAt
    self.orderedBy = orderedBy
    self.expectedOn = expectedOn
    self.revision = revision
    self.totalMinorUnits = totalMinorUnits
    self.lines = lines
  }
}

/// Keeps suppliers, the plan, proposals and orders. Each change of a person and its audit entry are one transaction.
public protocol PurchasingStore: Sendable {
  /// By code.
  func suppliers() async throws -> [SupplierEntry]
  /// Adds a supplier or changes the one of the same code; returns the brands that the catalog does not have, and then
  /// nothing is changed.
  func save(_ supplier: SupplierEntry, audit: AuditEntry) async throws -> [String]
  /// Listed products with their stock; nil: all.
  func stock(of products: [ProductID]?, in currency: Currency, now: Timestamp) async throws -> [StockedProduct]

  /// How many orders each supplier ever got.
  func orderCounts() async throws -> [SupplierID: Int64]
  /// Replaces the plan and its proposals in one transaction, but for suppliers whose proposal a buyer has changed, and those
  /// that got an order since `orders` were counted; returns how many both are. A plan that was made of the stock before an
  /// order would propose its units again.
  func replacePlan(
    _ rows: [PlanRow], _ proposals: [Proposal], run: Int64, since orders: [SupplierID: Int64], now: Timestamp
  ) async throws -> Int
  func plan(in order: PlanOrder, limit: Int) async throws -> [PlanRow]
  func planRow(of product: ProductID) async throws -> PlanRow?
  /// The most urgent first.
  func proposals() async throws -> [Proposal]
  func proposal(of supplier: SupplierID) async throws -> (proposal: Proposal, lines: [PlanRow])?
  /// Sets units of lines; false if the proposal has another revision by now.
  func edit(
    _ supplier: SupplierID, revision: Int, units: [ProductID: Int], audit: AuditEntry
  ) async throws -> Bool
  /// Sets every line to the job's units; false if the proposal has another revision by now.
  func reset(_ supplier: SupplierID, revision: Int, audit: AuditEntry) async throws -> Bool
  /// Makes the order and ends the proposal; nil if the proposal has another revision by now.
  func order(_ order: PurchaseOrder, revision: Int, audit: AuditEntry) async throws -> Int64?

  /// Newest first.
  func orders(limit: Int) async throws -> [PurchaseOrder]
  func order(_ number: Int64) async throws -> PurchaseOrder?
  /// By code, the name of each warehouse.
  func warehouses() async throws -> [String]
  /// Takes goods in; false if the order has another revision by now, or is not open.
  func receive(
    _ number: Int64, revision: Int, into warehouse: String, units: [VariantID: Int], audit: AuditEntry
  ) async throws -> Bool
  /// Cancels what has not come; false if the order has another revision by now, or is not open.
  func cancel(_ number: Int64, revision: Int, audit: AuditEntry) async throws -> Bool
}
