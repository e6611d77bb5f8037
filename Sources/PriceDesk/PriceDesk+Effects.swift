import Catalog
public import Ports
public import Pricing

/// A published price some time later: the sales of a mean day that were predicted, and those that came.
public struct PriceEffect: Sendable, Hashable {
  public var proposal: KeptProposal
  /// Days on each side of the publication.
  public var days: Int
  public var unitsBefore: Double
  public var unitsAfter: Double
  /// In minor units; revenue where no cost is known.
  public var marginBefore: Double
  public var marginAfter: Double
}

/// Predicted against actual, and the true effect by the products that kept their prices.
public struct PriceEffects: Sendable {
  /// The newest first.
  public var effects: [PriceEffect]
  /// Growth a day and product beside that of held products; nil without two of each.
  public var measured: MeasuredEffect?
}

extension PriceDesk {
  /// A price is looked at after a week, and over four weeks at most.
  static let effectDays = 7...28

  /// The published prices that are at least a week old, with the sales before and after.
  public func effects() async throws -> PriceEffects {
    let today = clock.now().day
    let published = try await proposals(.change, state: .published).filter { kept in
      kept.decidedAt.map { $0.day.advanced(by: Self.effectDays.lowerBound) < today } ?? false
    }
    guard let first = published.compactMap(\.decidedAt?.day).min() else { return PriceEffects(effects: []) }
    let held = try await proposals(.keep).filter { kept in
      if case .keep(let reason) = kept.proposal.decision { reason.hasPrefix(Self.heldOut) } else { false }
    }
    let days = first.advanced(by: -Self.effectDays.upperBound)..<today
    let sales = try await store.sales(in: days, currency: currency, products: Self.maxProducts)
    let byProduct = Dictionary(grouping: sales, by: \.product)
    let facts = try await store.deskProducts(
      Array(Set((published + held).map(\.product))).sorted(), currency: currency, at: clock.now())
    let products = Dictionary(uniqueKeysWithValues: facts.map { ($0.id, $0) })
    func effect(_ kept: KeptProposal, around day: CalendarDay) -> PriceEffect? {
      guard let product = products[kept.product] else { return nil }
      // A later change of the price ends what this one did.
      let changed = product.changedAt.map(\.day).flatMap { $0 > day ? $0 : nil } ?? today
      let length = min(Self.effectDays.upperBound, Int(clamping: changed.daysSinceEpoch - day.daysSinceEpoch - 1))
      guard length >= Self.effectDays.lowerBound else { return nil }
      let before = Self.mean(byProduct[kept.product] ?? [], from: day.advanced(by: -length), length, product.cost)
      let after = Self.mean(byProduct[kept.product] ?? [], from: day.advanced(by: 1), length, product.cost)
      return PriceEffect(
        proposal: kept, days: length, unitsBefore: before.units, unitsAfter: after.units, marginBefore: before.margin,
        marginAfter: after.margin)
    }
    let effects = published.compactMap { kept in kept.decidedAt.flatMap { effect(kept, around: $0.day) } }
    // Held products have no day of their own: they are looked at around the first publication.
    let others = held.compactMap { effect($0, around: first) }
    let measured = MeasuredEffect(
      effects.map {
        .init(isHeldOut: false, before: $0.marginBefore, after: $0.marginAfter, predicted: $0.proposal.proposal.gain)
      } + others.map { .init(isHeldOut: true, before: $0.marginBefore, after: $0.marginAfter) })
    return PriceEffects(
      effects: effects.sorted {
        ($1.proposal.decidedAt ?? $1.proposal.madeAt) < ($0.proposal.decidedAt ?? $0.proposal.madeAt)
      },
      measured: measured)
  }

  private static func mean(
    _ sales: [DailySales], from first: CalendarDay, _ days: Int, _ cost: Int64?
  ) -> (units: Double, margin: Double) {
    let period = first..<first.advanced(by: days)
    var (units, revenue) = (0.0, 0.0)
    for day in sales where period.contains(day.day) {
      units += day.units
      revenue += day.revenue
    }
    return (units / Double(days), (revenue - units * Double(cost ?? 0)) / Double(days))
  }
}
