/// The queries of the log that a change touches.
public struct Impact: Sendable, Hashable {
  public struct Query: Sendable, Hashable {
    public var text: String
    public var searchesAWeek: Double
    public var before: PreviewOrder
    public var after: PreviewOrder
    /// nDCG@10 where there are judgments.
    public var qualityBefore: Double?
    public var qualityAfter: Double?

    /// The change of a search that a merchandiser looks at first.
    public var effect: Effect {
      if after.redirect != before.redirect { return after.redirect == nil ? .stays : .led }
      if after.redirect != nil { return .other }
      if before.total == 0, after.total > 0 { return .answered }
      if before.total > 0, after.total == 0 { return .lost }
      if Impact.nearlyEmpty.contains(after.total), before.total > after.total { return .thinned }
      if before.isFull != after.isFull { return after.isFull ? .completed : .partial }
      return .other
    }
  }

  /// The kinds of change, each with its words.
  public enum Effect: String, Sendable, CaseIterable {
    /// It now leads to a page.
    case led = "led_away"
    /// It no longer leads to a page.
    case stays = "no_longer_led_away"
    case answered = "newly_answered"
    case lost = "newly_empty"
    /// It finds very few products now.
    case thinned = "nearly_empty"
    /// A product has every word now.
    case completed = "newly_full"
    /// No product has every word any more.
    case partial = "newly_partial"
    /// Other products, or another order.
    case other = "changed"
  }

  /// So few results are hardly a choice.
  public static let nearlyEmpty = 1...3

  /// Queries that were tried, and their searches a week.
  public var tried = 0
  public var searchesAWeek = 0.0
  /// Those whose first results or page differ, the most searched first.
  public var affected: [Query] = []
  /// Judged queries that were tried, and the mean nDCG@10 over them.
  public var judged = 0
  public var qualityBefore: Double?
  public var qualityAfter: Double?

  public var affectedSearchesAWeek: Double { affected.reduce(0) { $0 + $1.searchesAWeek } }

  /// Searches a week with this kind of change.
  public func searchesAWeek(_ effect: Effect) -> Double {
    affected.filter { $0.effect == effect }.reduce(0) { $0 + $1.searchesAWeek }
  }
}

/// A query of the log with its searches a week.
public struct LoggedQuery: Sendable, Hashable {
  public var text: String
  public var searchesAWeek: Double

  public init(text: String, searchesAWeek: Double) {
    self.text = text
    self.searchesAWeek = searchesAWeek
  }
}
