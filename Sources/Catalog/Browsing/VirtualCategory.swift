/// A category defined by a rule that finds its products: `Deals`, `Gifts under £25`.
public struct VirtualCategory: Sendable, Hashable {
  /// A property of its products: a shopper's filter, but that a rule names a category by its slug, which a rebuilt tree
  /// keeps.
  public enum Condition: Sendable, Hashable {
    case category(slug: String)
    case filter(SearchFilter)
  }

  public var slug: String
  public var name: String
  /// A sentence for the head of its page; may be empty.
  public var summary: String
  /// The conditions that all of its products meet.
  public var conditions: [Condition]
  /// The initial order of its page.
  public var defaultSort: SearchSort
  /// Codes of the attributes whose facets come first.
  public var firstFacets: [String]

  public init(
    slug: String, name: String, summary: String = "", conditions: [Condition], defaultSort: SearchSort = .relevance,
    firstFacets: [String] = []
  ) {
    self.slug = slug
    self.name = name
    self.summary = summary
    self.conditions = conditions
    self.defaultSort = defaultSort
    self.firstFacets = firstFacets
  }
}

extension VirtualCategory {
  private static let categoryPrefix = "category:"

  /// Reads a rule as it is stored and seeded: in the syntax of `filter=`, with a category by its slug (`category:dresses`,
  /// `reduced:yes`). Values of one code widen the selection, different codes narrow it.
  public static func conditions(
    reading texts: [String], currency: Currency
  ) throws(InvalidInput) -> [Condition] {
    var collected = FilterCollector(currency: currency)
    var slug: String?
    for text in texts {
      if text.hasPrefix(categoryPrefix) {
        // As in an address, the last category counts.
        slug = String(text.dropFirst(categoryPrefix.count))
      } else {
        try collected.add(text)
      }
    }
    let filters = try collected.filters().map(Condition.filter)
    return (slug.map { [Condition.category(slug: $0)] } ?? []) + filters
  }

  /// The texts that read back as its conditions.
  public func texts(currency: Currency) -> [String] {
    conditions.flatMap { condition -> [String] in
      switch condition {
      case .category(let slug): [Self.categoryPrefix + slug]
      case .filter(let filter): filter.texts(currency: currency)
      }
    }
  }
}

/// A stored rule that cannot be read: the shop's to mend.
public struct UnreadableRule: Error, Sendable, Hashable, CustomStringConvertible {
  public var slug: String
  public var reason: String

  public init(slug: String, reason: String) {
    self.slug = slug
    self.reason = reason
  }

  public var description: String { "virtual category \(slug): \(reason)" }
}
