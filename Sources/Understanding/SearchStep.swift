/// A step of a search that can be switched off, to see what it is worth (`vitrine evaluate relevance --ablate`).
public enum SearchStep: String, Sendable, Hashable, CaseIterable {
  /// Misspelt words are corrected where nothing has every word.
  case spelling
  /// Words that others may stand in for.
  case synonyms
  /// Words that the catalog writes as one.
  case compounds
  /// Brands, categories, colours and other values that the catalog knows.
  case entities
  /// Categories that the query names lift their products.
  case categories
  /// What is made for the thing that is asked for stands lower.
  case accessories
  /// Sizes, and numbers with a unit.
  case units
  /// `under 50`, `£20-40`, `cheap`.
  case prices
  /// `looking for a`.
  case stopPhrases = "stop_phrases"
  /// `-leather`, `without batteries`.
  case negation
  /// SKUs, part numbers and barcodes go straight to the product.
  case codes
  /// What is called by the thing that is asked for stands higher.
  case heads
  /// Products that have a part of the words are found as well.
  case relaxation
  /// What sells more stands higher.
  case popularity
  /// What is out of stock sinks.
  case stock
}
