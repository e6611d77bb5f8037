public import Ports

/// Visitors' recent searches, a Redis list for each visitor, forgotten after 30 days.
public struct RedisRecentSearches: RecentSearches {
  /// More than are suggested, because a text may occur in the list several times.
  private static let kept = 20
  private static let timeToLive = Duration.seconds(30 * 86_400)

  private let client: RedisClient

  public init(_ client: RedisClient) { self.client = client }

  public func record(_ text: String, by visitor: VisitorID) async throws {
    try await client.push(Array(text.utf8), to: Self.key(visitor), keeping: Self.kept, timeToLive: Self.timeToLive)
  }

  public func searches(of visitor: VisitorID) async throws -> [String] {
    let values = try await client.list(Self.key(visitor), first: Self.kept)
    var seen: Set<String> = []
    return values.map { String(decoding: $0, as: UTF8.self) }.filter { seen.insert($0).inserted }
  }

  static func key(_ visitor: VisitorID) -> String { "vitrine:searches:\(visitor)" }
}
