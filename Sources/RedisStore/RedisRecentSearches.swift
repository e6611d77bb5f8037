public import Ports

/// Visitors' recent searches, a Redis list for each visitor, forgotten after 30 days.
///
/// A list stands under the visitor's pseudonym, as the history has it, so that an erasure of the customer whom the visitor
/// became finds it.
public struct RedisRecentSearches: RecentSearches {
  /// Gives the pseudonym of a visitor, before any sign-in is looked up.
  public typealias Pseudonym = @Sendable (VisitorID) async throws -> ShopperID

  /// More than are suggested, because a text may occur in the list several times.
  private static let kept = 20
  private static let timeToLive = Duration.seconds(30 * 86_400)

  private let client: RedisClient
  private let pseudonym: Pseudonym

  public init(_ client: RedisClient, pseudonym: @escaping Pseudonym) {
    self.client = client
    self.pseudonym = pseudonym
  }

  public func record(_ text: String, by visitor: VisitorID) async throws {
    try await client.push(
      Array(text.utf8), to: Self.key(try await pseudonym(visitor)), keeping: Self.kept, timeToLive: Self.timeToLive)
  }

  public func searches(of visitor: VisitorID) async throws -> [String] {
    let values = try await client.list(Self.key(try await pseudonym(visitor)), first: Self.kept)
    var seen: Set<String> = []
    return values.map { String(decoding: $0, as: UTF8.self) }.filter { seen.insert($0).inserted }
  }

  static func key(_ pseudonym: ShopperID) -> String { "vitrine:searches:\(pseudonym.rawValue)" }
}
