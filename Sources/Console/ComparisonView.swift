import Catalog
import Edge
import Merchandising
import Ports
import Understanding
import Web

/// The results of a query before and after a draft. Each product after it has its buttons, which are forms.
struct ComparisonView {
  let comparison: Comparison
  let query: String
  /// nil: nothing is changed yet.
  let draft: RuleDraft?
  let published: Int64
  /// The draft's rules that the query meets.
  let applied: [AppliedRule]
  let member: StaffPrincipal?
  /// Whether the rules are being typed: they are in no draft yet, and products have no buttons.
  var isTrial = false

  var results: HTML {
    """
    \(redirect)<div class="beside"><section aria-labelledby="before"><h2 id="before">Published, version \(published): \(ShopWords.number(comparison.before.total)) products</h2><ol class="ranks">\(before)</ol></section>
    <section aria-labelledby="after"><h2 id="after">\(title): \(ShopWords.number(comparison.after.total)) products</h2>\(summary)<ol class="ranks" data-ranks>\(after)</ol></section></div>
    """
  }

  private var title: String { isTrial ? "As typed, not saved" : draft?.name ?? "Your draft" }

  private var redirect: HTML? {
    comparison.after.redirect.map {
      "<p class=\"notice\">This search leads to <code>\($0)</code>: shoppers do not see the results.</p>"
    }
  }

  private var summary: HTML {
    let moved = comparison.rows.count { $0.before != $0.after }
    let text =
      draft == nil && !isTrial
      ? "Press a button to change this search in a draft."
      : comparison.isChanged ? "\(moved) of the first places change." : "The draft does not change this search."
    return "<p class=\"note\" role=\"status\">\(text)</p>"
  }

  private var before: [HTML] {
    comparison.before.products.enumerated().map { index, product in card(product, place: index + 1, nil, []) }
  }

  private var after: [HTML] {
    comparison.rows.filter { $0.after != nil }.map { row in
      let place = row.after ?? 0
      return card(row.product, place: place, move(row), isTrial ? [] : buttons(row.product, place))
    } + gone
  }

  private var gone: [HTML] {
    comparison.rows.filter { $0.after == nil && comparison.after.effects.hidden.contains($0.product.id) }.map { row in
      let move: HTML = "<p class=\"moved down\">was \(row.before ?? 0): \(row.reason ?? "")</p>"
      return card(row.product, place: nil, move, isTrial ? [] : undo(row.product))
    }
  }

  private func move(_ row: Comparison.Row) -> HTML? {
    guard row.before != row.after, let after = row.after else { return nil }
    let reason = row.reason.map { ": \($0)" } ?? ""
    guard let before = row.before else { return "<p class=\"moved up\">new here\(reason)</p>" }
    let kind: HTML = before > after ? "up" : "down"
    return "<p class=\"moved \(kind)\">\(before > after ? "▲" : "▼") was \(before)\(reason)</p>"
  }

  private func card(_ product: PreviewProduct, place: Int?, _ move: HTML?, _ buttons: [HTML]) -> HTML {
    let picture: HTML =
      product.pictureURL.map { "<img src=\"\($0)\" alt=\"\" width=\"52\" height=\"52\" loading=\"lazy\">" }
      ?? "<span></span>"
    let facts = [product.brand, product.price.isEmpty ? nil : product.price, product.isInStock ? nil : "out of stock"]
      .compactMap { $0 }.joined(separator: " · ")
    let actions: HTML? = buttons.isEmpty ? nil : "<div class=\"actions\">\(buttons)</div>"
    return """
      <li data-product="\(product.id.description)"><span class="place">\(place.map { "\($0)" } ?? "–")</span>\(picture)<div><p><a href="/products/\(product.id.description)">\(product.title)</a></p><p class="note">\(facts)</p>\(move)\(why(product))</div>\(actions)</li>
      """
  }

  private func why(_ product: PreviewProduct) -> HTML? {
    guard !product.reasons.isEmpty else { return nil }
    let reasons = product.reasons.map { "<li>\($0)</li>" as HTML }
    return
      "<details class=\"why\"><summary>Why is this here?<span class=\"hidden\"> \(product.title)</span></summary><ul>\(reasons)</ul></details>"
  }

  // MARK: Buttons

  private func fields(_ action: String, _ more: [(String, String)]) -> [(String, String)] {
    [("q", query), ("draft", draft.map { "\($0.id)" } ?? ""), ("action", action)] + more
  }

  private func buttons(_ product: PreviewProduct, _ place: Int) -> [HTML] {
    let id = product.id.description
    func button(_ label: String, _ action: String, _ more: [(String, String)] = []) -> HTML {
      ConsoleForms.button(
        label, to: ConsolePage.preview.path, member, fields(action, [("product", id)] + more), about: product.title)
    }
    let place: HTML = """
      <form method="post" action="\(ConsolePage.preview.path)">\(FormToken.field(member))\(ConsoleForms.hidden(fields("pin", [("product", id)])))<span class="pin-at"><button class="button quiet small" type="submit">Pin at<span class="hidden"> this place: \(product.title)</span></button><input type="number" name="place" min="1" max="\(QueryRule.places.upperBound)" value="\(max(1, place - 1))" required aria-label="Place of \(product.title)"></span></form>
      """
    var buttons = undo(product) + [button("Pin first", "pin", [("place", "1")]), place, button("Hide", "hide")]
    if let brand = product.brand {
      buttons.append(button("Boost \(brand)", "boost", [("filter", "brand:\(brand)")]))
      buttons.append(button("Bury \(brand)", "bury", [("filter", "brand:\(brand)")]))
    }
    return buttons
  }

  /// Takes the draft's pins and hidings of a product back.
  private func undo(_ product: PreviewProduct) -> [HTML] {
    applied.flatMap(\.lines).compactMap { line in
      let label: String
      switch line.action {
      case .pin(product.id, _): label = "Unpin"
      case .hide(product.id): label = "Show again"
      default: return nil
      }
      return ConsoleForms.button(
        label, to: ConsolePage.preview.path, member,
        fields("remove", [("line", "\(line.number)"), ("text", line.text)]), about: product.title)
    }
  }

  var steps: HTML {
    let items = comparison.after.steps.map { "<li>\($0)</li>" as HTML }
    return
      "<details class=\"row\"><summary>How the search is understood after the change</summary><ul>\(items)</ul></details>"
  }
}
