public import Catalog
public import Pricing

/// Things that a shopper may be about to type or look for, from the first letter.
public struct Suggestions: Sendable, Hashable {
  public struct Product: Sendable, Hashable {
    public var id: ProductID
    public var title: String
    public var pictureURL: String?
    /// The lowest of its variants; nil where there is none for this shopper.
    public var quote: Quote?
    public var isPriceFrom = false
  }

  public struct Category: Sendable, Hashable {
    /// nil of a virtual category.
    public var id: CategoryID?
    public var slug: String
    public var name: String
    /// Products that match what was typed; nil of a virtual category, which is found by its name.
    public var count: Int?
  }

  public struct Brand: Sendable, Hashable {
    public var name: String
    /// Empty where the name has no letter and no digit.
    public var slug: String
    public var count: Int
  }

  public var text: String
  /// The visitor's own searches, the newest first.
  public var recent: [String] = []
  /// Searches of many, the most frequent first, then phrases of the catalog itself.
  public var queries: [String] = []
  /// Probable meanings, where nothing begins as was typed; the rest of the answer is of the first.
  public var corrections: [String] = []
  public var products: [Product] = []
  public var categories: [Category] = []
  public var brands: [Brand] = []
}
