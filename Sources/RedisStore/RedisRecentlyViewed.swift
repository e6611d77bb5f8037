public import Catalog
public import Ports

/// Visitors' recently viewed products, a Redis list for each visitor, forgotten after 30 days.
public struct RedisRecentlyViewed: RecentlyViewed {
  /// More than a page shows, because a product may occur in the list twice.
  private static let kept = 32
  private static let timeToLive = Duration.seconds(30 * 86_400)

  private let client: RedisClient

  public init(_ client: RedisClient) { self.client = client }

  public func record(_ product: ProductID, by visitor: VisitorID) async throws {
    try await client.push(
      Array(product.description.utf8), to: Self.key(visitor), keeping: Self.kept, timeToLive: Self.timeToLive)
  }

  public func products(of visitor: VisitorID, limit: Int) async throws -> [ProductID] {
    let values = try await client.list(Self.key(visitor), first: Self.kept)
    var seen: Set<ProductID> = []
    let ids = values.compactMap { ProductID(String(decoding: $0, as: UTF8.self)) }.filter { seen.insert($0).inserted }
    return Array(ids.prefix(limit))
  }

  static func key(_ visitor: VisitorID) -> String { "vitrine:viewed:\(visitor)" }
}
