public import Catalog
public import Ports

/// What visitors looked at, a list for each in Redis, forgotten after 30 days.
public struct RedisRecentlyViewed: RecentlyViewed {
  /// More than a page shows, since the same product may stand in it twice.
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

  private static func key(_ visitor: VisitorID) -> String { "vitrine:viewed:\(visitor)" }
}
