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
  let member: StaffPrincipal?

  var body: HTML {
    """
    \(redirect)
    <div class="beside"><section aria-labelledby="before"><h2 id="before">Published, version \(published): \(ShopWords.number(comparison.before.total)) products</h2><ol class="ranks">\(before)</ol></section>
    <section aria-labelledby="after"><h2 id="after">\(draft?.name ?? "Your draft"): \(ShopWords.number(comparison.after.total)) products</h2>\(summary)<ol class="ranks">\(after)</ol></section></div>
    \(filters)\(steps)
    """
  }

  private var redirect: HTML? {
    comparison.after.redirect.map { "<p class=\"notice\">This search leads to <code>\($0)</code>.</p>" }
  }

  private var summary: HTML {
    let moved = comparison.rows.count { $0.before != $0.after }
    let text =
      draft == nil
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
      return card(row.product, place: place, move(row), buttons(row.product, place))
    } + gone
  }

  private var gone: [HTML] {
    comparison.rows.filter { $0.after == nil && comparison.after.effects.hidden.contains($0.product.id) }.map { row in
      card(row.product, place: nil, "<p class=\"moved down\">was \(row.before ?? 0): \(row.reason ?? "")</p>", [])
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
      <li><span class="place">\(place.map { "\($0)" } ?? "–")</span>\(picture)<div><p><a href="/products/\(product.id.description)">\(product.title)</a></p><p class="note">\(facts)</p>\(move)</div>\(actions)</li>
      """
  }

  private func buttons(_ product: PreviewProduct, _ place: Int) -> [HTML] {
    func button(_ label: String, _ action: String, _ more: [(String, String)] = []) -> HTML {
      let fields = [("q", query), ("draft", draft.map { "\($0.id)" } ?? ""), ("action", action)]
      let own = [("product", product.id.description)] + more
      let hidden = (fields + own).map { name, value -> HTML in
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
      }
      return """
        <form method="post" action="\(ConsolePage.preview.path)">\(FormToken.field(member))\(hidden)<button class="button quiet small" type="submit">\(label)<span class="hidden"> \(product.title)</span></button></form>
        """
    }
    var buttons = [button("Pin first", "pin", [("place", "1")])]
    if place > 1 { buttons.append(button("Pin at \(place - 1)", "pin", [("place", "\(place - 1)")])) }
    buttons.append(button("Hide", "hide"))
    if let brand = product.brand {
      buttons.append(button("Boost \(brand)", "boost", [("filter", "brand:\(brand)")]))
      buttons.append(button("Bury \(brand)", "bury", [("filter", "brand:\(brand)")]))
    }
    return buttons
  }

  private var filters: HTML {
    """
    <form class="panel" method="post" action="\(ConsolePage.preview.path)">\(FormToken.field(member))<input type="hidden" name="q" value="\(query)"><input type="hidden" name="draft" value="\(draft.map { "\($0.id)" } ?? "")"><div class="fields"><label>For this search<select name="action"><option value="boost">Boost twofold</option><option value="bury">Bury by half</option><option value="filter">Show only</option></select></label><label class="grow">products with<input type="text" name="filter" required maxlength="200" placeholder="colour:Red, brand:Aurelis, stock:yes, price:10..50"></label><button class="button quiet" type="submit">Add to the draft</button></div></form>
    """
  }

  private var steps: HTML {
    let items = comparison.after.steps.map { "<li>\($0)</li>" as HTML }
    return
      "<details class=\"row\"><summary>How the search is understood after the change</summary><ul>\(items)</ul></details>"
  }
}
