internal import Catalog

/// The texts of a product, as far as the content model reads it.
public struct ProductText: Sendable, Equatable {
  /// Names of the categories it stands in, the department first.
  public var categories: [String]
  public var brand: String?
  /// Title and description.
  public var description: String
  public var tags: [String]

  public init(categories: [String], brand: String?, description: String, tags: [String]) {
    self.categories = categories
    self.brand = brand
    self.description = description
    self.tags = tags
  }

  /// A description is read up to here; what is behind it tells nothing new.
  private static let maxDescriptionWords = 2_000
  private static let leastLetters = 2

  /// The terms with how often each stands: a category, a brand and a tag is one term as a whole, a description's words
  /// are one each.
  func terms() -> [String: Int] {
    var terms: [String: Int] = [:]
    for category in categories { terms["category=" + category.folded, default: 0] += 1 }
    if let brand { terms["brand=" + brand.folded, default: 0] += 1 }
    for tag in tags { terms["tag=" + tag.folded, default: 0] += 1 }
    let words = description.folded.split { !$0.isLetter && !$0.isNumber }.prefix(Self.maxDescriptionWords)
    for word in words where word.count >= Self.leastLetters && !stopWords.contains(String(word)) {
      terms[String(word), default: 0] += 1
    }
    return terms
  }
}

/// English words that tell nothing of a product.
private let stopWords: Set<String> = Set(
  """
  a about above after again all also am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here hers him his how i if in
  into is it its itself just me more most my no nor not now of off on once only or other our ours out over own same she
  should so some such than that the their theirs them then there these they this those through to too under until up
  very was we were what when where which while who whom why will with would you your yours
  """.split(whereSeparator: \.isWhitespace).map(String.init))
