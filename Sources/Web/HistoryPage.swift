public import Behaviour
import Catalog
public import Edge
import JSON
import Ports
import Threading

/// The parts of the page of a visitor's own history.
public struct HistoryPage: Sendable {
  static let path = "/history"
  static let deletePath = "/history/delete"

  let behaviour: Behaviour
  let forms: FormTokens
  /// nil where searches are not logged.
  let searchDays: Int?

  public init(behaviour: Behaviour, forms: FormTokens, searchDays: Int?) {
    self.behaviour = behaviour
    self.forms = forms
    self.searchDays = searchDays
  }

  /// A visitor's records, as far as a page shows them.
  func records(of visitor: VisitorID) async throws -> OwnHistory {
    let history = Guarded(OwnHistory())
    try await behaviour.export(.visitor(visitor)) { line in
      history.withLock { $0.take(line) }
    }
    return history.withLock { $0 }
  }
}

/// A visitor's own records: how many of each kind, and the last products and searches.
struct OwnHistory: Sendable {
  static let maxProducts = 12
  static let maxSearches = 20
  /// Records are not in the order of time; the newest of more than these may be missing.
  private static let maxKept = 5_000

  private var views: [(at: String, product: ProductID)] = []
  private var queries: [(at: String, text: String)] = []
  private(set) var viewCount = 0
  private(set) var searchCount = 0
  private(set) var listCount = 0
  private(set) var otherCount = 0

  var isEmpty: Bool { viewCount + searchCount + listCount + otherCount == 0 }

  /// A line of the export. One that is not understood counts among the others.
  mutating func take(_ line: [UInt8]) {
    let record = try? JSONValue(parsing: line)  // The export's own lines are whole.
    switch record?["record"]?.string {
    case "search":
      searchCount += 1
      guard let at = record?["searched_at"]?.string, let text = record?["query"]?.string else { return }
      if queries.count < Self.maxKept { queries.append((at, text)) }
    case "impression": listCount += 1
    case "event" where record?["kind"]?.string == "view":
      viewCount += 1
      let id = record?["product_id"]
      guard let at = record?["occurred_at"]?.string,
        let product = id?.int.map(ProductID.init(rawValue:)) ?? id?.string.flatMap({ ProductID($0) })
      else { return }
      if views.count < Self.maxKept { views.append((at, product)) }
    default: otherCount += 1
    }
  }

  /// Viewed last first, each once.
  var products: [ProductID] {
    var seen: Set<ProductID> = []
    let newest = views.sorted { $0.at > $1.at }.map(\.product).filter { seen.insert($0).inserted }
    return Array(newest.prefix(Self.maxProducts))
  }

  /// Searched for last first, each once.
  var searches: [String] {
    var seen: Set<String> = []
    let newest = queries.sorted { $0.at > $1.at }.map(\.text).filter { seen.insert($0).inserted }
    return Array(newest.prefix(Self.maxSearches))
  }

  /// `12 views, 1 search, 3 lists that you were shown`.
  var summary: String {
    func text(_ count: Int, _ one: String, _ many: String) -> String? {
      count == 0 ? nil : "\(ShopWords.number(count)) \(count == 1 ? one : many)"
    }
    return [
      text(viewCount, "view of a product", "views of products"), text(searchCount, "search", "searches"),
      text(listCount, "list that you were shown", "lists that you were shown"),
      text(otherCount, "other record", "other records"),
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
