public import Catalog
import Forecasting
public import Ports

extension Replenishment {
  // MARK: Suppliers

  /// Bounds of what a buyer may enter, beside those of `Supplier`.
  static let maxBrands = 500
  static let maxMinimumMinorUnits: Int64 = 1_000_000_000_000

  /// Adds a supplier, or changes the one of the same code.
  public func save(_ supplier: SupplierEntry, by actor: String) async throws {
    let code = supplier.terms.id
    guard (1...60).contains(code.utf8.count),
      code.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 45 || $0 == 95 }),
      code.utf8.first != 45, code.utf8.first != 95
    else {
      throw Refusal(
        .invalid, "the supplier's code has 1 to 60 letters, digits, hyphens and underscores, a letter or digit first")
    }
    guard !supplier.name.allSatisfy(\.isWhitespace), supplier.name.unicodeScalars.count <= Self.longestName else {
      throw Refusal(.invalid, "the supplier's name has 1 to \(Self.longestName) characters")
    }
    guard (1...ReplenishmentPlanner.maxUnits).contains(supplier.packSize),
      (0...ReplenishmentPlanner.maxUnits).contains(supplier.minimumUnits)
    else {
      throw Refusal(
        .invalid, "a pack has 1 to \(ReplenishmentPlanner.maxUnits) units, and so has the minimum of a product or 0")
    }
    guard supplier.terms.minimumOrderMinorUnits <= Self.maxMinimumMinorUnits, supplier.brands.count <= Self.maxBrands
    else {
      throw Refusal(
        .invalid,
        "a minimum is at most \(money(Self.maxMinimumMinorUnits)), and a supplier has at most \(Self.maxBrands) brands")
    }
    let wanted = Set(supplier.brands.map { $0.lowercased() })
    for other in try await store.suppliers() where other.terms.id != code {
      guard let taken = other.brands.first(where: { wanted.contains($0.lowercased()) }) else { continue }
      throw Refusal(
        .conflict, "'\(taken.prefix(60))' is delivered by \(other.terms.id): take the brand from that supplier first")
    }
    let unknown = try await store.save(supplier, audit: entry(actor, "saved supplier", "supplier \(code)"))
    guard unknown.isEmpty else {
      let names = unknown.prefix(5).map { "'\($0.prefix(60))'" }.joined(separator: ", ")
      throw Refusal(.invalid, "the catalog has no brand \(names): nothing was changed")
    }
  }

  // MARK: Proposals

  private static let changed = Refusal(
    .conflict, "somebody changed it meanwhile, or a new plan came: nothing was done; look at it again")

  /// Sets the units of lines; those that are not named stay.
  public func edit(
    _ supplier: SupplierID, revision: Int, units: [ProductID: Int], by actor: String
  ) async throws {
    let (proposal, lines) = try await self.proposal(of: supplier)
    let known = Set(lines.map(\.product))
    for (product, count) in units.sorted(by: { $0.key < $1.key }) {
      guard known.contains(product) else {
        throw Refusal(.invalid, "product \(product) is not in this proposal")
      }
      guard (0...ReplenishmentPlanner.maxUnits).contains(count) else {
        throw Refusal(
          .invalid, "\(count) units of product \(product): 0 to \(ReplenishmentPlanner.maxUnits) can be ordered")
      }
      guard count.isMultiple(of: proposal.supplier.packSize) else {
        throw Refusal(
          .invalid,
          "\(count) units of product \(product) are not whole packs: a pack has \(proposal.supplier.packSize)")
      }
    }
    let before = Dictionary(uniqueKeysWithValues: lines.map { ($0.product, $0.units) })
    let changes = units.filter { before[$0.key] != $0.value }
    guard !changes.isEmpty else { return }
    let detail = changes.sorted { $0.key < $1.key }.map { "\($0.key): \(before[$0.key] ?? 0) → \($0.value)" }
    guard
      try await store.edit(
        supplier, revision: revision, units: changes,
        audit: entry(
          actor, "changed proposal", "supplier \(proposal.supplier.terms.id)", detail.joined(separator: ", ")))
    else { throw Self.changed }
  }

  /// Takes every change back: the proposal is the job's again.
  public func reset(_ supplier: SupplierID, revision: Int, by actor: String) async throws {
    let (proposal, _) = try await self.proposal(of: supplier)
    let audit = entry(actor, "reset proposal", "supplier \(proposal.supplier.terms.id)")
    guard try await store.reset(supplier, revision: revision, audit: audit) else { throw Self.changed }
  }

  /// Makes the purchase order of a proposal; returns its number. Stock, costs and variants are those of now.
  public func approve(_ supplier: SupplierID, revision: Int, by actor: String) async throws -> Int64 {
    let (proposal, rows) = try await self.proposal(of: supplier)
    guard proposal.revision == revision else { throw Self.changed }
    let ordered = rows.filter { $0.units > 0 }
    guard !ordered.isEmpty else { throw Refusal(.invalid, "every line has 0 units: there is nothing to order") }
    let now = clock.now()
    let stocks = Dictionary(
      uniqueKeysWithValues: try await store.stock(of: ordered.map(\.product), in: currency, now: now)
        .map { ($0.id, $0) })
    var lines: [PurchaseOrder.Line] = []
    for row in ordered {
      guard let product = stocks[row.product] else {
        throw Refusal(.invalid, "'\(row.title)' is listed no longer: set it to 0 units; nothing was ordered")
      }
      lines += try Self.lines(row, product, packSize: proposal.supplier.packSize)
    }
    let total = lines.reduce(Int64(0)) { $0.adding(saturating: $1.costMinorUnits) }
    let terms = proposal.supplier.terms
    let order = PurchaseOrder(
      supplierID: supplier, supplierCode: terms.id, supplierName: proposal.supplier.name, currency: currency,
      orderedAt: now, orderedBy: actor,
      expectedOn: now.day.advanced(by: Int(saturating: terms.leadTimeDays.rounded(.up))), totalMinorUnits: total,
      lines: lines)
    let audit = entry(
      actor, "ordered", "supplier \(terms.id)", "\(lines.count) lines, \(money(total)), supplier \(terms.id)")
    guard let number = try await store.order(order, revision: revision, audit: audit) else { throw Self.changed }
    return number
  }

  private static func lines(
    _ row: PlanRow, _ product: StockedProduct, packSize: Int
  ) throws -> [PurchaseOrder.Line] {
    let split = PackSplit.units(
      row.units, packSize: packSize,
      positions: product.variants.map { Double($0.onHand) + Double($0.onOrder) - Double($0.reserved) })
    return try zip(product.variants, split).filter { $1 > 0 }.map { variant, units in
      guard let cost = variant.costMinorUnits else {
        throw Refusal(.invalid, "\(variant.sku) has no cost: enter it, or set the line to 0; nothing was ordered")
      }
      return PurchaseOrder.Line(
        variant: variant.id, product: product.id, sku: variant.sku, title: product.title, units: units,
        unitCostMinorUnits: cost)
    }
  }

  // MARK: Orders

  /// Takes goods in; the units are those that came now, by SKU.
  public func receive(
    _ number: Int64, revision: Int, into warehouse: String, units: [String: Int], by actor: String
  ) async throws {
    let order = try await self.order(number)
    guard order.state == .ordered else {
      throw Refusal(.conflict, "order \(number) is \(order.state.rawValue) already")
    }
    guard try await store.warehouses().contains(warehouse) else {
      throw Refusal(.invalid, "there is no warehouse '\(warehouse.prefix(60))'")
    }
    let lines = Dictionary(uniqueKeysWithValues: order.lines.map { ($0.sku, $0) })
    var counts: [VariantID: Int] = [:]
    for (sku, count) in units.sorted(by: { $0.key < $1.key }) {
      guard let line = lines[sku] else { throw Refusal(.invalid, "\(sku.prefix(80)) is not in order \(number)") }
      guard (0...line.missingUnits).contains(count) else {
        throw Refusal(
          .invalid, "\(count) units of \(sku): 0 to \(line.missingUnits) can come; nothing was received")
      }
      counts[line.variant] = count
    }
    let sum = counts.values.reduce(0, +)
    guard sum > 0 else { throw Refusal(.invalid, "no unit was entered: nothing was received") }
    guard
      try await store.receive(
        number, revision: revision, into: warehouse, units: counts,
        audit: entry(actor, "received goods", "purchase order \(number)", "\(sum) units into \(warehouse)"))
    else { throw Self.changed }
  }

  /// Cancels what has not come.
  public func cancel(_ number: Int64, revision: Int, by actor: String) async throws {
    let order = try await self.order(number)
    guard order.state == .ordered else {
      throw Refusal(.conflict, "order \(number) is \(order.state.rawValue) already")
    }
    let audit = entry(actor, "cancelled order", "purchase order \(number)")
    guard try await store.cancel(number, revision: revision, audit: audit) else { throw Self.changed }
  }
}

extension SupplierEntry {
  /// A supplier as a person or program enters it. Throws `Replenishment.Refusal` where a number is missing or not possible.
  public init(
    code: String, name: String, leadTimeDays: Double?, leadTimeDeviationDays: Double?, reviewDays: Int?,
    minimumOrder: Money?, packSize: Int?, minimumUnits: Int?, brands: [String]
  ) throws {
    guard let leadTimeDays, let leadTimeDeviationDays, let reviewDays, let minimumOrder, let packSize, let minimumUnits,
      let terms = Supplier(
        id: code, leadTimeDays: leadTimeDays, leadTimeDeviationDays: leadTimeDeviationDays,
        minimumOrderMinorUnits: minimumOrder.minorUnits, reviewDays: reviewDays)
    else {
      throw Replenishment.Refusal(
        .invalid,
        "a supplier has a lead time and its deviation of 0 to 730 days, 1 to 730 days between orders, and a minimum, pack and least units that are not below zero"
      )
    }
    self.init(
      id: SupplierID(rawValue: 0), name: name, terms: terms, packSize: packSize, minimumUnits: minimumUnits,
      brands: brands)
  }
}
