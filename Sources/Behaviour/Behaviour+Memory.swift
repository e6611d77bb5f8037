public import Catalog
public import Ports
import Telemetry

extension Behaviour: ShopperMemory, ProductAffinity {
  public func shopper(of person: Person) async throws -> ShopperID {
    guard case .visitor = person, cache != nil else { return try await history.shopper(of: person) }
    let own = try await history.pseudonym(of: person)
    return try await value(
      { try await $0.shopper(behind: own) }, from: { try await history.shopper(of: person) },
      keep: { try await $0.keep($1, behind: own, version: $2) })
  }

  public func recent(of shopper: ShopperID, limit: Int) async throws -> [Interaction] {
    let all = try await value(
      { try await $0.recent(of: shopper) }, from: { try await history.recent(of: shopper, limit: Self.maxRecent) },
      keep: { try await $0.keep($1, of: shopper, version: $2) })
    let newest = all.sorted { ($0.at, $0.product) > ($1.at, $1.product) }
    return Array(newest.prefix(max(0, min(limit, Self.maxRecent))))
  }

  public func profile(of shopper: ShopperID) async throws -> ShopperProfile {
    try await value(
      { try await $0.profile(of: shopper) },
      from: {
        let interactions = try await recent(of: shopper, limit: Self.maxRecent)
        let facts = try await facts.facts(of: Set(interactions.map(\.product)))
        return ShopperTastes.profile(of: interactions, facts: facts, now: clock.now())
      }, keep: { try await $0.keep($1, of: shopper, version: $2) })
  }

  public func viewed(with product: ProductID, limit: Int) async throws -> [WeightedProduct] {
    try await companions(of: product, in: .viewed, limit: limit)
  }

  public func bought(with product: ProductID, limit: Int) async throws -> [WeightedProduct] {
    try await companions(of: product, in: .bought, limit: limit)
  }

  private func companions(
    of product: ProductID, in list: CompanionList, limit: Int
  ) async throws -> [WeightedProduct] {
    let all = try await value(
      { try await $0.companions(of: product, in: list) },
      from: {
        switch list {
        case .viewed: try await history.viewed(with: product, limit: Self.maxCompanions)
        case .bought: try await history.bought(with: product, limit: Self.maxCompanions)
        }
      }, keep: { try await $0.keep($1, of: product, in: list, version: $2) })
    return Array(all.prefix(max(0, limit)))
  }

  public func trending(limit: Int) async throws -> [WeightedProduct] {
    let now = clock.now()
    let all = try await value(
      { try await $0.trending(now: now, limit: Self.maxCompanions) },
      from: { try await history.trending(now: now, limit: Self.maxTrending) },
      keep: { try await $0.keep(trending: $1, now: now, version: $2) })
    return Array(all.prefix(max(0, min(limit, Self.maxCompanions))))
  }

  /// Products whose interest is kept at hand, so that one that rises starts from what it had.
  static let maxTrending = 10_000

  /// The cache's value; else the history's, which the cache keeps then.
  private func value<Value: Sendable>(
    _ cached: (any BehaviourCache) async throws -> Cached<Value>, from source: () async throws -> Value,
    keep: (any BehaviourCache, Value, String) async throws -> Void
  ) async throws -> Value {
    guard let cache else { return try await source() }
    guard await stale.isMended(in: cache) else {
      fallbacks.increment()
      return try await source()
    }
    do {
      switch try await cached(cache) {
      case .present(let value): return value
      case .absent(let version):
        let value = try await source()
        do { try await keep(cache, value, version) } catch { fallbacks.increment() }
        return value
      }
    } catch let error as DependencyUnavailable {
      throw error  // The history's own.
    } catch {
      fallbacks.increment()
      return try await source()
    }
  }
}

/// Reads what products tell of tastes, and remembers it for a while.
struct TasteFactsReader: Sendable {
  let catalog: any CatalogReader

  func facts(of products: Set<ProductID>) async throws -> [ProductID: TasteFacts] {
    let snapshots = try await catalog.products(products.sorted())
    return Dictionary(uniqueKeysWithValues: snapshots.map { ($0.id, TasteFacts($0)) })
  }
}

extension TasteFacts {
  /// A product's own; its price is its cheapest variant's retail price.
  init(_ product: ProductSnapshot) {
    self.init(
      categories: product.categories.flatMap { $0.steps.map(\.id) }, brand: product.brandID,
      attributes: (product.attributes + product.variants.flatMap(\.options)).filter(\.definition.isFacet).flatMap {
        attribute in
        attribute.values.map { .init(code: attribute.definition.code, value: $0.displayText) }
      },
      priceMinorUnits: product.variants.flatMap(\.prices).filter { $0.list == .retail && $0.minimumQuantity == 1 }
        .map(\.amount.minorUnits).min())
  }
}
