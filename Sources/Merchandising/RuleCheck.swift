public import Catalog
import Understanding

/// A product that a rule names.
public struct RuleProduct: Sendable, Hashable {
  public var code: String
  public var title: String
  /// Whether searches can find it.
  public var isListed: Bool
  public var isInStock: Bool

  public init(code: String, title: String, isListed: Bool, isInStock: Bool) {
    self.code = code
    self.title = title
    self.isListed = isListed
    self.isInStock = isInStock
  }
}

/// The parts of the catalog that rules name.
public protocol RuleCatalog: Sendable {
  /// Those that exist.
  func products(_ ids: [ProductID]) async throws -> [ProductID: RuleProduct]
  /// The codes of attributes to filter by.
  func attributeCodes() async throws -> Set<String>
  func categories() async throws -> CategoryTree
  /// Products that meet a filter.
  func count(of filter: SearchFilter) async throws -> Int
  /// The most frequent values of an attribute, or of `brand`.
  func values(of code: String) async throws -> [String]
  /// Whether the shop has a page at an address; true where it cannot say.
  func hasPage(_ address: String) async throws -> Bool
}

/// Compares rules with the catalog: products that are gone, filters that nothing meets, addresses without a page.
struct RuleCheck {
  /// More are not looked up; a finding says so.
  static let maxProducts = 5_000
  private static let maxFilters = 300
  private static let maxAddresses = 200
  /// Values that a finding names.
  private static let shownValues = 6

  let catalog: any RuleCatalog

  /// The products of all pins and hidings, each with its line.
  static func products(of rules: QueryRules) -> [(product: ProductID, line: Int, isPin: Bool)] {
    rules.queryRules.flatMap { rule in
      zip(rule.actions, rule.lines).compactMap { action, line -> (product: ProductID, line: Int, isPin: Bool)? in
        switch action {
        case .pin(let product, _): (product, line, true)
        case .hide(let product): (product, line, false)
        case .weigh, .filter, .redirect, .replace: nil
        }
      }
    }
  }

  func findings(_ rules: QueryRules) async throws -> [RuleFinding] {
    try await ofProducts(rules) + ofFilters(rules) + ofAddresses(rules)
  }

  private func finding(_ line: Int, _ reason: String) -> RuleFinding {
    RuleFinding(kind: .rules, line: line, reason: reason)
  }

  private func ofProducts(_ rules: QueryRules) async throws -> [RuleFinding] {
    let named = Self.products(of: rules)
    guard !named.isEmpty else { return [] }
    let ids = Array(Set(named.map(\.product))).sorted().prefix(Self.maxProducts)
    let looked = Set(ids)
    let known = try await catalog.products(Array(ids))
    return named.filter { looked.contains($0.product) }.compactMap { product, line, isPin in
      guard product != RuleProducts.absent else {
        return finding(line, "the shop has no product of this code: the line does nothing")
      }
      guard let found = known[product] else {
        return finding(line, "the shop has no product \(product): the line does nothing")
      }
      guard isPin else { return nil }
      guard found.isListed else { return finding(line, "\(found.title) is no longer listed: its pin does nothing") }
      return found.isInStock
        ? nil : finding(line, "\(found.title) is sold out: its pin does nothing until it is in stock")
    }
  }

  // MARK: Filters

  private func ofFilters(_ rules: QueryRules) async throws -> [RuleFinding] {
    var lines: [SearchFilter: [Int]] = [:]
    var order: [SearchFilter] = []
    for rule in rules.queryRules {
      for (action, line) in zip(rule.actions, rule.lines) {
        for filter in Self.filters(of: action) {
          if lines[filter] == nil { order.append(filter) }
          lines[filter, default: []].append(line)
        }
      }
    }
    guard !order.isEmpty else { return [] }
    let (codes, categories) = (try await catalog.attributeCodes(), try await catalog.categories())
    var findings: [RuleFinding] = []
    for filter in order.prefix(Self.maxFilters) {
      guard let reason = try await reason(against: filter, codes, categories) else { continue }
      findings += (lines[filter] ?? []).map { finding($0, reason) }
    }
    if order.count > Self.maxFilters, let line = lines[order[Self.maxFilters]]?.first {
      findings.append(
        finding(line, "from here on filters were not compared with the catalog: there are more than \(Self.maxFilters)")
      )
    }
    return findings
  }

  private static func filters(of action: QueryRule.Action) -> [SearchFilter] {
    switch action {
    case .weigh(let filters, _, _), .filter(let filters, _): filters
    case .pin, .hide, .redirect, .replace: []
    }
  }

  private func reason(
    against filter: SearchFilter, _ codes: Set<String>, _ categories: CategoryTree
  ) async throws -> String? {
    switch filter {
    case .category(let id) where categories.node(id) == nil: return "the shop has no category \(id)"
    case .brand(let names): return try await unknown(names, of: "brand") { .brand([$0]) }
    case .attribute(let code, _) where !codes.contains(code),
      .attributeRange(let code, _, _) where !codes.contains(code):
      let known = codes.sorted().prefix(Self.shownValues).joined(separator: ", ")
      return "there is no attribute \(code) to filter by; there are brand, category, price, rating, stock, \(known)"
    case .attribute(let code, let values):
      return try await unknown(values, of: code) { .attribute(code: code, values: [$0]) }
    case .category, .price, .minimumRating, .inStock, .reduced, .releasedWithin, .attributeRange:
      return try await catalog.count(of: filter) == 0 ? "no product meets this filter" : nil
    }
  }

  private func unknown(
    _ values: [String], of code: String, _ filter: (String) -> SearchFilter
  ) async throws -> String? {
    for value in values where try await catalog.count(of: filter(value)) == 0 {
      let known = try await catalog.values(of: code)
      if let same = known.first(where: { $0.folded == value.folded }) {
        return "no product has \(code):\(value); the shop writes \(code):\(same)"
      }
      let shown = known.prefix(Self.shownValues).joined(separator: ", ")
      return "no product has \(code):\(value)" + (shown.isEmpty ? "" : "; there are \(shown)")
    }
    return nil
  }

  // MARK: Addresses

  private func ofAddresses(_ rules: QueryRules) async throws -> [RuleFinding] {
    var findings: [RuleFinding] = []
    var looked = 0
    for rule in rules.queryRules {
      for case (.redirect(let address), let line) in zip(rule.actions, rule.lines) where looked < Self.maxAddresses {
        looked += 1
        if try await !catalog.hasPage(address) { findings.append(finding(line, "the shop has no page \(address)")) }
      }
    }
    return findings
  }
}
