import Catalog
import SearchService

/// The choice of a variant: a list for each option that the variants differ in, colour first, then size. Each value is a
/// link to the variant that has it and is otherwise as near as can be to the one shown.
struct VariantPicker {
  /// A value of an option, and the variant to which it leads.
  private struct Choice {
    var text: String
    var hex: String?
    var variant: ProductPage.Variant
    /// The other values of the shown variant that this value is not to be had with: `Red`.
    var lost: [String]
  }

  let product: ProductPage
  let current: ProductPage.Variant?

  /// The values with their unit: `32 GB`, `Red`.
  static func text(of option: ProductSnapshot.Attribute) -> String {
    let values = option.values.map(\.displayText).joined(separator: ", ")
    return option.definition.unit.map { "\(values) \($0)" } ?? values
  }

  /// The options whose chosen values stand in the choice.
  var shownCodes: [String] { product.variants.count > 1 && isByOption ? codes.map(\.code) : [] }

  /// Where variants have the same options, or none, only their own numbers tell them apart.
  private var isByOption: Bool {
    Set(product.variants.map { options(of: $0) }).count == product.variants.count
  }

  var html: HTML {
    guard isByOption else { return plainList }
    return "<section class=\"variants\" aria-label=\"Choose\">\(codes.map(list))</section>"
  }

  /// The options that differ: those with swatches first, since a colour is chosen by eye.
  private var codes: [(code: String, name: String)] {
    var found: [(code: String, name: String, isSwatch: Bool)] = []
    for option in product.variants.flatMap(\.options)
    where !found.contains(where: { $0.code == option.definition.code }) {
      found.append((option.definition.code, option.definition.name, option.definition.type == .swatch))
    }
    let differing = found.filter { entry in
      Set(product.variants.map { options(of: $0)[entry.code] }).count > 1
    }
    return (differing.filter(\.isSwatch) + differing.filter { !$0.isSwatch }).map { ($0.code, $0.name) }
  }

  private func options(of variant: ProductPage.Variant) -> [String: String] {
    Dictionary(variant.options.map { ($0.definition.code, Self.text(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  private func choices(of code: String) -> [Choice] {
    let shown = current.map(options) ?? [:]
    var choices: [Choice] = []
    for variant in product.variants {
      guard let option = variant.options.first(where: { $0.definition.code == code }) else { continue }
      let text = Self.text(of: option)
      if choices.contains(where: { $0.text == text }) { continue }
      let same = product.variants.filter { options(of: $0)[code] == text }
      func kept(_ variant: ProductPage.Variant) -> Int {
        let own = options(of: variant)
        return shown.count { $0.key != code && own[$0.key] == $0.value }
      }
      let most = same.map(kept).max() ?? 0
      let near = same.filter { kept($0) == most }
      guard let best = near.first(where: \.isInStock) ?? near.first else { continue }
      var hex: String?
      for case .swatch(_, let colour) in option.values { hex = colour }
      let own = options(of: best)
      let lost = shown.filter { $0.key != code && own[$0.key] != $0.value }.sorted { $0.key < $1.key }.map(\.value)
      choices.append(Choice(text: text, hex: hex, variant: best, lost: lost))
    }
    return choices
  }

  private func list(_ code: String, _ name: String) -> HTML {
    let chosen = current.flatMap { options(of: $0)[code] }
    let items = choices(of: code).map { choice -> HTML in
      item(
        choice.variant, choice.text, choice.hex, isCurrent: choice.text == chosen,
        note: !choice.lost.isEmpty
          ? "not in \(choice.lost.joined(separator: ", "))" : choice.variant.isInStock ? nil : "out of stock")
    }
    let value: HTML? = chosen.map { ": <span>\($0)</span>" }
    return "<h2>\(name)\(value)</h2><ul>\(items)</ul>"
  }

  private var plainList: HTML {
    let items = product.variants.map { variant -> HTML in
      let options = variant.options.map(Self.text).joined(separator: " · ")
      let text = options.isEmpty ? variant.sku.text : "\(options) (\(variant.sku.text))"
      return item(
        variant, text, nil, isCurrent: variant.id == current?.id, note: variant.isInStock ? nil : "out of stock")
    }
    return "<section class=\"variants\"><h2>Choose</h2><ul>\(items)</ul></section>"
  }

  private func item(
    _ variant: ProductPage.Variant, _ text: String, _ hex: String?, isCurrent: Bool, note: String?
  ) -> HTML {
    let current: HTML = isCurrent ? " aria-current=\"true\"" : ""
    let kind: HTML = note == nil ? "" : " class=\"other\""
    let note: HTML? = note.map { " <span class=\"note\">\($0)</span>" }
    return """
      <li><a\(kind) href="/products/\(product.id.description)?variant=\(variant.id.description)"\(current)>\(FacetColumn.swatch(hex))<span class="label">\(text)</span>\(note)</a></li>
      """
  }
}
