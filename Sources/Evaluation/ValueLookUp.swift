package import Catalog

/// The plainest recogniser of entities, as a yardstick: a value of the catalog that occurs literally in the query. If
/// values overlap, the longest counts. It knows no prices, no plurals, and no words without meaning.
package struct ValueLookUp {
  private static let sizeCodes: Set<String> = ["size", "shoe_size", "bed_size", "towel_size", "rug_size"]
  private static let colourCode = "colour"

  private var entities: [[String]: (kind: EntityKind, value: String)] = [:]
  private var longest = 0

  package init(products: [ProductRecord]) {
    for product in products {
      if let brand = product.brand { add(.brand, brand) }
      for name in product.categories.flatMap(\.self) { add(.category, name) }
      for attribute in product.attributes + product.variants.flatMap(\.options) {
        let code = attribute.definition.code
        guard code == Self.colourCode || Self.sizeCodes.contains(code) else { continue }
        for value in attribute.values { add(code == Self.colourCode ? .colour : .size, value.displayText) }
      }
    }
  }

  private mutating func add(_ kind: EntityKind, _ value: String) {
    let words = Self.words(value)
    guard !words.isEmpty else { return }
    entities[words] = (kind, value)
    longest = max(longest, words.count)
  }

  package func recognise(_ query: String) -> [(kind: EntityKind, value: String)] {
    let words = Self.words(query)
    var found: [(kind: EntityKind, value: String)] = []
    var start = 0
    while start < words.count {
      let lengths = (1...max(1, min(longest, words.count - start))).reversed()
      if let length = lengths.first(where: { entities[Array(words[start..<start + $0])] != nil }),
        let entity = entities[Array(words[start..<start + length])]
      {
        found.append(entity)
        start += length
      } else {
        start += 1
      }
    }
    return found
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
