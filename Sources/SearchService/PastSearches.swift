public import Ports
import Understanding

extension SearchService {
  /// Searches made before, as far as they are kept; suggestions go on without.
  public struct PastSearches: Sendable {
    private let recent: (any RecentSearches)?
    private let popular: (any PopularQueries)?
    /// How long each of them may take.
    var deadline = Deadlines().searches

    public init(recent: (any RecentSearches)? = nil, popular: (any PopularQueries)? = nil) {
      self.recent = recent
      self.popular = popular
    }

    /// Whether each visitor's own are kept.
    var isOfVisitors: Bool { recent != nil }

    /// A visitor's own searches that have a word beginning so, the newest first.
    func recent(_ text: String, of visitor: VisitorID?, limit: Int) async -> [String] {
      guard let visitor, let recent else { return [] }
      // Suggestions go on without what is not to be had in time.
      let known = try? await withDeadline(deadline) { try await recent.searches(of: visitor) }
      return Array((known ?? []).filter { $0.hasWord(beginningWith: text) }.prefix(limit))
    }

    /// The searches of many that begin so, the most frequent first.
    func popular(_ text: String, limit: Int) async -> [String] {
      guard let popular, !text.isEmpty else { return [] }
      // As above.
      let found = try? await withDeadline(deadline) { try await popular.queries(startingWith: text, limit: limit) }
      return Array((found ?? []).prefix(limit))
    }

    /// Keeps a search that found something for its visitor.
    func keep(_ page: SearchPage, of visitor: VisitorID) async {
      guard let recent, page.total.value > 0, !page.typedText.isEmpty,
        page.relaxedTo == nil || page.relaxedTo == .everyWordFirst
      else { return }
      let text = page.correctedText ?? page.typedText
      // A search that is not kept is missed by nobody.
      _ = try? await withDeadline(deadline) { try await recent.record(text, by: visitor) }
    }
  }
}
