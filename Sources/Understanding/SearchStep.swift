/// A step of a search that can be switched off, to see what it is worth (`vitrine evaluate relevance --ablate`).
public enum SearchStep: String, Sendable, Hashable, CaseIterable {
  /// Misspelt words are corrected where nothing has every word.
  case spelling
  /// SKUs, part numbers and barcodes go straight to the product.
  case codes
  /// Where nothing has every word, fewer are asked for.
  case relaxation
  /// What sells more stands higher.
  case popularity
  /// What is out of stock sinks.
  case stock
}
